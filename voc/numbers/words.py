"""A movement in a few sentences, Arabic or English, by fixed rules.

The whole move first, with its interval and verdict; then who answered; then the named themes and
which part of them; then what themes do not explain. Parts are said to be *associated with*
points: a survey cannot show what brought a score about. No bar without its interval.
"""

# ruff: noqa: E501 - one sentence per line, so that a reader of either language can review them

from __future__ import annotations

from collections.abc import Mapping

from voc.labels import ReportLanguage
from voc.numbers.movement import Leaf, Movement, Part

ISOLATE, END = "\u2066", "\u2069"  # keep a signed number in left-to-right order inside Arabic
FEW = 200  # answers per wave below which changes of effect cannot be seen
LARGE_GENERAL = 0.5  # share of the move

SENTENCES: dict[str, dict[str, str]] = {
    "en": {
        "moved": "{scale} went from {before} to {after}: {delta} points ({interval}).",
        "noise": "{scale} went from {before} to {after}; the move of {delta} points ({interval}) is within noise.",
        "moved_groups": "{scale} is {after} for {second} and {before} for {first}: {delta} points ({interval}).",
        "noise_groups": "{scale} is {after} for {second} and {before} for {first}; the difference of {delta} points ({interval}) is within noise.",
        "mix_groups": "The two groups are made up differently; associated with {total} points ({interval}). "
        "With the same make-up the scores would differ by {rest}.",
        "more_groups": "In {second} more people wrote {polarity} about {theme} ({to_share} against {from_share} of respondents{projected}); "
        "associated with {points} points ({interval}).",
        "fewer_groups": "In {second} fewer people wrote {polarity} about {theme} ({to_share} against {from_share} of respondents{projected}); "
        "associated with {points} points ({interval}).",
        "lower_groups": "People in {second} who mention {theme} gave lower scores than those in {first}, beyond the general difference; "
        "associated with {points} points ({interval}).",
        "higher_groups": "People in {second} who mention {theme} gave higher scores than those in {first}, beyond the general difference; "
        "associated with {points} points ({interval}).",
        "mix": "Who answered changed; associated with {total} points ({interval}). "
        "With the earlier mix the score would have moved by {rest}.",
        "more": "More people wrote {polarity} about {theme} ({from_share} to {to_share} of respondents{projected}); "
        "associated with {points} points ({interval}).",
        "fewer": "Fewer people wrote {polarity} about {theme} ({from_share} to {to_share} of respondents{projected}); "
        "associated with {points} points ({interval}).",
        "lower": "People who mention {theme} gave lower scores than before, beyond the general shift; "
        "associated with {points} points ({interval}).",
        "higher": "People who mention {theme} gave higher scores than before, beyond the general shift; "
        "associated with {points} points ({interval}).",
        "comment_rate": "A different share of people wrote; associated with {total} points ({interval}).",
        "silent": "People who wrote nothing gave different scores; associated with {total} points ({interval}).",
        "none": "No theme can be named at this size: the smallest move that could have been seen is about "
        "{smallest} points for the score and {part} points for one theme.",
        "few": "With fewer than 200 answers per side, a change in how strongly a theme goes with the score is not visible.",
        "general": "Not explained by themes: {total} points ({interval}).",
        "general_large": "Scores moved without a matching change in what people wrote ({total} of {delta}, {interval}); "
        "survey wording, channel, price and season are things to check.",
        "target": "{scale} is {after}, {delta} points from the target of {before} ({interval}).",
        "target_noise": "{scale} is {after}; the distance of {delta} points to the target of {before} ({interval}) is within noise.",
        "target_theme": "{theme} is mentioned by {share} of respondents{projected}; associated with {points} points of the level ({interval}).",
        "target_general": "People who mention no theme stand {total} points from the target ({interval}).",
        "target_note": "A target has no answers of its own: the parts are those of the level, against nobody mentioning a theme.",
        "labels_counted": "Intervals include labeling error, estimated on {comments} labeled comments.",
        "labels_model": "Intervals include labeling error as the model's own probabilities state it.",
        "labels_not": "Labeling error is not included in the intervals.",
        "negative": "negatively", "positive": "positively", "neutral": "neutrally",
        "projected": ", projected", "interval": "95 % {low} to {high}",
        "nps_points": "points", "other": "other themes",
    },
    "ar": {
        "moved": "انتقل مؤشر {scale} من {before} إلى {after}: {delta} نقطة ({interval}).",
        "noise": "انتقل مؤشر {scale} من {before} إلى {after}؛ وتغيّره بمقدار {delta} نقطة ({interval}) ضمن التذبذب المعتاد.",
        "moved_groups": "مؤشر {scale} لدى {second} هو {after} ولدى {first} هو {before}: {delta} نقطة ({interval}).",
        "noise_groups": "مؤشر {scale} لدى {second} هو {after} ولدى {first} هو {before}؛ والفرق بمقدار {delta} نقطة ({interval}) ضمن التذبذب المعتاد.",
        "mix_groups": "تختلف تركيبة المجموعتين؛ ويقترن ذلك بمقدار {total} نقطة ({interval}). "
        "ولو تماثلت التركيبة لكان الفرق {rest}.",
        "more_groups": "لدى {second} عدد أكبر ممن كتبوا {polarity} عن {theme} ({to_share} مقابل {from_share} من المجيبين{projected})؛ "
        "ويقترن ذلك بمقدار {points} نقطة ({interval}).",
        "fewer_groups": "لدى {second} عدد أقل ممن كتبوا {polarity} عن {theme} ({to_share} مقابل {from_share} من المجيبين{projected})؛ "
        "ويقترن ذلك بمقدار {points} نقطة ({interval}).",
        "lower_groups": "من ذكروا {theme} لدى {second} أعطوا درجات أدنى ممن ذكروه لدى {first}، زيادةً على الفرق العام؛ ويقترن ذلك بمقدار {points} نقطة ({interval}).",
        "higher_groups": "من ذكروا {theme} لدى {second} أعطوا درجات أعلى ممن ذكروه لدى {first}، زيادةً على الفرق العام؛ ويقترن ذلك بمقدار {points} نقطة ({interval}).",
        "mix": "تغيّرت تركيبة من أجابوا؛ ويقترن ذلك بمقدار {total} نقطة ({interval}). "
        "ولو بقيت التركيبة السابقة لتغيّر المؤشر بمقدار {rest}.",
        "more": "زاد عدد من كتبوا {polarity} عن {theme} (من {from_share} إلى {to_share} من المجيبين{projected})؛ "
        "ويقترن ذلك بمقدار {points} نقطة ({interval}).",
        "fewer": "قلّ عدد من كتبوا {polarity} عن {theme} (من {from_share} إلى {to_share} من المجيبين{projected})؛ "
        "ويقترن ذلك بمقدار {points} نقطة ({interval}).",
        "lower": "أعطى من ذكروا {theme} درجات أدنى من قبل، زيادةً على التغيّر العام؛ ويقترن ذلك بمقدار {points} نقطة ({interval}).",
        "higher": "أعطى من ذكروا {theme} درجات أعلى من قبل، زيادةً على التغيّر العام؛ ويقترن ذلك بمقدار {points} نقطة ({interval}).",
        "comment_rate": "تغيّرت نسبة من كتبوا؛ ويقترن ذلك بمقدار {total} نقطة ({interval}).",
        "silent": "تغيّرت درجات من لم يكتبوا؛ ويقترن ذلك بمقدار {total} نقطة ({interval}).",
        "none": "لا يمكن تسمية أي موضوع بهذا العدد من الإجابات: أصغر تغيّر كان يمكن رصده نحو "
        "{smallest} نقطة للمؤشر و{part} نقطة لموضوع واحد.",
        "few": "بأقل من 200 إجابة في كل جهة لا يظهر تغيّر قوة اقتران الموضوع بالدرجة.",
        "general": "غير مفسَّر بالمواضيع: {total} نقطة ({interval}).",
        "general_large": "تغيّرت الدرجات دون تغيّر مقابل فيما كتبه الناس ({total} من {delta}، {interval})؛ "
        "يُستحسن فحص صياغة الاستبيان والقناة والسعر والموسم.",
        "target": "مؤشر {scale} هو {after}، وبينه وبين الهدف {before} مقدار {delta} نقطة ({interval}).",
        "target_noise": "مؤشر {scale} هو {after}؛ والمسافة إلى الهدف {before} بمقدار {delta} نقطة ({interval}) ضمن التذبذب المعتاد.",
        "target_theme": "ذكر {theme} {share} من المجيبين{projected}؛ ويقترن ذلك بمقدار {points} نقطة من المستوى ({interval}).",
        "target_general": "من لم يذكروا أي موضوع يبعدون عن الهدف {total} نقطة ({interval}).",
        "target_note": "لا إجابات وراء الهدف المحدد: الأجزاء هنا أجزاء المستوى مقارنةً بألا يذكر أحد الموضوع.",
        "labels_counted": "تشمل المجالات خطأ تصنيف التعليقات، مقدَّرًا من {comments} تعليق مصنَّف يدويًّا.",
        "labels_model": "تشمل المجالات خطأ تصنيف التعليقات كما تقدّره احتمالات النموذج نفسه.",
        "labels_not": "لا تشمل المجالات خطأ تصنيف التعليقات.",
        "negative": "سلبًا", "positive": "إيجابًا", "neutral": "دون تقييم",
        "projected": "، تقديرًا", "interval": "مجال الثقة 95 % من {low} إلى {high}",
        "nps_points": "نقطة", "other": "مواضيع أخرى",
    },
}  # fmt: skip


