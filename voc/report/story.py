"""The opening in words: what moved, what stands out, what stays unexplained, hedged as measured.

Takes: `result` and the shares behind it. Gives: sentences in the order of the wording rules: the
change and its verdict first, then who answered, the named themes, and always what is not explained.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from voc.labels import POLARITIES
from voc.report import view
from voc.report.view import Part
from voc.report.wording import Words

Shares = Mapping[str, Mapping[str, tuple[float, float]]]  # theme -> polarity -> (before, after)


def title(result: Mapping[str, Any], words: Words) -> str:
    """The heading of the report."""
    kind = view.kind_name(result, words)
    return words.say("title" if view.compared(result) else "title_level", kind=kind)


def headline(result: Mapping[str, Any], words: Words) -> str:
    """The one sentence that must be read: the change, its interval and whether it is noise."""
    kind, overall = view.kind_name(result, words), view.estimate(result, "overall")
    before, after, delta = (view.estimate(result, name) for name in ("before", "after", "delta"))
    if before and after and delta:
        moved = "moved_up" if delta["value"] > 0 else "moved_down"
        return words.say(
            f"verdict_{'within_noise' if view.within_noise(result) else moved}",
            kind=kind,
            before=words.number(before["value"]),
            after=words.number(after["value"]),
            delta=words.points(delta["value"]),
            interval=words.interval(view.number(delta.get("low")), view.number(delta.get("high"))),
        )
    if overall:
        return words.say(
            "verdict_level",
            kind=kind,
            overall=words.number(overall["value"]),
            interval=words.interval(
                view.number(overall.get("low")), view.number(overall.get("high")), signed=False
            ),
            answers=words.count("answers", int(overall.get("n") or 0)),
        )
    return words.say("verdict_no_score")


def opening(result: Mapping[str, Any], words: Words, shares: Shares | None = None) -> list[str]:
    """Every sentence of the summary after the headline, in order; empty when nothing was compared."""
    if not view.compared(result):
        return []
    parts = view.parts(result, words)
    named = [part for part in parts if part.named]
    said: list[str] = []
    if view.within_noise(result) and named:
        said.append(words.say("named_in_noise"))
    said += [sentence(part, result, words, shares or {}) for part in named if part.kind != "general"]
    if not any(part.named for part in parts if part.kind == "theme"):
        said.append(words.say("nothing_named"))
        said.append(words.say("smallest_move", points=words.number(view.smallest_move(result))))
    elif len(named) < len(parts):
        said.append(words.say("others_not_distinct"))
    said += [sentence(part, result, words, {}) for part in parts if part.kind == "general"]
    if view.small_sample(result):
        said.append(words.say("small_sample"))
    return said


def label_error(result: Mapping[str, Any], words: Words) -> str:
    """Whether the intervals hold the errors of the model that read the texts, and how these are known."""
    noted = (result.get("movement") or {}).get("notices") or {}
    if labeled := view.number(noted.get("labeled_comments")):
        if math.isfinite(labeled):
            return words.say("method_labels_counted", comments=words.count("comments", int(labeled)))
    return words.say("method_labels_model" if "imputations" in noted else "method_labels_not")


def sentence(part: Part, result: Mapping[str, Any], words: Words, shares: Shares) -> str:
    """What one part says, with its points and interval."""
    if part.kind == "theme":
        return _theme_sentence(part, words, shares.get(part.id, {}))
    values = {"points": words.points(part.total), "interval": words.interval(part.low, part.high)}
    delta = view.number((view.estimate(result, "delta") or {}).get("value"))
    if part.kind == "mix":
        if not part.named:
            return words.say("mix_not_named", **values)
        return words.say("named_mix", rest=words.points(delta - part.total), **values)
    if part.kind == "general":
        if not part.named:
            return words.say("general_always", **values)
        if view.within_noise(result):  # no share of the change where the change may be zero
            return words.say("named_general", **values)
        return words.say("named_general_of", delta=words.points(delta), **values)
    return words.say(f"named_{part.kind}", **values)


def _theme_sentence(part: Part, words: Words, shares: Mapping[str, tuple[float, float]]) -> str:
    component = part.named if part.named in ("prevalence", "effect") else "total"
    value, low, high = part.bounds(component)
    values = {"theme": part.label, "points": words.points(value), "interval": words.interval(low, high)}
    if part.named == "effect":
        return _with_whole(
            part, value, words.say(f"named_effect_{'up' if value > 0 else 'down'}", **values), words
        )
    told = _told_by(part, value, shares)
    if told is None:
        plain = "named_prevalence_plain" if part.named == "prevalence" else "named_both"
        return _with_whole(part, value, words.say(plain, **values), words)
    polarity, before, after, basis = told
    clause = words.say(
        f"clause_{'up' if after > before else 'down'}_{polarity}",
        theme=part.label,
        before=words.share(before),
        after=words.share(after),
        basis=words.say(f"basis_{basis}"),
    )
    del values["theme"]
    key = "named_prevalence" if part.named == "prevalence" else "named_both_told"
    return _with_whole(part, value, words.say(key, clause=clause, **values), words)


def _with_whole(part: Part, value: float, sentence: str, words: Words) -> str:
    """The sentence, and the whole bar where the sentence is about a piece of it."""
    if abs(part.total - value) < 0.05:
        return sentence
    ends = words.interval(part.low, part.high)
    return words.say("whole_bar", sentence=sentence, total=words.points(part.total), ends=ends)


def _told_by(
    part: Part, value: float, shares: Mapping[str, tuple[float, float]]
) -> tuple[str, float, float, str] | None:
    """The polarity whose share changed most in the direction of the bar, and its two shares."""
    stated = {
        str(leaf.get("polarity")): (
            view.number(leaf.get("share_before")),
            view.number(leaf.get("share_after")),
        )
        for leaf in part.more.get("leaves") or []
    }
    basis = "projected" if stated else "written"
    best: tuple[str, float, float, str] | None = None
    for polarity in POLARITIES:
        before, after = (stated or shares).get(polarity, (math.nan, math.nan))
        fits = (after - before) * {"negative": -1.0, "positive": 1.0}.get(polarity, math.copysign(1, value))
        if not math.isfinite(fits) or fits * value <= 0:
            continue
        if polarity == "neutral" and best is not None:
            continue
        if best is None or abs(after - before) > abs(best[2] - best[1]):
            best = (polarity, before, after, basis)
    return best
