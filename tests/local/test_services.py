"""Only a service's own answer counts, and one that is gone is named."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from deploy.local import catchup, processes, services
from deploy.local.errors import Ended, NotRunning
from deploy.local.home import Home
from deploy.local.settings import StackSettings


class Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which something else says that it is ready."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Ready) as other:
        Thread(target=other.serve_forever).start()
        yield other.server_port
        other.shutdown()


def test_somebody_else_who_is_ready_on_the_port_is_not_the_service(
    tmp_path: Path, taken: int
) -> None:
    home = Home(tmp_path.resolve())
    fails = [sys.executable, "-c", "import time; time.sleep(1); print('address already in use')"]
    process = processes.start(home, "gateway", fails, taken)
    assert services.is_ready(taken)
    with pytest.raises(Ended, match="address already in use"):
        services.wait_until_ready(home, [process])


class Behind:
    """Every service has something left to read."""

    async def lag(self, service: str) -> int:
        return 5


@asynccontextmanager
async def behind(*_: object) -> AsyncIterator[Behind]:
    yield Behind()


def test_who_waits_for_a_service_that_is_gone_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catchup, "PATIENCE", 1.0)
    monkeypatch.setattr(catchup, "lag_reader", behind)
    settings = StackSettings(kafka_bootstrap_servers="127.0.0.1:1")
    said: list[str] = []
    with pytest.raises(NotRunning, match="works is not running"):
        catchup.wait_until_caught_up(Home(tmp_path.resolve()), settings, 30, said.append)
    assert set(said) == {"works is not running: start it with `bzpeer up`."}
