"""Where and how the texts of a survey are read: in this process, in several, or on a Ray cluster.

The choice changes how long it takes, never what comes out.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from voc import artifacts
from voc.settings import MeaningSettings

if TYPE_CHECKING:
    from voc.intake.survey import Notice
    from voc.meaning.duplicates import Duplicates
    from voc.meaning.finished import Finished
    from voc.meaning.reading import ChunkMap, Readings
    from voc.numbers.movement import Movement
    from voc.pipeline import Tools

MANY: Final = 30_000  # comments from which the fast tier is worth several processes
_SAMPLE: Final = 12_000  # texts whose vectors the fast tier computes, for topics only


def chunk_map(engine: Literal["local", "ray"], settings: MeaningSettings, comments: int) -> ChunkMap | None:
    """Who reads the chunks; None for this process.

    The network runs outside Python, so one process keeps all cores busy with it. The fast tier is
    mostly Python, which uses one core per process.

    Raises:
        MissingExtra: Ray is asked for and not installed (extra `scale`).
    """
    if engine == "ray":
        from voc import on_ray

        return on_ray.chunk_map(settings)
    if settings.tier == "fast" and settings.model is None and comments >= MANY and settings.threads != 1:
        from voc import on_processes

        return on_processes.chunk_map(settings)
    return None


def most_vectors(settings: MeaningSettings) -> int:
    """Of how many texts vectors are computed, for topics: what is at hand anyway, or a sample."""
    from voc.meaning.reading import MOST_VECTORS

    return _SAMPLE if settings.tier == "fast" and settings.model is None else MOST_VECTORS


def limits(
    comments: int, readings: Readings, copies: Duplicates, moved: Movement | None = None
) -> tuple[Notice, ...]:
    """What a very long survey was not looked at in full for."""
    from voc.intake.survey import Notice

    told = []
    if readings.rows is not None:
        n = len(readings.rows)
        text = f"Topics were found in a sample of {n:,} of {comments:,} comments; their counts are its own."
        told.append(Notice("topics_sampled", text, {"n": n, "total": comments}))
    if not copies.near:
        text = "With so many different wordings, only exact copies were looked for, not near ones."
        told.append(Notice("exact_copies_only", text))
    if moved is not None and "imputed_comments" in moved.notices:
        n = int(moved.notices["imputed_comments"])
        text = f"What the model's own errors change was found in random samples of {n:,} comments together."
        told.append(Notice("errors_sampled", text, {"n": n}))
    return tuple(told)


def finished(folder: Path, tools: Tools, question: str | None) -> Finished:
    """The finished chunks of earlier runs with these very models, themes and settings."""
    from voc import __version__
    from voc.meaning.finished import Finished

    settings = replace(tools.settings, threads=None, batch_size=0, edits=None)  # these change no reading
    models = [artifacts.checksum(artifacts.find(name).path("manifest.json")) for name in artifacts.NAMES]
    decides = repr((__version__, models, tools.models, settings, tools.taxonomy, question))
    return Finished(folder, hashlib.blake2b(decides.encode("utf-8", "surrogatepass")).hexdigest())
