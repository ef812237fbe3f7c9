"""Start and stop processes by pid, never one that only happens to have the same number."""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from deploy.local.home import Home

MARK = "BZPEER_PROCESS"
"""Set in the environment of all that is started: `<name>@<home>` finds it after a crash."""

LOG_LIMIT = 20 * 1024 * 1024


@dataclass(frozen=True)
class Process:
    """A process that the stack started. `fingerprint` tells whether its settings are current."""

    name: str
    pid: int
    create_time: float
    port: int
    fingerprint: str = ""

    def handle(self) -> psutil.Process | None:
        """The living process, or None when it ended or its number went to another one."""
        try:
            process = psutil.Process(self.pid)
            # Two readings of one start may differ by a clock tick.
            same = abs(process.create_time() - self.create_time) < 1.0
        except psutil.Error:
            return None
        return process if same and not has_ended(process) else None

    @property
    def alive(self) -> bool:
        return self.handle() is not None

    @property
    def listens(self) -> bool:
        """Whether it is this very process that accepts connections on its port."""
        process = self.handle()
        try:
            connections = [] if process is None else process.net_connections("tcp")
        except psutil.Error:
            return False
        return any(
            each.status == psutil.CONN_LISTEN and each.laddr.port == self.port
            for each in connections
        )

    def memory_bytes(self) -> int:
        """Resident memory of the process and its children, 0 when it is not alive."""
        process = self.handle()
        if process is None:
            return 0
        total = 0
        for member in [process, *process.children(recursive=True)]:
            try:
                total += member.memory_info().rss
            except psutil.Error:
                continue
        return int(total)

    def as_state(self) -> dict[str, Any]:
        """What is remembered of it in state.json."""
        return asdict(self)


def start(
    home: Home,
    name: str,
    command: Sequence[str | Path],
    port: int,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    fingerprint: str = "",
) -> Process:
    """Start a process in a session of its own, its output appended to its log; remember it."""
    log = home.log(name)
    rotate(log)
    with log.open("ab") as output:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**(os.environ if env is None else env), MARK: f"{name}@{home.root}"},
            cwd=cwd or home.root,
            start_new_session=True,
        )
    _children[child.pid] = child
    started = psutil.Process(child.pid).create_time()
    process = Process(name, child.pid, started, port, fingerprint)
    with home.change_state() as state:
        state.setdefault("processes", {})[name] = process.as_state()
    return process


_children: dict[int, "subprocess.Popen[bytes]"] = {}


def exit_code(process: Process) -> int | None:
    """The exit code when this very process started it and it ended; None otherwise."""
    child = _children.get(process.pid)
    return child.poll() if child is not None else None


def rotate(log: Path) -> None:
    """Keep one older log of a name when the current one has grown past 20 MB."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_name(f"{log.name}.1"))


def known(home: Home) -> dict[str, Process]:
    """What the stack started and did not stop, by name; some may have died since."""
    processes = home.read_state().get("processes", {})
    return {name: Process(**values) for name, values in processes.items()}


def adopt_orphans(home: Home) -> None:
    """Remember living processes that were started, but not written down before a crash."""
    remembered = {process.pid for process in known(home).values() if process.alive}
    for candidate in psutil.process_iter():
        name = _mark_of(candidate, home)
        if name is None or candidate.pid in remembered:
            continue
        parent_mark = None
        try:
            if parent := candidate.parent():
                parent_mark = _mark_of(parent, home)
            created = candidate.create_time()
        except psutil.Error:
            continue
        if parent_mark is None:  # a child of a marked process goes with its parent's group
            orphan = Process(name, candidate.pid, created, 0)
            with home.change_state() as state:
                processes = state.setdefault("processes", {})
                current = processes.get(name)
                key = name
                if current is not None and Process(**current).alive:
                    key = f"{name}.{candidate.pid}"
                processes[key] = orphan.as_state()


def _mark_of(process: psutil.Process, home: Home) -> str | None:
    try:
        name, _, root = process.environ().get(MARK, "").partition("@")
        alive = process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, OSError):
        return None
    return name if alive and root == str(home.root) else None


def stop(home: Home, processes: Iterable[Process], patience: float = 15.0) -> list[str]:
    """End the processes and their groups: SIGTERM, a bounded wait, SIGKILL; then forget them.

    Returns the names of those that had to be killed.
    """
    targets = list(processes)
    members: list[psutil.Process] = []
    stubborn: set[str] = set()
    for target in targets:
        leader = target.handle()
        if leader is not None:
            members += [leader, *leader.children(recursive=True)]
            _signal(leader, signal.SIGTERM)
    for member in wait_until_ended(members, patience):
        stubborn |= {target.name for target in targets if target.pid == member.pid}
        _signal(member, signal.SIGKILL)
    wait_until_ended(members, 5)
    with home.change_state() as state:
        for target in targets:
            remembered = state.get("processes", {})
            for key, values in list(remembered.items()):
                if values["pid"] == target.pid:
                    del remembered[key]
    return sorted(stubborn)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)  # psutil checks the start time again
    except psutil.Error:
        pass


def wait_until_ended(processes: Iterable[psutil.Process], timeout: float) -> list[psutil.Process]:
    """Wait for them, at most `timeout` seconds; returns those that are still alive.

    A zombie has ended: who has to reap it may be slow, or may be us.
    """
    deadline = time.monotonic() + timeout
    alive = list(processes)
    while True:
        for child in list(_children.values()):
            child.poll()
        alive = [process for process in alive if not has_ended(process)]
        if not alive or time.monotonic() > deadline:
            return alive
        time.sleep(0.02)


def has_ended(process: psutil.Process) -> bool:
    """Whether it has let go of its ports and files.

    A killed process of many threads is a zombie before the last of them is gone.
    """
    try:
        if not process.is_running():
            return True
        return process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1
    except psutil.Error:
        return True
