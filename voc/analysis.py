"""What an analysis gives back: the result, the tables behind it, and how to look at and keep them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd

from voc.errors import InputError
from voc.labels import ReportLanguage

if TYPE_CHECKING:
    from voc.meaning.reading import Readings
    from voc.numbers.movement import Movement


@dataclass(frozen=True)
class Labeled:
    """What one text says.

    Attributes:
        id: as given.
        language, p_language: BCP-47 tag and its probability.
        sentiment: negative, neutral, positive or unsure; None for an empty text.
        p_negative, p_neutral, p_positive: calibrated, sum to 1; None for an empty text.
        themes: id, polarity, p_theme, p_polarity, start, end (offsets into the text), origin.
        reason_without_theme: empty, vague, off_topic; None when a theme was found.
    """

    id: str
    language: str
    p_language: float
    sentiment: str | None
    p_negative: float | None
    p_neutral: float | None
    p_positive: float | None
    themes: list[dict[str, Any]]
    reason_without_theme: str | None

    def as_dict(self) -> dict[str, Any]:
        """The fields as plain JSON values."""
        return dict(vars(self))

    @staticmethod
    def from_readings(ids: list[str], readings: Readings) -> list[Labeled]:
        """One `Labeled` per text, in order; `readings.mentions` must carry positions as ids."""
        themes: dict[str, list[dict[str, Any]]] = {}
        for row in _rows(readings.mentions):
            owner, theme = row.pop("comment_id"), row.pop("theme")
            themes.setdefault(owner, []).append({"id": theme, **row})
        return [
            Labeled(id=name, themes=themes.get(str(i), []), **row)
            for i, (name, row) in enumerate(zip(ids, _rows(readings.frame), strict=True))
        ]


def _rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """The rows as plain values, None for what is missing; several times as fast as `to_dict` for a few."""
    names = [str(name) for name in frame.columns]
    columns = [frame[name].tolist() for name in names]
    for values in zip(*columns, strict=True):
        yield {name: None if value != value else value for name, value in zip(names, values, strict=True)}


@dataclass(frozen=True)
class Analysis:
    """One analysis: the same numbers for the command line, the service and notebooks.

    Attributes:
        result: what result.json holds (docs/result.md); plain JSON values.
        comments: one row per respondent read, verbatim text (redacted), language, sentiment.
        mentions: one row per comment x theme x polarity with the evidence span.
        rejects: rows that could not be used, each with the reason.
        movement: the typed explanation of the move; None where nothing was compared.
    """

    result: dict[str, Any]
    comments: pd.DataFrame
    mentions: pd.DataFrame
    rejects: pd.DataFrame
    movement: Movement | None

    def to_frame(self) -> pd.DataFrame:
        """The parts of the movement, one row each; the theme counts where nothing was compared."""
        if self.movement is not None:
            return self.movement.to_frame()
        return pd.DataFrame(self.result["themes"]).drop(columns=["series"], errors="ignore")

    def plot(self, language: ReportLanguage = "en") -> Any:
        """The waterfall of the movement as a Plotly figure.

        Raises:
            InputError: nothing was compared, so there is no movement to draw.
        """
        if self.movement is None:
            raise InputError(
                "There is no movement to draw: no two periods or segments were compared. "
                "Give before= and after=, or compare='COLUMN=A,B'."
            )
        return self.movement.plot(language)

    def summary(self, language: ReportLanguage = "en", folder: Path | None = None) -> str:
        """Five lines a manager would understand, in English or Arabic."""
        from voc.report.terminal import summary_lines

        lines = summary_lines(self.result, language)
        if folder is not None:
            lines = [*lines, str(folder / "report.html")]
        return "\n".join(lines)

    def write(self, folder: Path | str, language: ReportLanguage = "en") -> Path:
        """Write result.json, report.html/.xlsx/.pptx, comments/mentions.parquet and rejects.csv.

        Args:
            folder: made if it is not there; or a URL (s3://, gs://, abfs://).
            language: of the report and the workbook.

        Returns:
            The folder.

        Raises:
            InputError: the folder cannot be written.
        """
        from voc import remote
        from voc.report import page, sections, slides, workbook
        from voc.report.wording import Words

        if url := remote.url_of(folder):
            with TemporaryDirectory(prefix="voc-") as here:
                remote.sent(self.write(here, language), url)
            return Path(folder)
        target = Path(folder)
        try:
            target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"The folder {str(target)!r} cannot be made: {error.strerror}.") from error
        text = json.dumps(self.result, ensure_ascii=False, indent=2, allow_nan=False)
        (target / "result.json").write_text(text + "\n", encoding="utf-8")
        self.comments.to_parquet(target / "comments.parquet", index=False)
        self.mentions.to_parquet(target / "mentions.parquet", index=False)
        workbook.safe_csv(self.rejects, target / "rejects.csv")
        tables = (self.result, self.comments, self.mentions, self.rejects)
        shown = sections.build(*tables, Words(language))  # the same in all three
        (target / "report.html").write_text(page.html(*tables, language, context=shown), encoding="utf-8")
        workbook.write_xlsx(target / "report.xlsx", *tables, language, shown)
        slides.write_pptx(target / "report.pptx", *tables, language, shown)
        return target

    def write_report(self, path: Path | str, language: ReportLanguage = "en") -> None:
        """Write the page alone: one self-contained HTML file."""
        from voc.report import page

        html = page.html(self.result, self.comments, self.mentions, self.rejects, language)
        Path(path).write_text(html, encoding="utf-8")

    def _repr_html_(self) -> str:
        from html import escape

        return "<br>".join(f'<span dir="auto">{escape(line)}</span>' for line in self.summary().splitlines())
