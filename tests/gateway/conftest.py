"""What the tests of the gateway share: databases without topics, and who stands behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

import services.gateway.store
from deploy.local.servers import Servers
from tests.gateway.library import fill
from tests.gateway.standin import Identity, stand_in
from tests.support import System, client, new_system, serving


@asynccontextmanager
async def _prepared(servers: Servers) -> AsyncIterator[System]:
    async with new_system(servers) as made:
        await services.gateway.store.Store(made.service("gateway")).prepare()
        yield made


@pytest.fixture(scope="module")
async def databases(servers: Servers) -> AsyncIterator[System]:
    """A module's own databases; nothing is relayed, so what is told is handed over."""
    async with _prepared(servers) as made:
        yield made


@pytest.fixture(scope="session")
async def library(servers: Servers) -> AsyncIterator[System]:
    """Databases with some researchers in them, for all who only read."""
    async with _prepared(servers) as made:
        await fill(made)
        yield made


@pytest.fixture(scope="session")
async def http(library: System) -> AsyncIterator[httpx.AsyncClient]:
    """The gateway of the library, with a graph and a trust service behind it."""
    async with (
        serving(library.app("graph")) as graph,
        serving(library.app("trust")) as trust,
        client(library.app("gateway", graph_url=graph, trust_url=trust)) as made,
    ):
        yield made


@pytest.fixture(scope="module")
async def behind() -> AsyncIterator[Identity]:
    """What stands in for identity, and for works."""
    async with stand_in() as made:
        yield made


@pytest.fixture(scope="module")
def app(databases: System, behind: Identity) -> FastAPI:
    """Built once: its many routes take a moment. It keeps nobody in mind between tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.gateway.people._EXCHANGE_SECONDS", 0)
        return databases.app(
            "gateway",
            identity_url=behind.address,
            works_url=behind.address,
            consistency_wait=0.2,
        )
