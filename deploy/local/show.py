"""How results look in a terminal."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from deploy.local.deadletters import DeadLetter
from deploy.local.harvests import LEFT
from deploy.local.home import Home
from deploy.local.ingest import COUNTED, FileReport, total
from deploy.local.status import Status
from deploy.local.traces import Span

SHOWN_REJECTED = 20


def show_status(console: Console, status: Status) -> None:
    """Two tables: processes, and services with what they hold and have yet to do."""
    processes = Table("process", "pid", "port", "memory", "state", box=None, header_style="bold")
    for process in status.processes:
        state = "[green]alive" if process.alive else "[red]dead"
        memory = f"{process.memory_bytes / 2**20:.0f} MB" if process.alive else ""
        processes.add_row(process.name, str(process.pid), str(process.port), memory, state)
    backlog = Table(
        "service", "records", "lag", "pending", "outbox", "dead letters",
        box=None, header_style="bold",
    )  # fmt: skip
    for name, service in status.services.items():
        records = ", ".join(f"{count:,} {what}" for what, count in service.records.items())
        numbers = (service.lag, service.pending, service.outbox, service.dead_letters)
        backlog.add_row(name, records, *("?" if n is None else f"{n:,}" for n in numbers))
    console.print(processes)
    console.print()
    console.print(backlog)
    console.print()
    console.print("caught up" if status.caught_up else "not caught up yet")
    if status.gateway:
        console.print(status.gateway)


def show_reports(console: Console, home: Home, reports: Sequence[FileReport]) -> None:
    """The counts, then what was rejected with its reasons; all of it in a file when it is much."""
    counts = Table(*COUNTED, "rejected", "warnings", box=None, header_style="bold")
    sums = total(reports)
    counts.add_row(*(f"{sums[name]:,}" for name in (*COUNTED, "rejected", "warnings")))
    console.print(counts)
    for report in reports:
        if report.error:
            console.print(f"[red]{escape(str(report.path))}: {escape(report.error)}")
    rejected = [(report.path, entry) for report in reports for entry in report.rejected]
    if rejected:
        table = Table("file", "record", "reason", box=None, header_style="bold")
        for path, entry in rejected[:SHOWN_REJECTED]:
            record, reason = str(entry.get("record", "")), str(entry.get("reason", ""))
            table.add_row(escape(path.name), escape(record), escape(reason))
        console.print(table)
    if len(rejected) > SHOWN_REJECTED:
        with home.rejected.open("w") as file:
            for path, entry in rejected:
                file.write(json.dumps({"file": str(path), **entry}, ensure_ascii=False) + "\n")
        console.print(f"All {len(rejected):,} rejected records: {home.rejected}")


def show_dead_letters(console: Console, letters: Sequence[DeadLetter]) -> None:
    """One line for each dead letter."""
    table = Table("id", "reason", "when", "size", box=None, header_style="bold")
    for letter in letters:
        when = letter.label.get("failed_at", "?")
        size = f"{len(letter.body):,} B"
        table.add_row(escape(letter.id), escape(letter.label.get("reason", "?")), when, size)
    console.print(table)


def show_harvests(console: Console, harvests: Sequence[Mapping[str, Any]]) -> None:
    """One line for each harvest, then why some do not get on."""
    table = Table(
        "id", "source", "set", "since", "until", "state", "jobs", "read", "new", "rejected",
        box=None, header_style="bold",
    )  # fmt: skip
    for one in harvests:
        words = (one[name] or "" for name in ("id", "source", "set", "since", "until", "state"))
        jobs = f"{one['done']:,} of {one['jobs']:,}"
        counts = (f"{one['counts'][name]:,}" for name in ("read", "new", "rejected"))
        table.add_row(*(escape(word) for word in words), jobs, *counts)
    console.print(table)
    for one in harvests:
        for reason in one["reasons"]:
            console.print(f"{one['id']}: {reason}", markup=False)
        if one["state"] in LEFT:
            console.print(f"{one['id']}: bzpeer harvest retry {one['id']} lets it go on")


def show_harvest(console: Console, harvest: Mapping[str, Any]) -> None:
    """A harvest and each of its jobs."""
    show_harvests(console, [harvest])
    table = Table(
        "job", "set", "since", "until", "state", "pages", "read", "got on at", "reason",
        box=None, header_style="bold",
    )  # fmt: skip
    for job in harvest["job_details"]:
        words = (job[name] or "" for name in ("id", "set", "since", "until", "state"))
        counts = (f"{job['counts'][name]:,}" for name in ("pages", "read"))
        moved, reason = job["moved_at"][:19], escape(job["reason"] or "")
        table.add_row(*(escape(word) for word in words), *counts, moved, reason)
    console.print()
    console.print(table)
    rejected = [entry for job in harvest["job_details"] for entry in job["rejected"]]
    for entry in rejected[:SHOWN_REJECTED]:
        console.print(f"rejected {entry['record']}: {entry['reason']}", markup=False)


def show_trace(console: Console, trace_id: str, roots: Sequence[Span], most: int = 12) -> None:
    """The trace as a tree; of many equal children only the first few are shown."""
    tree = Tree(f"trace {trace_id}")
    for root in roots:
        _branch(tree, root, most)
    console.print(tree)


def _branch(tree: Tree, span: Span, most: int) -> None:
    node = tree.add(
        f"[cyan]{escape(span.service)}[/] {escape(span.name)} [dim]{span.milliseconds:.1f} ms"
    )
    seen: dict[str, int] = {}
    for child in span.children:
        kind = f"{child.service} {child.name}"
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= most:
            _branch(node, child, most)
    for kind, count in seen.items():
        if count > most:
            node.add(f"[dim]{count - most} more of {escape(kind)}")
