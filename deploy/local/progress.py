"""Progress of an ingest: a bar in a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bar

from deploy.local.ingest import FileReport, Progress

SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def progress_of(console: Console, files: list[Path]) -> Iterator[Progress]:
    """A Progress that shows itself on the console for these files."""
    if console.is_terminal:
        with _bar(console, files) as progress:
            yield progress
    else:
        yield _lines(console, len(files))


@contextmanager
def waiting(console: Console) -> Iterator[Callable[[str], None]]:
    """What is waited for: a spinner in a terminal, elsewhere a line every few seconds."""
    if console.is_terminal:
        with console.status("waiting") as spinner:
            yield spinner.update
        return
    said_at = time.monotonic()

    def say(what: str) -> None:
        nonlocal said_at
        if time.monotonic() - said_at > SECONDS_BETWEEN_LINES:
            said_at = time.monotonic()
            console.print(what, markup=False)

    yield say


def _lines(console: Console, number: int) -> Progress:
    finished: list[FileReport] = []

    def finish(report: FileReport) -> None:
        finished.append(report)
        what = report.error or f"{report.counts['read']} read, {report.counts['new']} new"
        console.print(f"[{len(finished)}/{number}] {report.path.name}: {what}", markup=False)

    return Progress(finished=finish, waiting=lambda why: console.print(why, markup=False))


@contextmanager
def _bar(console: Console, files: list[Path]) -> Iterator[Progress]:
    # fmt: off
    columns = (
        BarColumn(), DownloadColumn(), TextColumn("{task.fields[files]}"),
        TextColumn("{task.fields[counts]}"), TimeElapsedColumn(),
    )
    # fmt: on
    sent: dict[Path, int] = {}
    reports: dict[Path, FileReport] = {}
    done: set[Path] = set()
    with Bar(*columns, console=console) as bar:
        total = sum(path.stat().st_size for path in files)
        task = bar.add_task("", total=total, files="", counts="")

        def draw() -> None:
            read = sum(report.counts["read"] for report in list(reports.values()))
            new = sum(report.counts["new"] for report in list(reports.values()))
            bar.update(
                task,
                completed=sum(list(sent.values())),
                files=f"{len(done)}/{len(files)} files",
                counts=f"{read:,} read, {new:,} new",
            )

        def on_sent(path: Path, size: int) -> None:
            sent[path] = size
            draw()

        def on_counted(report: FileReport) -> None:
            reports[report.path] = report
            draw()

        def on_finished(report: FileReport) -> None:
            done.add(report.path)
            on_counted(report)

        yield Progress(on_sent, on_counted, on_finished, lambda why: bar.console.print(why))
