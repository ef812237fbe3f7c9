"""What the tests of identity share: its people by themselves, or a town of them."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI

from deploy.local.servers import Servers
from services.identity.mail import Mailer
from tests.identity.town import Town, new_town
from tests.signin import ADA, CY, Person, sign_in
from tests.support import System, client


@pytest.fixture
def app(databases: System) -> FastAPI:
    """Identity, with operators who are named in its settings."""
    return databases.app("identity", operators=f"{CY} root@example.org")


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as made:
        yield made


@pytest.fixture
async def ada(databases: System) -> Person:
    return await sign_in(databases, orcid=ADA, name="Ada Example")


@pytest.fixture(scope="module")
def _mailbox() -> Iterator[list[tuple[str, str]]]:
    """Mail that was sent: to whom, and the text."""
    sent: list[tuple[str, str]] = []

    async def send(_: Mailer, to: str, subject: str, text: str) -> None:
        sent.append((to, text))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Mailer, "send", send)
        yield sent


@pytest.fixture
def mails(_mailbox: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Mail of this test."""
    _mailbox.clear()
    return _mailbox


@pytest.fixture(scope="module")
async def place(servers: Servers, _mailbox: list[tuple[str, str]]) -> AsyncIterator[Town]:
    """One town for all tests of a module; see ``here``."""
    async with new_town(
        servers, environment="development", public_url="https://bz.example"
    ) as made:
        yield made


@pytest.fixture
async def here(place: Town) -> Town:
    """The town, before anybody did anything."""
    await place.begin()
    return place
