"""The rows that could not be used, each with its row number and the reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pandas as pd

from voc import tables
from voc.intake.cells import shown


@dataclass
class Rejects:
    """Collects rejected rows; a row is rejected once, for the first reason found."""

    entries: list[tuple[str, int, str, str, str]] = field(default_factory=list)

    def add(self, file: str, row: int, column: str, value: object, reason: str) -> None:
        """One row; `value` is shortened to 200 characters and made safe to show."""
        self.entries.append((file, int(row), column, shown(value), reason))

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
        """The commonest reasons with an example each, for a message when no row is left."""
        counts = Counter(f"{entry[2]}: {entry[4]}" if entry[2] else entry[4] for entry in self.entries)
        parts = [f"{reason} ({count} rows)" for reason, count in counts.most_common(most)]
        return "; ".join(shown(part, 160) for part in parts)
