"""When authors are worked out: at once, in the pauses of a bulk, and not all held up by one."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from chassis.documents import Cause
from services.works.settling import Settling
from tests.support import System, eventually

BULK = {f"family {n}": Cause() for n in range(600)}


class Watched:
    """Counts how often each block is worked out; one of them cannot be."""

    def __init__(self, poison: str = "", mentions: int = 1) -> None:
        self.times: dict[str, int] = {}
        self.together: list[int] = []
        self._poison = poison
        self._mentions = mentions

    async def resolve(self, causes: Mapping[str, Cause]) -> int:
        if self._poison in causes:
            raise ValueError(self._poison)
        for block in causes:
            self.times[block] = self.times.get(block, 0) + 1
        self.together.append(len(causes))
        return self._mentions * len(causes)


async def settling(system: System, watched: Watched) -> Settling:
    made = Settling(system.service("works").database, watched.resolve)
    await made.prepare()
    return made


@asynccontextmanager
async def working(made: Settling) -> AsyncIterator[None]:
    """Blocks that were noted are worked out meanwhile."""
    running = asyncio.create_task(made.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_small_change_does_not_wait(databases: System) -> None:
    watched = Watched()
    made = await settling(databases, watched)
    await made.changed({"lindgren a": Cause()})
    assert watched.times == {"lindgren a": 1}
    assert await made.pending() == 0


async def test_a_bulk_is_worked_out_once_in_the_pause_after_it(databases: System) -> None:
    watched = Watched()
    made = await settling(databases, watched)
    async with working(made):
        for _ in range(3):
            await made.changed(BULK)
        await made.changed({"lindgren a": Cause(actor="moderator"), "ek a": Cause()})
        assert watched.times == {"lindgren a": 1}, "what a person decided does not wait"
        await eventually(made.pending, lambda left: left == 0)
    assert watched.times == dict.fromkeys((*BULK, "lindgren a", "ek a"), 1)


async def test_a_block_that_cannot_be_worked_out_keeps_no_other_waiting(databases: System) -> None:
    watched = Watched(poison="family 7")
    made = await settling(databases, watched)
    await made.changed(BULK)
    async with working(made):
        await eventually(made.pending, lambda left: left == 1)
    assert watched.times.keys() == BULK.keys() - {"family 7"}


async def test_what_does_not_wait_is_worked_out_some_blocks_at_a_time(databases: System) -> None:
    watched = Watched()
    made = await settling(databases, watched)
    await made.changed(dict.fromkeys(list(BULK)[:50], Cause()))
    assert watched.together == [20, 20, 10]


@pytest.mark.parametrize(("mentions", "most"), [(1, 250), (25, 40), (5_000, 20)])
async def test_the_more_mentions_blocks_have_the_fewer_are_worked_out_together(
    databases: System, mentions: int, most: int
) -> None:
    watched = Watched(mentions=mentions)
    made = await settling(databases, watched)
    await made.changed(BULK)
    async with working(made):
        await eventually(made.pending, lambda left: left == 0)
    assert max(watched.together) == most
    assert sum(watched.together) == len(BULK)
    if mentions * most > 1_000:
        assert set(watched.together[1:]) == {1}
