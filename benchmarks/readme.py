"""Puts every benchmark's table, and the sentiment model's, into README.md between its two marks."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
TABLES = (
    ROOT / "models" / "sentiment" / "table.md",
    *(
        ROOT / "benchmarks" / "results" / f"{name}.md"
        for name in (
            "movement",
            "themes",
            "topics",
            "pipeline",
            "normalization",
            "language",
            "sentiment",
            "service",
        )
    ),
)


def main(out: Path, quick: bool) -> None:
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        sys.exit(f"README.md needs the marks {BEGIN} and {END}, once each.")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    found = [path.read_text(encoding="utf-8").strip() for path in TABLES if path.is_file()]
    readme.write_text(f"{before}{BEGIN}\n\n" + "\n\n".join(found) + f"\n\n{END}{after}", encoding="utf-8")
    print(f"{len(found)} tables are in README.md")
