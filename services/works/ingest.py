"""Takes one uploaded file into the store, in batches, and tells how it goes."""

import asyncio
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterator,
    Mapping,
    Sequence,
)
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import TypeVar

import structlog
from pydantic import BaseModel

from chassis import telemetry
from chassis.documents import Cause, Contended
from chassis.mongo import PyMongoError
from services.works.holdings import Changes
from services.works.records import (
    Deleted,
    InstitutionRecord,
    Outcome,
    PersonRecord,
    Record,
    Rejected,
    Warned,
)
from services.works.store import Counts, Store

_log = structlog.get_logger(__name__)
_BATCH = 250
_TRACED_RECORDS = 25
R = TypeVar("R", bound=Record | Deleted | InstitutionRecord | PersonRecord)


class Notice(BaseModel):
    """A record and what is to be said about it."""

    record: str
    reason: str


class Progress(BaseModel):
    """What was done since the last line; the last line of all has ``done``, or the ``error``.

    The ``error`` is of the service, not of the file: what was counted is kept, and the file can be
    sent again.
    """

    read: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    rejected: list[Notice] = []
    warnings: list[Notice] = []
    done: bool = False
    error: str | None = None


async def ingest(
    store: Store, items: Iterator[Outcome], parent: str | None
) -> AsyncIterator[Progress]:
    """Take everything; ``parent`` is the ``traceparent`` of the command.

    The first records are traced all the way to the pages, the rest only carry the trace's id.
    """
    traced = 0
    try:
        async for batch in _batches(items):
            records = [item for item in batch if isinstance(item, Record | Deleted)]
            causes = {}
            for record in records:
                traced += 1
                causes[record.key] = _cause(record, parent, sampled=traced <= _TRACED_RECORDS)
            counts = await _kept(partial(store.ingest, changes=Changes()), records, causes)
            institutions = [item for item in batch if isinstance(item, InstitutionRecord)]
            same = _same(institutions, parent)
            counts += await _kept(store.ingest_institutions, institutions, same)
            people = [item for item in batch if isinstance(item, PersonRecord)]
            counts += await _kept(store.ingest_people, people, _same(people, parent))
            yield Progress(
                read=sum(not isinstance(item, Warned) for item in batch),
                new=counts.new,
                revised=counts.revised,
                unchanged=counts.unchanged,
                rejected=_notices([i for i in batch if isinstance(i, Rejected)] + counts.rejected),
                warnings=_notices([i for i in batch if isinstance(i, Warned)] + counts.warnings),
            )
        yield Progress(done=True)
    except PyMongoError as error:
        yield _broken_off("the database of works gives no answer", error)
    except Contended as error:
        yield _broken_off("others kept changing the same works", error)


def _broken_off(why: str, error: Exception) -> Progress:
    _log.warning("a file was not taken to its end", error=repr(error))
    return Progress(error=why)


async def _kept(
    keep: Callable[[Sequence[R], Mapping[str, Cause]], Awaitable[Counts]],
    records: Sequence[R],
    causes: Mapping[str, Cause],
) -> Counts:
    """Keep some records; one that cannot be kept is rejected and holds no other one up.

    Raises:
        PyMongoError, Contended: no fault of a record; nothing was lost.
    """
    if not records:
        return Counts()
    try:
        return await keep(records, causes)
    except (PyMongoError, Contended):
        raise
    except Exception as error:
        if len(records) == 1:
            _log.exception("record not kept", record=records[0].key, error=repr(error))
            reason = f"cannot be kept: {error!r:.500}"
            return Counts(rejected=[Rejected(records[0].record_id, reason)])
    middle = len(records) // 2
    kept = await _kept(keep, records[:middle], causes)
    return kept + await _kept(keep, records[middle:], causes)


async def _batches(items: Iterator[Outcome]) -> AsyncIterator[list[Outcome]]:
    """Parse in one thread from first to last: lxml's parsers must not change theirs."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, "parser") as thread:
        try:
            while batch := await loop.run_in_executor(thread, _next_batch, items):
                yield batch
        finally:
            if isinstance(items, Generator):
                await loop.run_in_executor(thread, items.close)


def _next_batch(items: Iterator[Outcome]) -> list[Outcome]:
    return list(islice(items, _BATCH))


def _cause(record: Record | Deleted, parent: str | None, *, sampled: bool) -> Cause:
    if not (sampled and telemetry.is_sampled(parent)):
        return Cause(telemetry.unsampled(parent))
    with telemetry.span("take record", parent, attributes={"bzpeer.record": record.key}) as span:
        return Cause(telemetry.traceparent(span))


def _same(
    records: Sequence[InstitutionRecord] | Sequence[PersonRecord], parent: str | None
) -> dict[str, Cause]:
    cause = Cause(telemetry.unsampled(parent))
    return {record.key: cause for record in records}


def _notices(items: Sequence[Rejected | Warned]) -> list[Notice]:
    return [Notice(record=item.record, reason=item.reason) for item in items]
