"""`voc demo` and `voc analyze`: the whole path, from files to a report."""

from __future__ import annotations

from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir
from typing import Annotated, Any

import typer

from voc.cli.console import print_json, progress_bars
from voc.errors import OptionError
from voc.remote import url_of

INPUT, COMPARE, MODEL, OUTPUT = "What the columns are", "What is compared", "Models and themes", "Output"


def _option(*names: str, help: str, panel: str, metavar: str | None = None) -> Any:
    return typer.Option(*names, help=help, rich_help_panel=panel, metavar=metavar)


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the survey and its reports.")] = Path("voc-demo"),
    seed: Annotated[int, typer.Option(help="Seed of the invented survey.")] = 7,
    as_json: Annotated[
        bool, typer.Option("--json", help="The result and what was planted, as JSON.")
    ] = False,
) -> None:
    """Analyze an invented bilingual survey with known causes, and write its report in both languages."""
    from voc.demo import planted, write
    from voc.pipeline import analyze as run

    out.mkdir(parents=True, exist_ok=True)
    survey = out / "survey.csv"
    write(survey, seed=seed)
    with progress_bars(quiet=as_json) as progress:
        analysis = run(survey, before="2024-Q1", after="2024-Q2", progress=progress)
        progress("report", 0, 2)
        analysis.write(out, "en")
        progress("report", 1, 2)
        analysis.write_report(out / "report-ar.html", "ar")
        progress("report", 2, 2)
    if as_json:
        causes = [asdict(cause) for cause in planted()]
        print_json({**analysis.result, "planted": causes, "folder": str(out)})
        return
    typer.echo(analysis.summary("en"))
    typer.echo("\nPlanted in this invented survey, for you to check against:")
    for cause in planted():
        typer.echo(f"  {cause.describe()}")
    typer.echo(f"\nOpen {out / 'report.html'} (English) or {out / 'report-ar.html'} (Arabic).")


