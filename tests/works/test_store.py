"""Works and authors on a real MongoDB, however often, in whatever order, and by however many."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, date, datetime, tzinfo
from itertools import permutations
from typing import Any

import pytest

from chassis.documents import Cause
from chassis.mongo import Row
from contracts.codec import decode
from contracts.envelope import Event
from contracts.events import CATALOGUE
from contracts.events.works import (
    Authorship,
    AuthorsWereMerged,
    AuthorWasRecorded,
    BlockWasChanged,
    WorksWereMerged,
    WorkWasRecorded,
)
from deploy.local.servers import Servers
from services.works.blocks import Blocks
from services.works.consumers import handlers
from services.works.curations import Curations
from services.works.domain import work_id
from services.works.institutions import Institutions
from services.works.records import Deleted, Record, Relation
from services.works.resolution import Mention, author_id
from services.works.store import Counts, Store
from tests.support import System, unique
from tests.works.papers import ADA, ALAN, GRACE, acl, arxiv, by

ARXIV, ACL = work_id("arxiv:2106.08254"), work_id("acl:2021.acl-long.1")
ADA_ID = author_id("lovelace a", f"{ARXIV}#0")
GRACE_ID = author_id("hopper g", f"{ARXIV}#0")
ALAN_ID = author_id("turing a", f"{ARXIV}#0")
DOI = "10.18653/v1/2021.acl-long.1"
JOHN = "John Smith"


@pytest.fixture
async def system(servers: Servers) -> AsyncIterator[System]:
    """Databases nobody else uses; no topics, because nothing is relayed here."""
    made = System(servers, f"t{unique()}")
    yield made
    await made.drop()


@pytest.fixture
async def store(system: System) -> Store:
    return await new_store(system)


async def new_store(system: System) -> Store:
    made = Store(system.service("works"))
    await made.prepare()
    return made


async def take_in(store: Store, *records: Record) -> Counts:
    """One batch of an ingest."""
    return await store.ingest(records, {record.key: Cause() for record in records})


async def resolve(store: Store, seed: int | None = None) -> None:
    """What the service does with the blocks its works named; in any order when there is a seed."""
    events = [event for event in await published(store, "works") if event.position == 0]
    if seed is not None:
        random.Random(seed).shuffle(events)
    await handlers(store)["works.block"](events)


async def published(store: Store, collection: str) -> list[Event[Any]]:
    """The events waiting in the outboxes, in the order of each document."""
    documents = {"works": store.works, "authors": store.blocks.authors}[collection]
    return [
        decode(bytes(entry["body"]), CATALOGUE)
        async for row in documents.collection.find({}).sort("_id", 1)
        for entry in row["outbox"]
    ]


async def works(store: Store) -> dict[str, Any]:
    """What is told of each work."""
    found = store.works.collection.find({"state.work": {"$exists": True}})
    return {row["_id"]: row["state"]["work"] async for row in found}


async def authors(store: Store) -> dict[str, list[str]]:
    """Everyone who has a work: id to the works."""
    return {
        row["_id"]: [item["work_id"] for item in row["state"]["author"]["works"]]
        async for row in store.blocks.authors.collection.find(
            {"state.author.works.0": {"$exists": True}}
        )
    }


async def redirects(store: Store) -> dict[str, str]:
    found = store.blocks.authors.collection.find({"state.merged_into": {"$exists": True}})
    return {row["_id"]: row["state"]["merged_into"] async for row in found}


async def everything(system: System) -> dict[str, list[Row]]:
    """Every document of every collection, whole."""
    async with system.database("works") as database:
        names = sorted(await database.list_collection_names())
        return {
            name: [row async for row in database[name].find({}).sort("_id", 1)] for name in names
        }


def timeless(value: Any) -> Any:
    """Without moments of import."""
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items() if k != "imported_at"}
    return [timeless(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("preprint_first", [True, False])
async def test_a_doi_joins_a_preprint_and_its_publication(
    store: Store, preprint_first: bool
) -> None:
    pair = [arxiv(doi=DOI), acl(doi=DOI)]
    for record in pair if preprint_first else reversed(pair):
        counts = await take_in(store, record)
    assert (counts.new, counts.revised, counts.warnings) == (0, 1, [])
    found = await works(store)
    assert list(found) == [ARXIV]
    (work,) = found.values()
    assert work["title"] == "A Title, as published"
    assert work["identifiers"] == ["acl:2021.acl-long.1", "arxiv:2106.08254", f"doi:{DOI}"]


async def test_a_doi_joins_two_records_of_one_batch(store: Store) -> None:
    counts = await take_in(store, arxiv(doi=DOI), acl(doi=DOI))
    assert (counts.new, counts.revised) == (1, 1)
    assert len(await works(store)) == 1


async def test_a_doi_joins_what_comes_in_at_the_same_instant(store: Store) -> None:
    pairs = [
        (
            arxiv(record_id=f"2106.{n:05d}", doi=f"10.1/{n}"),
            acl(f"2021.acl-long.{n}", doi=f"10.1/{n}"),
        )
        for n in range(40)
    ]
    await asyncio.gather(
        take_in(store, *(preprint for preprint, _ in pairs)),
        take_in(store, *(paper for _, paper in reversed(pairs))),
    )
    found = await works(store)
    assert len(found) == 40
    assert all(len(work["sources"]) == 2 for work in found.values())


async def test_a_doi_that_a_later_version_brings_joins_what_comes_after(store: Store) -> None:
    await take_in(store, arxiv(1))
    await take_in(store, arxiv(2, doi=DOI))
    await take_in(store, acl(doi=DOI))
    assert list(await works(store)) == [ARXIV]


async def test_a_doi_that_comes_late_joins_two_works_and_the_old_id_leads_to_the_survivor(
    store: Store,
) -> None:
    await take_in(store, arxiv(1), acl(doi=DOI))
    await resolve(store)
    assert sorted(await works(store)) == sorted([ARXIV, ACL])
    counts = await take_in(store, arxiv(2, doi=DOI))
    assert (counts.new, counts.revised, counts.warnings) == (0, 1, [])
    assert list(await works(store)) == [ARXIV]
    told = [event for event in await published(store, "works") if event.subject == ACL]
    assert [type(event.data) for event in told if event.position] == [
        WorkWasRecorded,
        WorksWereMerged,
    ]
    await resolve(store)
    assert await authors(store) == {ADA_ID: [ARXIV], GRACE_ID: [ARXIV]}


async def test_a_doi_that_a_later_version_takes_back_parts_the_works_again(store: Store) -> None:
    await take_in(store, arxiv(1, doi=DOI), acl(doi=DOI))
    assert list(await works(store)) == [ARXIV]
    await take_in(store, arxiv(2))
    assert sorted(await works(store)) == sorted([ARXIV, ACL])
    last = [event for event in await published(store, "works") if event.subject == ACL][-1]
    assert isinstance(last.data, WorkWasRecorded | BlockWasChanged)
    await resolve(store)
    assert await authors(store) == {
        ADA_ID: sorted([ARXIV, ACL]),
        GRACE_ID: sorted([ARXIV, ACL]),
    }


async def test_an_older_version_in_one_batch_hides_no_doi_of_the_newer(store: Store) -> None:
    await take_in(store, arxiv(2, doi=DOI), arxiv(1), acl(doi=DOI))
    assert list(await works(store)) == [ARXIV]


async def test_the_same_title_and_authors_join_a_preprint_and_its_publication(
    store: Store,
) -> None:
    title = "A Title, as published"
    for first, last in permutations((arxiv(title=title), acl())):
        await take_in(store, first)
        await take_in(store, last)
    assert list(await works(store)) == [ARXIV]


async def test_without_version_numbers_the_date_tells_which_is_older(store: Store) -> None:
    old = arxiv(None, title="The older one", updated=date(2021, 1, 1))
    new = arxiv(None, title="The newer one", updated=date(2021, 2, 1))
    await take_in(store, new)
    counts = await take_in(store, old)
    assert counts.unchanged == 1
    (work,) = (await works(store)).values()
    assert work["title"] == "The newer one"


async def test_a_record_that_its_source_took_back_is_withdrawn_in_any_order(
    system: System, store: Store
) -> None:
    when = datetime(2021, 6, 1, tzinfo=UTC)
    gone = Deleted(source="arxiv", feed="arxiv-oai", record_id="2106.08254", modified=when)
    apart = System(system.servers, f"t{unique()}")
    other = await new_store(apart)
    for where, items in ((store, (arxiv(1), gone)), (other, (gone, arxiv(1)))):
        for item in items:
            await where.ingest([item], {item.key: Cause()})
        (work,) = (await works(where)).values()
        assert work["standing"] == "withdrawn"
        counts = await where.ingest([gone], {gone.key: Cause()})
        assert (counts.unchanged, counts.revised) == (1, 0)
    await apart.drop()
    await take_in(store, arxiv(2, updated=date(2021, 7, 1)))
    (work,) = (await works(store)).values()
    assert work["standing"] == "current"


async def test_a_notice_retracts_the_work_it_names_whichever_comes_first(
    system: System, store: Store
) -> None:
    notice = acl(
        "2023.retraction.1",
        title="Retraction of a title that was published",
        relations=(Relation(kind="retraction-of", target=f"doi:{DOI}"),),
    )
    apart = System(system.servers, f"t{unique()}")
    other = await new_store(apart)
    for where, records in ((store, (acl(doi=DOI), notice)), (other, (notice, acl(doi=DOI)))):
        for record in records:
            await take_in(where, record)
        standings = {one: work["standing"] for one, work in (await works(where)).items()}
        assert standings == {ACL: "retracted", work_id("acl:2023.retraction.1"): "current"}
    await apart.drop()


async def test_two_papers_of_one_source_with_the_same_doi_stay_two_works(store: Store) -> None:
    first, second = acl("2021.acl-long.1", doi=DOI), acl("2021.acl-long.2", doi=DOI)
    counts = await take_in(store, first, second)
    (warning,) = counts.warnings
    assert warning.record == "2021.acl-long.2"
    assert DOI in warning.reason
    assert "acl:2021.acl-long.1" in warning.reason
    assert len(await works(store)) == 2
    await take_in(store, arxiv(doi=DOI))
    found = await works(store)
    assert len(found) == 2
    assert [source["source"] for source in found[ARXIV]["sources"]] == ["acl", "arxiv"]


async def test_one_paper_in_two_feeds_is_one_work(store: Store) -> None:
    for atom_first in (True, False):
        record_id = f"2106.0000{int(atom_first)}"
        feeds = [arxiv(2, record_id=record_id), arxiv(2, record_id=record_id, feed="arxiv-oai")]
        for record in feeds if atom_first else reversed(feeds):
            await take_in(store, record)
    assert sorted(await works(store)) == sorted(
        work_id(f"arxiv:2106.0000{number}") for number in (0, 1)
    )


async def test_a_second_ingest_changes_nothing(system: System, store: Store) -> None:
    records = [arxiv(2, doi=DOI), acl(doi=DOI), acl("2021.acl-long.2", authors=by(ALAN))]
    await take_in(store, *records)
    await resolve(store)
    before = await everything(system)
    assert [len(before[name]) for name in ("authors", "mentions", "works")] == [3, 2, 3]
    counts = await take_in(store, arxiv(1), *records)
    await resolve(store)
    assert (counts.new, counts.revised, counts.unchanged) == (0, 0, 4)
    assert await everything(system) == before


async def test_ingests_at_the_same_instant_make_nothing_twice(system: System, store: Store) -> None:
    records = [
        arxiv(record_id=f"2106.{n:05d}", authors=by(ADA, f"Author {'abcdefgh'[n % 8]}"))
        for n in range(60)
    ]
    apart = System(system.servers, f"t{unique()}")
    once = await new_store(apart)
    await take_in(once, *records)
    await resolve(once)
    expected = timeless(await works(once)), await authors(once)
    await apart.drop()

    counts = await asyncio.gather(*(take_in(store, *records[start:]) for start in (0, 0, 10, 20)))
    await asyncio.gather(resolve(store, seed=1), resolve(store, seed=2))
    assert sum(count.new for count in counts) == 60
    assert sum(count.revised for count in counts) == 0
    assert (timeless(await works(store)), await authors(store)) == expected
    positions = [event.position for event in await published(store, "authors")]
    assert positions == [1] * 9


async def test_a_changed_name_takes_the_work_from_the_old_author(store: Store) -> None:
    await take_in(store, arxiv(1, authors=by(ADA, GRACE)), acl(authors=by(ADA)))
    await resolve(store)
    assert await authors(store) == {ADA_ID: sorted([ARXIV, ACL]), GRACE_ID: [ARXIV]}

    await take_in(store, arxiv(2, authors=by(ALAN, GRACE)))
    await resolve(store)
    moved = author_id("lovelace a", f"{ACL}#0")
    assert await authors(store) == {moved: [ACL], GRACE_ID: [ARXIV], ALAN_ID: [ARXIV]}
    assert await redirects(store) == {ADA_ID: moved}


async def test_an_author_left_without_works_says_so(store: Store) -> None:
    await take_in(store, arxiv(1, authors=by(ADA)))
    await resolve(store)
    await take_in(store, arxiv(2, authors=by(ALAN)))
    await resolve(store)
    last = [e for e in await published(store, "authors") if e.subject == ADA_ID][-1]
    assert last.position == 2
    assert last.data == AuthorWasRecorded(name=ADA)


def john(number: int, *identifiers: str, name: str = JOHN, year: int = 2022) -> Record:
    named = (Authorship(name=name, identifiers=identifiers),)
    return acl(f"2021.x-1.{number}", authors=named, year=year)


def wrote(number: int) -> str:
    """The id that an author has whose oldest work this is."""
    work = work_id(f"acl:2021.x-1.{number}")
    return author_id("smith j", f"{work}#0")


async def test_newer_works_and_identifiers_change_no_id(store: Store) -> None:
    await take_in(store, john(1, year=2010))
    await resolve(store)
    await take_in(store, john(2, "acl:a", year=2011), john(3, "acl:a", "orcid:1", year=2012))
    await resolve(store)
    assert list(await authors(store)) == [wrote(1)]
    assert await redirects(store) == {}


async def test_an_older_work_moves_an_author_and_the_old_id_redirects(store: Store) -> None:
    await take_in(store, john(1, year=2010))
    await resolve(store)
    assert list(await authors(store)) == [wrote(1)]

    await take_in(store, john(2, year=2009))
    await resolve(store)
    assert list(await authors(store)) == [wrote(2)]
    assert await redirects(store) == {wrote(1): wrote(2)}
    told = [e for e in await published(store, "authors") if e.subject == wrote(1)]
    assert [(e.position, type(e.data)) for e in told] == [
        (1, AuthorWasRecorded),
        (2, AuthorsWereMerged),
    ]


async def test_two_identified_people_who_turn_out_to_be_one_are_joined(store: Store) -> None:
    await take_in(store, john(1, "acl:a", year=2010), john(2, "acl:b", year=2011))
    await resolve(store)
    assert set(await authors(store)) == {wrote(1), wrote(2)}
    await take_in(store, john(3, "acl:a", "acl:b"))
    await resolve(store)
    assert list(await authors(store)) == [wrote(1)]
    assert await redirects(store) == {wrote(2): wrote(1)}


async def test_a_consortium_is_no_author(store: Store) -> None:
    group = Authorship(name="The BigScience Workshop", is_group=True)
    await take_in(store, acl(authors=(*by(ADA), group)))
    await resolve(store)
    assert list(await authors(store)) == [author_id("lovelace a", f"{ACL}#0")]


async def test_no_id_ever_given_out_leads_nowhere(store: Store) -> None:
    await take_in(store, john(1, "acl:a"))
    await resolve(store)
    await take_in(store, john(2, "acl:b"))
    await resolve(store)
    async for row in store.blocks.authors.collection.find({}):
        state = row["state"]
        assert "merged_into" in state or state["author"]["name"], row["_id"]


DELIVERED = (
    arxiv(1, record_id="2107.1", title="A work that has two versions", doi="10.1/j"),
    arxiv(2, record_id="2107.1", title="A work that has two versions"),
    acl("2021.j-1.1", title="A work that has two versions", authors=by(ADA, GRACE)),
    acl("2021.j-1.2", title="A work of another name", doi="10.1/j", authors=by(ADA, GRACE)),
    arxiv(1, record_id="2107.2", title="A work of another name", doi="10.1/k"),
    acl("2021.j-1.3", title="Something else again", doi="10.1/k", authors=by(GRACE)),
    john(1),
    john(2, "acl:a"),
    john(3, "acl:b"),
    john(4, "acl:b", "orcid:1", name="Jane Smith"),
    john(5, name="Jane Smith"),
    arxiv(1, authors=by(ADA, JOHN)),
    arxiv(2, authors=by(GRACE, "J. Smith")),
    acl(authors=by(ALAN)),
)


@pytest.fixture(scope="module")
async def at_once(servers: Servers) -> AsyncIterator[Store]:
    """Everything taken in one batch."""
    made = System(servers, f"t{unique()}")
    store = await new_store(made)
    await take_in(store, *DELIVERED)
    await resolve(store)
    yield store
    await made.drop()


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
    system: System, store: Store
) -> None:
    await take_in(store, john(1, year=2010))
    slow = Overtaken(system)
    slowed = Store(system.service("works"))
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
    system: System, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.works.store.datetime", Noon)
    await take_in(store, arxiv(1, authors=by(ADA)))
    await resolve(store)
    await take_in(store, arxiv(2, authors=by("Anna Lovelace")))
    slow = Overtaken(system)
    slowed = Store(system.service("works"))
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