def summarize(movement: Movement, lang: ReportLanguage, labels: Mapping[str, str]) -> str:
    """The sentences of `movement`, one per line.

    Args:
        movement: what is told.
        lang: ar or en.
        labels: theme id -> name in that language; ids stand in where a name is missing.
    """
    say = _Sayer(movement, lang, labels)
    lines = [say.headline(movement)]
    parts = {part.kind: part for part in movement.parts if part.kind != "theme"}
    if "target" in movement.notices:
        return "\n".join([*lines, *say.target(movement)])
    for kind in ("mix", "comment_rate", "silent"):
        if kind in parts and parts[kind].named:
            lines.append(say.top(parts[kind], movement))
    named = [part for part in movement.named if part.kind == "theme"]
    for part in named:
        lines.extend(say.theme(part, movement.mode == "project"))
    if not named:
        lines.append(say.none(movement))
    if min(movement.before.n, movement.after.n) < FEW:
        lines.append(SENTENCES[lang]["few"])
    lines.append(say.general(parts["general"], movement))
    if any(part.kind == "theme" for part in movement.parts):
        lines.append(say.label_error(movement))
    return "\n".join(lines)


class _Sayer:
    """Fills the sentences of one language, for two times or for two groups."""

    def __init__(self, movement: Movement, lang: ReportLanguage, labels: Mapping[str, str]) -> None:
        self.text, self.labels, self.arabic = SENTENCES[lang], labels, lang == "ar"
        self.groups = not movement.over_time
        self.decimals = movement.decimals
        self.first, self.second = movement.split

    def sentence(self, key: str, **values: str) -> str:
        """The sentence, in its wording for groups where there is one."""
        chosen = f"{key}_groups" if self.groups and f"{key}_groups" in self.text else key
        return self.text[chosen].format(first=self.first, second=self.second, **values)

    def number(self, value: float, form: str | None = None) -> str:
        digits = self.decimals
        form = form or f"+.{digits}f"
        text = format(0.0 if abs(value) < 0.5 * 10**-digits and form.startswith("+") else value, form)
        return f"{ISOLATE}{text}{END}" if self.arabic else text

    def interval(self, low: float, high: float) -> str:
        return self.text["interval"].format(low=self.number(low), high=self.number(high))

    def headline(self, movement: Movement) -> str:
        delta = movement.delta
        kind = ("target", "target_noise") if "target" in movement.notices else ("moved", "noise")
        return self.sentence(
            kind[movement.verdict != "moved"],
            scale=movement.scale,
            before=self.number(movement.before.value, f".{self.decimals}f"),
            after=self.number(movement.after.value, f".{self.decimals}f"),
            delta=self.number(delta.value),
            interval=self.interval(delta.low, delta.high),
        )

    def top(self, part: Part, movement: Movement) -> str:
        return self.sentence(
            part.kind,
            total=self.number(part.total),
            interval=self.interval(part.low, part.high),
            rest=self.number(movement.delta.value - part.total),
        )

    def theme(self, part: Part, projected: bool) -> list[str]:
        lines = []
        if part.named in ("prevalence", "both"):
            leaf = max(part.leaves, key=lambda leaf: abs(leaf.prevalence))
            lines.append(self.prevalence(part, leaf, projected))
        if part.named in ("effect", "both"):
            lines.append(
                self.sentence(
                    "lower" if part.effect < 0 else "higher",
                    theme=self.name(part),
                    points=self.number(part.effect),
                    interval=self.interval(part.effect_low, part.effect_high),
                )
            )
        return lines

    def prevalence(self, part: Part, leaf: Leaf, projected: bool) -> str:
        return self.sentence(
            "more" if leaf.share_after > leaf.share_before else "fewer",
            polarity=self.text[leaf.polarity],
            theme=self.name(part),
            from_share=self.number(100 * leaf.share_before, ".0f") + " %",
            to_share=self.number(100 * leaf.share_after, ".0f") + " %",
            projected=self.text["projected"] if projected else "",
            points=self.number(part.prevalence),
            interval=self.interval(part.prevalence_low, part.prevalence_high),
        )

    def name(self, part: Part) -> str:
        return self.labels.get(part.id, self.text["other"] if part.id == "other" else part.id)

    def none(self, movement: Movement) -> str:
        return self.text["none"].format(
            smallest=self.number(movement.smallest_move, f".{self.decimals}f"),
            part=self.number(movement.smallest_prevalence, f".{self.decimals}f"),
        )

    def label_error(self, movement: Movement) -> str:
        """Whether the intervals hold the errors of the labels."""
        if labeled := movement.notices.get("labeled_comments"):
            return self.text["labels_counted"].format(comments=self.number(labeled, ".0f"))
        return self.text["labels_model" if "imputations" in movement.notices else "labels_not"]

    def target(self, movement: Movement) -> list[str]:
        """What stands between the score and the target, after the headline."""
        lines = []
        for part in movement.named:
            if part.kind == "theme":
                lines.append(
                    self.text["target_theme"].format(
                        theme=self.name(part),
                        share=self.number(100 * part.share_after, ".0f") + " %",
                        projected=self.text["projected"],
                        points=self.number(part.total),
                        interval=self.interval(part.low, part.high),
                    )
                )
        rest = movement.part("general")
        lines.append(
            self.text["target_general"].format(
                total=self.number(rest.total), interval=self.interval(rest.low, rest.high)
            )
        )
        return [*lines, self.text["target_note"]]

    def general(self, part: Part, movement: Movement) -> str:
        delta = movement.delta.value
        large = part.named and part.total * delta > 0 and abs(part.total) >= LARGE_GENERAL * abs(delta)
        return self.text["general_large" if large else "general"].format(
            total=self.number(part.total),
            delta=self.number(delta),
            interval=self.interval(part.low, part.high),
        )
