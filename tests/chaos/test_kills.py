"""`kill -9` of anything in the middle of an ingest, and a restart: the end is as if nothing was."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator

import pytest

from deploy.local import mongod
from deploy.local.servers import Servers
from tests.outcomes import living
from tests.stack import Stack
from tests.support import ACL, SEED, System, ingest, started

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(420)]
KILLS = {
    "works": "2020.wmt.xml.gz",
    "graph": "2020.aacl.xml.gz",
    "trust": "2020.tacl.xml.gz",
    "identity": "2020.cl.xml.gz",
    "gateway": "2020.sdp.xml.gz",
    "kafka": "2020.inlg.xml.gz",
    "mongod": "2020.sigdial.xml.gz",
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of real processes; nothing of it is left afterwards."""
    made = Stack(tmp_path_factory.mktemp("chaos"))
    made.run("up", "--detach")
    yield made
    made.run("down")


async def test_any_process_may_be_killed_in_the_middle_of_an_ingest(
    stack: Stack, system: System
) -> None:
    port = stack.process("mongod").port
    disturbed = System(Servers("not used", mongod.uri(port)), "bzpeer")
    for name, file in KILLS.items():
        pid = stack.process(name).pid
        before = await _works(disturbed)
        taking = stack.begin("ingest", str(ACL / file))
        await _until_more_than(before, disturbed)
        os.kill(pid, signal.SIGKILL)
        stack.run("up", "--detach")
        said, _ = await asyncio.to_thread(taking.communicate, None, 120)
        assert taking.returncode == 0, f"{name} was killed: {said}"
        assert stack.process(name).pid != pid
    stack.run("ingest", "--wait", "--timeout", "120", str(SEED))
    assert {service["dead_letters"] for service in stack.status()["services"].values()} == {0}

    async with (
        system.running("graph", "trust", "identity", "gateway"),
        started(system.app("works")) as works,
    ):
        await ingest(works, SEED, *(ACL / file for file in KILLS.values()))
        await system.caught_up()
    assert living(await disturbed.everything()) == living(await system.everything())


async def _works(system: System) -> int:
    async with system.database("works") as database:
        return await database["works"].count_documents({})


async def _until_more_than(before: int, system: System) -> None:
    give_up = time.monotonic() + 60
    async with system.database("works") as database:
        while await database["works"].count_documents({}) <= before:
            assert time.monotonic() < give_up, "the ingest did not begin"
            await asyncio.sleep(0.01)
