"""Records as they are kept: what a batch has in memory is used only while rows hold just that."""

import asyncio
from datetime import UTC, datetime

from services.works.holdings import Changes, Kept
from services.works.records import Record
from services.works.store import Store
from tests.works.papers import arxiv

NOW = datetime(2026, 11, 30, tzinfo=UTC)


async def keep(store: Store, record: Record) -> Kept:
    return await store.holdings.keep([record], NOW, Changes())


async def held(store: Store, kept: Kept) -> list[Record]:
    found = await store.holdings.families(kept.keys, kept.held)
    return [each.record for each in found]


async def test_what_was_just_kept_is_not_read_again(store: Store) -> None:
    record = arxiv()
    (found,) = await held(store, await keep(store, record))
    assert found is record


async def test_what_somebody_else_kept_since_is_read(store: Store) -> None:
    kept = await keep(store, arxiv(title="The first title"))
    await keep(store, arxiv(title="A later title"))
    assert [record.title for record in await held(store, kept)] == ["A later title"]


async def test_who_comes_too_late_sees_what_is_there(store: Store) -> None:
    versions = [arxiv(title=f"Version {number}", version=number) for number in range(8, 0, -1)]
    each = await asyncio.gather(*(keep(store, version) for version in versions))
    for kept in each:
        assert [record.title for record in await held(store, kept)] == ["Version 8"]
