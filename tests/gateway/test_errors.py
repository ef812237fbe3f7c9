"""What cannot be answered is a page to a browser and a problem to a program."""

import httpx
import pytest

from tests.gateway.asking import HTML, JSON, PROBLEM, problem
from tests.gateway.library import BEIT, HANGBO

MISSING = ["/researchers/nobody", "/works/nothing", "/topics/arxiv:none", "/nowhere"]


@pytest.mark.parametrize("path", [*MISSING, "/researchers/nobody/graph"])
async def test_a_browser_gets_a_page_that_says_what_is_missing(
    http: httpx.AsyncClient, path: str
) -> None:
    response = await http.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert response.status_code == 404
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "404" in response.text
    assert "<h1" in response.text


@pytest.mark.parametrize("accept", ["*/*", JSON, PROBLEM])
@pytest.mark.parametrize("path", MISSING)
async def test_a_program_gets_a_problem_wherever_it_asks(
    http: httpx.AsyncClient, path: str, accept: str
) -> None:
    problem(await http.get(path, headers={"Accept": accept}), 404)


@pytest.mark.parametrize(
    "path",
    [
        "/researchers/nobody",
        "/researchers/nobody/works",
        "/researchers/nobody/trust",
        "/researchers/nobody/graph",
        "/works/nothing",
        "/nowhere",
    ],
)
async def test_the_api_answers_problems_even_to_a_browser(
    http: httpx.AsyncClient, path: str
) -> None:
    problem(await http.get(f"/api/v1{path}", headers=HTML), 404)


async def test_a_method_that_is_not_allowed_is_a_problem(http: httpx.AsyncClient) -> None:
    response = await http.post("/api/v1/researchers")
    problem(response, 405)
    assert response.headers["allow"] == "GET"


@pytest.mark.parametrize(
    "path",
    [
        "/researchers?limit=0",
        "/researchers?limit=101",
        "/researchers?limit=many",
        f"/researchers?q={'x' * 201}",
        f"/researchers/{HANGBO}/works?limit=0",
        f"/researchers/{HANGBO}/works?limit=101",
        f"/researchers/{HANGBO}/graph?depth=0",
        f"/researchers/{HANGBO}/graph?depth=3",
        f"/researchers/{HANGBO}/graph?limit=1",
        f"/researchers/{HANGBO}/graph?limit=301",
        f"/researchers/{HANGBO}/graph?kinds=venue",
        f"/works/{BEIT}?authors_from=-1",
    ],
)
async def test_what_is_out_of_bounds_is_refused_and_named(
    http: httpx.AsyncClient, path: str
) -> None:
    parameter = path.partition("?")[2].partition("=")[0]
    found = problem(await http.get(f"/api/v1{path}"), 422)
    assert parameter in found["detail"]
    assert any(parameter in error["pointer"] for error in found["errors"])


@pytest.mark.parametrize("limit", [1, 100])
async def test_the_bounds_themselves_are_allowed(http: httpx.AsyncClient, limit: int) -> None:
    for path in ("/researchers", f"/researchers/{HANGBO}/works"):
        response = await http.get(f"/api/v1{path}", params={"limit": limit})
        assert response.status_code == 200
