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
Group = Annotated[
    list[str] | None,
    typer.Option(help="Column to split the figures by; repeatable. Sentiment: language and dialect if none."),
]
Models = Annotated[
    list[str] | None,
    typer.Option("--model", help="Hub name, folder, `camel-tools` or `embedded`; give two to compare them."),
]
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
    model: Models = None,
    tier: Annotated[str, typer.Option(help="accurate, cascade or fast.")] = "accurate",
    as_json: Json = False,
) -> None:
    """Accuracy, macro-F1, F1-PN, macro recall, calibration and confusion, with intervals.

    Example: voc evaluate sentiment labeled.csv --text comment --label sentiment --group dialect
    """
    _run("sentiment", file, text, label, mapping, group, model, tier, as_json)


@app.command()
def language(
    file: File,
    text: Text,
    label: Label,
    mapping: Mapping = None,
    group: Group = None,
    model: Models = None,
    as_json: Json = False,
) -> None:
    """The language tagger, or a named model, against labels ar, en, ar-Latn, mixed, und."""
    _run("language", file, text, label, mapping, group, model, "accurate", as_json)


@app.command()
def dialect(
    file: File,
    text: Text,
    label: Label,
    mapping: Mapping = None,
    group: Group = None,
    model: Models = None,
    as_json: Json = False,
) -> None:
    """The dialect guess, or a named model, against labels msa, gulf, egyptian, levantine, maghrebi."""
    _run("dialect", file, text, label, mapping, group, model, "accurate", as_json)


@app.command()
def pii(file: File, text: Text, label: Label, as_json: Json = False) -> None:
    """Redaction against labeled details: recall and precision.

    A label cell holds KIND:detail items, such as PHONE:0501234567; NAME:محمد, or nothing.
    """
    from voc.evaluate import pii as redaction
    from voc.evaluate import tasks

    rows = tasks.load(file, text, label, blank=True)
    found = redaction.evaluate(rows.texts, rows.labels)
    if as_json:
        print_json(found.as_dict())
        return
    typer.echo(str(found))


@app.command()
def themes(
    file: File,
    text: Text,
    label: Annotated[str, typer.Option("--label", "--themes", help="Column of the true themes, by ;")],
    mapping: Mapping = None,
    taxonomy: Annotated[Path | None, typer.Option(help="Your own themes, YAML.")] = None,
    pack: Annotated[str | None, typer.Option(help="Domain pack to add.")] = None,
    as_json: Json = False,
) -> None:
    """Themes against labeled ones: precision, recall and F1 per theme, beside plain similarity.

    The mapping is YAML, one line for each of their labels: a theme of ours, a list of which any one is
    right (Service: [staff, service_quality]), or nothing where we have no such theme.

    Example: voc evaluate themes labeled.csv --text comment --themes topics --mapping theirs.yaml
    """
    from voc.evaluate import tasks
    from voc.meaning.theme_quality import evaluate_themes, mapping_of
    from voc.pipeline import open_tools
    from voc.settings import MeaningSettings

    rows = tasks.load(file, text, label, blank=True)
    tools = open_tools(MeaningSettings(taxonomy=taxonomy, pack=pack))
    gold = [[item.strip() for item in one.split(";") if item.strip()] for one in rows.labels]
    names = mapping_of(mapping) if mapping else {}
    report = evaluate_themes(rows.texts, gold, names, tools.readers.themes, tools.readers.encoder)
    if as_json:
        print_json(report.as_dict())
        return
    typer.echo(report.to_frame().round(3).to_string(index=False))
    alone = report.similarity
    typer.echo(
        f"\nmacro-F1 {report.macro_f1:.3f}; embedding similarity alone (at its best threshold here): "
        f"precision {alone.precision or 0:.3f}, recall {alone.recall or 0:.3f}, micro-F1 {alone.f1 or 0:.3f}"
    )
    for name, n in report.unmapped.items():
        typer.echo(f"not mapped: {name} ({n:,})")
