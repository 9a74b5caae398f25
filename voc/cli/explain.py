"""`voc explain`: numbers only, on any tool's labels."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voc.cli.console import print_json

if TYPE_CHECKING:
    from voc.numbers.history import Digest


def explain(
    comments: Annotated[Path, typer.Argument(help="Comments with id, score and period or date.")],
    mentions: Annotated[
        Path | None, typer.Argument(help="Mentions with comment_id, theme, polarity; or none.")
    ] = None,
    before: Annotated[str | None, typer.Option(metavar="PERIOD", help="Earlier period.")] = None,
    after: Annotated[str | None, typer.Option(metavar="PERIOD", help="Later period.")] = None,
    compare: Annotated[str | None, typer.Option(metavar="COL=A,B", help="Two segments.")] = None,
    target: Annotated[float | None, typer.Option(help="Score to reach, instead of --before.")] = None,
    segment: Annotated[list[str] | None, typer.Option(help="Column of the mix part; repeatable.")] = None,
    labels: Annotated[Path | None, typer.Option(help="Comments you labeled by hand.")] = None,
    drivers: Annotated[bool, typer.Option(help="Also what goes with the level now.")] = False,
    digest: Annotated[
        str | None, typer.Option(metavar="DAY", help="Also what that day brought (YYYY-MM-DD, or latest).")
    ] = None,
    scale: Annotated[str, typer.Option(help="nps, csat, ces, stars or MIN-MAX.")] = "nps",
    lang: Annotated[str, typer.Option(help="Language of the words: ar or en.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print the movement as JSON.")] = False,
) -> None:
    """Explain a score change on tables that are already labeled, by you or by another tool.

    Example:
      voc explain comments.parquet mentions.parquet --before 2024-Q1 --after 2024-Q2
      voc explain survey.csv --after 2024-Q2 --target 40 --drivers
    """
    from voc.cli.run import one_of
    from voc.numbers.explain import day_of, level_of
    from voc.numbers.explain import explain as run

    one_of("--lang", lang, ("ar", "en"))
    movement = run(
        comments,
        mentions,
        before=before,
        after=after,
        compare=compare,
        target=target,
        scale=scale,
        segments=tuple(segment) if segment else None,
        labels=labels,
    )
    levels = level_of(comments, mentions, scale=scale) if drivers else None
    day = day_of(comments, mentions, day=None if digest == "latest" else digest) if digest else None
    if as_json:
        more: dict[str, Any] = {} if levels is None else {"drivers": levels.to_dict("records")}
        print_json(movement.as_dict() | more | ({} if day is None else {"digest": asdict(day)}))
        return
    typer.echo(movement.summary("ar" if lang == "ar" else "en"))
    typer.echo("")
    typer.echo(movement.to_frame().round(2).to_string(index=False))
    if levels is not None:
        typer.echo("")
        typer.echo(levels.round(2).to_string(index=False))
    if day is not None:
        _echo_day(day)


def _echo_day(day: Digest) -> None:
    """What the day brought, as a table."""
    typer.echo(f"\n{day.day}: {day.n:,} comments, compared with {day.n_days} days before")
    for row in day.rows:
        usual = "" if row.expected is None else f" (usual {row.expected:.1f}, q {row.q_value:.3f})"
        typer.echo(f"  {row.theme} {row.polarity}: {row.n}{usual}  {', '.join(row.comment_ids)}")


def add_to(app: typer.Typer) -> None:
    """Put this command into the application."""
    app.command()(explain)
