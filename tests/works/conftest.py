"""What the tests of works share: a store in databases of its own, and another."""

from collections.abc import AsyncIterator

import httpx
import pytest

from deploy.local.servers import Servers
from services.works.store import Store
from tests.support import System, client
from tests.tokens import Mint
from tests.works.desk import Desk
from tests.works.taking_in import new_store, store_apart


@pytest.fixture
async def store(databases: System) -> Store:
    return await new_store(databases)


@pytest.fixture
async def other(servers: Servers) -> AsyncIterator[Store]:
    """A second store, to compare the first with."""
    async with store_apart(servers) as made:
        yield made


@pytest.fixture
async def http(databases: System) -> AsyncIterator[httpx.AsyncClient]:
    """The works service, asked over HTTP."""
    async with client(databases.app("works")) as made:
        yield made


@pytest.fixture
async def desk(databases: System, store: Store) -> AsyncIterator[Desk]:
    mint, app = Mint(), databases.app("works")
    app.state.verifier = mint.verifier()
    async with client(app) as http:
        made = Desk(databases, http, mint, store)
        await made.ingest()
        yield made
