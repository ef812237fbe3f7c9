"""Several writes that are all made or none."""

import asyncio
import random
from collections.abc import Sequence

from chassis.mongo import (
    DUPLICATE_KEY,
    Blocking,
    BulkWriteError,
    Collection,
    DeleteOne,
    InsertOne,
    PyMongoError,
    ReplaceOne,
    Row,
    Session,
    UpdateOne,
    in_thread,
)

Write = InsertOne[Row] | UpdateOne | ReplaceOne[Row] | DeleteOne
Beside = tuple[Collection, Write]
"""A write and where it goes. It must find what it changes, and not find what it adds."""

_MOST_TRIES = 20
_LONGEST_PAUSE = 0.2
_COMMITS = 3


class Unmet(RuntimeError):
    """A write did not find what it changes, or found what it adds; none of them was made."""

    def __init__(self, number: int, collection: str) -> None:
        super().__init__(f"write {number} of {collection}")
        self.number = number
        """Which of the writes, from 0."""


async def all_or_none(writes: Sequence[Beside]) -> None:
    """Make some writes in one transaction, in their order; overtaken by others, try again.

    Raises:
        Unmet: one of the writes cannot be made as things are.
        PyMongoError: others kept changing the same documents; it passes by itself.
    """
    for tried in range(_MOST_TRIES):
        try:
            await _once(writes)
            return
        except PyMongoError as error:
            last = tried == _MOST_TRIES - 1
            if last or not error.has_error_label("TransientTransactionError"):
                raise
        await make_way(tried)


async def make_way(tried: int) -> None:
    """Wait a random while, longer the more was tried, so that others come to their end."""
    longest = min(_LONGEST_PAUSE, 0.005 * 2**tried)
    await asyncio.sleep(random.uniform(0, longest))


async def _once(writes: Sequence[Beside]) -> None:
    collections = [collection for collection, _ in writes]

    def make(blocking: Sequence[Blocking]) -> None:
        _make([(each, write) for each, (_, write) in zip(blocking, writes, strict=True)])

    await in_thread(collections, make)


def _make(writes: Sequence[tuple[Blocking, Write]]) -> None:
    with writes[0][0].database.client.start_session() as session:
        session.start_transaction()
        try:
            number = 0
            for collection, together in _grouped(writes):
                made = _made(collection, together, session)
                if made < len(together):
                    raise Unmet(number + made, collection.name)
                number += len(together)
        except BaseException:
            session.abort_transaction()
            raise
        for commit in range(_COMMITS):
            try:
                session.commit_transaction()
                return
            except PyMongoError as error:
                unknown = error.has_error_label("UnknownTransactionCommitResult")
                if commit == _COMMITS - 1 or not unknown:
                    raise


def _grouped(writes: Sequence[tuple[Blocking, Write]]) -> list[tuple[Blocking, list[Write]]]:
    """Additions to one collection that follow one another go in one request, all others alone.

    Of several changes in one request the server does not say which one found nothing.
    """
    groups: list[tuple[Blocking, list[Write]]] = []
    for collection, write in writes:
        if groups and isinstance(write, InsertOne):
            last, together = groups[-1]
            if last.name == collection.name and isinstance(together[-1], InsertOne):
                together.append(write)
                continue
        groups.append((collection, [write]))
    return groups


def _made(collection: Blocking, writes: Sequence[Write], session: Session) -> int:
    """How many of some writes, from the first on, could be made."""
    try:
        result = collection.bulk_write(list(writes), session=session)
    except BulkWriteError as error:
        found = error.details["writeErrors"]
        if any(item["code"] != DUPLICATE_KEY for item in found):
            raise
        return int(found[0]["index"])
    changed = (result.inserted_count, result.matched_count, result.upserted_count)
    return sum(changed) + result.deleted_count
