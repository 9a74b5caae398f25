"""`voc serve` and `voc keys`: the service, started and managed from the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from voc._optional import require


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
) -> None:
    """Start the classify and batch service. Settings come from VOC_* variables."""
    require("fastapi", "service")
    require("service.main", "service").run(host=host, port=port)


def add_to(app: typer.Typer) -> None:
    """Put these commands into the application."""
    app.command()(serve)
