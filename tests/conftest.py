"""What all tests share: one real MongoDB and one real Kafka, a namespace of its own for each test."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from deploy.local.servers import Servers, running_servers
from tests.support import System, make_topics


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The two servers, started for this run and stopped after it."""
    with running_servers(tmp_path_factory.mktemp("servers")) as running:
        yield running


@pytest.fixture
async def system(servers: Servers) -> AsyncIterator[System]:
    """Topics and databases nobody else uses; services are built in this process."""
    made = System(servers, f"t{uuid4().hex[:8]}")
    await make_topics(made)
    yield made
    await made.drop()
