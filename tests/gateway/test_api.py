"""The public HTTP of the gateway: profiles and their parts, works, topics, merged records."""

import html
import re

import httpx
import pytest

from tests.gateway.asking import HTML, NOBODY_LISTENS, problem
from tests.gateway.library import ALIAS, BEIT, GONE, HANGBO
from tests.gateway.told import person, tell
from tests.support import System, client, example


async def test_a_merged_record_sends_on_with_the_whole_question(http: httpx.AsyncClient) -> None:
    response = await http.get(f"/api/v1/researchers/{ALIAS}/works?limit=2")
    assert response.status_code == 308
    assert response.headers["location"].endswith("/works?limit=2")


async def test_the_history_of_a_score(http: httpx.AsyncClient, library: System) -> None:
    author = "Ahistory"
    await tell(library, author, person("Person With History"))
    for position in (1, 2):
        summary = example("graph.NeighbourhoodWasSummarised")
        changed = summary.model_copy(update={"works_in_good_standing": position})
        await tell(library, author, changed, first=position)
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


async def test_a_score_is_explained_on_a_page_of_its_own(
    http: httpx.AsyncClient, library: System
) -> None:
    author = "Aexplained"
    await tell(library, author, person("Person With A Score"))
    summary = example("graph.NeighbourhoodWasSummarised")
    for position in range(1, 23):
        changed = summary.model_copy(update={"works_in_good_standing": position})
        await tell(library, author, changed, first=position)
    await tell(library, author, example("trust.TrustWasScored"))
    page = await http.get(f"/researchers/{author}/trust", headers=HTML)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    scored = (await http.get(f"/api/v1/researchers/{author}/trust")).json()
    assert scored["text"] in page.text
    for part in scored["components"]:
        assert re.search(f"{part['input']},? {re.escape(part['evidence'])}", page.text)
        assert not part["raise_it"] or f"What would raise it: {part['raise_it']}" in page.text
    assert page.text.count("Works, topics or close collaborators changed.") == 20
    more = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert more
    rest = await http.get(html.unescape(more[1]), headers=HTML)
    assert rest.text.count("Works, topics or close collaborators changed.") == 2
    assert 'rel="next"' not in rest.text
    again = await http.get(page.url.path, headers=HTML | {"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304
    assert (
        f'href="/researchers/{author}/trust"'
        in (await http.get(f"/researchers/{author}", headers=HTML)).text
    )
    assert (await http.get("/researchers/nobody/trust", headers=HTML)).status_code == 404
    moved = await http.get(f"/researchers/{ALIAS}/trust", headers=HTML)
    assert moved.headers["location"] == f"/researchers/{HANGBO}/trust"


async def test_a_score_is_explained_while_its_history_is_away(databases: System) -> None:
    await tell(databases, "Aalone", person("Alone"), example("trust.TrustWasScored"))
    async with client(databases.app("gateway", trust_url=NOBODY_LISTENS)) as http:
        page = await http.get("/researchers/Aalone/trust", headers=HTML)
    assert page.status_code == 200
    assert "What it is made of" in page.text
    assert "The history does not answer just now." in page.text


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
