"""A finished analysis done again: with an analyst's edits, or another comparison. No text is read anew.

Takes: a finished `Analysis`, its mentions as the models left them. Gives: a new `Analysis`, the same
as analyzing the file again with the same readings; only the topics are carried over, since they
depend on the texts alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from voc.analysis import Analysis
from voc.settings import Settings

if TYPE_CHECKING:
    from voc.intake.scales import Scale
    from voc.intake.survey import Survey
    from voc.meaning.reading import Readings
    from voc.pipeline import Tools
    from voc.taxonomy import Taxonomy

_READ: Final = ("p_negative", "p_neutral", "p_positive", "sentiment", "reason_without_theme")
_LANGUAGE: Final = ("language", "p_language")
_MADE: Final = ("period", "model")  # by the numbers, on every run
_OF_NUMBERS: Final = {"nothing_compared", "periods_chosen", "reversed_suspected"}  # noticed on every run


def revise(past: Analysis, settings: Settings, *, tools: Tools) -> Analysis:
    """`past` again, as `settings` say.

    Args:
        past: its `mentions` (and reasons without theme) as the models left them, before any edit.
        settings: `meaning.edits`, what is compared, language and title; intake settings are not used.
        tools: the models that read it; only their taxonomy is used.

    Raises:
        VocError: an edit, a period or a segment does not fit.
    """
    from voc.meaning import edits
    from voc.pipeline import conclude

    again = conclude(_survey(past), _readings(past), settings, tools=tools)
    taxonomy = edits.amend(settings.meaning.edits, tools.taxonomy)
    topics = [_known(topic, taxonomy) for topic in past.result.get("topics") or []]
    whole = {**again.result, "models": past.result["models"], "voc": past.result["voc"], "topics": topics}
    return replace(again, result=whole)


def scale_in(past: Analysis) -> Scale | None:
    """The scale of a finished analysis; its scores already lie with the higher the better."""
    from voc.intake.scales import Scale, scale_of

    kind = (past.result.get("score") or {}).get("kind")
    if kind is None:
        return None
    stated = (past.result.get("score") or {}).get("scale")
    if stated is not None:
        return Scale(kind, float(stated["low"]), float(stated["high"]))
    if kind != "custom":
        return scale_of(kind)
    scores = past.comments["score"].dropna()  # a result of before 0.2, which did not say
    return Scale(kind, float(scores.min()), float(scores.max()))


def _survey(past: Analysis) -> Survey:
    from voc.intake.survey import Counts, Notice, Role, Survey

    told = [notice for notice in past.result.get("warnings") or [] if notice["code"] not in _OF_NUMBERS]
    return Survey(
        comments=past.comments.drop(columns=[*_READ, *_LANGUAGE, *_MADE], errors="ignore"),
        rejects=past.rejects,
        counts=Counts(**past.result["counts"]),
        scale=scale_in(past),
        roles={part: Role(**role) for part, role in past.result["columns"].items()},
        notices=tuple(Notice(**notice) for notice in told),
        question=past.result.get("question"),
    )


def _readings(past: Analysis) -> Readings:
    from voc.meaning.reading import Readings

    return Readings(past.comments[[*_LANGUAGE, *_READ]].reset_index(drop=True), past.mentions, None)


def _known(topic: dict[str, Any], taxonomy: Taxonomy) -> dict[str, Any]:
    """A topic without the theme that an edit took away."""
    return topic if topic.get("theme") in taxonomy.by_id else {**topic, "theme": None}
