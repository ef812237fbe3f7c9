"""Authors on a real MongoDB: whose works they have, and that every id given out leads on."""

import threading
from collections.abc import Sequence

import pytest

from contracts.events.works import (
    Authorship,
    AuthorsWereMerged,
    AuthorWasRecorded,
)
from services.works import blocks, resolution
from services.works.constraints import Constraint
from services.works.consumers import handlers
from services.works.domain import work_id
from services.works.resolution import Author, Mention, author_id
from services.works.store import Store
from tests.works.papers import (
    ACL,
    ADA,
    ADA_ID,
    ALAN,
    ALAN_ID,
    ARXIV,
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
    due,
    one_by_one,
    published,
    redirects,
    resolve,
    take_in,
)


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


async def test_a_large_block_is_worked_out_beside_everything_else(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def watched(mentions: Sequence[Mention], constraints: Sequence[Constraint]) -> list[Author]:
        threads.append(threading.current_thread().name)
        return resolution.resolve(mentions, constraints)

    monkeypatch.setattr(blocks, "resolve", watched)
    monkeypatch.setattr(blocks, "_LARGE", 2)
    await take_in(store, arxiv(1, authors=by(ADA, GRACE)), acl(authors=by(ADA)))
    await resolve(store)
    assert await authors(store) == {ADA_ID: sorted([ARXIV, ACL]), GRACE_ID: [ARXIV]}
    here = threading.current_thread().name
    assert sorted(thread == here for thread in threads) == [False, True]


async def test_an_id_leads_on_when_the_only_work_gets_another_id(store: Store) -> None:
    ids: list[str] = []
    for source in ("openalex", "crossref", "acl", "arxiv"):
        record = acl(
            "2021.y-1.1", source=source, feed=source, title="One", authors=by(ADA), doi="10.1/x"
        )
        await take_in(store, record)
        await resolve(store)
        ids += await authors(store)
    *former, ada = ids
    assert await redirects(store) == dict.fromkeys(former, ada)


async def test_an_id_leads_on_when_the_name_of_the_only_work_changes_its_block(
    store: Store,
) -> None:
    await take_in(store, arxiv(1, authors=by(ADA, GRACE)))
    await resolve(store)
    await take_in(store, arxiv(2, authors=by(GRACE, "Lovelace Ada")))
    await one_by_one(store, 1)
    (now,) = (await authors(store)).keys() - {GRACE_ID}
    assert await redirects(store) == {ADA_ID: now}


async def test_an_id_leads_on_when_a_merged_work_is_looked_at_first(store: Store) -> None:
    first, second = (
        acl("2021.y-1.1", source=source, feed=source, title="One", authors=by(name), doi="10.1/x")
        for source, name in (("openalex", "Wen Zhang"), ("crossref", "W. Zhang"))
    )
    await take_in(store, first)
    await resolve(store)
    (before,) = await authors(store)
    await take_in(store, second)
    merged = [event for event in await due(store) if event.data.work_id == work_id(first.key)]
    await handlers(store)["works.block"](merged)
    (now,) = await authors(store)
    assert await redirects(store) == {before: now}


async def test_nobody_is_lost_when_the_first_name_of_a_person_is_gone(store: Store) -> None:
    orcid = ("orcid:0000-0002-1825-0097",)
    one, two = (
        acl(f"2021.y-1.{n}", authors=(Authorship(name=name, identifiers=orcid),), year=2000 + n)
        for n, name in enumerate((ADA, "Augusta King"))
    )
    await take_in(store, one, two)
    await resolve(store)
    (before,) = await authors(store)
    await take_in(store, one.model_copy(update={"authors": by(GRACE), "version": 2}))
    await one_by_one(store, 0, "lovelace a")
    (king,) = await authors(store)
    assert await authors(store) == {king: [work_id(two.key)]}
    assert await redirects(store) == {before: king}
