"""F1 against throughput: the points and their plot."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.sentiment import rivals

PUBLISHED = {rivals.SHAPES[1].name: (0.677, 0.706)}  # XLM-T on UMSAB: its Arabic, its multilingual model
# Tiers of evaluate.py by the name of their row.
NAMES = {
    "accurate": "voc accurate",
    "cascade": "voc cascade",
    "fast": "voc fast",
    "teacher": "voc of twelve layers (not shipped)",
}
WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 55, 610, 20, 310
LEAST, MOST = 0.5, 0.72  # of F1
POWERS = 5  # of ten, of texts per second


class Point(NamedTuple):
    """A model on the plot: F1 is the mean of UMSAB Arabic and English."""

    name: str
    speed: float
    f1: float
    ours: bool


def umsab(scored: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Macro-F1 on UMSAB Arabic and English by model; our tiers as evaluate.py measured them."""
    found = dict(PUBLISHED)
    for tier, name in NAMES.items():
        f1 = {
            one["lang"]: one["macro_f1"]
            for one in scored.get(tier, {}).get("sets", [])
            if one["set"] == "umsab"
        }
        if f1:
            found[name] = (f1["ar"], f1["en"])
    return found


def points(result: dict[str, Any], scored: dict[str, Any]) -> list[Point]:
    """Every measured model whose F1 is known, by speed on the same tweets."""
    f1 = umsab(scored)
    return [
        Point(name, speed["per_cpu_second"], float(np.mean(f1[name.split(",")[0]])), name.startswith("voc"))
        for name, speed in result["speed"].items()
        if name.split(",")[0] in f1 and "stream" not in name
    ]


def plot(found: list[Point], file: Path) -> None:
    """An SVG: texts per second on a logarithmic scale, macro-F1 upwards."""

    def x(speed: float) -> float:
        return LEFT + (RIGHT - LEFT) * float(np.log10(max(speed, 1))) / POWERS

    def y(f1: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (f1 - LEAST) / (MOST - LEAST)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img" '
        'font-family="sans-serif" font-size="12"><title>Macro-F1 on UMSAB against speed</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    ]
    for power in range(POWERS + 1):
        at = x(10.0**power)
        parts.append(f'<line x1="{at:.0f}" x2="{at:.0f}" y1="{TOP}" y2="{BOTTOM}" stroke="#eee"/>')
        parts.append(f'<text x="{at:.0f}" y="{BOTTOM + 18}" text-anchor="middle">{10**power:,}</text>')
    for f1 in np.arange(LEAST, MOST, 0.05):
        parts.append(f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y(f1):.0f}" y2="{y(f1):.0f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(f1) + 4:.0f}" text-anchor="end">{f1:.2f}</text>')
    for one in found:
        end = x(one.speed) > (LEFT + RIGHT) / 2
        anchor, shift = ("end", -8) if end else ("start", 8)
        color = "#0a5" if one.ours else "#555"
        parts.append(f'<circle cx="{x(one.speed):.0f}" cy="{y(one.f1):.0f}" r="5" fill="{color}"/>')
        name = one.name.replace("&", "&amp;")
        parts.append(
            f'<text x="{x(one.speed) + shift:.0f}" y="{y(one.f1) - 7:.0f}" text-anchor="{anchor}" '
            f'fill="{color}">{name}</text>'
        )
    parts.append(
        f'<text x="{(LEFT + RIGHT) / 2:.0f}" y="{HEIGHT - 10}" text-anchor="middle">texts per second '
        "of processor time (logarithmic); macro-F1 on UMSAB, mean of Arabic and English</text></svg>"
    )
    file.write_text("\n".join(parts) + "\n", encoding="utf-8")
