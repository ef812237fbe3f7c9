"""Watch a running stack and start again what dies."""

import time
from dataclasses import dataclass

from deploy.local import processes
from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.processes import Process
from deploy.local.settings import StackSettings
from deploy.local.stack import Report, start_missing

LONGEST_PAUSE = 30.0
STABLE_AFTER = 60.0
"""Seconds a process must live for its earlier deaths to be forgotten."""


@dataclass
class Deaths:
    """How often a name died in a row, and when it may start again."""

    count: int
    last: float
    start_at: float


def pause_after(count: int) -> float:
    """Seconds to wait before the start after the n-th death in a row: 0.5, 1, 2, … 30."""
    return float(min(LONGEST_PAUSE, 0.5 * 2 ** (count - 1)))


def watch(home: Home, settings: StackSettings, report: Report) -> None:
    """Never returns: ends with KeyboardInterrupt."""
    deaths: dict[str, Deaths] = {}
    seen: dict[str, Process] = {}
    while True:
        time.sleep(0.25)
        now = time.monotonic()
        current = processes.known(home)
        waiting = {name for name, death in deaths.items() if death.start_at > now}
        for name, process in current.items():
            if process.alive or seen.get(name) == process:
                continue
            seen[name] = process
            deaths[name] = _count(deaths.get(name), now)
            waiting.add(name)
            report(_describe(process, pause_after(deaths[name].count)))
        due = [n for n, p in current.items() if not p.alive and n not in waiting]
        if due:
            try:
                start_missing(home, settings, None, report, frozenset(waiting), wait=False)
                report(f"started {', '.join(sorted(due))} again")
            except StackError as error:
                report(f"could not start {', '.join(sorted(due))}: {error}")
                for name in due:
                    deaths[name] = _count(deaths.get(name), time.monotonic())


def _count(previous: Deaths | None, now: float) -> Deaths:
    recent = previous is not None and now - previous.last < STABLE_AFTER
    count = previous.count + 1 if previous is not None and recent else 1
    return Deaths(count, now, now + pause_after(count))


def _describe(process: Process, pause: float) -> str:
    code = processes.exit_code(process)
    how = "" if code is None else f" (signal {-code})" if code < 0 else f" (exit code {code})"
    return f"{process.name}, pid {process.pid}, died{how}: starting it again in {pause:g} s"
