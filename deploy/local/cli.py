"""`bzpeer`: the command line of the embedded stack."""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from deploy.local import (
    catchup,
    ingest,
    mails,
    ports,
    processes,
    sample,
    services,
    show,
    stack,
    status,
    traces,
    watch,
)
from deploy.local import cli_deadletters as letters
from deploy.local import cli_export as export
from deploy.local import cli_harvest as harvest
from deploy.local import logs as logs_
from deploy.local.errors import NotRunning, StackError
from deploy.local.home import REPO, Home
from deploy.local.progress import progress_of, waiting
from deploy.local.servers import Servers
from deploy.local.settings import SERVICES, StackSettings
from deploy.local.terminal import AsJson, console, errors, say
from deploy.local.works import works_token, works_url

REBUILDABLE = ("gateway", "graph", "trust", "identity")

app = typer.Typer(
    help="Researcher profiles on this machine: start, fill, look after.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(letters.app, name="dead-letters")
app.add_typer(harvest.app, name="harvest")
app.add_typer(export.app, name="export")


def main() -> None:
    """Run the command line; an expected failure is one sentence and an exit code."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # we say it ourselves
    try:
        app()
    except StackError as error:
        errors.print(f"bzpeer: {error}", markup=False)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


@app.command()
def up(
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return when the page can be read.")
    ] = False,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the gateway.")] = None,
    copies: Annotated[int | None, typer.Option(min=1, help="Copies of every service.")] = None,
    scale: Annotated[
        list[str] | None, typer.Option(help="Copies of one service, as graph=2.")
    ] = None,
) -> None:
    """Start everything that is not running, and watch over it until Ctrl-C."""
    home = Home.from_environment()
    settings = StackSettings.from_environment(port)
    wanted = _scale(copies, scale)
    other = stack.become_watcher(home)
    try:
        with _interrupt_on_signals():
            address = _bring_up(home, settings, wanted)
            say(address)
            if not detach:
                other = stack.become_watcher(home)  # the one before may have ended meanwhile
            if other is not None:
                say(f"`bzpeer up` with pid {other.pid} is watching over it.")
            elif not detach:
                say("Ctrl-C stops everything.")
                watch.watch(home, settings, say)
    except (KeyboardInterrupt, StackError) as reason:
        if detach or other is not None:
            raise
        if isinstance(reason, StackError):
            errors.print(f"bzpeer: {reason}", markup=False)
        say("stopping")
        with _no_signals():
            stack.stop_everything(home)
        raise SystemExit(reason.exit_code if isinstance(reason, StackError) else 0) from None
    finally:
        stack.forget_watcher(home)


def _bring_up(home: Home, settings: StackSettings, scale: dict[str, int] | None) -> str:
    running = stack.start_missing(home, settings, scale, say)
    if running.started:
        say(f"started {', '.join(running.started)}")
    wanted = settings.gateway_port or services.DEFAULT_GATEWAY_PORT
    if "gateway" in running.started and running.ports["gateway"] != wanted:
        taken = ports.holder(wanted)
        if not ports.is_free(wanted):
            say(f"port {wanted} is taken{taken}: the gateway has {running.ports['gateway']}")
    sample.ingest_sample_once(home, settings, say)
    return sample.page_address(home, settings, running.gateway)


def _scale(copies: int | None, scale: list[str] | None) -> dict[str, int] | None:
    if copies is None and not scale:
        return None
    wanted = dict.fromkeys(SERVICES, copies or 1)
    for item in scale or []:
        service, _, number = item.partition("=")
        if service not in SERVICES or not number.isdigit() or int(number) < 1:
            raise StackError(f"--scale {item}: write it as graph=2, of {', '.join(SERVICES)}.")
        wanted[service] = int(number)
    return wanted


@contextmanager
def _interrupt_on_signals() -> Iterator[None]:
    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    # SIGINT too: a shell that starts this in the background has it ignored.
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _no_signals() -> Iterator[None]:
    """Nothing may interrupt the stopping: it is bounded."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@app.command()
def down() -> None:
    """Stop everything that `up` started, after a crash as well."""
    stopped = stack.down(Home.from_environment())
    say(f"stopped {', '.join(stopped)}" if stopped else "nothing was running")


@app.command("status")
def status_command(as_json: AsJson = False) -> None:
    """Show processes, records and backlog; exit code 3 unless everything is alive."""
    now = status.read_status(Home.from_environment(), StackSettings.from_environment())
    if as_json:
        typer.echo(json.dumps(now.as_json(), indent=2))
    elif now.processes:
        show.show_status(console, now)
    if not now.processes and not as_json:
        raise NotRunning("BZPEER")
    if not now.alive:
        raise SystemExit(3)


@app.command("ingest")
def ingest_command(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.", metavar="PATH…")],
    concurrency: Annotated[int, typer.Option(min=1, help="Files at a time.")] = 2,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until every projection has caught up.")
    ] = False,
    timeout: Annotated[
        float | None, typer.Option(min=0, help="Seconds to wait at most, with --wait.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read files into works; exit code 1 when records were rejected, 2 when a file was not read."""
    home, settings = Home.from_environment(), StackSettings.from_environment()
    files, bad = ingest.find_files(paths)
    works_url(home)
    messages = errors if as_json else console
    try:
        with traces.tracer(home) as tracer, progress_of(messages, files) as progress:
            sender = ingest.Ingest(lambda: works_url(home), works_token(home), tracer, progress)
            reports = [*bad, *(sender.run(files, concurrency) if files else [])]
    except KeyboardInterrupt:
        os._exit(130)  # a thread may wait for an answer that takes long
    if wait and not all(report.error for report in reports):
        with waiting(messages) as report_backlog:
            catchup.wait_until_caught_up(home, settings, timeout, report_backlog)
    if as_json:
        rejected = [{"file": str(r.path), **entry} for r in reports for entry in r.rejected]
        failed = [{"file": str(r.path), "error": r.error} for r in reports if r.error]
        counts = ingest.total(reports)
        typer.echo(json.dumps({**counts, "rejected_records": rejected, "failed": failed}))
    else:
        show.show_reports(console, home, reports)
    raise SystemExit(ingest.exit_code(reports))


@app.command()
def rebuild(
    service: Annotated[str, typer.Argument(help="gateway, graph, trust or identity.")],
) -> None:
    """Build a service's projection anew from Kafka, beside the live one, and swap."""
    if service not in REBUILDABLE:
        names = ", ".join(REBUILDABLE)
        raise StackError(f"{service} has no projection to rebuild: {names} have one.")
    home, settings = Home.from_environment(), StackSettings.from_environment()
    bootstrap, uri = status.kafka_address(home, settings), status.mongodb_address(home, settings)
    if bootstrap is None or uri is None:
        raise NotRunning("the stack")
    known = {name: process.port for name, process in processes.known(home).items()}
    at = {**dict.fromkeys(SERVICES, 1), **known}
    env = services.environment(home, settings, Servers(bootstrap, uri), services.Copy(service), at)
    command = [sys.executable, "-m", f"services.{service}.main", "rebuild"]
    done = subprocess.run(command, env={**os.environ, **env}, cwd=REPO, check=False)
    raise SystemExit(done.returncode)


@app.command()
def mail(
    address: Annotated[str | None, typer.Argument(help="Whom it was sent to.")] = None,
) -> None:
    """Show the newest mail that the stack sent, such as one with a code to sign in."""
    message = mails.newest(Home.from_environment().mail, address)
    if message is None:
        raise StackError("no such mail was sent yet." if address else "no mail was sent yet.", 3)
    for header in ("To", "Subject", "Date"):
        typer.echo(f"{header}: {message[header]}")
    typer.echo(f"\n{message.get_content()}".rstrip())


@app.command()
def logs(
    service: Annotated[str | None, typer.Argument(help="A service, kafka or mongod.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("-n", min=0, help="Lines of each log.")] = 20,
) -> None:
    """Show the end of the logs."""
    logs_.show_logs(Home.from_environment(), service, lines, follow)


@app.command()
def trace(
    trace_id: Annotated[str | None, typer.Argument(help="Without it: the newest ingest.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show one trace as a tree: from the ingest to the page's projection."""
    folder = Home.from_environment().traces
    chosen = trace_id or traces.newest_trace(folder)
    if chosen is None:
        raise StackError("no ingest was traced yet.", exit_code=3)
    roots = traces.read_trace(folder, chosen)
    if not roots:
        raise StackError(f"nothing is known of trace {chosen}.", exit_code=3)
    if as_json:
        spans = [root.as_json() for root in roots]
        typer.echo(json.dumps({"trace_id": chosen, "spans": spans}, indent=2))
    else:
        show.show_trace(console, chosen, roots)
