"""The whole path, in order: files -> comments -> readings -> numbers -> result.

No decisions are made here; every line is a stage with a named result. `Tools` are the opened
models. The command line, the service and notebooks all come through these two functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from voc.analysis import Analysis, Labeled
from voc.errors import OptionError
from voc.progress import Progress, silent
from voc.settings import MeaningSettings, Settings, of

if TYPE_CHECKING:
    from voc.intake.survey import Survey
    from voc.meaning.reading import Readers, Readings
    from voc.taxonomy import Taxonomy


@dataclass(frozen=True)
class Tools:
    """The opened models, shared by any number of analyses and threads.

    Attributes:
        taxonomy: the themes in use.
        readers: encoder, sentiment model and theme model.
        models: name and version of each, as result.json states them.
        settings: what they were opened with.
    """

    taxonomy: Taxonomy
    readers: Readers
    models: dict[str, str]
    settings: MeaningSettings

    @property
    def signature(self) -> str:
        """The models in one line: kept with every comment, as labels of two models are never compared."""
        return "; ".join(self.models[part] for part in ("sentiment", "themes", "tier"))

    def check(self, wanted: MeaningSettings) -> Tools:
        """These tools, if they are what `wanted` asks for by name; defaults ask for nothing.

        Raises:
            OptionError: they were opened with another taxonomy, pack, model or tier.
        """
        default = MeaningSettings()
        for name in ("taxonomy", "pack", "model", "tier"):
            ours, theirs = getattr(self.settings, name), getattr(wanted, name)
            if theirs not in (ours, getattr(default, name)):
                raise OptionError(
                    f"The tools were opened with {name}={ours!r}, but {name}={theirs!r} is asked for. "
                    f"Open them with open_tools(MeaningSettings({name}={theirs!r}))."
                )
        return self


def open_tools(settings: MeaningSettings | None = None) -> Tools:
    """The models that `settings` name, opened once; the embedded ones by default.

    Raises:
        ModelError, HubError: a model cannot be opened.
        OptionError: the taxonomy file is wrong.
    """
    from voc.meaning.encode import EmbeddedEncoder
    from voc.meaning.network import open_network
    from voc.meaning.reading import Readers
    from voc.meaning.sentiment import open_sentiment
    from voc.meaning.theme_by_words import open_by_words
    from voc.meaning.themes import open_themes
    from voc.taxonomy import load

    settings = settings or MeaningSettings()
    taxonomy = load(settings.taxonomy, settings.pack)
    by_words = settings.tier == "fast" and settings.model is None
    network = open_network(settings.threads, settings.batch_size, settings.device, at_once=not by_words)
    encoder = EmbeddedEncoder(network)
    sentiment = open_sentiment(settings, network=network)
    themes = open_by_words(taxonomy) if by_words else open_themes(taxonomy, encoder)
    models = {
        "encoder": encoder.name,
        "sentiment": f"{sentiment.name} {sentiment.version}",
        "themes": themes.name,
        "taxonomy": taxonomy.id,
        "tier": settings.tier,
    }
    return Tools(taxonomy, Readers(network, encoder, sentiment, themes), models, settings)


def analyze(
    sources: Any,
    settings: Settings | None = None,
    *,
    tools: Tools | None = None,
    engine: Literal["local", "ray"] = "local",
    unfinished: Path | None = None,
    progress: Progress = silent,
    **options: Any,
) -> Analysis:
    """Why the score moved, from raw files or frames to a result with every number in it.

    Args:
        sources: a path or a URL (s3://, gs://, abfs://), several of them, a pandas or polars frame, or a
            list of dicts.
        settings: everything at once; or
        options: flat settings by name (`text=`, `score=`, `before=`, `after=`, ...; see `voc.settings`).
        tools: opened models to reuse; they must fit the settings.
        engine: "ray" reads the texts on a Ray cluster (extra `scale`); the result is the same.
        unfinished: a folder where chunks that were read are kept, so that a run that was killed goes on
            from there with the same result; delete it when the result is safe.
        progress: called with (stage, rows done, rows in all).

    Raises:
        VocError: the input or an option is wrong; the message says what to do.
    """
    from voc import engines, remote
    from voc.intake.read import read
    from voc.meaning import reading

    if settings is not None and options:
        raise OptionError(f"Give either settings or options, not both (got {', '.join(sorted(options))}).")
    settings = settings or of(**options)
    tools = tools.check(settings.meaning) if tools else open_tools(settings.meaning)

    with TemporaryDirectory(prefix="voc-") as folder:
        here = remote.fetched(sources, Path(folder))
        survey = read(here, settings.intake, lambda done, total: progress("files", done, total))
    question = settings.meaning.question or survey.question
    readings = reading.read(
        list(survey.comments["comment_id"]),
        list(survey.comments["text"]),
        tools.readers,
        question=question,
        vectors=settings.meaning.topics,
        progress=progress,
        elsewhere=engines.chunk_map(engine, settings.meaning, len(survey.comments)),
        finished=engines.finished(unfinished, tools, question) if unfinished else None,
        most_vectors=engines.most_vectors(settings.meaning),
    )
    return conclude(survey, readings, settings, tools=tools, progress=progress)


def conclude(
    survey: Survey,
    readings: Readings,
    settings: Settings,
    *,
    tools: Tools,
    progress: Progress = silent,
) -> Analysis:
    """The second half of the path: from what was read in the survey's texts to the result.

    Args:
        survey: from `voc.intake.read`.
        readings: of `survey.comments`, in its order; a long survey may be read in pieces.
        settings: what is compared, and how the result is titled.
        tools: the models that read the texts.
        progress: called with (stage, steps done, steps in all).

    Raises:
        VocError: a period, a segment or another option does not fit the survey.
    """
    from voc import __version__, engines
    from voc.meaning import duplicates, edits, journey, quotes, reading, topic_map
    from voc.numbers import comparison
    from voc.report import result

    copies = duplicates.find(list(survey.comments["comment_id"]), list(survey.comments["text"]))
    if settings.meaning.duplicates == "collapse":
        survey, readings = duplicates.collapse(copies, survey, readings)
    path = settings.meaning.edits
    taxonomy = edits.amend(path, tools.taxonomy)
    labeled, mentions = edits.apply(path, reading.join(survey.comments, readings), readings.mentions)

    progress("numbers", 0, 2)
    compared = comparison.choose(labeled, settings.numbers)
    comments = comparison.with_periods(labeled, compared.split).assign(model=tools.signature)
    numbers = comparison.measure(comments, mentions, compared, survey.scale, taxonomy, settings.numbers)
    progress("numbers", 1, 2)
    stages = journey.lay_out(comments, mentions, taxonomy)
    looked_at = comments if readings.rows is None else comments.iloc[readings.rows]
    found = reading.topics_in(looked_at, mentions, readings.vectors, taxonomy)
    quoted = quotes.representative(comments, mentions, most=settings.report.quotes_per_theme)

    facts = result.Facts(
        version=__version__,
        survey=survey,
        models=tools.models,
        numbers=numbers,
        journey=stages,
        topics=topic_map.mapped(found) if found else (),
        quotes=quoted,
        copies=copies,
        collapsed=settings.meaning.duplicates == "collapse",
        notices=(
            *comparison.turned(numbers),
            *engines.limits(len(comments), readings, copies, numbers.movement),
        ),
        title=settings.report.title,
    )
    whole = result.build(facts, comments, mentions, taxonomy)
    progress("numbers", 2, 2)
    return Analysis(whole, comments, mentions, survey.rejects, numbers.movement)


def classify(
    texts: Sequence[str],
    *,
    ids: Sequence[str] | None = None,
    question: str | None = None,
    tools: Tools | None = None,
    progress: Progress = silent,
    **options: Any,
) -> list[Labeled]:
    """Language, sentiment, and themes with evidence of each text, in order.

    Args:
        texts: verbatim texts; offsets in the answer count their characters.
        ids: one id per text; the position, from 1, by default.
        question: what was asked, where known.
        tools: opened models to reuse.
        progress: called with (stage, texts done, texts in all).
        options: meaning settings by name (`model=`, `tier=`, `taxonomy=`, `pack=`).
    """
    from voc.meaning import reading

    meaning = replace(of(**options).meaning, topics=False)
    tools = tools.check(meaning) if tools else open_tools(meaning)
    names = [str(name) for name in ids] if ids is not None else [str(i + 1) for i in range(len(texts))]
    positions = [str(i) for i in range(len(texts))]  # ids need not be unique, positions are
    readings = reading.read(positions, texts, tools.readers, question=question, progress=progress)
    return Labeled.from_readings(names, readings)
