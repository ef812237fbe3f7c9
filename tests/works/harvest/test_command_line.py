"""`bzpeer harvest` against a works service on this machine."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
import uvicorn
from typer.testing import CliRunner

from deploy.local import catchup, harvests
from deploy.local.cli_harvest import app as command
from deploy.local.errors import NotRunning
from deploy.local.home import Home
from deploy.local.ports import free_port
from tests.support import TOKEN, System
from tests.works.harvest.oai_shelf import Shelf, real_records
from tests.works.harvest.standin import Answer, StandIn, standing_in
from tests.works.harvest.support import QUICK


@contextmanager
def served(system: System, arxiv: StandIn) -> Iterator[str]:
    """A works service on a port, with a thread of its own; its address."""
    app = system.app("works", **{**QUICK, "harvest_urls": {"arxiv": arxiv.url}})
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
async def arxiv() -> AsyncIterator[StandIn]:
    """A source with twelve records in pages of five."""
    async with standing_in(Shelf(real_records(), size=5).answer) as made:
        yield made


@asynccontextmanager
async def _at_home(
    system: System, arxiv: StandIn, path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Home]:
    with served(system, arxiv) as address:
        monkeypatch.setenv("BZPEER_WORKS_URL", address)
        monkeypatch.setenv("BZPEER_HOME", str(path))
        monkeypatch.setenv("INGEST_TOKEN", TOKEN)
        home = Home(path)
        await _until_it_answers(home)
        yield home


async def bzpeer(*words: str, code: int = 0) -> str:
    """What `bzpeer harvest` says; of one that fails, why."""
    done = await asyncio.to_thread(CliRunner().invoke, command, list(words))
    assert done.exit_code == code, done.output
    return str(done.exception) if code else done.output


async def ended(home: Home, harvest: str) -> str:
    """The state in which a harvest ends."""
    found = await asyncio.to_thread(harvests.wait_until_ended, home, harvest, 60, lambda _: None)
    return str(found["state"])


async def test_an_operator_harvests_looks_and_retries(
    system: System, arxiv: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _at_home(system, arxiv, tmp_path, monkeypatch) as home:
        assert "nothing was harvested yet" in await bzpeer("status")
        arxiv.fails(None, Answer(status=403))
        asked = await bzpeer("arxiv", "--set", "cs", "--since", "2015-01-01", "--json")
        harvest = json.loads(asked)[0]["id"]
        assert await ended(home, harvest) == "parked"
        said = await bzpeer("status")
        assert "answered 403" in said
        assert f"bzpeer harvest retry {harvest}" in said
        await bzpeer("retry", harvest)
        assert await ended(home, harvest) == "done"
        assert "12" in await bzpeer("status", harvest)
        assert "until a day" in await bzpeer("arxiv", "--until", "2020-01-01", code=1)
        assert "no harvest Hnone" in await bzpeer("status", "Hnone", code=1)
        twice = ("--set", "cs", "--set", "math")
        assert "written as cs,math" in await bzpeer("arxiv", *twice, code=1)


async def test_an_operator_stops_a_harvest_and_lets_it_go_on(
    system: System, arxiv: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catchup, "wait_until_caught_up", lambda *_: None)
    async with _at_home(system, arxiv, tmp_path, monkeypatch) as home:
        arxiv.fails(None, Answer(silent=True))
        wanted = ("arxiv", "--set", "cs", "--since", "2015-01-01")
        waiting = asyncio.create_task(bzpeer(*wanted, "--wait", code=1))
        while len(arxiv.asked) < 2:
            await asyncio.sleep(0.05)
        (harvest,) = [one["id"] for one in await asyncio.to_thread(harvests.newest, home)]
        await asyncio.to_thread(harvests.stop, home, harvest)
        await waiting
        assert f"{harvest} is stopped" in await bzpeer("stop", harvest)
        said = await bzpeer("status")
        assert "stopped" in said
        assert f"bzpeer harvest retry {harvest}" in said
        await bzpeer("retry", harvest)
        assert await ended(home, harvest) == "done"
        assert f"{harvest} is done" in await bzpeer("stop", harvest)
        assert "no harvest Hnone" in await bzpeer("stop", "Hnone", code=1)


async def test_who_waits_for_a_harvest_waits_while_the_service_cannot_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = {"id": "H1", "state": "done", "jobs": 1, "done": 1, "counts": {"read": 12}}
    away = json.dumps({"detail": "The database does not answer; try again in a moment."}).encode()
    async with standing_in(lambda _: Answer(json.dumps(done).encode())) as works:
        monkeypatch.setenv("BZPEER_WORKS_URL", works.url)
        monkeypatch.setenv("INGEST_TOKEN", TOKEN)
        works.fails(Answer(away, status=503))
        said: list[str] = []
        found = await asyncio.to_thread(
            harvests.wait_until_ended, Home(tmp_path), "H1", 60, said.append
        )
        assert found == done
        assert said == ["The database does not answer; try again in a moment."]


async def _until_it_answers(home: Home) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                await asyncio.to_thread(harvests.newest, home)
                return
            except NotRunning:
                await asyncio.sleep(0.1)
