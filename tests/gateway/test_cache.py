"""Pages in memory: a warm one touches no database, a changed one is gone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

import services.gateway.consumers
import services.gateway.store
from chassis.mongo import Database
from contracts.codec import decode
from contracts.events import CATALOGUE
from contracts.events.works import AuthoredWork, AuthorWasRecorded
from deploy.local.servers import Servers
from services.gateway.cache import Made, Page, PageCache
from services.gateway.pages.view.works import AUTHORS_SHOWN
from tests.gateway.test_api import example, person, tell, titled
from tests.support import System, client, event, eventually, make_topics, started, unique

HTML = {"Accept": "text/html"}
ADA, BOB, CLEO = "Aada", "Abob", "Acleo"
JOINT, OWN = "Wjoint", "Wown"


class Site:
    """A gateway with its change stream, and how often its collections were touched."""

    def __init__(self, system: System, http: httpx.AsyncClient, database: Database) -> None:
        self.system = system
        self._http = http
        self._database = database

    async def get(self, path: str) -> str:
        response = await self._http.get(path, headers=HTML)
        assert response.status_code == 200, response.text
        return response.text

    async def status(self, path: str) -> int:
        return (await self._http.get(path, headers=HTML)).status_code

    async def touched(self) -> int:
        """Operations of any kind, ever, on the collections that pages are made of."""
        totals = (await self._database.client.admin.command("top"))["totals"]
        names = [f"{self._database.name}.{name}" for name in ("authors", "works")]
        return sum(int(totals[name]["total"]["count"]) for name in names if name in totals)

    async def cost(self, path: str) -> int:
        """What one more request for a page costs."""
        before = await self.touched()
        await self.get(path)
        return await self.touched() - before

    async def warm(self, *paths: str) -> None:
        """Ask until the pages are kept."""
        for path in paths:
            await eventually(lambda path=path: self.cost(path), lambda cost: cost == 0)  # type: ignore[misc]

    async def becomes(self, path: str, holds: Callable[[str], bool]) -> None:
        await eventually(lambda: self.get(path), holds, timeout=5)


def both(author: str) -> tuple[str, str]:
    """The page of an author and the same as JSON."""
    return f"/researchers/{author}", f"/api/v1/researchers/{author}"


async def fill(system: System) -> None:
    """Ada wrote one work with Bob and one alone; Cleo one of hers."""
    await tell(system, JOINT, titled("A Joint Work", 2021, "Ada", "Bob"))
    await tell(system, OWN, titled("A Work of Her Own", 2020, "Ada"))
    await tell(system, "Wcleo", titled("A Work of Cleo's", 2020, "Cleo"))
    await tell(system, ADA, person("Ada", JOINT, OWN))
    await tell(system, BOB, authored("Bob", (JOINT, 1)))
    await tell(system, CLEO, person("Cleo", "Wcleo"))


def authored(name: str, *places: tuple[str, int]) -> AuthorWasRecorded:
    works = tuple(AuthoredWork(work_id=work, place=place) for work, place in places)
    return person(name).model_copy(update={"works": works})


@pytest.fixture(scope="module")
async def running(servers: Servers) -> AsyncIterator[Site]:
    """One gateway for all tests here; each writes other records, or writes back what it changed."""
    system = System(servers, f"t{unique()}")
    await make_topics(system)
    async with (
        started(system.app("gateway")) as app,
        client(app) as http,
        system.database("gateway") as database,
    ):
        yield Site(system, http, database)
    await system.drop()


@pytest.fixture
async def site(running: Site) -> Site:
    """As `fill` leaves it, and all of that noticed."""
    async with running.system.database("gateway") as database:
        for name in ("authors", "works"):
            await database[name].delete_many({})
    await fill(running.system)
    await tell(running.system, "Alast", person("Last"))
    await running.warm(*both("Alast"))
    await tell(running.system, "Alast", person("Last of All"), first=2)
    await running.becomes(both("Alast")[0], lambda text: "Last of All" in text)
    return running


async def test_a_warm_page_touches_no_database(site: Site) -> None:
    paths = both(ADA)
    assert await site.cost(paths[0]) > 0
    await site.warm(*paths)
    before = await site.touched()
    for _ in range(20):
        for path in paths:
            assert "A Joint Work" in await site.get(path)
    assert await site.touched() == before


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("trust.TrustWasScored", "Trust 21 - Emerging"),
        ("graph.NeighbourhoodWasSummarised", "Furu Wei"),
        ("identity.ClaimWasApproved", "Claimed author"),
        ("identity.ResearcherWasFollowed", '"followers":1'),
        ("identity.ResearcherProfileWasUpdated", "Studies how examples are read."),
    ],
)
async def test_whatever_is_told_of_an_author_is_on_the_page_and_others_stay_warm(
    site: Site, name: str, word: str
) -> None:
    await site.warm(*both(ADA), *both(CLEO))
    page, json = both(ADA)
    before = await site.get(page)
    assert word not in await site.get(json)
    await tell(site.system, ADA, example(name))
    await site.becomes(json, lambda text: word in text)
    await site.becomes(page, lambda text: text != before)
    assert [await site.cost(path) for path in both(CLEO)] == [0, 0]
    await site.warm(*both(ADA))


async def test_a_changed_name_is_on_the_page(site: Site) -> None:
    await site.warm(*both(ADA), *both(CLEO))
    await tell(site.system, ADA, person("Ada Lovelace", JOINT, OWN), first=2)
    for path in both(ADA):
        await site.becomes(path, lambda text: "Ada Lovelace" in text)
    assert [await site.cost(path) for path in both(CLEO)] == [0, 0]


async def test_a_changed_work_is_on_the_pages_of_all_its_authors_and_no_other(site: Site) -> None:
    await site.warm(*both(ADA), *both(BOB), *both(CLEO))
    await tell(site.system, JOINT, titled("A Better Title", 2021, "Ada", "Bob"), first=2)
    for path in (*both(ADA), *both(BOB)):
        await site.becomes(path, lambda text: "A Better Title" in text)
    assert [await site.cost(path) for path in both(CLEO)] == [0, 0]


async def test_a_work_of_one_author_leaves_the_pages_of_others(site: Site) -> None:
    await site.warm(*both(ADA), *both(BOB))
    await tell(site.system, OWN, titled("A Better Title", 2020, "Ada"), first=2)
    await site.becomes(both(ADA)[0], lambda text: "A Better Title" in text)
    assert [await site.cost(path) for path in both(BOB)] == [0, 0]


async def test_a_co_author_who_becomes_known_is_linked(site: Site) -> None:
    await tell(site.system, JOINT, titled("A Joint Work", 2021, "Ada", "Bob", "Dora"), first=2)
    await site.becomes(both(ADA)[0], lambda text: "Dora" in text)
    await site.warm(*both(ADA), *both(CLEO))
    assert "/researchers/Adora" not in await site.get(both(ADA)[0])
    await tell(site.system, "Adora", authored("Dora", (JOINT, 2)))
    await site.becomes(both(ADA)[0], lambda text: "/researchers/Adora" in text)
    assert [await site.cost(path) for path in both(CLEO)] == [0, 0]


async def test_a_co_author_who_leaves_a_work_is_linked_no_more(site: Site) -> None:
    await site.warm(*both(ADA))
    assert f"/researchers/{BOB}" in await site.get(both(ADA)[0])
    await tell(site.system, BOB, authored("Bob"), first=2)
    await site.becomes(both(ADA)[0], lambda text: f"/researchers/{BOB}" not in text)


async def test_a_work_that_comes_later_than_its_author_is_on_the_page(site: Site) -> None:
    await tell(site.system, "Alate", person("Late", "Wlate"))
    await site.warm(*both("Alate"))
    await tell(site.system, "Wlate", titled("Better Late", 2021, "Late"))
    for path in both("Alate"):
        await site.becomes(path, lambda text: "Better Late" in text)


async def test_a_work_that_moves_to_the_first_page_is_on_it(site: Site) -> None:
    works = [f"Wmany{number:03}" for number in range(101)]
    events = [
        decode(event(titled(f"Number {number:03}", 2021, "Many"), work, 1), CATALOGUE)
        for number, work in enumerate(works)
    ]
    store = services.gateway.store.Store(site.system.service("gateway"))
    await services.gateway.consumers.handlers(store)["works.work"](events)
    await tell(site.system, "Amany", person("Many", *works))
    await site.warm(*both("Amany"))
    assert "Number 100" not in await site.get(both("Amany")[0])
    await tell(site.system, works[100], titled("Number 100", 2022, "Many"), first=2)
    for path in both("Amany"):
        await site.becomes(path, lambda text: "Number 100" in text)


async def test_an_author_merged_into_another_is_no_page_any_more(site: Site) -> None:
    await site.warm(*both(BOB))
    await tell(site.system, BOB, example("works.AuthorsWereMerged"), first=2)
    for path in both(BOB):
        await eventually(
            lambda path=path: site.status(path),  # type: ignore[misc]
            lambda status: status == 308,
            timeout=5,
        )


async def test_a_crowd_of_authors_does_not_hide_a_change_of_one_of_them(site: Site) -> None:
    crowd = [f"Person {number}" for number in range(AUTHORS_SHOWN + 5)]
    await tell(site.system, "Wcrowd", titled("A Crowd", 2021, *crowd))
    for place in (0, AUTHORS_SHOWN + 1):
        await tell(site.system, f"Acrowd{place}", authored(crowd[place], ("Wcrowd", place)))
    await site.warm(*both("Acrowd0"))
    last = f"Acrowd{AUTHORS_SHOWN + 1}"
    await tell(site.system, last, authored("Renamed", ("Wcrowd", 1)), first=2)
    await site.becomes(both("Acrowd0")[0], lambda text: f"/researchers/{last}" in text)


# The cache by itself, on a database's change stream.


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
    system = System(servers, f"t{unique()}")
    async with system.database("gateway") as found:
        await found["authors"].insert_many(
            [{"_id": key, "state": {"authored": []}} for key in ("A1", "A2", "A3")]
        )
        yield found
    await system.drop()


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
