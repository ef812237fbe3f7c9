"""Where the command line speaks: results to stdout, failures to stderr."""

import sys
from typing import Annotated

import typer
from rich.console import Console

# What goes to a file or a pipe is not broken into lines of a terminal that is not there.
console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def say(line: str) -> None:
    """Print one plain line."""
    console.print(line, markup=False)
