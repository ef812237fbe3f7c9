"""One person whose names fall into several blocks, whatever the order and whoever works it out."""

import asyncio
import random
from itertools import permutations
from pathlib import Path

import pytest
from fastapi import FastAPI

from chassis.documents import Cause
from contracts.events.works import Authorship
from deploy.local.servers import Servers
from services.works.api_authors import router
from services.works.constraints import Ref
from services.works.consumers import handlers
from services.works.curation import Decision
from services.works.domain import work_id
from services.works.people import MOST_BLOCKS
from services.works.records import Record
from services.works.resolution import author_id
from services.works.store import Store
from tests.support import client
from tests.works.papers import acl
from tests.works.taking_in import (
    authors,
    newly_due,
    one_by_one,
    published,
    redirects,
    resolve,
    store_apart,
    take_in,
    works,
)
from tests.works.test_seed import records

ORCID, OTHER = "orcid:0000-0002-1825-0097", "acl:anna"
SAMPLE = Path(__file__).parents[1] / "data" / "acl"
FILES = ("2020.cl.xml.gz", "2020.sdp.xml.gz", "2020.sigdial.xml.gz", "2020.tacl.xml.gz")


def paper(number: int, name: str, *identifiers: str, version: int = 1) -> Record:
    named = (Authorship(name=name, identifiers=identifiers),)
    return acl(
        f"2021.p-1.{number}",
        authors=named,
        year=2000 + number,
        title=f"Paper {number} about something",
        version=version,
    )


def work(number: int) -> str:
    return work_id(f"acl:2021.p-1.{number}")


def wrote(number: int, block: str) -> str:
    return author_id(block, f"{work(number)}#0")


MAIDEN, MARRIED, THIRD = wrote(1, "lindgren a"), wrote(2, "ek a"), wrote(3, "wu a")
ONE = paper(1, "Anna Lindgren", ORCID)
TWO = paper(2, "Anna Ek", ORCID, OTHER)
THREE = paper(3, "Anna Wu", OTHER)


async def leads_somewhere(store: Store) -> None:
    told = await redirects(store)
    found = {row["_id"] async for row in store.blocks.authors.collection.find({}, {"_id": 1})}
    living = {
        row["_id"]
        async for row in store.blocks.authors.collection.find({"state.author": {"$exists": True}})
    }
    for one in found:
        for _ in range(5):
            one = told.get(one, one)
        assert one in living


@pytest.mark.parametrize("order", list(permutations((ONE, TWO, THREE))))
async def test_names_in_three_blocks_are_one_person_in_any_order(
    store: Store, order: tuple[Record, ...]
) -> None:
    for record in order:
        await take_in(store, record)
        await one_by_one(store, 1)
    assert await authors(store) == {MAIDEN: sorted([work(1), work(2), work(3)])}
    told = await redirects(store)
    assert told[MARRIED] == told[THIRD] == MAIDEN
    await leads_somewhere(store)


async def test_two_workers_at_once_end_as_one_does(store: Store) -> None:
    many = [ONE, TWO, THREE, paper(4, "Anna Wu", OTHER), paper(5, "A. Lindgren", ORCID)]
    await asyncio.gather(*(take_in(store, *many[start:]) for start in (0, 2)))
    await asyncio.gather(*(one_by_one(store, seed) for seed in range(3)), resolve(store))
    assert await authors(store) == {MAIDEN: sorted(work(n) for n in range(1, 6))}
    await leads_somewhere(store)


async def test_more_works_in_a_linked_block_go_to_the_one_person(store: Store) -> None:
    await take_in(store, ONE, TWO)
    await resolve(store)
    await take_in(store, paper(4, "Anna Ek", ORCID))
    await resolve(store)
    assert await authors(store) == {MAIDEN: sorted([work(1), work(2), work(4)])}


@pytest.mark.parametrize("corrected", [1, 2])
async def test_an_identifier_that_is_gone_parts_the_person_again(
    store: Store, corrected: int
) -> None:
    await take_in(store, ONE, TWO)
    await resolve(store)
    assert list(await authors(store)) == [MAIDEN]
    before = len(await published(store, "works"))
    name = {1: "Anna Lindgren", 2: "Anna Ek"}[corrected]
    await take_in(store, paper(corrected, name, version=2))
    events = (await published(store, "works"))[:]
    assert len(events) > before
    block = {1: "lindgren a", 2: "ek a"}[corrected]
    told = [event for event in events if event.subject == block and event.position == 0]
    await handlers(store)["works.block"](told)
    assert await authors(store) == {MAIDEN: [work(1)], MARRIED: [work(2)]}
    assert await redirects(store) == {}


async def test_a_name_that_was_corrected_away_takes_its_work_along(store: Store) -> None:
    await take_in(store, ONE, TWO)
    await resolve(store)
    await take_in(store, paper(2, "Bo Strand", version=2))
    await one_by_one(store, 3)
    assert await authors(store) == {MAIDEN: [work(1)], wrote(2, "strand b"): [work(2)]}
    await leads_somewhere(store)


async def test_two_places_of_one_work_stay_two_people(store: Store) -> None:
    both = tuple(Authorship(name=n, identifiers=(ORCID,)) for n in ("Anna Lindgren", "Anna Ek"))
    await take_in(store, acl("2021.p-1.9", authors=both))
    await resolve(store)
    assert sorted(map(len, (await authors(store)).values())) == [1, 1]


