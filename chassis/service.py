"""One running service: its database, producer, subscription, relay and background work."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import structlog
import uvicorn
from aiokafka.errors import KafkaError
from fastapi import APIRouter, FastAPI

from chassis import logs, problems, telemetry
from chassis.broker import Subscription
from chassis.deadletters import DeadLetters
from chassis.documents import Documents
from chassis.http import Status, make_app, operations
from chassis.inbox import Handler, Inbox
from chassis.mongo import Collection, PyMongoError, close, connect, is_transient
from chassis.outbox import Relay
from chassis.pending import Bell
from chassis.producing import Producer
from chassis.settings import Settings
from contracts.codec import Catalogue

_log = structlog.get_logger(__name__)
_GARBAGE = (20_000, 20, 20)
"""Rows and events come by the thousand and are no cycles: looking for some among them, and among
all that was imported, took a third of the time to read them."""
_SWITCH_SECONDS = 0.001
"""The driver works in threads: what each waits at most for a busy event loop to let it go on."""
_KEEP_ALIVE_SECONDS = 60
"""Longer than clients keep an idle connection: none sends a request into one that just ended."""
_GAUGE_SECONDS = 5.0
_START_PATIENCE = 60
Work = Callable[[], Awaitable[None]]


class Service:
    """The context that ``main.py`` builds: explicit, one per process.

    ``topics`` maps an event type to its topic, ``catalogue`` to the model of its data.
    """

    def __init__(
        self, name: str, settings: Settings, *, topics: Mapping[str, str], catalogue: Catalogue
    ) -> None:
        self.name = name
        self.settings = settings
        self.catalogue = catalogue
        self.group = f"{settings.namespace}.{name}"
        self.database = connect(settings.mongodb_uri)[f"{settings.namespace}_{name}"]
        self.pending: Callable[[], Awaitable[int]] = _nothing_pending
        self._topics = topics
        self._bell = Bell()
        self._collections: list[Collection] = []
        self._outboxes: list[Documents] = []
        self._handlers: Mapping[str, Handler] = {}
        self._at_once = False
        self._prepare: list[Work] = []
        self._background: list[Work] = []
        self._closing: list[Work] = []
        self._subscription: Subscription | None = None

    def documents(self, name: str) -> Documents:
        """A collection of documents that change one at a time, each with its events."""
        return Documents(self.database[name], self._topics, self._bell)

    def owns(
        self,
        collections: Sequence[Collection],
        *,
        prepare: Work,
        outboxes: Sequence[Documents] = (),
    ) -> None:
        """Say which collections are counted, how they are made, and which have an outbox."""
        self._collections += collections
        self._prepare.append(prepare)
        self._outboxes += outboxes

    def consumes(self, handlers: Mapping[str, Handler], *, at_once: bool = False) -> None:
        """Handle the events of these topics; ``at_once`` where people wait for each of them."""
        self._handlers = handlers
        self._at_once = at_once

    def runs(self, work: Work) -> None:
        """Run something beside, from start to stop; it must wait out faults by itself."""
        self._background.append(work)

    def closes(self, close: Work) -> None:
        """Call something once the service has stopped."""
        self._closing.append(close)

    def app(
        self,
        description: str,
        *routers: APIRouter,
        present: problems.Present = problems.problem_response,
    ) -> FastAPI:
        """The application that starts and stops it all; ``present`` shows errors."""
        title = f"BZPEER {self.name}"
        app = make_app(title, description, present, version="1.0.0", lifespan=self._lifespan)
        for router in routers:
            app.include_router(router)
        app.include_router(operations(self.troubles, self.status))
        app.state.close = self.close
        return app

    async def prepare(self) -> None:
        """Create collections and indexes."""
        for prepare in self._prepare:
            await prepare()

    async def status(self) -> Status:
        """What the service holds and still has to do."""
        return Status(
            service=self.name,
            records={
                collection.name: await collection.estimated_document_count()
                for collection in self._collections
            },
            pending=await self.pending(),
            outbox=await self._outbox_depth(),
        )

    async def troubles(self) -> list[str]:
        """What keeps this copy from working, in words."""
        found = []
        try:
            async with asyncio.timeout(2):
                await self.database.command("ping")
        except (PyMongoError, TimeoutError) as error:
            found.append(f"database: {error or 'no answer'}")
        if self._subscription is not None:
            try:
                trouble = await self._subscription.trouble()
            except (KafkaError, TimeoutError) as error:
                trouble = repr(error)
            if trouble:
                found.append(f"broker: {trouble}")
        return found

    async def _outbox_depth(self) -> int:
        depth = 0
        for documents in self._outboxes:
            depth += await documents.collection.count_documents({"pending": {"$exists": True}})
        return depth

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        await _until_servers_answer(self.prepare)
        producer = Producer(self.settings, self.group)
        await _until_servers_answer(producer.start)
        tasks = [asyncio.create_task(_forever(work)) for work in self._background]
        tasks.append(asyncio.create_task(_forever(self._measure)))
        if self._outboxes:
            collections = [documents.collection for documents in self._outboxes]
            namespace = self.settings.namespace
            relay = Relay(self.database, collections, producer, namespace, self._bell)
            tasks.append(asyncio.create_task(_forever(relay.run)))
        if self._handlers:
            dead_letters = DeadLetters(
                producer, self.settings.namespace, self.group, self.settings.dead_letter_limit
            )
            inbox = Inbox(
                self._handlers,
                self.catalogue,
                dead_letters,
                namespace=self.settings.namespace,
                group=self.group,
            )
            self._subscription = Subscription(
                self.settings, self.group, list(self._handlers), inbox, at_once=self._at_once
            )
            await _until_servers_answer(self._subscription.start)
        try:
            yield
        finally:
            if self._subscription is not None:
                await self._subscription.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await producer.stop()
            await self.close()

    async def close(self) -> None:
        """End all connections; for one that was never started as well."""
        for each in self._closing:
            await each()
        await close(self.database.client)

    async def _measure(self) -> None:
        while True:
            await asyncio.sleep(_GAUGE_SECONDS)
            try:
                telemetry.outbox_depth.set(await self._outbox_depth())
                if self._subscription is not None:
                    for topic, lag in (await self._subscription.lag()).items():
                        telemetry.consumer_lag.set(lag, {"messaging.destination.name": topic})
            except (PyMongoError, KafkaError, TimeoutError) as error:
                _log.warning("not measured", error=repr(error))


S = TypeVar("S", bound=Settings)


def main(
    service: str,
    settings: S,
    build: Callable[[S], FastAPI],
    rebuild: Callable[[S], Coroutine[Any, Any, None]] | None = None,
) -> None:
    """What ``python -m services.<name>.main`` does: serve, or with ``rebuild`` make all anew."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    logs.setup(service, settings.log_level)
    match sys.argv[1:]:
        case []:
            telemetry.setup(service, settings)
            serve(build(settings), settings)
        case ["rebuild"] if rebuild is not None:
            asyncio.run(rebuild(settings))
        case unknown:
            raise SystemExit(f"{service} does not know what {' '.join(unknown)} means")


def serve(app: FastAPI, settings: Settings) -> None:
    """Run until SIGTERM or SIGINT, finishing requests that are under way."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
    )


async def _nothing_pending() -> int:
    return 0


async def _forever(work: Work) -> None:
    """Run background work; should it fail all the same, say so and begin it again."""
    while True:
        try:
            await work()
        except Exception as error:
            _log.error("background work failed", exc_info=error)
        await asyncio.sleep(1)


async def _until_servers_answer(call: Callable[[], Awaitable[Any]]) -> None:
    """Wait out servers that are still starting.

    Raises:
        Exception: what the call raised last, after a minute.
    """
    for tries in range(_START_PATIENCE):
        try:
            await call()
            return
        except Exception as error:
            if tries == _START_PATIENCE - 1 or not (
                isinstance(error, KafkaError) or is_transient(error)
            ):
                raise
            _log.info("waiting for a server", error=repr(error))
        await asyncio.sleep(1)
