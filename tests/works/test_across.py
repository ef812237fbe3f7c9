"""One person under names of several blocks, by the same company, whatever the order."""

import asyncio
from itertools import permutations

import pytest
from fastapi import FastAPI

from chassis.documents import Cause
from services.works.api_authors import router
from services.works.constraints import Ref
from services.works.curation import Decision
from services.works.domain import work_id
from services.works.names import block_of
from services.works.records import Record
from services.works.resolution import author_id
from services.works.store import Store
from tests.support import client
from tests.works.papers import acl, by
from tests.works.taking_in import authors, one_by_one, redirects, resolve, take_in

SHORT, LONG = "Gemma Boleda", "Gemma Boleda Torrent"
TWO = ("Bonnie Quirrel", "Clyde Zobrist")


def paper(number: int, *names: str, version: int = 1) -> Record:
    return acl(f"2021.p-1.{number}", authors=by(*names), year=2000 + number, version=version)


def work(number: int) -> str:
    return work_id(f"acl:2021.p-1.{number}")


def wrote(number: int, name: str) -> str:
    return author_id(block_of(name), f"{work(number)}#0")


async def spelt(store: Store) -> dict[str, list[str]]:
    """The authors of either spelling, and their works."""
    own = {wrote(n, name) for n in range(1, 9) for name in (SHORT, LONG)}
    return {one: works for one, works in (await authors(store)).items() if one in own}


ONE = paper(1, SHORT, *TWO)
OTHER = paper(2, LONG, *TWO)
THIRD = paper(3, SHORT, "Dora Vukasin")
JOINED = {wrote(1, SHORT): sorted([work(1), work(2), work(3)])}
APART = {wrote(1, SHORT): sorted([work(1), work(3)]), wrote(2, LONG): [work(2)]}


@pytest.mark.parametrize("order", list(permutations((ONE, OTHER, THIRD))))
async def test_the_same_company_makes_one_person_in_any_order(
    store: Store, order: tuple[Record, ...]
) -> None:
    for number, record in enumerate(order):
        await take_in(store, record)
        await one_by_one(store, number)
    assert await spelt(store) == JOINED
    assert (await redirects(store))[wrote(2, LONG)] == wrote(1, SHORT)


@pytest.mark.parametrize("last", [SHORT, LONG, *TWO])
async def test_whichever_block_is_worked_out_last(store: Store, last: str) -> None:
    await take_in(store, ONE, THIRD)
    await resolve(store)
    await take_in(store, OTHER)
    for name in {SHORT, LONG, *TWO} - {last}:
        await one_by_one(store, 1, block_of(name))
    await one_by_one(store, 1, block_of(last))
    assert await spelt(store) == JOINED


async def test_workers_at_once_end_as_one_does(store: Store) -> None:
    await asyncio.gather(take_in(store, ONE, THIRD), take_in(store, OTHER, ONE))
    await asyncio.gather(*(one_by_one(store, seed) for seed in range(4)), resolve(store))
    assert await spelt(store) == JOINED


async def test_company_that_is_gone_gives_the_records_back(store: Store) -> None:
    await take_in(store, ONE, OTHER, THIRD)
    await resolve(store)
    assert await spelt(store) == JOINED
    await take_in(store, paper(2, LONG, "Fay Lindqvist", version=2))
    await one_by_one(store, 1, block_of(LONG))
    assert await spelt(store) == APART
    assert await redirects(store) == {}
    await take_in(store, paper(2, LONG, *TWO, version=3))
    await one_by_one(store, 1, block_of(TWO[1]))
    assert await spelt(store) == JOINED


@pytest.mark.parametrize("last", [SHORT, LONG])
async def test_what_kept_two_apart_may_go(store: Store, last: str) -> None:
    await take_in(store, ONE, OTHER, paper(3, SHORT, LONG))
    await resolve(store)
    assert len(await spelt(store)) == 2
    await take_in(store, paper(3, SHORT, "Dora Vukasin", version=2))
    await one_by_one(store, 1, block_of(last))
    assert await spelt(store) == JOINED


async def test_a_work_more_in_either_block_goes_to_the_one_person(store: Store) -> None:
    await take_in(store, ONE, OTHER)
    await resolve(store)
    await take_in(store, THIRD, paper(4, LONG))
    for name in (LONG, SHORT):
        await one_by_one(store, 1, block_of(name))
    assert await spelt(store) == {wrote(1, SHORT): sorted(work(n) for n in range(1, 5))}


async def test_a_decision_keeps_apart_what_the_company_would_join(store: Store) -> None:
    await take_in(store, ONE, OTHER, THIRD)
    await resolve(store)
    left, right = Ref(work(1), 0, SHORT), Ref(work(2), 0, LONG)
    split = Decision("split", (wrote(1, SHORT),), (work(2),), (("different", (left,), (right,)),))
    await store.curations.make(split, "", "moderator", "somebody", Cause())
    await store.blocks.resolve({block_of(TWO[0]): Cause(), block_of(SHORT): Cause()})
    assert await spelt(store) == APART


async def test_an_authorship_tells_what_it_shares_with_the_other_spelling(store: Store) -> None:
    await take_in(store, ONE, OTHER, THIRD)
    await resolve(store)
    app = FastAPI()
    app.include_router(router(store))
    async with client(app) as http:
        found = (await http.get(f"/authors/{wrote(1, SHORT)}/authorships")).json()
    company = "shares the words boleda gemma and the co-authors bonnie quirrel, clyde zobrist with"
    assert {one["work_id"]: one["shares"] for one in found["authorships"]} == {
        work(1): [f"{company} {LONG}"],
        work(2): [f"{company} {SHORT}"],
        work(3): [],
    }
