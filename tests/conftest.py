"""What all tests share: a real MongoDB and a real Kafka, a namespace for each test, a stack."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from deploy.local.servers import Servers, running_servers
from tests.stack import Stack
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


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of real processes that holds the sample; nothing of it is left afterwards."""
    made = Stack(tmp_path_factory.mktemp("stack"))
    made.page = made.run("up", "--detach").splitlines()[-1]
    yield made
    made.run("down")
