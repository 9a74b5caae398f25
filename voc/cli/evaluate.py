"""`voc evaluate`: any model against any labeled file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voc.cli.console import print_json

app = typer.Typer(
    help="How good are the labels? Any labeled file, any model, side by side.", no_args_is_help=True
)

File = Annotated[Path, typer.Argument(help="CSV, XLSX, Parquet or JSONL with labels.")]
Text = Annotated[str, typer.Option(help="Column of the text.")]
Label = Annotated[str, typer.Option(help="Column of the true label.")]
Mapping = Annotated[Path | None, typer.Option(help="YAML of `theirs: ours` label names.")]
Group = Annotated[list[str] | None, typer.Option(help="Column to split the figures by; repeatable.")]
Json = Annotated[bool, typer.Option("--json", help="All figures as JSON.")]


def _run(
    task: str,
    file: Path,
    text: str,
    label: str,
    mapping: Path | None,
    group: list[str] | None,
    models: list[str] | None,
    tier: str,
    as_json: bool,
) -> None:
    from voc.evaluate import tasks

    rows = tasks.load(file, text, label, mapping, group or [])
    names: list[str | None] = [None if name == "embedded" else name for name in models or ["embedded"]]
    results, test = tasks.run(task, rows, names, tier)
    if as_json:
        print_json(
            {
                "rows_without_label": rows.without_label,
                "models": [result.as_dict() for result in results],
                "mcnemar": vars(test) if test else None,
            }
        )
        return
    if rows.without_label:
        typer.echo(f"{rows.without_label:,} rows have no text or no label and are left out.\n")
    typer.echo("\n\n".join(str(result) for result in results))
    if test:
        typer.echo(
            f"\nMcNemar: only the first right {test.only_first}, only the second right "
            f"{test.only_second}, p = {test.p_value:.4f}"
        )


@app.command()
def sentiment(
    file: File,
    text: Text,
    label: Label,
    mapping: Mapping = None,
    group: Group = None,
    model: Annotated[
        list[str] | None,
        typer.Option(help="Hub name, folder or `embedded`; give two to compare them."),
    ] = None,
    tier: Annotated[str, typer.Option(help="accurate, cascade or fast.")] = "accurate",
    as_json: Json = False,
) -> None:
    """Accuracy, macro-F1, F1-PN, macro recall, calibration and confusion, with intervals.

    Example: voc evaluate sentiment labeled.csv --text comment --label sentiment --group dialect
    """
    _run("sentiment", file, text, label, mapping, group, model, tier, as_json)


@app.command()
def language(
    file: File, text: Text, label: Label, mapping: Mapping = None, group: Group = None, as_json: Json = False
) -> None:
    """The language tagger against labels ar, en, ar-Latn, mixed, und."""
    _run("language", file, text, label, mapping, group, None, "accurate", as_json)


@app.command()
def dialect(
    file: File, text: Text, label: Label, mapping: Mapping = None, group: Group = None, as_json: Json = False
) -> None:
    """The dialect guess against labels msa, gulf, egyptian, levantine, maghrebi."""
    _run("dialect", file, text, label, mapping, group, None, "accurate", as_json)
