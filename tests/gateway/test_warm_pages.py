"""Pages in memory: a warm one touches no database, a changed one is gone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial

import httpx
import pytest

import services.gateway.consumers
import services.gateway.store
from chassis.mongo import Database
from contracts.codec import decode
from contracts.events import CATALOGUE
from contracts.events.works import AuthoredWork, AuthorWasRecorded
from deploy.local.servers import Servers
from services.gateway import cache
from services.gateway.pages.view.works import AUTHORS_SHOWN
from tests.gateway.asking import HTML
from tests.gateway.told import person, tell, titled
from tests.support import (
    System,
    client,
    event,
    eventually,
    example,
    make_topics,
    new_system,
    started,
)

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

    async def touched(self, *collections: str) -> int:
        """Operations of any kind, ever, on the collections that pages are made of."""
        totals = (await self._database.client.admin.command("top"))["totals"]
        names = [f"{self._database.name}.{name}" for name in collections or ("authors", "works")]
        return sum(int(totals[name]["total"]["count"]) for name in names if name in totals)

    async def cost(self, path: str) -> int:
        """What one more request for a page costs."""
        before = await self.touched()
        await self.get(path)
        return await self.touched() - before

    async def warm(self, *paths: str) -> None:
        """Ask until the pages are kept."""
        for path in paths:
            await eventually(partial(self.cost, path), lambda cost: cost == 0)

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
    async with new_system(servers) as system:
        await make_topics(system)
        async with (
            started(system.app("gateway")) as app,
            client(app) as http,
            system.database("gateway") as database,
        ):
            yield Site(system, http, database)


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


async def test_what_is_told_of_an_author_reads_none_of_the_works_again(site: Site) -> None:
    await site.warm(*both(ADA))
    page, json = both(ADA)
    before, touched = await site.get(page), await site.touched("works")
    await tell(site.system, ADA, example("identity.ResearcherWasFollowed"))
    await site.becomes(json, lambda text: '"followers":1' in text)
    await site.becomes(page, lambda text: text != before)
    assert await site.touched("works") == touched


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
        await eventually(partial(site.status, path), lambda status: status == 308, timeout=5)


async def test_pages_that_nobody_asks_for_while_very_much_changes_are_given_up(site: Site) -> None:
    await site.warm(*both(CLEO))
    await asyncio.sleep(cache._IDLE_SECONDS)
    async with site.system.database("gateway") as database:
        rows = [{"_id": f"Aother{number}"} for number in range(cache._MOST_UNASKED + 1)]
        await database["authors"].insert_many(rows)
        await database["authors"].delete_many({"_id": {"$regex": "^Aother"}})
    await asyncio.sleep(0.5)
    assert await site.cost(both(CLEO)[0]) > 0
    await site.warm(*both(CLEO))


async def test_a_crowd_of_authors_does_not_hide_a_change_of_one_of_them(site: Site) -> None:
    crowd = [f"Person {number}" for number in range(AUTHORS_SHOWN + 5)]
    await tell(site.system, "Wcrowd", titled("A Crowd", 2021, *crowd))
    for place in (0, AUTHORS_SHOWN + 1):
        await tell(site.system, f"Acrowd{place}", authored(crowd[place], ("Wcrowd", place)))
    await site.warm(*both("Acrowd0"))
    last = f"Acrowd{AUTHORS_SHOWN + 1}"
    await tell(site.system, last, authored("Renamed", ("Wcrowd", 1)), first=2)
    await site.becomes(both("Acrowd0")[0], lambda text: f"/researchers/{last}" in text)