def analyze(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="CSV, XLSX, Parquet or JSONL; one or many.")
    ],
    text: Annotated[str | None, _option("--text", help="Column of the open answer.", panel=INPUT)] = None,
    score: Annotated[
        str | None, _option("--score", help="Column of the score; - if there is none.", panel=INPUT)
    ] = None,
    scale: Annotated[
        str | None, _option("--scale", help="nps, csat, ces, stars or MIN-MAX.", panel=INPUT)
    ] = None,
    date: Annotated[str | None, _option("--date", help="Column of the answer's date.", panel=INPUT)] = None,
    date_order: Annotated[
        str | None, _option("--date-order", help="day or month, when 03/04 could be both.", panel=INPUT)
    ] = None,
    comment_id: Annotated[
        str | None, _option("--id", help="Column of the comment's id.", panel=INPUT)
    ] = None,
    respondent: Annotated[
        str | None, _option("--respondent", help="Column of the person, if people repeat.", panel=INPUT)
    ] = None,
    segment: Annotated[
        list[str] | None, _option("--segment", help="Column to compare mixes by; repeatable.", panel=INPUT)
    ] = None,
    weight: Annotated[str | None, _option("--weight", help="Column of survey weights.", panel=INPUT)] = None,
    question: Annotated[
        str | None, _option("--question", help="The question that was asked.", panel=INPUT)
    ] = None,
    timezone: Annotated[
        str | None, _option("--timezone", help="Of dates without an offset, e.g. Asia/Riyadh.", panel=INPUT)
    ] = None,
    encoding: Annotated[
        str | None, _option("--encoding", help="Of text files, if known.", panel=INPUT)
    ] = None,
    before: Annotated[
        str | None,
        _option(
            "--before",
            help="2024-Q1, 2024-03, 2024-W07, 2024 or DATE..DATE.",
            panel=COMPARE,
            metavar="PERIOD",
        ),
    ] = None,
    after: Annotated[
        str | None, _option("--after", help="The later period.", panel=COMPARE, metavar="PERIOD")
    ] = None,
    compare: Annotated[
        str | None,
        _option("--compare", help="Two segments instead: COLUMN=A,B.", panel=COMPARE, metavar="COL=A,B"),
    ] = None,
    taxonomy: Annotated[
        Path | None, _option("--taxonomy", help="Your own themes, YAML.", panel=MODEL)
    ] = None,
    pack: Annotated[
        str | None, _option("--pack", help="Domain pack added to the themes, e.g. airline.", panel=MODEL)
    ] = None,
    edits: Annotated[Path | None, _option("--edits", help="Analyst edits, YAML.", panel=MODEL)] = None,
    labels: Annotated[
        Path | None, _option("--labels", help="Your labels of some comments (voc label).", panel=MODEL)
    ] = None,
    model: Annotated[
        str | None, _option("--model", help="Sentiment model: a hub name or a folder.", panel=MODEL)
    ] = None,
    tier: Annotated[str, _option("--tier", help="accurate, cascade or fast.", panel=MODEL)] = "accurate",
    duplicates: Annotated[
        str,
        _option(
            "--duplicates",
            help="Copied comments: keep, or collapse them so that each counts once.",
            panel=MODEL,
        ),
    ] = "keep",
    topics: Annotated[bool, typer.Option(help="Discover topics too.", rich_help_panel=MODEL)] = True,
    lang: Annotated[str, _option("--lang", help="Language of the report: ar or en.", panel=OUTPUT)] = "en",
    title: Annotated[str | None, _option("--title", help="Heading of the report.", panel=OUTPUT)] = None,
    engine: Annotated[str, _option("--engine", help="local or ray.", panel=OUTPUT)] = "local",
    out: Annotated[Path | None, _option("--out", help="Folder for the results.", panel=OUTPUT)] = None,
    as_json: Annotated[
        bool, _option("--json", help="Print result.json and nothing else.", panel=OUTPUT)
    ] = False,
) -> None:
    """Explain why a score moved, from raw survey files to a report.

    Examples:
      voc analyze survey.csv --before 2024-Q1 --after 2024-Q2 --out report

      voc analyze reviews.xlsx --score Rating --scale stars --compare "Branch=Riyadh,Jeddah" --out report
    """
    from voc.pipeline import analyze as run

    one_of("--lang", lang, ("ar", "en"))
    one_of("--tier", tier, ("accurate", "cascade", "fast"))
    one_of("--duplicates", duplicates, ("keep", "collapse"))
    one_of("--engine", engine, ("local", "ray"))
    with progress_bars(quiet=as_json) as progress:
        unfinished = _unfinished(out) if out else None
        analysis = run(
            files,
            unfinished=unfinished,
            engine="ray" if engine == "ray" else "local",
            progress=progress,
            text=text,
            score=score,
            scale=scale,
            date=date,
            date_order=date_order,
            comment_id=comment_id,
            respondent=respondent,
            segments=tuple(segment or ()),
            weight=weight,
            question=question,
            encoding=encoding,
            timezone=timezone,
            before=before,
            after=after,
            compare=compare,
            taxonomy=taxonomy,
            pack=pack,
            edits=edits,
            labels=labels,
            model=model,
            tier=tier,
            topics=topics,
            duplicates=duplicates,
            language=lang,
            title=title,
        )
        if out is not None and unfinished is not None:
            progress("report", 0, 1)
            analysis.write(out, "ar" if lang == "ar" else "en")
            rmtree(unfinished)
            progress("report", 1, 1)
    if as_json:
        print_json(analysis.result)
        return
    for notice in analysis.result["warnings"]:
        typer.secho(f"note: {notice['message']}", err=True, dim=True)
    typer.echo(analysis.summary("ar" if lang == "ar" else "en", folder=out))


def _unfinished(out: Path) -> Path:
    """Where chunks are kept until the results are written: beside them, or here when those go elsewhere."""
    url = url_of(out)
    if url is None:
        return out / ".unfinished"
    return Path(gettempdir()) / f"voc-{blake2b(url.encode(), digest_size=8).hexdigest()}"


def one_of(option: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuse a value that the option does not know."""
    if value not in allowed:
        raise OptionError(f"{option} is {value!r}; expected {' or '.join(allowed)}.")


def add_to(app: typer.Typer) -> None:
    """Put these commands into the application."""
    app.command()(demo)
    app.command()(analyze)
