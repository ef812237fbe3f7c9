"""`bzpeer harvest`."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from deploy.local import catchup, harvests, show
from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.progress import waiting
from deploy.local.settings import StackSettings
from deploy.local.terminal import AsJson, console, errors, say


class _Sources(TyperGroup):
    """Takes a word that is no command for a source: `harvest arxiv` is `harvest start arxiv`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As in click."""
        if args[0] not in self.commands and not args[0].startswith("-"):
            args = ["start", *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Sources,
    no_args_is_help=True,
    help="Fetch records from their sources: `bzpeer harvest arxiv --set cs --since 2024-01-01`.",
)
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")]
HarvestId = Annotated[str, typer.Argument(metavar="ID")]


@app.command()
def start(
    source: Annotated[str, typer.Argument(help="arxiv, crossref, openalex, …")],
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="A part, as the source names it; several of one source as cs,math."
        ),
    ] = None,
    since: Day = None,
    until: Day = None,
    wait: Annotated[
        bool,
        typer.Option(
            "--wait",
            help="Wait until it and all pages are done; exits with 1 if it is parked or stopped.",
        ),
    ] = False,
    timeout: Annotated[
        float | None, typer.Option(min=0, help="Seconds to wait at most, with --wait.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Harvest a source; the word `start` may be left out."""
    if sets and len(sets) > 1:
        raise StackError(f"--set stands {len(sets)} times: several sets are written as cs,math.")
    home = Home.from_environment()
    days = {"since": since, "until": until}
    wanted = {
        "source": source,
        **({"set": sets[0]} if sets else {}),
        **{name: day.date().isoformat() for name, day in days.items() if day},
    }
    found = harvests.begin(home, wanted)
    if wait:
        with waiting(errors if as_json else console) as report:
            found = harvests.wait_until_ended(home, found["id"], timeout, report)
            catchup.wait_until_caught_up(home, StackSettings.from_environment(), timeout, report)
    _show([found], as_json)
    if found["state"] in harvests.LEFT:
        raise SystemExit(1)


@app.command("status")
def harvest_status(
    harvest: Annotated[str | None, typer.Argument(metavar="ID", help="By default: all.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show harvests, or one with its jobs."""
    home = Home.from_environment()
    if harvest is not None:
        found = harvests.one(home, harvest)
        if as_json:
            typer.echo(json.dumps(found, indent=2))
        else:
            show.show_harvest(console, found)
        return
    _show(harvests.newest(home), as_json)


@app.command("retry")
def harvest_retry(harvest: HarvestId) -> None:
    """Let jobs that were parked or stopped go on from where they were."""
    found = harvests.retry(Home.from_environment(), harvest)
    say(f"{harvest} is {found['state']}")


@app.command("stop")
def harvest_stop(harvest: HarvestId) -> None:
    """End a harvest, behind the pages that are being taken in; what came in stays."""
    state = harvests.stop(Home.from_environment(), harvest)["state"]
    say(f"{harvest} is {state}" if state in harvests.ENDED else f"{harvest} stops in a moment")


def _show(found: Sequence[Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    elif found:
        show.show_harvests(console, found)
    else:
        say("nothing was harvested yet")
