"""The public HTTP of the gateway: what is answered, how, and to whom."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import uvicorn
from fastapi import FastAPI, Response
from structlog.testing import capture_logs

import services.gateway.consumers
import services.gateway.store
import services.graph.consumers
import services.graph.store
import services.trust.consumers
import services.trust.store
from contracts.codec import decode, type_of
from contracts.envelope import Payload
from contracts.events import CATALOGUE
from contracts.events.works import AuthoredWork, Authorship, AuthorWasRecorded, WorkWasRecorded
from contracts.topics import topic_of_event
from deploy.local.servers import Servers
from tests.support import System, client, event, eventually, started, unique

EXAMPLES = Path(__file__).parents[2] / "contracts" / "examples"
HANGBO, ALIAS, BEIT, GONE = (
    "A55xbwctnt3llbbju",
    "Ae7me5ekygh3xjpcw",
    "Wieyeiidkdslm55td",
    "Wvkddoflteglhavi6",
)
PEOPLE = [f"Aperson{number:02}" for number in range(45)]
HTML, JSON, PROBLEM = {"Accept": "text/html"}, "application/json", "application/problem+json"
NOBODY_LISTENS = "http://127.0.0.1:9"


def example(name: str) -> Any:
    return decode((EXAMPLES / f"bzpeer.{name}.v1.json").read_bytes(), CATALOGUE).data


async def tell(system: System, subject: str, *events: Payload, first: int = 1) -> None:
    """Deliver events about one subject to the gateway, and to graph what it reads."""
    gateway = services.gateway.store.Store(system.service("gateway"))
    graph = services.graph.store.Store(system.service("graph"))
    trust = services.trust.store.Store(system.service("trust"))
    readers = (
        services.trust.consumers.handlers(trust),
        services.gateway.consumers.handlers(gateway),
        services.graph.consumers.handlers(graph, note=False),
    )
    for position, data in enumerate(events, first):
        topic = topic_of_event()[type_of(type(data))]
        told = decode(event(data, subject, position), CATALOGUE)
        for handlers in readers:
            if topic in handlers:
                await handlers[topic]([told])


def person(name: str, *works: str, names: Iterable[str] = ()) -> AuthorWasRecorded:
    return AuthorWasRecorded(
        name=name,
        names=tuple(sorted({name, *names})),
        works=tuple(AuthoredWork(work_id=work, place=0) for work in works),
        attested_by=example("works.AuthorWasRecorded").attested_by,
    )


def titled(title: str, year: int, *authors: str) -> WorkWasRecorded:
    work: WorkWasRecorded = example("works.WorkWasRecorded")
    return work.model_copy(
        update={
            "title": title,
            "year": year,
            "authors": tuple(Authorship(name=name) for name in authors) or work.authors,
        }
    )


async def fill(system: System) -> None:
    """The seed author with seven works, an alias, and some others."""
    hangbo: AuthorWasRecorded = example("works.AuthorWasRecorded")
    for number, item in enumerate(hangbo.works):
        await tell(system, item.work_id, titled(f"Work {number}", 2020 + number % 3))
    await tell(system, BEIT, titled("BEiT", 2022), first=2)
    await tell(system, GONE, example("works.WorkWasWithdrawn"))
    await tell(system, HANGBO, hangbo)
    await tell(system, HANGBO, example("graph.NeighbourhoodWasSummarised"))
    await tell(system, HANGBO, example("trust.TrustWasScored"))
    await tell(system, ALIAS, example("works.AuthorsWereMerged"))
    for number, author in enumerate(PEOPLE):
        works = [f"W{author}{n}" for n in range(number % 3 + 1)]
        await tell(system, author, person(f"Person {number:02}", *works))
    await tell(system, "Ajose", person("José García-Márquez", "Wx"))
    await tell(system, "Alukasz", person("Łukasz Kaiser", "Wx"))
    await tell(system, "Awang", person("王伟", "Wx", names=["Wei Wang"]))
    await tell(system, "Ahostile", person('<script>alert("x")</script>', "Wx"))
    await tell(system, "Aempty", person("Person Without Works"))


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """An application behind a real socket; its address."""
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, server_header=False)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())

    async def is_up() -> bool:
        return server.started

    try:
        await eventually(is_up, bool)
        host, port = server.servers[0].sockets[0].getsockname()
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        await task


@pytest.fixture(scope="module")
async def databases(servers: Servers) -> AsyncIterator[System]:
    """Databases with some researchers in them; nothing is relayed, so there are no topics."""
    made = System(servers, f"t{unique()}")
    await services.gateway.store.Store(made.service("gateway")).prepare()
    await fill(made)
    yield made
    await made.drop()


@pytest.fixture(scope="module")
async def http(databases: System) -> AsyncIterator[httpx.AsyncClient]:
    """The gateway, with a graph and a trust service behind it."""
    async with (
        serving(databases.app("graph")) as graph,
        serving(databases.app("trust")) as trust,
        client(databases.app("gateway", graph_url=graph, trust_url=trust)) as made,
    ):
        yield made


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == PROBLEM
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"]
    assert body["instance"] == response.request.url.path
    return body


async def test_a_merged_record_sends_on_with_the_whole_question(http: httpx.AsyncClient) -> None:
    response = await http.get(f"/api/v1/researchers/{ALIAS}/works?limit=2")
    assert response.status_code == 308
    assert response.headers["location"].endswith("/works?limit=2")


async def test_the_history_of_a_score(http: httpx.AsyncClient, databases: System) -> None:
    author = "Ahistory"
    await tell(databases, author, person("Person With History"))
    for position in (1, 2):
        summary = example("graph.NeighbourhoodWasSummarised")
        changed = summary.model_copy(update={"works_in_good_standing": position})
        await tell(databases, author, changed, first=position)
    address = f"/api/v1/researchers/{author}/trust/history"
    first = (await http.get(address, params={"limit": 1})).json()
    assert first["items"][0]["cause"] == "bzpeer.graph.NeighbourhoodWasSummarised.v1"
    assert [c["name"] for c in first["items"][0]["components"]] == ["published record"]
    cursor = {"cursor": first["next_cursor"]}
    rest = (await http.get(address, params=cursor)).json()
    assert [item["position"] for item in rest["items"]] == [1]
    assert rest["next_cursor"] is None
    problem(await http.get(address, params={"cursor": "nonsense"}), 400)
    problem(await http.get("/api/v1/researchers/nobody/trust/history"), 404)
    moved = await http.get(f"/api/v1/researchers/{ALIAS}/trust/history")
    assert moved.headers["location"].endswith(f"{HANGBO}/trust/history")


# Errors

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


# Merged records


@pytest.mark.parametrize("part", ["", "/works", "/trust", "/graph"])
async def test_a_merged_record_sends_programs_on(http: httpx.AsyncClient, part: str) -> None:
    response = await http.get(f"/api/v1/researchers/{ALIAS}{part}")
    problem(response, 308)
    assert response.headers["location"] == f"/api/v1/researchers/{HANGBO}{part}"
    followed = await http.get(f"/api/v1/researchers/{ALIAS}{part}", follow_redirects=True)
    direct = await http.get(f"/api/v1/researchers/{HANGBO}{part}")
    assert (followed.status_code, followed.content) == (200, direct.content)


@pytest.mark.parametrize("part", ["", "/graph"])
async def test_a_merged_record_sends_browsers_on(http: httpx.AsyncClient, part: str) -> None:
    response = await http.get(f"/researchers/{ALIAS}{part}", headers=HTML)
    assert response.status_code == 308
    assert response.headers["location"] == f"/researchers/{HANGBO}{part}"
    followed = await http.get(f"/researchers/{ALIAS}{part}", headers=HTML, follow_redirects=True)
    assert followed.status_code == 200
    assert "Hangbo Bao" in followed.text


# ETags

EVERY_ANSWER = [
    "/",
    "/?q=person",
    f"/researchers/{HANGBO}",
    f"/researchers/{HANGBO}/graph",
    f"/works/{BEIT}",
    "/topics/arxiv:cs.CL",
    "/api/v1/researchers?q=person&limit=3",
    f"/api/v1/researchers/{HANGBO}",
    f"/api/v1/researchers/{HANGBO}/works?limit=2",
    f"/api/v1/researchers/{HANGBO}/trust",
    f"/api/v1/researchers/{HANGBO}/graph",
    f"/api/v1/works/{BEIT}",
]


@pytest.mark.parametrize("path", EVERY_ANSWER)
async def test_who_has_an_answer_already_is_told_so(http: httpx.AsyncClient, path: str) -> None:
    whole = await http.get(path)
    etag = whole.headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', etag)
    for known in (etag, f'"other", {etag}', f'{etag},"other"', f"W/{etag}", f'"x", W/{etag}', "*"):
        again = await http.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b""), known
        assert again.headers["etag"] == etag
        assert "cache-control" in again.headers
    for other in ('"other"', 'W/"other"', "", etag.strip('"')):
        fresh = await http.get(path, headers={"If-None-Match": other})
        assert (fresh.status_code, fresh.content) == (200, whole.content), other


async def test_different_answers_have_different_etags(http: httpx.AsyncClient) -> None:
    etags = [(await http.get(path)).headers["etag"] for path in EVERY_ANSWER]
    assert len(set(etags)) == len(etags)


async def test_an_etag_changes_with_what_is_told(databases: System) -> None:
    author = "Achanging"
    await tell(databases, author, person("Before", "Wx"))
    async with client(databases.app("gateway")) as http:
        for path in (f"/researchers/{author}", f"/api/v1/researchers/{author}"):
            before = (await http.get(path)).headers["etag"]
            await tell(databases, author, person(f"After {path}", "Wx"), first=2 + len(path))
            after = await http.get(path, headers={"If-None-Match": before})
            assert after.status_code == 200
            assert f"After {path}" in after.text
    await tell(databases, author, person("Gone"), first=1000)


async def test_head_is_get_without_the_body(databases: System) -> None:
    async with (
        serving(databases.app("gateway")) as address,
        httpx.AsyncClient(base_url=address) as http,
    ):
        for path in (
            "/",
            f"/researchers/{HANGBO}",
            f"/api/v1/researchers/{HANGBO}",
            "/static/style.css",
            "/researchers/nobody",
        ):
            head, get = await http.head(path), await http.get(path)
            assert head.content == b""
            assert get.content
            assert head.status_code == get.status_code
            for name in ("content-type", "content-length", "etag"):
                assert head.headers.get(name) == get.headers.get(name), (path, name)


# Search and paging


async def pages(http: httpx.AsyncClient, path: str, **parameters: Any) -> list[list[Any]]:
    """The items of all pages, page by page."""
    found: list[list[Any]] = []
    cursor: str | None = None
    while cursor is not None or not found:
        asked = parameters | ({"cursor": cursor} if cursor else {})
        response = await http.get(f"/api/v1{path}", params=asked)
        assert response.status_code == 200, response.text
        page = response.json()
        found.append(page["items"])
        cursor = page["next_cursor"]
        assert len(found) < 100
    return found


async def names(http: httpx.AsyncClient, query: str) -> list[str]:
    (page,) = await pages(http, "/researchers", q=query, limit=100)
    return [item["name"] for item in page]


@pytest.mark.parametrize("limit", [1, 7, 15, 20, 45, 100])
async def test_all_pages_of_a_search_together_are_everybody_once(
    http: httpx.AsyncClient, limit: int
) -> None:
    found = await pages(http, "/researchers", q="person", limit=limit)
    everybody = [item for page in found for item in page]
    assert sorted(item["id"] for item in everybody) == PEOPLE
    works = [item["works"] for item in everybody]
    assert works == sorted(works, reverse=True)
    assert all(len(page) == limit for page in found[:-1])
    assert found[-1]


async def test_everybody_with_a_work_is_in_the_search_for_nothing(http: httpx.AsyncClient) -> None:
    found = [item["id"] for page in await pages(http, "/researchers") for item in page]
    assert sorted(found) == sorted([*PEOPLE, HANGBO, "Ajose", "Alukasz", "Awang", "Ahostile"])
    assert found[0] == HANGBO


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
async def test_all_pages_of_the_works_together_are_all_works_once(
    http: httpx.AsyncClient, limit: int
) -> None:
    found = await pages(http, f"/researchers/{HANGBO}/works", limit=limit)
    works = [item for page in found for item in page]
    profile = (await http.get(f"/api/v1/researchers/{HANGBO}")).json()
    assert works == profile["works"]
    assert len({work["id"] for work in works}) == 7
    keys = [(-work["year"], work["title"].casefold()) for work in works]
    assert keys == sorted(keys)


def cursor_of(*values: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%%%",
        "é",
        "null",
        cursor_of(),
        cursor_of(1),
        cursor_of("1", "A"),
        cursor_of(1, "A", 2),
        cursor_of(1.5, "A"),
        cursor_of(True, "A"),
        cursor_of(2**63, "A"),
        base64.urlsafe_b64encode(b'{"a": 1}').decode(),
    ],
)
async def test_a_cursor_of_another_kind_is_refused(http: httpx.AsyncClient, cursor: str) -> None:
    for path in ("/researchers", f"/researchers/{HANGBO}/works"):
        found = problem(await http.get(f"/api/v1{path}", params={"cursor": cursor}), 400)
        assert "cursor" in found["detail"]
    page = await http.get("/", params={"q": "person", "cursor": cursor}, headers=HTML)
    assert page.status_code == 400
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("hangbo bao", ["Hangbo Bao"]),
        ("Bao, Hangbo", ["Hangbo Bao"]),
        ("HANG", ["Hangbo Bao"]),
        ("ba han", ["Hangbo Bao"]),
        ("angbo", []),
        ("hangbo li", []),
        ("garcia", ["José García-Márquez"]),
        ("GARCÍA márq", ["José García-Márquez"]),
        ("jose", ["José García-Márquez"]),
        ("lukasz", ["Łukasz Kaiser"]),
        ("Łuk", ["Łukasz Kaiser"]),
        ("王伟", ["王伟"]),
        ("王", ["王伟"]),
        ("wei wang", ["王伟"]),
        ("person 07", ["Person 07"]),
        (".*", []),
        ("h.*o", []),
        ("!!!", []),
        ("without", []),
    ],
)
async def test_search_by_name(http: httpx.AsyncClient, query: str, found: list[str]) -> None:
    assert await names(http, query) == found


async def test_search_by_topic(http: httpx.AsyncClient) -> None:
    for topic, expected in (("arxiv:cs.CL", [HANGBO]), ("arxiv:cs", []), ("arxiv:none", [])):
        (page,) = await pages(http, "/researchers", topic=topic)
        assert [item["id"] for item in page] == expected


async def test_the_start_page_finds_and_pages_as_well(http: httpx.AsyncClient) -> None:
    seen: list[str] = []
    path: str | None = "/?q=person"
    while path:
        page = (await http.get(path, headers=HTML)).text
        seen += re.findall(r'href="/researchers/(\w+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else None
    assert sorted(seen) == PEOPLE


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


# Pages and parts


async def test_a_topic_page_lists_its_researchers(http: httpx.AsyncClient) -> None:
    response = await http.get("/topics/arxiv:cs.CL", headers=HTML)
    assert response.status_code == 200
    assert "cs.CL" in response.text
    assert f"/researchers/{HANGBO}" in response.text


async def test_the_parts_of_a_profile_say_the_same_as_the_whole(http: httpx.AsyncClient) -> None:
    whole = (await http.get(f"/api/v1/researchers/{HANGBO}")).json()
    trust = (await http.get(f"/api/v1/researchers/{HANGBO}/trust")).json()
    assert whole["trust"] == trust
    assert (trust["text"], trust["verification_text"]) == ("Trust 21 - Emerging", "Verification L1")
    assert sum(part["of"] for part in trust["components"]) == 100


async def test_trust_that_is_still_being_worked_out_is_a_problem(http: httpx.AsyncClient) -> None:
    problem(await http.get("/api/v1/researchers/Ajose/trust"), 404)
    assert (await http.get("/api/v1/researchers/Ajose")).json()["trust"] is None


async def test_a_work_names_its_authors_and_links_those_who_are_known(
    http: httpx.AsyncClient,
) -> None:
    work = (await http.get(f"/api/v1/works/{BEIT}")).json()
    assert work["title"] == "BEiT"
    assert {a["name"]: a["id"] for a in work["authors"]}["Hangbo Bao"] == HANGBO
    assert [topic["id"] for topic in work["topics"]] == ["arxiv:cs.CV", "arxiv:cs.LG"]


async def test_a_withdrawn_work_says_so_and_why(http: httpx.AsyncClient) -> None:
    work = (await http.get(f"/api/v1/works/{GONE}")).json()
    assert work["standing"] == "withdrawn"
    assert work["standing_note"] == "Withdrawn by its author: it was made up."
    page = await http.get(f"/works/{GONE}", headers=HTML)
    assert "Withdrawn by its author: it was made up." in page.text


@pytest.mark.parametrize("path", [*EVERY_ANSWER, "/static/style.css", "/static/graph.js"])
async def test_answers_come_with_headers_that_keep_browsers_safe(
    http: httpx.AsyncClient, path: str
) -> None:
    is_safe(await http.get(path, headers=HTML))


@pytest.mark.parametrize("headers", [{}, HTML])
async def test_errors_come_with_headers_that_keep_browsers_safe(
    databases: System, headers: dict[str, str]
) -> None:
    app = databases.app("gateway", graph_url=NOBODY_LISTENS)

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


# The graph service behind it


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


async def test_a_profile_stands_while_the_graph_service_is_away(databases: System) -> None:
    async with client(databases.app("gateway", graph_url=NOBODY_LISTENS)) as http:
        await graph_is_away(http)


@pytest.mark.parametrize("fault", ["broken", "slow", "no JSON", "another shape"])
async def test_a_profile_stands_while_the_graph_service_fails(
    databases: System, fault: str
) -> None:
    graph = FastAPI()

    @graph.get("/authors/{author_id}/graph")
    async def answer(author_id: str) -> Response:
        if fault == "slow":
            await asyncio.sleep(1)
        if fault == "broken":
            return Response("broken", 500)
        return Response("<p>Hello</p>" if fault == "no JSON" else '{"nodes": 3}')

    async with serving(graph) as address:
        app = databases.app("gateway", graph_url=address, graph_timeout=0.2)
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


# Operations


async def test_what_operators_and_tools_ask_for(system: System) -> None:
    async with started(system.app("gateway")) as app, client(app) as http:
        live = await http.get("/health/live")
        assert (live.status_code, live.json()["status"]) == (200, "ok")
        ready = await eventually(
            lambda: http.get("/health/ready"), lambda answer: answer.status_code == 200
        )
        assert ready.json() == {"status": "ok", "problems": []}
        metrics = await http.get("/metrics")
        assert metrics.status_code == 200
        assert metrics.headers["content-type"].startswith("text/plain")
        assert "# TYPE" in metrics.text
        status = (await http.get("/status")).json()
        assert status["service"] == "gateway"
        assert status["records"] == {"authors": 0, "works": 0}
        document = (await http.get("/openapi.json")).json()
        for path in ("/researchers", "/researchers/{author_id}", "/works/{work_id}"):
            assert f"/api/v1{path}" in document["paths"]
        assert (await http.get("/", headers=HTML)).status_code == 200


async def test_a_gateway_whose_database_is_away_says_so(servers: Servers) -> None:
    away = Servers(servers.kafka_bootstrap, "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200")
    async with client(System(away, "nowhere").app("gateway")) as http:
        assert (await http.get("/health/live")).status_code == 200
        ready = await http.get("/health/ready")
        assert ready.status_code == 503
        assert "database" in ready.text
