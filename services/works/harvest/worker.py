"""Works on jobs in the background: fetches page by page, stores, writes down how far it got."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, BinaryIO, TypeVar

import httpx
import structlog

from chassis import telemetry
from chassis.documents import Contended
from chassis.mongo import PyMongoError, is_transient
from services.works.harvest import metrics
from services.works.harvest.client import FAULTS, TIMEOUT, Client, Identity, Page
from services.works.harvest.cursors import Single
from services.works.harvest.fetching import Incomplete, Refused
from services.works.harvest.jobs import COUNTED, MOST_TAKES, MOST_TRIES, NOTICES_KEPT, Claimed
from services.works.harvest.providers import PROVIDERS
from services.works.harvest.slots import LONGEST_WAIT, Busy, Lost, Pace
from services.works.ingest import Notice, Progress, ingest
from services.works.records import Outcome
from services.works.settings import WorksSettings
from services.works.sources import UnknownFormat, open_source
from services.works.store import Store

_log = structlog.get_logger(__name__)
_PAUSE_GROWS = 5
_LONGEST_REST = 60.0
"""Seconds, after a job was stopped, for the page that is being taken in."""
T = TypeVar("T")


class Worker:
    """The workers of this copy; other copies have theirs."""

    def __init__(self, store: Store, settings: WorksSettings) -> None:
        self._store = store
        self._jobs = store.harvests.jobs
        self._settings = settings
        keys = {name: key.get_secret_value() for name, key in settings.harvest_keys.items()}
        self._identity = Identity(settings.contact, keys, settings.harvest_urls)

    async def run(self) -> None:
        """Work until cancelled."""
        async with (
            httpx.AsyncClient(timeout=TIMEOUT, max_redirects=5) as http,
            asyncio.TaskGroup() as tasks,
        ):
            for _ in range(self._settings.harvest_workers):
                tasks.create_task(self._work_on_and_on(http))
            tasks.create_task(self._measure())

    async def _work_on_and_on(self, http: httpx.AsyncClient) -> None:
        while True:
            try:
                if await self._work_on_one(http):
                    continue
            except (PyMongoError, Contended) as error:
                _log.warning("harvest waits", error=repr(error))
            await self._store.harvests.something_to_do(self._settings.harvest_claim_seconds / 4)

    async def _work_on_one(self, http: httpx.AsyncClient) -> bool:
        claimed = await self._jobs.take(self._settings.harvest_claim_seconds)
        if claimed is None:
            return False
        with structlog.contextvars.bound_contextvars(job=claimed.job, source=claimed.wanted.source):
            stop = asyncio.Event()
            await self._while_ours(claimed, self._work(claimed, http, stop), stop)
        return True

    async def _while_ours(
        self, claimed: Claimed, work: Coroutine[Any, Any, None], stop: asyncio.Event
    ) -> None:
        """Keep the claims up while the work is done; stop it when they are lost."""
        tasks = [asyncio.create_task(work), asyncio.create_task(self._keep(claimed, stop))]
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with suppress(PyMongoError):
                await asyncio.shield(self._jobs.release(claimed))

    async def _keep(self, claimed: Claimed, stop: asyncio.Event) -> None:
        """Set ``stop`` once the job is stopped; return when it is lost or takes too long to end."""
        rest = _LONGEST_REST
        while rest > 0:
            await asyncio.sleep(claimed.seconds / 4)
            with suppress(PyMongoError):
                state = await self._jobs.keep(claimed)
                if state is None:
                    _log.warning("job lost to another worker")
                    return
                if state == "stopped":
                    stop.set()
            if stop.is_set():
                rest -= claimed.seconds / 4
        _log.warning("page of a stopped job left off")

    async def _work(self, claimed: Claimed, http: httpx.AsyncClient, stop: asyncio.Event) -> None:
        """Fetch to the end; what goes wrong is written down with the job."""
        try:
            if claimed.takes > MOST_TAKES:
                last = claimed.reason or "the process ended each time"
                raise Refused(f"taken {MOST_TAKES} times without getting on; the last time: {last}")
            await self._fetch(claimed, http, stop)
        except Lost:
            _log.warning("connection lost to another worker")
        except Busy as error:
            await self._put_off(claimed, error, error.seconds)
        except Refused as error:
            await self._park(claimed, str(error))
        except Exception as error:
            if is_transient(error) or isinstance(error, Contended):
                raise
            if not isinstance(error, FAULTS):
                _log.error("harvest failed", exc_info=error)
            await self._put_off(claimed, error, None)

    async def _fetch(self, claimed: Claimed, http: httpx.AsyncClient, stop: asyncio.Event) -> None:
        provider, wanted = PROVIDERS[claimed.wanted.source], claimed.wanted
        pause = self._settings.harvest_pause
        pause = provider.pause if pause is None else pause
        pace = Pace(self._jobs.slots, claimed.owner, claimed.slot, pause)
        client = Client(http, provider, pace, self._identity, max(pause, 0.1))
        parent = claimed.traceparent
        if claimed.checkpoint:  # only the beginning is traced all the way to the pages
            parent = telemetry.unsampled(parent)
        pages = client.fetch(wanted, claimed.checkpoint)
        while page := await _unless(stop, anext(pages, None)):
            counts, notices = await self._take_in(page, claimed, parent)
            state = await self._jobs.stored(
                claimed, page.next, page.as_of, counts, notices, further=page.further
            )
            if state is None:
                raise Lost(claimed.job)
            parent = telemetry.unsampled(parent)
            metrics.pages.add(1, {"source": wanted.source})
            metrics.records.add(counts["read"], {"source": wanted.source})
            if state == "stopped":
                return

    async def _take_in(
        self, page: Page, claimed: Claimed, parent: str | None
    ) -> tuple[dict[str, int], Iterable[dict[str, str]]]:
        """Store the records of a page; counts and what is to be said about the last of some.

        Raises:
            Incomplete: it is no page of records, or breaks off in the middle. A page that does so
                every time is taken as far as it goes, a file is not.
        """
        provider = PROVIDERS[claimed.wanted.source]
        counts, notices = (
            dict.fromkeys(COUNTED, 0) | {"pages": 1},
            deque[Notice](maxlen=NOTICES_KEPT),
        )
        name = f"an answer of {provider.name}"
        largest = max(self._settings.ingest_largest_file, provider.largest)
        broken = None
        for body in page.bodies:
            with body:
                async for progress in ingest(self._store, _open(body, name, largest), parent):
                    _count(counts, progress)
                    notices += progress.rejected
                    broken = broken or next(filter(_of_all(name), progress.rejected), None)
        last = claimed.tries + 1 >= MOST_TRIES and not isinstance(provider.paging, Single)
        if broken is not None and not last:
            raise Incomplete(f"{broken.record}: {broken.reason}")
        for notice in notices:
            _log.info("record rejected", record=notice.record, reason=notice.reason)
        return counts, [notice.model_dump() for notice in notices]

    async def _put_off(self, claimed: Claimed, error: Exception, seconds: float | None) -> None:
        reason = f"{type(error).__name__}: {error}".removesuffix(": ")
        if seconds is not None and seconds > LONGEST_WAIT:
            await self._jobs.put_off(claimed, reason, seconds, tried=False)
        elif claimed.tries + 1 >= MOST_TRIES:
            await self._park(claimed, reason)
        else:
            metrics.failures.add(1, {"source": claimed.wanted.source})
            pause = self._settings.harvest_retry_pause * _PAUSE_GROWS**claimed.tries
            _log.warning("job put off", reason=reason, seconds=pause)
            await self._jobs.put_off(claimed, reason, pause)

    async def _park(self, claimed: Claimed, reason: str) -> None:
        metrics.failures.add(1, {"source": claimed.wanted.source})
        _log.error("job parked", reason=reason)
        await self._jobs.park(claimed, reason)

    async def _measure(self) -> None:
        while True:
            with suppress(PyMongoError):
                metrics.checkpoint_age.set(await self._jobs.oldest_checkpoint())
            await asyncio.sleep(15)


async def _unless(stop: asyncio.Event, asked: Awaitable[T]) -> T | None:
    """What is asked for; none, and no longer asked for, once ``stop`` is set."""
    asking, stopped = asyncio.ensure_future(asked), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((asking, stopped), return_when=asyncio.FIRST_COMPLETED)
        return asking.result() if asking.done() else None
    finally:
        asking.cancel()
        stopped.cancel()
        await asyncio.gather(asking, stopped, return_exceptions=True)


def _open(body: BinaryIO, name: str, largest: int) -> Iterator[Outcome]:
    try:
        return open_source(body, name, largest)
    except UnknownFormat as error:
        raise Incomplete(f"{name} is in no format read here") from error


def _of_all(name: str) -> Callable[[Notice], bool]:
    """Whether a notice is about the answer itself and not about one of its records."""
    return lambda notice: notice.record.startswith(name)


def _count(counts: dict[str, int], progress: Progress) -> None:
    for name in COUNTED:
        value: Any = getattr(progress, name, 0)
        counts[name] += len(value) if isinstance(value, Sequence) else value
