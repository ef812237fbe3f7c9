"""Works on a real MongoDB: which records join, part again, and are taken back."""

import asyncio
from datetime import UTC, date, datetime
from itertools import permutations

import pytest

from chassis.documents import Cause
from contracts.events.works import (
    BlockWasChanged,
    WorksWereMerged,
    WorkWasRecorded,
)
from services.works.domain import work_id
from services.works.records import Deleted, Relation
from services.works.store import Store
from tests.works.papers import ACL, ADA_ID, ARXIV, DOI, GRACE_ID, acl, arxiv
from tests.works.taking_in import authors, published, resolve, take_in, works


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
    store: Store, other: Store
) -> None:
    when = datetime(2021, 6, 1, tzinfo=UTC)
    gone = Deleted(source="arxiv", feed="arxiv-oai", record_id="2106.08254", modified=when)
    for where, items in ((store, (arxiv(1), gone)), (other, (gone, arxiv(1)))):
        for item in items:
            await where.ingest([item], {item.key: Cause()})
        (work,) = (await works(where)).values()
        assert work["standing"] == "withdrawn"
        counts = await where.ingest([gone], {gone.key: Cause()})
        assert (counts.unchanged, counts.revised) == (1, 0)
    await take_in(store, arxiv(2, updated=date(2021, 7, 1)))
    (work,) = (await works(store)).values()
    assert work["standing"] == "current"


async def test_a_notice_retracts_the_work_it_names_whichever_comes_first(
    store: Store, other: Store
) -> None:
    notice = acl(
        "2023.retraction.1",
        title="Retraction of a title that was published",
        relations=(Relation(kind="retraction-of", target=f"doi:{DOI}"),),
    )
    for where, records in ((store, (acl(doi=DOI), notice)), (other, (notice, acl(doi=DOI)))):
        for record in records:
            await take_in(where, record)
        standings = {one: work["standing"] for one, work in (await works(where)).items()}
        assert standings == {ACL: "retracted", work_id("acl:2023.retraction.1"): "current"}


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
