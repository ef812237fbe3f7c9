"""What the tests of the graph share: a store in databases of its own."""

import pytest

from services.graph.store import Store
from tests.support import System


@pytest.fixture
async def store(databases: System) -> Store:
    made = Store(databases.service("graph"))
    await made.prepare()
    return made
