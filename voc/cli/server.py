"""`voc serve` and `voc keys`: the service, started and managed from the command line."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from voc._optional import require
from voc.cli.console import print_json

keys = typer.Typer(help="API keys of the service: create, list, rotate, revoke.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on, in place of VOC_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port, in place of VOC_PORT.")] = None,
) -> None:
    """Start the classify and batch service. Settings come from VOC_* variables.

    Example: voc serve --port 8000
    """
    _service("main").run(host=host, port=port)


@keys.command()
def create(
    tenant: Annotated[str, typer.Option(help="Whose key; made when new.")] = "default",
    name: Annotated[str, typer.Option(help="What it is for.")] = "key",
    scope: Annotated[list[str] | None, typer.Option(help="classify, batch or admin; repeatable.")] = None,
    days: Annotated[int, typer.Option(help="Valid for so many days.")] = 365,
    rate: Annotated[int | None, typer.Option(help="Calls a minute.")] = None,
    quota: Annotated[int | None, typer.Option(help="Documents a day.")] = None,
    as_json: Json = False,
) -> None:
    """Make a key. It is printed once and kept nowhere.

    Example: voc keys create --tenant acme --scope classify --days 90
    """
    with _database() as database:
        made = _service("keys").create(
            database,
            tenant=tenant,
            name=name,
            scopes=tuple(scope or ("classify", "batch")),
            days=days,
            rate_per_minute=rate,
            documents_per_day=quota,
        )
    _show_made(made, as_json)


@keys.command("list")
def listing(
    tenant: Annotated[str | None, typer.Option(help="Only this tenant's.")] = None, as_json: Json = False
) -> None:
    """Show keys: never their secrets."""
    with _database() as database:
        found = _service("keys").listing(database, tenant)
    if as_json:
        print_json([_plain(one) for one in found])
        return
    for one in found:
        until = f"until {one.expires_at:%Y-%m-%d}" if one.expires_at else "no end"
        typer.echo(f"{one.id}  {one.tenant}  {one.name}  {'+'.join(one.scopes)}  {one.state}  {until}")
    if not found:
        typer.echo("There are no keys yet. Make one with: voc keys create --tenant NAME")


@keys.command()
def rotate(
    key_id: Annotated[str, typer.Argument(help="Id of the key, from `voc keys list`.")],
    overlap_hours: Annotated[int, typer.Option(help="How long the old key still works.")] = 24,
    as_json: Json = False,
) -> None:
    """Replace a key by a new one with the same rights."""
    with _database() as database:
        made = _service("keys").rotate(database, key_id, overlap_hours=overlap_hours)
    _show_made(made, as_json)


@keys.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="Id of the key, from `voc keys list`.")], as_json: Json = False
) -> None:
    """End a key now."""
    with _database() as database:
        _service("keys").revoke(database, key_id)
    if as_json:
        print_json({"id": key_id, "state": "revoked"})
        return
    typer.echo(f"{key_id} no longer works.")


def _service(module: str) -> Any:
    require("fastapi", "service")
    return require(f"service.{module}", "service")


def _database() -> Any:
    from contextlib import closing

    return closing(_service("main").open_database())


def _show_made(made: Any, as_json: bool) -> None:
    if as_json:
        print_json(_plain(made))
        return
    typer.echo(made.token)
    until = f" until {made.expires_at:%Y-%m-%d}" if made.expires_at else ""
    rights = " and ".join(made.scopes)
    typer.echo(f"Key {made.id} of {made.tenant} may {rights}{until}. It is not shown again.", err=True)


def _plain(value: Any) -> dict[str, Any]:
    return {
        key: item.isoformat()
        if hasattr(item, "isoformat")
        else list(item)
        if isinstance(item, tuple)
        else item
        for key, item in asdict(value).items()
    }


def add_to(app: typer.Typer) -> None:
    """Put these commands into the application."""
    app.command()(serve)
    app.add_typer(keys, name="keys")
