"""What other tools do, reimplemented from their published definitions: bars per theme, no intervals.

leave_out: score minus the score without the theme's respondents, difference of the two waves (Thematic).
proportional: regression coefficients times shares, scaled so that they fill the score (Chattermill type).
fractional: a comment's score split equally over its mentions, Kitagawa within segments.
kitagawa: each theme alone, mentioned or not (what an analyst does in a spreadsheet).
"""

from __future__ import annotations

import numpy as np

from benchmarks.movement.worlds import Wave, points


def all_of(waves: tuple[Wave, Wave]) -> dict[str, np.ndarray]:
    """Comparator -> (T,) bars, after minus before, points."""
    return {
        "leave_out": leave_out(waves),
        "proportional": proportional(waves),
        "fractional": fractional(waves),
        "kitagawa": kitagawa(waves),
    }


def leave_out(waves: tuple[Wave, Wave]) -> np.ndarray:
    """(T,) difference of the two waves' leave-out impacts."""
    impact = []
    for wave in waves:
        y, said = points(wave.score), wave.state > 0
        without = ((~said) * y[:, None]).sum(0) / np.maximum((~said).sum(0), 1)
        impact.append(y.mean() - without)
    return np.asarray(impact[1] - impact[0])


def proportional(waves: tuple[Wave, Wave]) -> np.ndarray:
    """(T,) difference of coefficient x share, rescaled to fill NPS + 100 and 100 - NPS."""
    impact = []
    for wave in waves:
        y = points(wave.score)
        themes = wave.state.shape[1]
        said = np.concatenate([wave.state == code for code in (1, 2, 3)], axis=1)[wave.writes].astype(float)
        design = np.column_stack([np.ones(len(said)), said])
        ridge = np.diag(np.r_[0.0, np.ones(said.shape[1])])
        effect = np.linalg.solve(design.T @ design + ridge, design.T @ y[wave.writes])[1:] * said.mean(0)
        up, down = effect.clip(0), (-effect).clip(0)
        filled = up / max(up.sum(), 1e-9) * (y.mean() + 100) - down / max(down.sum(), 1e-9) * (100 - y.mean())
        impact.append(filled.reshape(3, themes).sum(0))
    return np.asarray(impact[1] - impact[0])


def fractional(waves: tuple[Wave, Wave]) -> np.ndarray:
    """(T,) Kitagawa over fractional mentions within segments."""
    themes = waves[0].state.shape[1]
    reference = np.mean([points(wave.score).mean() for wave in waves])
    out = np.zeros(3 * themes)
    for segment in (0, 1):
        shares, means, sizes = [], [], []
        for wave in waves:
            inside = wave.segment == segment
            said = np.concatenate([wave.state == code for code in (1, 2, 3)], axis=1)[inside].astype(float)
            part = said / np.maximum(said.sum(1, keepdims=True), 1)
            share, total = part.mean(0), (part * points(wave.score)[inside][:, None]).mean(0)
            shares.append(share)
            means.append(np.where(share > 0, total / np.maximum(share, 1e-12), np.nan))
            sizes.append(inside.mean())
        first = np.where(np.isnan(means[0]), means[1], means[0])
        second = np.where(np.isnan(means[1]), means[0], means[1])
        bars = (shares[1] - shares[0]) * ((first + second) / 2 - reference) + (shares[0] + shares[1]) / 2 * (
            second - first
        )
        out += np.mean(sizes) * np.nan_to_num(bars)
    return np.asarray(out.reshape(3, themes).sum(0))


def kitagawa(waves: tuple[Wave, Wave]) -> np.ndarray:
    """(T,) one theme at a time: change of share x mean gap + mean share x change of gap."""
    share, gap = [], []
    for wave in waves:
        y, said = points(wave.score)[:, None], wave.state > 0
        inside = (said * y).sum(0) / np.maximum(said.sum(0), 1)
        outside = (~said * y).sum(0) / np.maximum((~said).sum(0), 1)
        share.append(said.mean(0))
        gap.append(np.where(said.any(0), inside - outside, 0.0))
    return np.asarray(
        (share[1] - share[0]) * (gap[0] + gap[1]) / 2 + (share[0] + share[1]) / 2 * (gap[1] - gap[0])
    )
