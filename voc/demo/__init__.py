"""A demo survey of the invented company Zahwan (devices and home internet), with causes planted in it.

`survey` and `write` make the export, `planted` says what truly moved the score, `answer_key` says what every
comment truly tells. All sentences are this project's own (`phrases.yaml`, `frames.yaml`).
"""

from __future__ import annotations

from voc.demo.survey import SEED, SIZE, answer_key, survey, unusable, write
from voc.demo.truth import Planted, planted

__all__ = ["SEED", "SIZE", "Planted", "answer_key", "planted", "survey", "unusable", "write"]
