"""Processes are stopped for certain, and only the right ones."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local import processes
from deploy.local.home import Home
from deploy.local.processes import MARK, Process

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
    "print('ready', child.pid, flush=True); time.sleep(60)",
]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    place = Home(tmp_path.resolve())
    yield place
    processes.adopt_orphans(place)
    processes.stop(place, processes.known(place).values(), patience=1)


def test_a_process_that_ignores_sigterm_is_killed_with_its_children(home: Home) -> None:
    process = processes.start(home, "stubborn", STUBBORN, 1)
    while "ready" not in home.log("stubborn").read_text():
        time.sleep(0.02)
    child = int(home.log("stubborn").read_text().split()[1])
    assert processes.stop(home, [process], patience=0.3) == ["stubborn"]
    assert not process.alive
    assert not alive(child)
    assert processes.known(home) == {}


def alive(pid: int) -> bool:
    import psutil

    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_another_process_with_the_same_number_is_left_alone(home: Home) -> None:
    with subprocess.Popen(SLEEP) as bystander:
        mistaken = Process("gone", bystander.pid, time.time() - 3600, 1)
        with home.change_state() as state:
            state["processes"] = {"gone": mistaken.as_state()}
        assert not mistaken.alive
        assert processes.stop(home, [mistaken], patience=0.1) == []
        assert bystander.poll() is None
        assert processes.known(home) == {}  # but it is forgotten
        bystander.kill()


def test_a_process_that_was_never_written_down_is_found(home: Home) -> None:
    env = {**os.environ, MARK: f"works@{home.root}"}
    with subprocess.Popen(SLEEP, env=env) as orphan:
        processes.adopt_orphans(home)
        (found,) = processes.known(home).values()
        assert (found.name, found.pid, found.port) == ("works", orphan.pid, 0)
        processes.stop(home, [found])
        assert orphan.wait(5) is not None


def test_a_large_log_is_rotated_at_the_next_start(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "LOG_LIMIT", 10)
    home.log("noisy").write_text("more than ten bytes")
    process = processes.start(home, "noisy", [sys.executable, "-c", "print('fresh')"], 1)
    while process.alive:
        time.sleep(0.02)
    assert home.log("noisy").read_text() == "fresh\n"
    assert (home.logs / "noisy.log.1").read_text() == "more than ten bytes"


def test_a_reading_of_the_start_time_may_differ_by_a_clock_tick(home: Home) -> None:
    process = processes.start(home, "sleeper", SLEEP, 1)
    assert replace(process, create_time=process.create_time + 0.02).alive
    assert not replace(process, create_time=process.create_time + 5).alive
