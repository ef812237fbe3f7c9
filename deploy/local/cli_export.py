"""``bzpeer export``: what the platform has worked out, as JSON lines."""

import sys
from typing import Annotated

import typer

from deploy.local.errors import NotRunning
from deploy.local.home import Home
from deploy.local.works import works_url

app = typer.Typer(help="Write what was worked out to standard output, as JSON lines.")


@app.callback()
def export() -> None:
    """Write what was worked out to standard output, as JSON lines."""


@app.command()
def authorships(
    after: Annotated[str, typer.Option(help="Go on behind this author id.")] = "",
) -> None:
    """One line per authorship: ids of the work at its sources, position from 0, name, author."""
    import httpx  # slow to import

    url = f"{works_url(Home.from_environment())}/export/authorships"
    try:
        with httpx.stream("GET", url, params={"after": after}, timeout=120) as answer:
            answer.raise_for_status()
            for line in answer.iter_lines():
                sys.stdout.write(line + "\n")
    except httpx.TransportError as error:
        raise NotRunning("the works service") from error
