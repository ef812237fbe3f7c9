"""What keeps browsers safe: headers, text that stays text, and files that stay inside."""

import httpx
import pytest
from structlog.testing import capture_logs

from tests.gateway.asking import HTML, NOBODY_LISTENS
from tests.gateway.library import ALIAS, EVERY_ANSWER, HANGBO
from tests.support import System, client

HOSTILE = '"><script>alert(1)</script><b>'


@pytest.mark.parametrize("path", ["/?q={}", "/researchers/{}", "/works/{}", "/topics/{}", "/{}"])
async def test_what_the_reader_wrote_is_never_markup(http: httpx.AsyncClient, path: str) -> None:
    quoted = httpx.QueryParams({"": HOSTILE})
    response = await http.get(path.format(str(quoted)[1:]), headers=HTML)
    assert response.status_code in (200, 404)
    assert response.headers["content-type"].startswith("text/html")
    assert "<script>alert" not in response.text
    assert "<b>" not in response.text


async def test_a_name_that_looks_like_markup_is_shown_as_it_is(http: httpx.AsyncClient) -> None:
    for path in ("/?q=script", "/researchers/Ahostile"):
        response = await http.get(path, headers=HTML)
        assert "&lt;script&gt;alert(" in response.text
        assert "<script>alert(" not in response.text


@pytest.mark.parametrize("path", [*EVERY_ANSWER, "/static/style.css", "/static/graph.js"])
async def test_answers_come_with_headers_that_keep_browsers_safe(
    http: httpx.AsyncClient, path: str
) -> None:
    is_safe(await http.get(path, headers=HTML))


@pytest.mark.parametrize("headers", [{}, HTML])
async def test_errors_come_with_headers_that_keep_browsers_safe(
    library: System, headers: dict[str, str]
) -> None:
    app = library.app("gateway", graph_url=NOBODY_LISTENS)

    @app.get("/breaks")
    async def breaks() -> None:
        raise ValueError("a secret of ours")

    async with client(app) as http:
        for path, status in (
            ("/researchers/nobody", 404),
            (f"/researchers/{ALIAS}", 308),
            ("/api/v1/researchers?limit=0", 422),
            (f"/researchers/{HANGBO}/graph", 503),
            ("/breaks", 500),
        ):
            with capture_logs():
                response = await http.get(path, headers=headers)
            assert response.status_code == status
            assert "a secret of ours" not in response.text
            is_safe(response)


def is_safe(response: httpx.Response) -> None:
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert response.headers["cross-origin-opener-policy"] == "same-origin"
    policy = response.headers["content-security-policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"):
        assert rule in policy


async def test_nothing_outside_the_static_files_is_served(http: httpx.AsyncClient) -> None:
    for path in ("/static/../templates/base.html", "/static/%2e%2e/render.py", "/static/"):
        assert (await http.get(path)).status_code == 404
    favicon = await http.get("/favicon.ico")
    assert (favicon.status_code, favicon.headers["location"]) == (308, "/static/favicon.svg")
    assert (await http.get("/static/favicon.svg")).status_code == 200
