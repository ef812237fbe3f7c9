"""A site with one researcher, read by one browser."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from contracts.people.signin import Issuer, SignInOptions
from tests.gateway.asking import HTML
from tests.gateway.site.browser import ADA
from tests.gateway.standin import Identity
from tests.gateway.told import person, tell
from tests.support import System, client


@pytest.fixture(scope="module")
async def ada(databases: System) -> None:
    await tell(databases, ADA, person("Ada", "W1"))


@pytest.fixture
async def identity(behind: Identity) -> Identity:
    behind.clear()
    both = SignInOptions(issuers=(Issuer(id="orcid", name="ORCID"),), email=True)
    behind.says("GET", "/signin", both)
    return behind


@pytest.fixture
async def http(app: FastAPI, identity: Identity, ada: None) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as made:
        made.headers.update(HTML)
        yield made
