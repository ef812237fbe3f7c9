"""`bzpeer dead-letters`."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.local import deadletters, show, status
from deploy.local.errors import NotRunning, StackError
from deploy.local.home import Home
from deploy.local.settings import StackSettings
from deploy.local.terminal import AsJson, console, say

app = typer.Typer(
    help="Messages that could not be handled: look at them, send them again.", no_args_is_help=True
)


def _kafka() -> tuple[str, StackSettings]:
    settings = StackSettings.from_environment()
    bootstrap = status.kafka_address(Home.from_environment(), settings)
    if bootstrap is None:
        raise NotRunning("Kafka")
    return bootstrap, settings


@app.command("list")
def letters_list(as_json: AsJson = False) -> None:
    """Show every dead letter that was not sent again yet."""
    letters = asyncio.run(deadletters.unresolved(*_kafka()))
    if as_json:
        typer.echo(
            json.dumps([{"id": x.id, **x.label, "size": len(x.body)} for x in letters], indent=2)
        )
    elif letters:
        show.show_dead_letters(console, letters)
    else:
        say("no dead letters")


@app.command("show")
def letters_show(letter_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Show one dead letter: its label, then its bytes."""
    (letter,) = deadletters.pick(asyncio.run(deadletters.unresolved(*_kafka())), [letter_id])
    for name, value in letter.label.items():
        typer.echo(f"{name}: {value}")
    typer.echo("")
    sys.stdout.flush()
    sys.stdout.buffer.write(letter.body + b"\n")


@app.command("redrive")
def letters_redrive(
    letter_ids: Annotated[list[str] | None, typer.Argument(metavar="ID…")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every dead letter.")] = False,
    body: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The mended bytes of one.")
    ] = None,
) -> None:
    """Send dead letters to the topics they came from again."""
    if everything == bool(letter_ids):
        raise StackError("name the dead letters to send again, or --all.")
    if body is not None and (everything or len(letter_ids or []) != 1):
        raise StackError("--body is for one dead letter.")
    bootstrap, settings = _kafka()
    letters = asyncio.run(deadletters.unresolved(bootstrap, settings))
    if not everything:
        letters = deadletters.pick(letters, letter_ids or [])
    mended = None if body is None else body.read_bytes()
    asyncio.run(deadletters.redrive(bootstrap, letters, mended))
    say(f"sent {len(letters)} again")
