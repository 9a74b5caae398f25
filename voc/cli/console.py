"""Progress bars on standard error, results on standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from voc.progress import Progress, silent


@contextmanager
def progress_bars(quiet: bool) -> Iterator[Progress]:
    """A callback that draws one bar per stage with the time left; nothing when `quiet`.

    Bars are drawn on standard error, and only on a terminal; elsewhere each stage is one line.
    """
    if quiet:
        yield silent
        return
    if not sys.stderr.isatty():
        yield _one_line_per_stage
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def draw(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield draw


def _one_line_per_stage(stage: str, done: int, total: int) -> None:
    if done >= total:
        typer.echo(f"{stage}: {total:,} done", err=True)


def print_json(value: Any) -> None:
    """`value` as JSON on standard output, Arabic readable, no NaN."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))
