"""Who asks a service, as it is served."""

from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request

from chassis.service import serve
from chassis.settings import Settings
from tests.support import serving_as


async def asker(monkeypatch: pytest.MonkeyPatch, trusted: str, told: str) -> str:
    """Who asks, as a route sees it, when a request from this machine tells of others."""
    app = FastAPI()

    @app.get("/")
    async def who(request: Request) -> str:
        assert request.client is not None
        return request.client.host

    configs: list[uvicorn.Config] = []

    def keep(app: FastAPI, **options: Any) -> None:
        configs.append(uvicorn.Config(app, **{**options, "port": 0}))

    monkeypatch.setattr(uvicorn, "run", keep)
    serve(app, Settings(trusted_proxies=trusted))
    async with serving_as(configs[0]) as address, httpx.AsyncClient(base_url=address) as http:
        answer = await http.get("/", headers={"X-Forwarded-For": told})
    return str(answer.json())


@pytest.mark.parametrize(
    ("trusted", "told", "who"),
    [
        ("", "198.51.100.9", "127.0.0.1"),
        ("10.0.0.0/8", "198.51.100.9", "127.0.0.1"),
        ("127.0.0.1", "8.8.8.8, 198.51.100.9", "198.51.100.9"),
        ("10.0.0.0/8, 127.0.0.0/8", "8.8.8.8, 198.51.100.9, 10.1.2.3", "198.51.100.9"),
        ("*", "198.51.100.9, 10.1.2.3", "198.51.100.9"),
    ],
)
async def test_only_a_trusted_proxy_says_who_asks(
    monkeypatch: pytest.MonkeyPatch, trusted: str, told: str, who: str
) -> None:
    """What a client made up stands first; each proxy adds after it whom it heard it from."""
    assert await asker(monkeypatch, trusted, told) == who