async def test_a_decision_joins_across_blocks_and_its_reversal_parts(store: Store) -> None:
    await take_in(store, paper(1, "Anna Lindgren"), paper(2, "Anna Ek"))
    await resolve(store)
    apart = {MAIDEN: [work(1)], MARRIED: [work(2)]}
    assert await authors(store) == apart
    left, right = Ref(work(1), 0, "Anna Lindgren"), Ref(work(2), 0, "Anna Ek")
    merge = Decision("merge", (MAIDEN, MARRIED), (), (("same", (left,), (right,)),))
    curations = store.curations
    made = await curations.make(merge, "", "moderator", "somebody", Cause())
    for blocks in (["ek a"], ["lindgren a", "ek a"]):
        await store.blocks.resolve({block: Cause() for block in blocks})
        assert await authors(store) == {MAIDEN: sorted([work(1), work(2)])}
        assert await redirects(store) == {MARRIED: MAIDEN}
    await curations.reverse(made.id, "moderator", "somebody", Cause())
    await store.blocks.resolve({"ek a": Cause()})
    assert await authors(store) == apart
    assert await redirects(store) == {}


async def test_a_decision_keeps_apart_what_an_identifier_would_join(store: Store) -> None:
    await take_in(store, ONE, TWO)
    await resolve(store)
    left, right = Ref(work(1), 0, "Anna Lindgren"), Ref(work(2), 0, "Anna Ek")
    split = Decision("split", (MAIDEN,), (work(2),), (("different", (left,), (right,)),))
    await store.curations.make(split, "", "moderator", "somebody", Cause())
    await store.blocks.resolve({"lindgren a": Cause()})
    assert await authors(store) == {MAIDEN: [work(1)], MARRIED: [work(2)]}


async def test_what_is_linked_over_too_many_blocks_stays_apart(store: Store) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"[: MOST_BLOCKS + 1]
    await take_in(store, *(paper(n, f"Anna {x}son", ORCID) for n, x in enumerate(letters[:-1], 1)))
    await resolve(store)
    assert len(await authors(store)) == 1
    await take_in(store, paper(50, f"Anna {letters[-1]}son", ORCID))
    await store.blocks.learn([work(50)])
    await store.blocks.resolve({f"{letters[-1]}son a": Cause()})
    assert len(await authors(store)) == MOST_BLOCKS + 1
    assert await redirects(store) == {}


async def test_an_authorship_tells_with_whom_it_shares_an_identifier(store: Store) -> None:
    await take_in(store, ONE, TWO)
    await resolve(store)
    app = FastAPI()
    app.include_router(router(store))
    async with client(app) as http:
        found = (await http.get(f"/authors/{MAIDEN}/authorships")).json()
    assert {one["name"]: one["shares"] for one in found["authorships"]} == {
        "Anna Lindgren": [f"shares {ORCID} with Anna Ek"],
        "Anna Ek": [f"shares {ORCID} with Anna Lindgren"],
    }


async def test_a_sample_of_the_anthology_comes_out_the_same_however_it_comes_in(
    servers: Servers,
) -> None:
    sample = [record for path in FILES for record in records(SAMPLE / path)]
    assert len(sample) > 100

    async def outcome(*batches: list[Record], at_once: bool = False) -> tuple[object, object]:
        async with store_apart(servers) as store:
            if at_once:
                await asyncio.gather(*(take_in(store, *batch) for batch in batches))
                await asyncio.gather(resolve(store, 1), resolve(store, 2))
            else:
                for batch in batches:
                    await take_in(store, *batch)
                    await resolve(store)
            return (
                {one: told["title"] for one, told in (await works(store)).items()},
                await authors(store),
            )

    once = await outcome(sample)
    assert await outcome(sample, sample) == once
    assert await outcome(sample[::-1]) == once
    assert await outcome(sample[::2], sample[1::2], at_once=True) == once


NAMES = ("Anna Lindgren", "Anna Ek", "Anna Wu", "Bo Strand", "A. Ek")
KNOWN = (ORCID, OTHER, "orcid:0000-0001-5109-3700", "acl:bo")


def revisions(chance: random.Random) -> list[Record]:
    """Papers, each in two versions that may differ in name and identifiers."""
    found = []
    for number in range(1, 9):
        for version in (1, 2):
            identifiers = chance.sample(KNOWN, chance.choice((0, 1, 1, 2)))
            found.append(paper(number, chance.choice(NAMES), *identifiers, version=version))
    return found


@pytest.mark.parametrize("seed", range(4))
async def test_each_change_told_once_in_any_order_ends_as_all_at_once(
    store: Store, other: Store, seed: int
) -> None:
    chance = random.Random(seed)
    delivered = revisions(chance)
    await take_in(other, *delivered)
    await resolve(other)
    expected = await authors(other)

    handled: set[str] = set()
    chance.shuffle(delivered)
    for start in range(0, len(delivered), 3):
        await take_in(store, *delivered[start : start + 3])
        fresh = await newly_due(store, chance, handled)
        handle = handlers(store)["works.block"]
        await asyncio.gather(*(handle([event]) for event in fresh))
    assert await authors(store) == expected
    await leads_somewhere(store)
