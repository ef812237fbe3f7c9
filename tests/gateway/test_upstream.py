"""The client of the services behind the gateway."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.upstream import Away, Upstream
from tests.gateway.asking import NOBODY_LISTENS
from tests.support import serving


@pytest.fixture(scope="module")
async def address() -> AsyncIterator[str]:
    """A service that says what it was asked, sends on, or takes its time."""
    app = FastAPI()

    @app.get("/elsewhere")
    async def elsewhere() -> Response:
        return RedirectResponse("/asked", 308)

    @app.get("/slow")
    async def slow() -> None:
        await asyncio.sleep(5)

    @app.api_route("/asked{rest:path}", methods=["GET", "POST"])
    async def asked(request: Request) -> Response:
        told = (request.scope["path"].encode(), request.scope["query_string"])
        return Response(b"|".join((*told, await request.body())), 207, {"X-Told": "A"})

    async with serving(app) as made:
        yield made


async def test_it_asks_for_what_it_is_told_to(address: str) -> None:
    service = Upstream(address, timeout=5)
    answer = await service.ask("POST", "/asked/A1", query="a=1&a=%C3%A9", content=b"body")
    assert answer.content == b"/asked/A1|a=1&a=%C3%A9|body"
    assert (answer.status, answer.headers["x-told"], answer.is_success) == (207, "A", True)
    await service.close()


async def test_nothing_in_a_path_is_read_as_a_question(address: str) -> None:
    service = Upstream(address, timeout=5)
    answer = await service.ask("GET", "/asked/a b?c=d#e%2F")
    assert answer.content == b"/asked/a b?c=d#e%2F||"
    await service.close()


async def test_it_goes_nowhere_by_itself(address: str) -> None:
    service = Upstream(address, timeout=5)
    answer = await service.ask("GET", "/elsewhere")
    assert (answer.status, answer.is_redirect, answer.headers["location"]) == (308, True, "/asked")
    await service.close()


async def test_one_that_is_slow_or_not_there_is_away(address: str) -> None:
    for url in (address, NOBODY_LISTENS):
        service = Upstream(url, timeout=0.2)
        with pytest.raises(Away):
            await service.ask("GET", "/slow")
        await service.close()
