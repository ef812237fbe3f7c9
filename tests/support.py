"""A system of real services on real servers, in the test's own process, and what to ask of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import uvicorn
from aiokafka import ConsumerRecord
from fastapi import FastAPI

import services.gateway.main
import services.graph.main
import services.identity.main
import services.trust.main
import services.works.main
from chassis.mongo import Client, Database, connect
from chassis.service import Service
from chassis.settings import Settings
from chassis.telemetry import traceparent
from contracts.codec import decode, encode
from contracts.envelope import Payload
from contracts.events import CATALOGUE
from contracts.events.works import Attestation
from contracts.topics import consumed_by, topic_of_event
from deploy.local.servers import Servers
from deploy.local.topics import create_topics
from services.gateway.settings import GatewaySettings
from services.graph.settings import GraphSettings
from services.identity.settings import IdentitySettings
from services.trust.settings import TrustSettings
from services.works.settings import WorksSettings
from tests import kafka
from tests.outcomes import VISIBLE, timeless

ACL = Path(__file__).parent / "data" / "acl"
SEED = Path(__file__).parents[1] / "deploy" / "local" / "sample" / "hangbo-bao.atom.xml"
EXAMPLES = Path(__file__).parents[1] / "contracts" / "examples"
TOKEN = "only-for-tests"
S = TypeVar("S", bound=Settings)
T = TypeVar("T")
_MODULES: dict[str, tuple[ModuleType, type[Settings]]] = {
    "works": (services.works.main, WorksSettings),
    "graph": (services.graph.main, GraphSettings),
    "trust": (services.trust.main, TrustSettings),
    "identity": (services.identity.main, IdentitySettings),
    "gateway": (services.gateway.main, GatewaySettings),
}
ALL = tuple(_MODULES)
_WORKS_OUTBOXES = ("works", "authors", "curations", "institutions")
_OUTBOXES = (*_WORKS_OUTBOXES, "summaries", "scores", "claims", "followed", "invited")


class System:
    """One namespace on the servers."""

    def __init__(self, servers: Servers, namespace: str) -> None:
        self.servers = servers
        self.namespace = namespace
        self._apps: list[FastAPI] = []

    def settings(self, kind: type[S], **more: Any) -> S:
        """Settings of a service in this namespace."""
        return kind(
            kafka_bootstrap_servers=self.servers.kafka_bootstrap,
            mongodb_uri=self.servers.mongodb_uri,
            namespace=self.namespace,
            **more,
        )

    def app(self, name: str, **more: Any) -> FastAPI:
        """The application of a service; it does its work while it is started (see `running`)."""
        module, kind = _MODULES[name]
        if name == "works":
            more.setdefault("ingest_token", TOKEN)
        app: FastAPI = module.build(self.settings(kind, **more))
        self._apps.append(app)
        return app

    def service(self, name: str, **more: Any) -> Service:
        """A bare context, for stores and rebuilds."""
        settings = self.settings(_MODULES[name][1], **more)
        return Service(name, settings, topics=topic_of_event(), catalogue=CATALOGUE)

    @asynccontextmanager
    async def running(self, *names: str, copies: int = 1) -> AsyncIterator[None]:
        """Services (by default all five) from start to stop."""
        async with AsyncExitStack() as stack:
            for app in [self.app(name) for name in names or ALL for _ in range(copies)]:
                await stack.enter_async_context(started(app))
            yield

    @asynccontextmanager
    async def database(self, service: str) -> AsyncIterator[Database]:
        """The database of a service."""
        client = connect(self.servers.mongodb_uri)
        try:
            yield client[f"{self.namespace}_{service}"]
        finally:
            client.close()

    async def publish(self, topic: str, bodies: Iterable[tuple[str, bytes]]) -> None:
        """Put messages (key, body) on a topic."""
        await kafka.write(self.servers.kafka_bootstrap, f"{self.namespace}.{topic}", bodies)

    async def messages(self, topic: str) -> list[ConsumerRecord[bytes, bytes]]:
        """Everything on a topic."""
        return await kafka.read(self.servers.kafka_bootstrap, f"{self.namespace}.{topic}")

    async def ends(self) -> dict[str, int]:
        """Messages ever put on each topic of the contract."""
        topics = sorted(set(topic_of_event().values()))
        return {topic: len(await self.messages(topic)) for topic in topics}

    async def caught_up(self, *names: str, timeout: float = 90) -> None:
        """Wait until nothing is left to do, service by service in the order of the events."""
        wanted = [name for name in ALL if name in (names or ALL)]
        give_up = time.monotonic() + timeout
        while not await self._is_idle(wanted):
            assert time.monotonic() < give_up, f"not caught up: {await self._backlog(wanted)}"
            await asyncio.sleep(0.1)

    async def _is_idle(self, names: Sequence[str]) -> bool:
        for name in names:
            if any((await self._backlog([name])).values()):
                return False
        return True

    async def _backlog(self, names: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for name in names:
            found[f"{name} lag"] = await self._lag(name)
            async with self.database(name) as database:
                for todo in ("todo", "intents", "notes"):
                    found[f"{name} {todo}"] = await database[todo].count_documents({})
                for collection in _OUTBOXES:
                    pending = {"pending": {"$exists": True}}
                    count = await database[collection].count_documents(pending)
                    found[f"{name} {collection} outbox"] = count
        return found

    async def _lag(self, service: str) -> int:
        reads = [f"{self.namespace}.{topic}" for topic in consumed_by(service)]
        group = f"{self.namespace}.{service}"
        return await kafka.lag(self.servers.kafka_bootstrap, group, reads)

    async def state(self, service: str, *collections: str) -> dict[str, Any]:
        """The state of every document, without what differs from run to run."""
        async with self.database(service) as database:
            return {
                f"{collection}/{row['_id']}": timeless(row["state"])
                for collection in collections
                async for row in database[collection].find({})
            }

    async def everything(self) -> dict[str, Any]:
        """The state of every collection that holds what people see."""
        found: dict[str, Any] = {}
        for service, collections in VISIBLE.items():
            for key, value in (await self.state(service, *collections)).items():
                found[f"{service}/{key}"] = value
        return found

    async def drop(self) -> None:
        """End what the applications have open, and remove the databases."""
        for app in self._apps:
            await app.state.close()
        client: Client = connect(self.servers.mongodb_uri)
        for name in await client.list_database_names():
            if name.startswith(f"{self.namespace}_"):
                await client.drop_database(name)
        client.close()


@asynccontextmanager
async def new_system(servers: Servers) -> AsyncIterator[System]:
    """A namespace nobody else uses, without topics; its databases are gone afterwards."""
    made = System(servers, f"t{unique()}")
    try:
        yield made
    finally:
        await made.drop()


async def make_topics(system: System) -> None:
    """Create the topics of the contract in a namespace."""
    await create_topics(system.servers.kafka_bootstrap, system.namespace)


@asynccontextmanager
async def started(app: FastAPI) -> AsyncIterator[FastAPI]:
    """An application between its start and its stop."""
    async with app.router.lifespan_context(app):
        yield app


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """An application behind a real socket; its address."""
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, server_header=False)
    async with serving_as(config) as address:
        yield address


@asynccontextmanager
async def serving_as(config: uvicorn.Config) -> AsyncIterator[str]:
    """An application behind a real socket, served so; its address."""
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())

    async def is_up() -> bool:
        return server.started

    try:
        await eventually(is_up, bool)
        host, port = server.servers[0].sockets[0].getsockname()
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of an application in this process."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as made:
        yield made


async def ingest(app: FastAPI, *files: Path) -> dict[str, int]:
    """Send files to works, as part of the current trace; the counts."""
    total: dict[str, int] = {}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    parent = traceparent()
    if parent:
        headers["traceparent"] = parent
    async with client(app) as http:
        for file in files:
            response = await http.post(
                "/ingest",
                params={"name": file.name},
                content=file.read_bytes(),
                headers=headers,
                timeout=60,
            )
            assert response.status_code == 200, response.text
            for line in response.text.splitlines():
                for name, value in httpx.Response(200, text=line).json().items():
                    count = len(value) if isinstance(value, list) else int(value)
                    total[name] = total.get(name, 0) + count
    return total


async def eventually(
    ask: Callable[[], Awaitable[T]], holds: Callable[[T], bool], timeout: float = 20
) -> T:
    """What is asked for, once it holds."""
    give_up = time.monotonic() + timeout
    while True:
        answer = await ask()
        if holds(answer):
            return answer
        assert time.monotonic() < give_up, f"still {answer!r:.2000}"
        await asyncio.sleep(0.05)


def example(name: str) -> Any:
    """The data of a committed example, such as `works.WorkWasRecorded`."""
    return decode((EXAMPLES / f"bzpeer.{name}.v1.json").read_bytes(), CATALOGUE).data


def attested_by(*sources: str, works: int = 1) -> tuple[Attestation, ...]:
    """These sources, each with so many works of an author."""
    imported_at = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
    return tuple(Attestation(source=s, works=works, imported_at=imported_at) for s in sources)


def event(data: Payload, subject: str, position: int, **more: Any) -> bytes:
    """The bytes of an event."""
    return encode(data, subject=subject, position=position, **more)


def unique() -> str:
    """A name nobody has."""
    return uuid4().hex[:8]
