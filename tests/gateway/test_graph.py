"""The graph service behind the gateway, there and away."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI, Response

from tests.gateway.asking import HTML, NOBODY_LISTENS, problem
from tests.gateway.library import HANGBO
from tests.support import System, client, serving


async def test_the_graph_comes_from_the_graph_service(http: httpx.AsyncClient) -> None:
    found = (
        await http.get(
            f"/api/v1/researchers/{HANGBO}/graph", params={"kinds": ["work"], "limit": 4}
        )
    ).json()
    assert found["center"] == HANGBO
    assert [node["kind"] for node in found["nodes"]] == ["author", "work", "work", "work"]
    assert found["truncated"] is True
    assert found["nodes"][0]["url"] == f"/researchers/{HANGBO}"
    page = await http.get(f"/researchers/{HANGBO}/graph", headers=HTML)
    assert page.status_code == 200
    assert "Work 0" in page.text


async def test_a_profile_stands_while_the_graph_service_is_away(library: System) -> None:
    async with client(library.app("gateway", graph_url=NOBODY_LISTENS)) as http:
        await graph_is_away(http)


@pytest.mark.parametrize("fault", ["broken", "slow", "no JSON", "another shape"])
async def test_a_profile_stands_while_the_graph_service_fails(library: System, fault: str) -> None:
    graph = FastAPI()

    @graph.get("/authors/{author_id}/graph")
    async def answer(author_id: str) -> Response:
        if fault == "slow":
            await asyncio.sleep(1)
        if fault == "broken":
            return Response("broken", 500)
        return Response("<p>Hello</p>" if fault == "no JSON" else '{"nodes": 3}')

    async with serving(graph) as address:
        app = library.app("gateway", graph_url=address, graph_timeout=0.2)
        async with client(app) as http:
            await graph_is_away(http)


async def graph_is_away(http: httpx.AsyncClient) -> None:
    api = await http.get(f"/api/v1/researchers/{HANGBO}/graph")
    problem(api, 503)
    page = await http.get(f"/researchers/{HANGBO}/graph", headers=HTML)
    assert page.status_code == 503
    assert page.headers["content-type"].startswith("text/html")
    for response in (api, page):
        assert int(response.headers["retry-after"]) > 0
    assert (await http.get("/api/v1/researchers/nobody/graph")).status_code == 404
    for path in (f"/researchers/{HANGBO}", f"/api/v1/researchers/{HANGBO}"):
        response = await http.get(path, headers=HTML)
        assert response.status_code == 200
        assert "Hangbo Bao" in response.text
