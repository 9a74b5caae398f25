"""`voc classify`, `voc label` and `voc themes`: texts in, labels out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from voc.cli.console import print_json, progress_bars
from voc.errors import InputError, OptionError


def classify(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE|-]", help="One text per line, or a table.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="Column of the text, for a table.")] = None,
    question: Annotated[str | None, typer.Option(help="The question that was asked.")] = None,
    model: Annotated[str | None, typer.Option(help="Sentiment model: hub name or folder.")] = None,
    tier: Annotated[str, typer.Option(help="accurate, cascade or fast.")] = "accurate",
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines only, no progress.")] = False,
) -> None:
    """Label texts: language, sentiment, themes with evidence. JSON lines out.

    Example:
      echo "الخدمة ممتازة بس السعر غالي" | voc classify -
    """
    from voc.cli.run import one_of
    from voc.pipeline import classify as run

    one_of("--tier", tier, ("accurate", "cascade", "fast"))
    ids, texts = _texts(file, text)
    with progress_bars(quiet=as_json) as progress:
        labeled = run(texts, ids=ids, question=question, model=model, tier=tier, progress=progress)
    for one in labeled:
        sys.stdout.write(json.dumps(one.as_dict(), ensure_ascii=False) + "\n")


def _texts(file: Path | None, column: str | None) -> tuple[list[str], list[str]]:
    if file is None or str(file) == "-":
        if sys.stdin.isatty():
            raise OptionError(
                "No file was given and nothing is piped in. Give a FILE, or pipe one text per line: "
                "cat comments.txt | voc classify -"
            )
        lines = sys.stdin.buffer.read().decode("utf-8-sig", errors="strict").splitlines()
        texts = [line for line in lines if line.strip()]
        return [str(i + 1) for i in range(len(texts))], texts
    if file.suffix.lower() == ".txt":
        if not file.is_file():
            raise InputError(f"There is no file {str(file)!r}.")
        lines = file.read_text(encoding="utf-8-sig").splitlines()
        texts = [line for line in lines if line.strip()]
        return [str(i + 1) for i in range(len(texts))], texts
    from voc.intake.read import read
    from voc.settings import IntakeSettings

    survey = read([file], IntakeSettings(text=column))
    for notice in survey.notices:
        typer.echo(f"voc: {notice.message}", err=True)
    return list(survey.comments["comment_id"]), list(survey.comments["text"])


def label(
    comments: Annotated[Path, typer.Argument(help="comments.parquet of an analysis.")],
    mentions: Annotated[Path, typer.Argument(help="mentions.parquet of the same analysis.")],
    n: Annotated[int, typer.Option("--n", help="How many comments, at least 50.")] = 250,
    out: Annotated[Path, typer.Option(help="CSV to fill in.")] = Path("to-label.csv"),
    seed: Annotated[int, typer.Option(help="Seed of the draw.")] = 0,
) -> None:
    """Pick the comments worth labeling by hand, so that the model's errors can be priced in.

    Fill in the column `themes` (staff:negative; price:positive, or none), then run
    voc analyze ... --labels to-label.csv: intervals widen by the model's error, and its bias is taken out.
    """
    from voc.intake.tables import read_tables
    from voc.numbers import labels_file, noise
    from voc.report.workbook import safe_csv

    table = read_tables(comments)
    chosen = noise.choose(table, read_tables(mentions), n, seed)
    safe_csv(labels_file.sheet(table, chosen), out)
    typer.echo(f"{len(chosen):,} comments are in {out}. Fill in the column `themes`.")


def themes(
    taxonomy: Annotated[Path | None, typer.Argument(help="Your own themes, YAML.")] = None,
    pack: Annotated[str | None, typer.Option(help="Domain pack to add.")] = None,
    lang: Annotated[str, typer.Option(help="ar or en.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="The tree as JSON.")] = False,
) -> None:
    """Show the theme tree in use, and check a taxonomy file of your own."""
    from voc.taxonomy import load

    tree = load(taxonomy, pack)
    if as_json:
        print_json(
            [
                {
                    "id": t.id,
                    "parent": t.parent,
                    "label": t.label,
                    "stage": t.stage,
                    "touchpoint": t.touchpoint,
                }
                for t in tree.themes
            ]
        )
        return
    for theme in tree.themes:
        indent = "" if theme.parent is None else "  "
        typer.echo(f"{indent}{theme.label['ar' if lang == 'ar' else 'en']}  [{theme.id}]")


def add_to(app: typer.Typer) -> None:
    """Put these commands into the application."""
    app.command()(classify)
    app.command()(label)
    app.command()(themes)
