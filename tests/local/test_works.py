"""Which works a command talks to."""

import sys
from pathlib import Path

import pytest

from deploy.local import processes
from deploy.local.errors import NotRunning
from deploy.local.home import Home
from deploy.local.processes import Process
from deploy.local.works import works_url

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
GONE = 2**22 + 1
"""A pid that Linux never gives."""


def asked(home: Home) -> list[str]:
    """The addresses that four files of one command are sent to."""
    return sorted(works_url(home) for _ in range(4))


def test_every_living_copy_of_works_gets_its_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BZPEER_WORKS_URL", raising=False)
    home = Home(tmp_path.resolve())
    with pytest.raises(NotRunning):
        works_url(home)
    started = [
        processes.start(home, name, SLEEP, port)
        for name, port in (("works", 1), ("works-2", 2), ("graph", 3))
    ]
    try:
        with home.change_state() as state:
            state["processes"]["works-3"] = Process("works-3", GONE, 0.0, 4).as_state()
        assert asked(home) == [*["http://127.0.0.1:1"] * 2, *["http://127.0.0.1:2"] * 2]
    finally:
        processes.stop(home, started, patience=1)
    assert asked(home) == ["http://127.0.0.1:4"] * 4  # it may come back: whoever asks tries again
    monkeypatch.setenv("BZPEER_WORKS_URL", "http://works.example/")
    assert asked(home) == ["http://works.example"] * 4
