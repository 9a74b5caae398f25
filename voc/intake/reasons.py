"""Why a row cannot be used: a sentence in English that knows its name, so that it can be said in others."""

from __future__ import annotations

import json
from typing import Any


class Reason(str):
    """The sentence, with its stable `code` and the `values` in it (`told_row_CODE` in the wording)."""

    code: str
    values: dict[str, Any]

    def __new__(cls, code: str, sentence: str, **values: Any) -> Reason:
        """`sentence` as people read it in rejects.csv."""
        made = super().__new__(cls, sentence)
        made.code, made.values = code, values
        return made

    @property
    def details(self) -> str:
        """The values as a JSON object."""
        return json.dumps(self.values, ensure_ascii=False)
