"""What all tests share: a real MongoDB and a real Kafka, a namespace for each test, a stack."""

from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import settings

from deploy.local.servers import Servers, running_servers
from tests.stack import Stack
from tests.support import System, make_topics, new_system

settings.register_profile("bzpeer", deadline=None)
settings.load_profile("bzpeer")
"""A busy machine is slow now and then: what takes too long is for the limit of the whole test."""


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The two servers, started for this run and stopped after it."""
    with running_servers(tmp_path_factory.mktemp("servers")) as running:
        yield running


@pytest.fixture
async def system(servers: Servers) -> AsyncIterator[System]:
    """Topics and databases nobody else uses; services are built in this process."""
    async with new_system(servers) as made:
        await make_topics(made)
        yield made


@pytest.fixture
async def databases(servers: Servers) -> AsyncIterator[System]:
    """Databases nobody else uses, without topics: nothing is relayed."""
    async with new_system(servers) as made:
        yield made


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of real processes that holds the sample; nothing of it is left afterwards."""
    made = Stack(tmp_path_factory.mktemp("stack"))
    made.page = made.run("up", "--detach").splitlines()[-1]
    yield made
    made.run("down")
