"""The command line: one sub-command per thing a person wants, no logic of its own.

Exit codes: 0 done, 2 the input or the options are wrong, 1 our fault.
"""

from __future__ import annotations

import os
import sys

import typer

from voc.cli import evaluate, explain, labeling, run, server

app = typer.Typer(
    name="voc",
    help="Reads what customers wrote, in Arabic and English, and explains why the score moved.",
    epilog="Start with: voc demo    Then: voc analyze survey.csv --out report    "
    "Exit codes: 0 done, 2 the input or the options are wrong, 1 our fault, 130 stopped.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _top(
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
) -> None:
    if version:
        from voc import __version__

        typer.echo(__version__)
        raise typer.Exit


run.add_to(app)
labeling.add_to(app)
explain.add_to(app)
app.add_typer(evaluate.app, name="evaluate")
server.add_to(app)


def main() -> None:
    """Run the command line; deliberate errors become one clear message and exit code 2."""
    from voc.errors import VocError

    try:
        app()
    except VocError as error:
        plain = bool(os.environ.get("NO_COLOR"))
        typer.secho("voc: ", fg=None if plain else "red", bold=None if plain else True, err=True, nl=False)
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        typer.echo("voc: stopped.", err=True)
        sys.exit(130)
    except Exception as error:
        if os.environ.get("VOC_DEBUG"):
            raise
        typer.echo(
            f"voc: this is our fault, not yours: {type(error).__name__}: {error}\n"
            "Run it again with VOC_DEBUG=1 for the details and report them with the command you ran.",
            err=True,
        )
        sys.exit(1)
