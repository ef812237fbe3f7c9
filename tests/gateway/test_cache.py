"""The cache of pages by itself, on a database's change stream."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from chassis.mongo import Database
from deploy.local.servers import Servers
from services.gateway.cache import Made, Page, PageCache
from tests.support import eventually, new_system, unique


class Maker:
    """Makes pages of the records it is told, and counts."""

    def __init__(self, cache: PageCache, size: int = 100) -> None:
        self.made = 0
        self._cache = cache
        self._size = size

    async def get(self, key: str, *parts: str, while_made: Awaitable[Any] | None = None) -> Page:
        async def make() -> Made:
            self.made += 1
            if while_made is not None:
                await while_made
            return page(self._size, self.made), parts or (key,)

        return await self._cache.get(key, make)

    async def cost(self, *keys: str) -> int:
        """How many of the pages had to be made."""
        before = self.made
        for key in keys:
            await self.get(key)
        return self.made - before

    async def keeps(self, *keys: str) -> None:
        """Ask until the pages are kept."""
        await eventually(lambda: self.cost(*keys), lambda cost: cost == 0)


def page(size: int, number: int = 0) -> Page:
    return Page.of(f"{number}".ljust(size).encode(), "text/plain")


@pytest.fixture
async def database(servers: Servers) -> AsyncIterator[Database]:
    async with new_system(servers) as system, system.database("gateway") as found:
        await found["authors"].insert_many(
            [{"_id": key, "state": {"authored": []}} for key in ("A1", "A2", "A3")]
        )
        yield found


@pytest.fixture
async def cache(database: Database) -> AsyncIterator[PageCache]:
    made = PageCache(10_000)
    async with following(made, database):
        yield made


@asynccontextmanager
async def following(cache: PageCache, database: Database) -> AsyncIterator[None]:
    """Meanwhile what changes is dropped."""
    task = asyncio.create_task(cache.follow(database))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def change(database: Database, key: str, *works: str) -> None:
    """Change a record as an event does."""
    state = {"authored": [{"work_id": work, "place": 0} for work in works], "at": unique()}
    await database["authors"].update_one({"_id": key}, {"$set": {"state": state}}, upsert=True)


async def test_a_page_is_made_once(cache: PageCache) -> None:
    maker = Maker(cache)
    await maker.keeps("A1", "A2")
    first = await maker.get("A1")
    assert await maker.get("A1") is first
    assert await maker.cost("A1", "A2") == 0


async def test_while_changes_cannot_be_followed_every_page_is_made_anew() -> None:
    maker = Maker(PageCache(10_000))
    assert [await maker.cost("A1") for _ in range(3)] == [1, 1, 1]


async def test_a_change_drops_the_pages_made_of_the_record_and_no_other(
    cache: PageCache, database: Database
) -> None:
    maker = Maker(cache)
    await maker.keeps("A1", "A2")
    await eventually(lambda: _kept(maker, "both", "A1", "A3"), bool)
    await change(database, "A1")
    await eventually(lambda: maker.cost("A1"), lambda cost: cost == 1)
    assert await _kept(maker, "A2", "A2")
    assert not await _kept(maker, "both", "A1", "A3")


async def _kept(maker: Maker, key: str, *parts: str) -> bool:
    before = maker.made
    await maker.get(key, *parts)
    return maker.made == before


@pytest.mark.parametrize("new", [True, False])
async def test_an_author_drops_the_pages_made_of_the_works_it_names(
    cache: PageCache, database: Database, new: bool
) -> None:
    maker = Maker(cache)
    await eventually(lambda: _kept(maker, "page", "W1"), bool)
    await eventually(lambda: _kept(maker, "other", "W2"), bool)
    await change(database, "A9" if new else "A1", "W1", "W3")

    async def is_gone() -> bool:
        return not await _kept(maker, "page", "W1")

    await eventually(is_gone, bool)
    assert await _kept(maker, "other", "W2")


async def test_a_deleted_record_drops_its_pages(cache: PageCache, database: Database) -> None:
    maker = Maker(cache)
    await maker.keeps("A1", "A2")
    await database["authors"].delete_one({"_id": "A1"})
    await eventually(lambda: maker.cost("A1"), lambda cost: cost == 1)
    assert await maker.cost("A2") == 0


async def test_a_page_made_while_its_record_changes_is_not_kept(
    cache: PageCache, database: Database
) -> None:
    maker = Maker(cache)
    await maker.keeps("A2", "A3")

    async def a_change_is_noticed() -> None:
        await change(database, "A1")
        await change(database, "A3")
        await eventually(lambda: maker.cost("A3"), lambda cost: cost == 1)

    await maker.get("A1", while_made=a_change_is_noticed())
    assert await maker.cost("A1") == 1, "it may be older than the change"
    assert await maker.cost("A1") == 0
    assert await maker.cost("A2") == 0


async def test_a_page_made_while_another_record_changes_is_kept(
    cache: PageCache, database: Database
) -> None:
    maker = Maker(cache)
    await maker.keeps("A2", "A3")

    async def a_change_is_noticed() -> None:
        await change(database, "A3")
        await eventually(lambda: maker.cost("A3"), lambda cost: cost == 1)

    await maker.get("A1", while_made=a_change_is_noticed())
    assert await maker.cost("A1") == 0


@pytest.mark.parametrize("form", ["swapped", "dropped"])
async def test_a_swapped_projection_drops_everything(
    cache: PageCache, database: Database, form: str
) -> None:
    maker = Maker(cache)
    await maker.keeps("A1", "A2")
    if form == "swapped":
        await database["authors__rebuild"].insert_one({"_id": "A9"})
        await maker.keeps("A1", "A2")
        await database["authors__rebuild"].rename("authors", dropTarget=True)
    else:
        await database["authors"].drop()
    await eventually(lambda: maker.cost("A1"), lambda cost: cost == 1)
    assert await maker.cost("A2") == 1
    await maker.keeps("A1", "A2")


async def test_it_holds_no_more_bytes_than_it_may(cache: PageCache) -> None:
    maker = Maker(cache, size=1500)
    keys = [f"A{number}" for number in range(1, 8)]
    await maker.keeps(*keys[:5])
    assert await maker.cost(*keys) == 2, "five of 2000 bytes fit, with what each takes beside"
    assert await maker.cost(*keys[2:]) == 0
    assert await maker.cost(*keys[:2]) == 2


async def test_what_was_asked_for_lately_stays(cache: PageCache) -> None:
    maker = Maker(cache, size=1500)
    await maker.keeps("A1", "A2", "A3", "A4", "A5")
    await maker.get("A1")
    await maker.get("A6")
    assert await maker.cost("A1") == 0
    assert await maker.cost("A2") == 1


async def test_a_page_larger_than_all_its_room_is_served_and_not_kept(cache: PageCache) -> None:
    maker = Maker(cache)
    await maker.keeps("A1")
    large = Maker(cache, size=20_000)
    assert len((await large.get("A2")).body) == 20_000
    assert await large.cost("A2") == 1
    assert await maker.cost("A1") == 0


async def test_without_room_every_page_is_made_anew(database: Database) -> None:
    cache = PageCache(0)
    maker = Maker(cache)
    async with following(cache, database):
        for _ in range(10):
            assert await maker.cost("A1") == 1
            await asyncio.sleep(0.02)


async def test_evicted_pages_leave_nothing_behind(cache: PageCache) -> None:
    maker = Maker(cache, size=1500)
    await maker.keeps("A1")
    for number in range(500):
        await maker.get(f"B{number}", f"B{number}", f"W{number}")
    assert len(cache._parts) <= 120
    assert len(cache._used_by) <= 240


async def test_a_fault_of_the_maker_reaches_the_reader_and_is_not_kept(cache: PageCache) -> None:
    maker = Maker(cache)
    await maker.keeps("A1")

    async def fault() -> Made:
        raise LookupError("nobody")

    for _ in range(2):
        with pytest.raises(LookupError):
            await cache.get("A2", fault)
    assert await maker.cost("A2") == 1
    assert await maker.cost("A2") == 0


async def test_equal_bytes_have_equal_etags() -> None:
    assert page(10).etag == page(10).etag != page(11).etag
    assert page(10).etag.startswith('"')
