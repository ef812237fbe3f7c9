"""What the tests of works share: a store in databases of its own, and another."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.servers import Servers
from services.works.store import Store
from tests.support import System
from tests.works.taking_in import new_store, store_apart


@pytest.fixture
async def store(databases: System) -> Store:
    return await new_store(databases)


@pytest.fixture
async def other(servers: Servers) -> AsyncIterator[Store]:
    """A second store, to compare the first with."""
    async with store_apart(servers) as made:
        yield made
