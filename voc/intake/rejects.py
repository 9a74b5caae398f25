"""The rows that could not be used, each with its row number and the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from voc import tables
from voc.intake.cells import shown
from voc.intake.reasons import Reason

_VALUE: Final = re.compile(r"'.*'|[\d.,-]+")  # what differs between reasons of one kind
LONGEST: Final = 400  # characters of a value that are looked at; 200 are shown


@dataclass
class Rejects:
    """Collects rejected rows; a row is rejected once, for the first reason found.

    With `redact`, personal data in the values is masked: rejects are stored like comments are.
    """

    redact: bool = True
    entries: list[tuple[str, int, str, str, str, str, str]] = field(default_factory=list)

    def add(self, file: str, row: int, column: str, value: object, reason: str) -> None:
        """One row; `value` is shortened to 200 characters and made safe to show."""
        code, details = (f"row_{reason.code}", reason.details) if isinstance(reason, Reason) else ("", "{}")
        if self.redact:
            from voc.intake.privacy import redact

            came = str(value)[:LONGEST]
            value = redact(came).text
            if value != came:  # a reason may quote the value
                reason, details = redact(str(reason)).text, redact(details).text
        self.entries.append((file, int(row), column, shown(value), str(reason), code, details))

    def frame(self) -> pd.DataFrame:
        """The `rejects` table, by file and row."""
        if not self.entries:
            return tables.empty("rejects")
        names = list(tables.REJECTS)
        order = {file: place for place, file in enumerate(dict.fromkeys(e[0] for e in self.entries))}
        rows = sorted(self.entries, key=lambda entry: (order[entry[0]], entry[1]))
        frame = pd.DataFrame(rows, columns=names)
        return frame.astype(
            {name: object for name in names if name != "source_row"} | {"source_row": "int64"}
        )

    def summary(self, most: int = 3) -> str:
        """The commonest reasons, one example of each, for a message when no row is left."""
        kinds: dict[str, list[str]] = {}
        for _, _, column, _, reason, _, _ in self.entries:
            told = f"{shown(column, 40)!r}: {reason}" if column else reason
            kinds.setdefault(f"{column} {_VALUE.sub('', reason)}", []).append(told)
        common = sorted(kinds.values(), key=len, reverse=True)[:most]
        return "; ".join(f"{shown(told[0], 160)} ({len(told):,} rows like this)" for told in common)
