"""The stages of a batch, each safe to repeat: run twice, it leaves what it leaves when run once.

read     upload -> survey.pickle, texts.parquet; the upload is deleted
label    rows of one chunk -> chunks/NNNNN.pickle
explain  all chunks -> results/; the working files are deleted
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from service.analysis import Models
from service.masking import masked
from voc.errors import InputError
from voc.settings import Settings

if TYPE_CHECKING:
    from voc.intake.survey import Survey
    from voc.meaning.reading import Readings

SURVEY: Final = "survey.pickle"  # our own files in a folder of mode 0700; nothing from outside is unpickled
TEXTS: Final = "texts.parquet"
UPLOAD: Final = "upload"  # a folder with the file under the name it came with, which its row ids carry
RESULTS: Final = "results"
Turn = Callable[[Callable[[], Any]], Any]  # runs a piece of model work when it is its turn


@dataclass(frozen=True)
class Plan:
    """How many rows there are to classify, and in how many chunks."""

    rows: int
    chunks: int


def read(home: Path, models: Models, settings: Settings, *, chunk_rows: int, max_rows: int) -> Plan:
    """Read the upload into the working files and delete it.

    Raises:
        VocError: the file cannot be used as it is.
    """
    if (home / SURVEY).exists() and (home / TEXTS).exists():
        rows = pq.read_metadata(home / TEXTS).num_rows
    else:
        survey = models.survey(next((home / UPLOAD).iterdir()), settings)
        survey = replace(survey, rejects=_masked(survey.rejects))
        rows = len(survey.comments)
        if survey.counts.read > max_rows:
            raise InputError(
                f"The file has {survey.counts.read} rows; a batch may have {max_rows}. Split it."
            )
        _write_texts(home / TEXTS, survey, chunk_rows)
        _write_pickle(home / SURVEY, survey)
    shutil.rmtree(home / UPLOAD, ignore_errors=True)
    (home / "chunks").mkdir(exist_ok=True)
    return Plan(rows, max(1, -(-rows // chunk_rows)))


def label(home: Path, models: Models, settings: Settings, chunk: int, *, slice_rows: int, turn: Turn) -> int:
    """Classify one chunk, a slice at a time as the model is free; how many rows it had."""
    target = home / "chunks" / f"{chunk:05d}.pickle"
    with pq.ParquetFile(home / TEXTS) as file:
        table = file.read_row_group(chunk) if file.num_row_groups else file.read()
        question = (file.schema_arrow.metadata or {}).get(b"question", b"").decode() or None
    if target.exists():
        return int(table.num_rows)
    ids, texts = table["comment_id"].to_pylist(), table["text"].to_pylist()
    parts = []
    for start in range(0, max(len(texts), 1), slice_rows):
        piece = slice(start, start + slice_rows)
        job = _job(models, ids[piece], texts[piece], settings.meaning.question or question, settings)
        parts.append(turn(job))
    _write_pickle(target, parts)
    return len(texts)


def explain(
    home: Path, models: Models, settings: Settings, erased: Callable[[str], bool] | None, chunks: int
) -> dict[str, Any]:
    """Write the results, all or nothing, and delete the working files; the counts of the run.

    `erased` tells whether a respondent asked to be forgotten while the batch ran.
    """
    results = home / RESULTS
    if not results.exists():
        survey: Survey = _read_pickle(home / SURVEY)
        readings = _joined(
            [part for i in range(chunks) for part in _read_pickle(home / "chunks" / f"{i:05d}.pickle")]
        )
        analysis = models.conclude(survey, readings, settings)
        draft = home / "results.draft"
        shutil.rmtree(draft, ignore_errors=True)
        analysis.write(draft, settings.report.language)
        if erased:
            from service.results import forget

            forget(draft, erased, settings.report.language)
        for file in draft.iterdir():
            _sync(file)
        draft.rename(results)
        _sync(home)
    counts: dict[str, Any] = json.loads((results / "result.json").read_text(encoding="utf-8"))["counts"]
    clear(home)
    return counts


def clear(home: Path) -> None:
    """Delete the working files; the results stay."""
    for name in (SURVEY, TEXTS):
        (home / name).unlink(missing_ok=True)
    for name in (UPLOAD, "chunks", "results.draft"):
        shutil.rmtree(home / name, ignore_errors=True)


def _job(
    models: Models, ids: list[str], texts: list[str], question: str | None, settings: Settings
) -> Callable[[], Readings]:
    return lambda: models.read(ids, texts, question, settings.meaning.topics)


def _joined(parts: list[Readings]) -> Readings:
    from voc.meaning.reading import Readings

    vectors = [part.vectors for part in parts if part.vectors is not None]
    frames = [part.frame for part in parts if len(part.frame)] or [parts[0].frame]
    mentions = [part.mentions for part in parts if len(part.mentions)] or [parts[0].mentions]
    return Readings(
        pd.concat(frames, ignore_index=True),
        pd.concat(mentions, ignore_index=True),
        np.concatenate(vectors) if vectors else None,
    )


def _masked(rejects: pd.DataFrame) -> pd.DataFrame:
    """Rejected values may hold anything a person typed."""
    if not len(rejects):
        return rejects
    told = [name for name in ("value", "reason", "details") if name in rejects]
    return rejects.assign(**{name: rejects[name].map(masked) for name in told})


def _write_texts(path: Path, survey: Survey, chunk_rows: int) -> None:
    columns = {
        name: pa.array(survey.comments[name].astype(str), pa.string()) for name in ("comment_id", "text")
    }
    table = pa.table(columns).replace_schema_metadata({b"question": (survey.question or "").encode()})
    draft = path.with_suffix(".draft")
    pq.write_table(table, draft, row_group_size=chunk_rows)
    _sync(draft)
    draft.rename(path)


def _write_pickle(path: Path, value: object) -> None:
    draft = path.with_suffix(".draft")
    with draft.open("wb") as stream:
        pickle.dump(value, stream, protocol=pickle.HIGHEST_PROTOCOL)
        stream.flush()
        os.fsync(stream.fileno())
    draft.rename(path)


def _read_pickle(path: Path) -> Any:
    with path.open("rb") as stream:
        return pickle.load(stream)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
