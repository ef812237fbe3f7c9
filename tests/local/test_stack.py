"""Up, kill -9, up again, down: what somebody who runs the stack sees."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local import processes
from deploy.local.home import Home

Bzpeer = Callable[..., "subprocess.CompletedProcess[str]"]
PAGE = "/researchers/r1"


@pytest.fixture(scope="module")
def running(bzpeer: Bzpeer) -> str:
    """The stack is up; the address of the page."""
    done = bzpeer("up", "--detach")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[-1]


def status_of(bzpeer: Bzpeer) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(bzpeer("status", "--json").stdout)
    return answer


def pids(home: Home) -> dict[str, int]:
    return {name: process.pid for name, process in processes.known(home).items()}


def test_up_ingests_the_sample_once_and_prints_the_address_of_a_page(
    bzpeer: Bzpeer, home: Home, running: str
) -> None:
    assert running.endswith(PAGE)
    assert httpx.get(running).status_code == 200
    status = status_of(bzpeer)
    assert running == status["gateway"] + PAGE
    assert status["services"]["works"]["records"] == {"works": 7}
    assert status["caught_up"] is True
    assert all(process["alive"] for process in status["processes"])
    assert all(process["memory_bytes"] > 0 for process in status["processes"])
    assert len(status["processes"]) == 9

    again = bzpeer("up", "--detach")
    assert again.stdout.strip() == running  # nothing started, nothing ingested


def test_up_starts_only_what_was_killed(bzpeer: Bzpeer, home: Home, running: str) -> None:
    before = pids(home)
    for name in ("graph", "kafka", "mongod"):
        os.kill(before[name], signal.SIGKILL)
    dead = bzpeer("status")
    assert dead.returncode == 3
    assert dead.stdout.count("dead") == 3 + 1  # and the heading of a column
    done = bzpeer("up", "--detach")
    assert "started graph, kafka, mongod" in done.stdout
    after = pids(home)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"graph", "kafka", "mongod"}
    assert bzpeer("status").returncode == 0


def test_more_copies_get_ports_of_their_own_and_go_again(
    bzpeer: Bzpeer, home: Home, running: str
) -> None:
    bzpeer("up", "--detach", "--scale", "graph=2", "--scale", "gateway=2")
    known = processes.known(home)
    assert {"graph", "graph-2", "gateway", "gateway-2"} <= set(known)
    assert len({process.port for process in known.values()}) == len(known)
    os.kill(known["graph-2"].pid, signal.SIGKILL)
    bzpeer("up", "--detach")  # as many as last time
    assert all(process.alive for process in processes.known(home).values())
    assert set(processes.known(home)) == set(known)
    bzpeer("up", "--detach", "--copies", "1")
    assert set(processes.known(home)) == set(known) - {"graph-2", "gateway-2"}


def test_ingest_counts_and_is_traced(bzpeer: Bzpeer, running: str, tmp_path: Path) -> None:
    (tmp_path / "one.xml").write_text("<feed><entry></entry></feed>")
    (tmp_path / "other.txt").write_text("not for us")
    done = bzpeer("ingest", "--json", "--wait", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["read"] == 1
    tree = json.loads(bzpeer("trace", "--json").stdout)
    (root,) = tree["spans"]
    assert root["name"] == "bzpeer ingest"
    assert [child["attributes"]["bzpeer.file"] for child in root["children"]] == ["one.xml"]
    seen_by_works = bzpeer("logs", "works").stdout
    assert f"traceparent 00-{tree['trace_id']}-" in seen_by_works


def test_a_file_that_is_not_there_is_exit_code_2(bzpeer: Bzpeer, running: str) -> None:
    done = bzpeer("ingest", "/no/such/file.xml")
    assert done.returncode == 2
    assert "no such file" in done.stdout


def test_rebuild_runs_the_service_with_the_settings_of_the_stack(
    bzpeer: Bzpeer, home: Home, running: str
) -> None:
    done = bzpeer("rebuild", "graph")
    assert done.returncode == 0
    assert f"rebuilding graph from 127.0.0.1:{processes.known(home)['kafka'].port}" in done.stdout
    assert bzpeer("rebuild", "works").returncode == 2


def test_down_leaves_nothing_even_when_the_state_was_lost(
    bzpeer: Bzpeer, home: Home, running: str, left: Callable[[], list[int]]
) -> None:
    assert len(left()) == 9
    (home.root / "state.json").unlink()
    done = bzpeer("down")
    assert done.returncode == 0
    assert left() == []
    assert "nothing was running" in bzpeer("down").stdout
    for command in (
        ["status"],
        ["ingest", "x.xml"],
        ["dead-letters", "list"],
        ["rebuild", "graph"],
    ):
        stopped = bzpeer(*command)
        assert stopped.returncode == 3
        assert "bzpeer up" in stopped.stderr
        assert "Traceback" not in stopped.stderr


def test_a_port_that_was_asked_for_and_is_taken_is_an_error_that_names_it(
    bzpeer: Bzpeer, left: Callable[[], list[int]]
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = bzpeer("up", "--detach", BZPEER_GATEWAY_PORT=port)
    assert done.returncode == 2
    assert f"port {port} is taken" in done.stderr
    assert f"pid {os.getpid()}" in done.stderr
    assert left() == []


@pytest.fixture
def foreground(
    command: tuple[list[str], dict[str, str]], home: Home, tmp_path: Path
) -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
    """`bzpeer up` in the foreground, and what it prints."""
    beginning, env = command
    output = tmp_path / "output"
    with output.open("wb") as file:
        up = subprocess.Popen([*beginning, "up"], env=env, stdout=file, stderr=file)
    try:
        wait_for(lambda: "Ctrl-C" in output.read_text() or up.poll() is not None)
        yield up, output
    finally:
        up.kill()
        up.wait()


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)


def test_up_in_the_foreground_restarts_what_dies_and_ctrl_c_stops_everything(
    bzpeer: Bzpeer,
    foreground: tuple["subprocess.Popen[bytes]", Path],
    home: Home,
    left: Callable[[], list[int]],
) -> None:
    up, output = foreground
    killed = pids(home)["trust"]
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: "started trust again" in output.read_text())
    assert f"trust, pid {killed}, died (signal 9)" in output.read_text()
    assert pids(home)["trust"] != killed
    assert f"pid {up.pid} is watching over it" in bzpeer("up").stdout
    up.send_signal(signal.SIGINT)
    assert up.wait(60) == 0
    assert left() == []
