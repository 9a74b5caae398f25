"""`voc classify`, `voc label` and `voc themes`: texts in, labels out."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from voc.cli.console import print_json, progress_bars
from voc.errors import InputError, OptionError

if TYPE_CHECKING:
    from voc.taxonomy import Taxonomy


_QUALITY: Final = {
    "en": "{n} examples, precision {precision}, recall {recall}",
    "ar": "الأمثلة {n}، الدقة {precision}، الاستدعاء {recall}",
}
_EXPLAINED: Final = {
    "en": "Precision: of the examples given this theme, the share that has it. Recall: of its examples,\n"
    "the share that was given it. Both by meaning alone, on examples that were held back\n"
    "(5-fold cross-validation); words listed under 'words' add to them.",
    "ar": "الدقة: نسبة ما هو من الموضوع فعلا مما نُسب إليه. الاستدعاء: نسبة ما نُسب إليه من أمثلته.\n"
    "كلاهما بالمعنى وحده، على أمثلة حُجبت عن التدريب (تحقق متقاطع بخمس طيات)؛ وكلمات 'words' تزيد عليهما.",
}


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
    as_json: Annotated[bool, typer.Option("--json", help="The drawn ids as JSON.")] = False,
) -> None:
    """Pick the comments worth labeling by hand, so that the model's errors can be priced in.

    Fill in the column `themes` (staff:negative; price:positive, or none), then run
    voc analyze ... --labels to-label.csv: intervals widen by the model's error, and its bias is taken out.
    """
    from voc.intake.tables import read_tables
    from voc.numbers import choosing, labels_file
    from voc.report.workbook import safe_csv

    table = read_tables(comments)
    chosen = choosing.choose(table, read_tables(mentions), n, seed)
    safe_csv(labels_file.sheet(table, chosen), out)
    if as_json:
        print_json({"file": str(out), "comment_ids": [str(one) for one in chosen["comment_id"]]})
        return
    typer.echo(f"{len(chosen):,} comments are in {out}. Fill in the column `themes`.")


def themes(
    taxonomy: Annotated[Path | None, typer.Argument(help="Your own themes, YAML.")] = None,
    pack: Annotated[str | None, typer.Option(help="Domain pack to add.")] = None,
    quality: Annotated[
        bool, typer.Option(help="Train your own themes and say how well they are told apart.")
    ] = True,
    lang: Annotated[str, typer.Option(help="ar or en.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="The tree as JSON.")] = False,
) -> None:
    """Show the theme tree in use; check a taxonomy file of your own, and what to expect of its themes.

    Example:
      voc themes my-themes.yaml
    """
    from voc.cli.run import one_of
    from voc.taxonomy import load

    one_of("--lang", lang, ("ar", "en"))
    tree = load(taxonomy, pack)
    measured = _quality(tree) if taxonomy is not None and quality else {}
    if as_json:
        print_json(
            [
                {
                    "id": t.id,
                    "parent": t.parent,
                    "label": t.label,
                    "stage": t.stage,
                    "touchpoint": t.touchpoint,
                    "quality": measured.get(t.id),
                }
                for t in tree.themes
            ]
        )
        return
    for theme in tree.themes:
        indent = "" if theme.parent is None else "  "
        line = f"{indent}{theme.label[lang]}  [{theme.id}]"
        if theme.id in measured:
            told = {name: _shown(value) for name, value in measured[theme.id].items()}
            line += "  " + _QUALITY[lang].format(**told)
        typer.echo(line)
    if measured:
        typer.echo("\n" + _EXPLAINED[lang])


def _quality(tree: Taxonomy) -> dict[str, dict[str, Any]]:
    """Cross-validated quality of the themes that are not the embedded ones, by id."""
    from voc.meaning.encode import open_encoder
    from voc.meaning.theme_training import train_user_themes
    from voc.meaning.themes import own_themes

    encoder = open_encoder()
    own = own_themes(tree, encoder)
    if not own:
        return {}
    return {
        one.theme: {"n": one.n, "precision": one.precision, "recall": one.recall, "f1": one.f1}
        for one in train_user_themes(tree, encoder, own).quality
        if one.theme in own
    }


def _shown(value: float | None) -> str:
    return "-" if value is None else str(value) if isinstance(value, int) else f"{value:.2f}"


def edits(
    file: Annotated[Path, typer.Argument(help="Edits, YAML.")],
    comments: Annotated[Path, typer.Argument(help="comments.parquet of a past analysis.")],
    mentions: Annotated[Path, typer.Argument(help="mentions.parquet of the same analysis.")],
    show: Annotated[int, typer.Option(help="Changed comments to show.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="The whole diff as JSON.")] = False,
) -> None:
    """Show what edits would change in a past analysis, before you accept them. Nothing is written.

    Accept them by running: voc analyze ... --edits FILE

    Example:
      voc edits edits.yaml out/comments.parquet out/mentions.parquet
    """
    from voc.intake.tables import read_tables
    from voc.meaning import edits as editing

    table = read_tables(comments)
    diff = editing.preview(file, table, read_tables(mentions))
    if as_json:
        print_json(
            {
                "themes": diff.themes.to_dict("records"),
                "mentions": diff.mentions.to_dict("records"),
                "idle": list(diff.idle),
            }
        )
        return
    if diff.themes.empty:
        typer.echo("These edits change no theme of any comment in this analysis.")
    else:
        typer.echo(f"{'theme':28} {'before':>8} {'after':>8} {'added':>8} {'removed':>8}")
        for row in diff.themes.itertuples():
            typer.echo(
                f"{row.theme:28} {row.n_before:8,} {row.n_after:8,} {row.n_added:8,} {row.n_removed:8,}"
            )
        texts = dict(zip(table["comment_id"].astype(str), table["text"], strict=True))
        typer.echo("")
        for row in diff.mentions.head(show).itertuples():
            sign = "+" if row.change == "added" else "-"
            text = " ".join(str(texts.get(str(row.comment_id), "")).split())
            typer.echo(f"{sign} {row.theme} ({row.polarity})  {row.comment_id}: {text[:100]}")
        if len(diff.mentions) > show:
            typer.echo(f"... and {len(diff.mentions) - show:,} more (--show, --json)")
    for one in diff.idle:
        typer.echo(f"note: {one} changes nothing here.")


def topics(
    file: Annotated[Path, typer.Argument(help="A table of comments, or comments.parquet of an analysis.")],
    text: Annotated[str | None, typer.Option(help="Column of the text.")] = None,
    pack: Annotated[str | None, typer.Option(help="Domain pack whose themes may cover a topic.")] = None,
    runs: Annotated[int, typer.Option(help="Further runs of each kind for the stability report.")] = 2,
    lang: Annotated[str, typer.Option(help="Language of the labels: ar or en.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Topics and stability as JSON.")] = False,
) -> None:
    """Discover topics, say which ones no theme covers, and how stable they are.

    Example:
      voc topics report/comments.parquet
    """
    from voc.cli.run import one_of
    from voc.intake import language
    from voc.meaning.encode import open_encoder
    from voc.meaning.topic_stability import stability
    from voc.meaning.topics import discover
    from voc.taxonomy import load

    one_of("--lang", lang, ("ar", "en"))
    ids, texts = _texts(file, text)
    spoken = [one.language for one in language.tag(texts)]
    vectors = open_encoder().encode(texts)
    found = discover(texts, vectors, spoken, ids, taxonomy=load(pack=pack))
    if not found.topics:
        raise InputError(f"{file.name} has too few different comments for topics.")
    report = stability(found, texts, vectors, spoken, n_runs=runs)
    without = found.assignments["reason"].value_counts().to_dict()
    if as_json:
        topics = [asdict(topic) for topic in found.topics]
        return print_json({"topics": topics, "without_topic": without, "stability": asdict(report)})
    for topic in found.topics:
        told = f"theme {topic.theme}" if topic.theme else "no theme covers it: a proposal"
        overlap = report.per_topic[topic.id]
        typer.echo(f"{topic.id}  {topic.size:7,}  {topic.label[lang]}  ({told}; overlap {overlap:.2f})")
    typer.echo("\nWithout a topic: " + (", ".join(f"{k} {n:,}" for k, n in without.items()) or "none") + ".")
    typer.echo(report.summary())


def add_to(app: typer.Typer) -> None:
    """Put these commands into the application."""
    app.command()(classify)
    app.command()(label)
    app.command()(themes)
    app.command()(edits)
    app.command()(topics)
