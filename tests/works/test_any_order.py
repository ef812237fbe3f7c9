"""Works and authors come out the same, however often, in whatever order, and by however many."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime, tzinfo
from itertools import permutations, product

import pytest

from chassis.mongo import Row
from contracts.events.works import Authorship
from deploy.local.servers import Servers
from services.works.blocks import Blocks
from services.works.consumers import handlers
from services.works.curations import Curations
from services.works.institutions import Institutions
from services.works.records import Record
from services.works.resolution import Mention
from services.works.store import Store
from tests.outcomes import timeless
from tests.support import System
from tests.works.papers import (
    ADA,
    ADA_ID,
    ALAN,
    ARXIV,
    DELIVERED,
    DOI,
    GRACE,
    GRACE_ID,
    acl,
    arxiv,
    by,
    john,
    wrote,
)
from tests.works.taking_in import (
    authors,
    newly_due,
    published,
    redirects,
    resolve,
    store_apart,
    take_in,
    works,
)


async def everything(system: System) -> dict[str, list[Row]]:
    """Every document of every collection, whole."""
    async with system.database("works") as database:
        names = sorted(await database.list_collection_names())
        return {
            name: [row async for row in database[name].find({}).sort("_id", 1)] for name in names
        }


async def test_a_second_ingest_changes_nothing(databases: System, store: Store) -> None:
    records = [arxiv(2, doi=DOI), acl(doi=DOI), acl("2021.acl-long.2", authors=by(ALAN))]
    await take_in(store, *records)
    await resolve(store)
    before = await everything(databases)
    assert [len(before[name]) for name in ("authors", "mentions", "works")] == [3, 2, 3]
    counts = await take_in(store, arxiv(1), *records)
    await resolve(store)
    assert (counts.new, counts.revised, counts.unchanged) == (0, 0, 4)
    assert await everything(databases) == before


async def test_ingests_at_the_same_instant_make_nothing_twice(store: Store, other: Store) -> None:
    records = [
        arxiv(record_id=f"2106.{n:05d}", authors=by(ADA, f"Author {'abcdefgh'[n % 8]}"))
        for n in range(60)
    ]
    await take_in(other, *records)
    await resolve(other)
    expected = timeless(await works(other)), await authors(other)

    counts = await asyncio.gather(*(take_in(store, *records[start:]) for start in (0, 0, 10, 20)))
    await asyncio.gather(resolve(store, seed=1), resolve(store, seed=2))
    assert sum(count.new for count in counts) == 60
    assert sum(count.revised for count in counts) == 0
    assert (timeless(await works(store)), await authors(store)) == expected
    positions = [event.position for event in await published(store, "authors")]
    assert positions == [1] * 9


@pytest.fixture(scope="module")
async def at_once(servers: Servers) -> AsyncIterator[Store]:
    """Everything taken in one batch."""
    async with store_apart(servers) as made:
        await take_in(made, *DELIVERED)
        await resolve(made)
        yield made


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_and_any_split_give_the_same_works_and_authors(
    store: Store, at_once: Store, seed: int
) -> None:
    chance = random.Random(seed)
    records = chance.sample(DELIVERED, len(DELIVERED))
    for part in split(records, chance):
        await take_in(store, *part)
        if chance.random() < 0.5:
            await resolve(store, seed)
    await resolve(store, seed)
    assert timeless(await works(store)) == timeless(await works(at_once))
    assert await authors(store) == await authors(at_once)
    given_out = await redirects(store)
    assert (await redirects(at_once)).items() <= given_out.items()


def split(records: Sequence[Record], chance: random.Random) -> Iterable[Sequence[Record]]:
    cuts = sorted(chance.sample(range(len(records) + 1), 3))
    for start, end in zip([0, *cuts], [*cuts, len(records)], strict=True):
        yield records[start:end]


class Overtaken(Blocks):
    """A worker that pauses between reading mentions and writing authors."""

    def __init__(self, system: System) -> None:
        service = system.service("works")
        super().__init__(service, Curations(service), Institutions(service))
        self.has_read, self.goes_on = asyncio.Event(), asyncio.Event()

    async def _mentions_in(self, blocks: Iterable[str]) -> dict[str, list[Mention]]:
        found = await super()._mentions_in(blocks)
        self.has_read.set()
        await self.goes_on.wait()
        return found


async def test_a_worker_that_was_overtaken_puts_no_older_outcome_over_a_newer_one(
    databases: System, store: Store
) -> None:
    await take_in(store, john(1, year=2010))
    slow = Overtaken(databases)
    slowed = Store(databases.service("works"))
    slowed.blocks = slow
    resolving = asyncio.create_task(resolve(slowed))
    await slow.has_read.wait()
    await take_in(store, john(2), john(3, "acl:a", name="Janis Smith"))
    await resolve(store)
    slow.goes_on.set()
    await resolving
    told = [e for e in await published(store, "authors") if e.subject == wrote(1)]
    assert [len(e.data.works) for e in told] == [2]
    assert sorted(map(len, (await authors(store)).values())) == [1, 2]


class Noon(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "Noon":
        return cls(2026, 9, 14, 12, tzinfo=tz)


async def test_an_older_outcome_is_not_left_standing_when_the_newer_one_is_that_of_before(
    databases: System, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.works.store.datetime", Noon)
    await take_in(store, arxiv(1, authors=by(ADA)))
    await resolve(store)
    await take_in(store, arxiv(2, authors=by("Anna Lovelace")))
    slow = Overtaken(databases)
    slowed = Store(databases.service("works"))
    slowed.blocks = slow
    resolving = asyncio.create_task(resolve(slowed))
    await slow.has_read.wait()
    await take_in(store, arxiv(3, authors=by(ADA)))
    await resolve(store)
    slow.goes_on.set()
    await resolving
    assert await authors(store) == {ADA_ID: [ARXIV]}


async def test_workers_of_one_block_at_the_same_instant_tell_each_outcome_once(
    store: Store,
) -> None:
    for number in range(5):
        await take_in(store, john(number, year=2010 + number))
        await asyncio.gather(*(resolve(store) for _ in range(3)))
    assert [len(of) for of in (await authors(store)).values()] == [5]
    assert [event.position for event in await published(store, "authors")] == [1, 2, 3, 4, 5]


async def test_every_work_and_author_tells_each_change_once_and_in_order(store: Store) -> None:
    for version in (1, 2, 2, 1, 3):
        await take_in(store, arxiv(version, authors=by(*[ADA, GRACE, ALAN][:version])))
    events = [event for event in await published(store, "works") if event.position]
    assert [event.position for event in events] == [1, 2, 3]
    assert {event.subject for event in events} == {ARXIV}


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_versions_and_feeds_in_any_order_make_the_same_documents(
    store: Store, order: tuple[int, ...]
) -> None:
    records = (arxiv(1), arxiv(2, authors=by(ADA, ALAN)), arxiv(2, feed="arxiv-oai", doi=DOI))
    for number in order:
        await take_in(store, records[number])
        await resolve(store)
    (work,) = (await works(store)).values()
    assert work["title"] == "A Title, version 2"
    assert work["identifiers"] == ["arxiv:2106.08254", f"doi:{DOI}"]
    assert len(work["sources"]) == 2
    assert await authors(store) == {ADA_ID: [ARXIV], GRACE_ID: [ARXIV]}


FEW = ("Gemma Boleda", "Gemma Boleda Torrent", "Gemma Boleda Torrent Mas", "Gemma Boledatorrent")
SPELT = (*FEW, *FEW, "Gemma Boleda Riera")
COMPANY = ("Bonnie Quirrel", "Clyde Zobrist", "Wei Wang", "Yang Liu")
KNOWN = ("orcid:0000-0002-1825-0097", "orcid:0000-0001-5109-3700")


def company(chance: random.Random) -> list[Record]:
    """Papers of few people under names of several blocks, each in versions that differ."""
    found = []
    for number, version in product(range(1, 8), (1, 2, 3)):
        names = chance.sample(SPELT, chance.choice((1, 1, 1, 1, 1, 2)))
        names += chance.sample(COMPANY, chance.choice((1, 2, 2, 3)))
        known = (chance.choice(KNOWN),) if chance.random() < 0.1 else ()
        authors = (Authorship(name=names[0], identifiers=known), *by(*names[1:]))
        year = 2000 + number
        found.append(acl(f"2021.y-1.{number}", authors=authors, year=year, version=version))
    return found


@pytest.mark.parametrize("seed", range(4))
async def test_who_keeps_the_same_company_comes_out_the_same_in_any_order(
    store: Store, other: Store, seed: int
) -> None:
    chance = random.Random(seed)
    records = company(chance)
    await take_in(other, *records)
    await resolve(other)
    handled: set[str] = set()
    for part in split(chance.sample(records, len(records)), chance):
        await take_in(store, *part, *part[:1])
        fresh = await newly_due(store, chance, handled)
        size = chance.choice((1, 3, 20))
        batches = [fresh[start : start + size] for start in range(0, len(fresh), size)]
        handle = handlers(store)["works.block"]
        if chance.random() < 0.5:
            await asyncio.gather(*(handle(batch) for batch in batches))
        else:
            for batch in batches:
                await handle(batch)
    assert await authors(store) == await authors(other)
