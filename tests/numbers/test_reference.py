"""The decomposition against numbers of the independent reference prototype (dense, written first)."""

# ruff: noqa: E501 - numbers as the prototype printed them

import numpy as np
import pytest

from tests.numbers.worlds import survey
from voc.numbers.explain import explain
from voc.settings import NumbersSettings

# survey(123, 250, rise=0.15); themes 0 to 5, mix, [comment_rate, silent], general; points
REFERENCE = {
    "project": [2.891947, -6.496822, 1.787772, 0.123786, -6.964999, 0.507781, 0.080629, -1.530095],
    "own_bar": [
        1.353041, -4.081198, 0.846589, -0.565651, -4.171625, 0.152425, 0.080629, -0.777823, 0.873281, -3.309667,
    ],
}  # fmt: skip
ERRORS = {
    "project": [3.584985, 4.348918, 3.674384, 3.353327, 4.606885, 3.401538, 0.236617, 6.778996],
    "own_bar": [
        2.523771, 3.076168, 2.535099, 2.340407, 3.207304, 2.294679, 0.236617, 1.097997, 4.24755, 4.745334,
    ],
}  # fmt: skip


@pytest.mark.parametrize("mode", ["project", "own_bar"])
def test_parts_and_errors_equal_the_prototype(mode):
    movement = explain(*survey(123, 250, rise=0.15), settings=NumbersSettings(no_comment=mode))
    tops = ["mix", "general"] if mode == "project" else ["mix", "comment_rate", "silent", "general"]
    parts = [movement.part(name) for name in [*(f"theme-{t}" for t in range(6)), *tops]]
    assert [part.total for part in parts] == pytest.approx(REFERENCE[mode], abs=1e-5)
    errors = [(part.high - part.low) / 2 / 1.959964 for part in parts]
    # the product correction takes its variances from the influence values here, so errors differ a little
    assert errors == pytest.approx(ERRORS[mode], rel=0.02)
    assert np.sign(movement.part("theme-1").total) == -1
