"""What people decide about records: passed on to works, and shown on a page."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from contracts.curations import Curation, History, Step, WorkHistory
from contracts.events.identity import ClaimWasApproved
from contracts.events.works import WorksWereMerged
from contracts.people.exchange import Relation
from services.gateway.passing import csrf_token
from tests.gateway.asking import HTML
from tests.gateway.standin import SECRET, TOKEN, Identity
from tests.gateway.told import person, tell, titled
from tests.support import System, client

ADA, OTHER = "Aada", "Aother"
PAGE = f"/researchers/{ADA}"
BY_TOKEN = {"Authorization": f"Bearer {TOKEN}"}
MADE = Step(what="made", at=datetime(2026, 11, 25, tzinfo=UTC), role="owner")
CURATION = Curation(
    id="C1",
    kind="not-mine",
    authors=(ADA,),
    works=("W1",),
    note="<b>",
    in_force=True,
    steps=(MADE,),
)


@pytest.fixture(scope="module")
async def told(databases: System) -> None:
    await tell(databases, ADA, person("Ada", "W1"))
    await tell(databases, OTHER, person("Bob", "W9"))
    await tell(databases, OTHER, ClaimWasApproved(claim_id="c1", account_id="a1", level="L2"))
    await tell(databases, "Wold", WorksWereMerged(into="W9"))


@pytest.fixture
async def http(app: FastAPI, behind: Identity, told: None) -> AsyncIterator[httpx.AsyncClient]:
    behind.clear()
    behind.says("POST", "/curations", CURATION, status=201)
    behind.says("DELETE", "/curations/C1", CURATION)
    history = History(author=ADA, curations=(CURATION,), former_ids=("Aold",))
    behind.says("GET", f"/authors/{ADA}/history", history)
    async with client(app) as made:
        yield made


def browses_as_owner(http: httpx.AsyncClient, behind: Identity) -> None:
    """From now on a browser asks, in which whoever has claimed Ada's record is logged in."""
    behind.knows()
    behind.relations[ADA] = Relation(author_id=ADA, mine=True, claim_id="c1")
    http.cookies.set("bzpeer-session", SECRET)
    http.headers.update({"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})


async def test_a_decision_is_passed_on_in_the_callers_name(
    http: httpx.AsyncClient, behind: Identity
) -> None:
    body = {"kind": "not-mine", "author": ADA, "work": "W1"}
    answer = await http.post("/api/v1/curations", json=body, headers=BY_TOKEN)
    assert (answer.status_code, answer.json()["id"]) == (201, "C1")
    asked = behind.last("POST", "/curations")
    assert asked.json == body
    assert asked.headers["authorization"] == BY_TOKEN["Authorization"]
    answer = await http.delete("/api/v1/curations/C1", headers=BY_TOKEN)
    assert answer.status_code == 200
    assert (await http.post("/api/v1/curations", json=body)).status_code == 401
    assert (await http.post("/api/v1/curations", json={}, headers=BY_TOKEN)).status_code == 422


@pytest.mark.parametrize(
    ("work", "status"), [("W9", 409), ("Wold", 409), ("W1", 201), ("Wnew", 201)]
)
async def test_nobody_takes_a_place_out_of_a_record_that_somebody_claimed(
    http: httpx.AsyncClient, work: str, status: int
) -> None:
    body: dict[str, Any] = {"kind": "mine", "author": ADA, "work": work, "place": 0}
    answer = await http.post("/api/v1/curations", json=body, headers=BY_TOKEN)
    assert answer.status_code == status


async def test_a_moderator_takes_a_place_out_of_a_record_that_somebody_claimed(
    http: httpx.AsyncClient, behind: Identity
) -> None:
    body: dict[str, Any] = {"kind": "mine", "author": ADA, "work": "W9", "place": 0}
    for roles, status in ((("member",), 409), (("member", "moderator"), 201)):
        behind.says("GET", "/me", behind.knows(roles=roles))
        answer = await http.post("/api/v1/curations", json=body, headers=BY_TOKEN)
        assert answer.status_code == status


async def test_a_records_history_is_a_page_and_an_answer(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"/api/v1{PAGE}/history")
    assert [each["id"] for each in answer.json()["curations"]] == ["C1"]
    page = (await http.get(f"{PAGE}/history", headers=HTML)).text
    assert "A work was taken out: it is somebody else’s" in page
    assert "Decided by whoever has claimed the record" in page
    assert "/researchers/Aold" in page
    assert "&lt;b&gt;" in page
    assert "Take back" not in page
    assert (await http.get("/researchers/Anobody/history")).status_code == 404


async def test_what_was_decided_about_another_record_names_it_and_is_not_the_owners_to_take_back(
    http: httpx.AsyncClient, behind: Identity
) -> None:
    browses_as_owner(http, behind)
    made = CURATION.model_dump()
    by_moderator = Step(what="made", at=MADE.at, role="moderator")
    cases: list[tuple[dict[str, Any], bool]] = [
        ({"authors": (ADA,)}, True),
        ({"authors": ("Aold",)}, True),
        ({"kind": "merge", "authors": ("Aold", ADA)}, True),
        ({"authors": (OTHER,)}, False),
        ({"kind": "merge", "authors": (ADA, OTHER)}, False),
        ({"authors": (ADA,), "steps": (by_moderator,)}, False),
    ]
    for fields, is_theirs in cases:
        curation = Curation(**{**made, **fields})
        history = History(author=ADA, curations=(curation,), former_ids=("Aold",))
        behind.says("GET", f"/authors/{ADA}/history", history)
        page = (await http.get(f"{PAGE}/history")).text
        assert ("Take back" in page) is is_theirs, fields
        assert (f'/researchers/{OTHER}"' in page) is (OTHER in curation.authors), fields


async def test_the_owner_says_that_a_work_is_not_theirs_and_takes_it_back(
    http: httpx.AsyncClient, behind: Identity
) -> None:
    browses_as_owner(http, behind)
    fields = {"csrf": csrf_token(SECRET), "work": "W1"}
    sent = await http.post(f"{PAGE}/not-mine", data=fields)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{PAGE}/history")
    asked = behind.last("POST", "/curations")
    assert asked.json == {"kind": "not-mine", "author": ADA, "work": "W1", "note": ""}
    page = (await http.get(f"{PAGE}/history")).text
    assert f'action="{PAGE}/curations/C1/reverse"' in page
    sent = await http.post(f"{PAGE}/curations/C1/reverse", data=fields)
    assert sent.status_code == 303
    assert behind.last("DELETE", "/curations/C1")
    forged = await http.post(f"{PAGE}/not-mine", data={"work": "W1"})
    assert forged.status_code == 403


async def test_the_owner_adds_a_work_that_is_theirs(
    http: httpx.AsyncClient, behind: Identity
) -> None:
    browses_as_owner(http, behind)
    assert f'href="{PAGE}/history#mine"' in (await http.get(PAGE)).text
    assert f'action="{PAGE}/mine"' in (await http.get(f"{PAGE}/history")).text
    sent = await send(http, f"{PAGE}/mine", work="https://bz.example/works/W5/", place="2")
    assert (sent.status_code, sent.headers["location"]) == (303, f"{PAGE}/history")
    asked = {"kind": "mine", "author": ADA, "work": "W5", "place": 1, "note": ""}
    assert behind.last("POST", "/curations").json == asked
    for fields, status, said in (
        ({"work": "W5", "place": "0"}, 422, "1 is the first"),
        ({"work": "", "place": "1"}, 422, "the page of one work"),
        ({"work": "W9", "place": "1"}, 409, "somebody has claimed"),
    ):
        refused = await send(http, f"{PAGE}/mine", note="It is mine", **fields)
        assert refused.status_code == status
        assert said in refused.text
        assert 'value="It is mine"' in refused.text


async def test_a_work_that_lacks_its_owner_leads_to_the_form_that_adds_it(
    databases: System, http: httpx.AsyncClient, behind: Identity
) -> None:
    await tell(databases, "W1", titled("Of Ada", 2020, "Ada"))
    await tell(databases, "W9", titled("Of Bob", 2020, "Bob"))
    behind.relations[ADA] = Relation(author_id=ADA, mine=True, claim_id="c1")
    link = f'href="{PAGE}/history?work=W9#mine"'
    http.headers.update({"Accept": "text/html"})
    assert link not in (await http.get("/works/W9")).text
    http.cookies.set("bzpeer-session", SECRET)
    behind.knows()
    assert link not in (await http.get("/works/W9")).text, "who has no record adds to none"
    behind.knows(author_id=ADA)
    assert link in (await http.get("/works/W9")).text
    assert "#mine" not in (await http.get("/works/W1")).text
    assert 'value="W9"' in (await http.get(f"{PAGE}/history?work=W9")).text


@pytest.fixture
def moderator(http: httpx.AsyncClient, behind: Identity) -> httpx.AsyncClient:
    """Their browser."""
    behind.knows(roles=("member", "moderator"))
    http.cookies.set("bzpeer-session", SECRET)
    http.headers.update({"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})
    return http


async def send(http: httpx.AsyncClient, path: str, **fields: Any) -> httpx.Response:
    return await http.post(path, data={"csrf": csrf_token(SECRET), **fields})


async def test_a_moderator_merges_records_that_have_the_same_name_or_are_named(
    moderator: httpx.AsyncClient, behind: Identity, databases: System
) -> None:
    await tell(databases, "Aada2", person("Ada", "W2"))
    assert f'href="{PAGE}/history#merge"' in (await moderator.get(PAGE)).text
    page = (await moderator.get(f"{PAGE}/history")).text
    assert f'action="{PAGE}/merge"' in page
    assert 'name="alike" value="Aada2"' in page
    assert f'name="alike" value="{ADA}"' not in page
    alone = await send(moderator, f"{PAGE}/merge", note="Why not")
    assert alone.status_code == 422
    assert "Choose the other record" in alone.text
    assert 'value="Why not"' in alone.text
    others = "https://bz.example/researchers/Aother/, A%C3%A9"
    sent = await send(moderator, f"{PAGE}/merge", alike="Aada2", others=others, note="One person")
    assert (sent.status_code, sent.headers["location"]) == (303, f"{PAGE}/history")
    asked = behind.last("POST", "/curations")
    assert asked.json == {"kind": "merge", "authors": [ADA, "Aada2", OTHER, "Aé"],
                          "note": "One person"}  # fmt: skip
    assert asked.headers["authorization"] == BY_TOKEN["Authorization"]


async def test_a_moderator_splits_works_off(
    moderator: httpx.AsyncClient, behind: Identity, databases: System
) -> None:
    await tell(databases, "Atwo", person("Two People", "W5", "W6"))
    for work in ("W5", "W6"):
        await tell(databases, work, titled(f"About {work}", 2020, "Two People"))
    behind.says("GET", "/authors/Atwo/history", History(author="Atwo", curations=(), former_ids=()))
    page = (await moderator.get("/researchers/Atwo/history")).text
    assert 'name="works" value="W5"' in page
    sent = await send(moderator, "/researchers/Atwo/split", works=["W5"], note="")
    assert sent.status_code == 303
    assert behind.last("POST", "/curations").json == {
        "kind": "split", "author": "Atwo", "works": ["W5"], "note": "",
    }  # fmt: skip
    behind.refuses("POST", "/curations", 409)
    refused = await send(moderator, "/researchers/Atwo/split", works=["W5"])
    assert refused.status_code == 409
    assert "It is 409." in refused.text
    assert (await send(moderator, "/researchers/Atwo/split")).status_code == 422


async def test_a_moderator_merges_and_splits_works_and_takes_it_back(
    moderator: httpx.AsyncClient, behind: Identity, databases: System
) -> None:
    told = titled("One Of Two", 2020, "Ada")
    (record, *_) = told.sources
    other = record.model_copy(update={"source": "acl", "record_id": "P19-1"})
    await tell(databases, "W7", told.model_copy(update={"sources": (record, other)}))
    merged = CURATION.model_copy(update={"kind": "merge-works", "authors": ()})
    behind.says("GET", "/works/W7/history", WorkHistory(work="W7", curations=(merged,)))
    assert 'href="/works/W7/history#merge"' in (await moderator.get("/works/W7")).text
    page = (await moderator.get("/works/W7/history")).text
    assert 'name="records" value="acl:P19-1"' in page
    assert 'action="/works/W7/curations/C1/reverse"' in page
    sent = await send(moderator, "/works/W7/split", records=["acl:P19-1"])
    assert (sent.status_code, sent.headers["location"]) == (303, "/works/W7/history")
    assert behind.last("POST", "/curations").json == {
        "kind": "split-work", "work": "W7", "records": ["acl:P19-1"], "note": "",
    }  # fmt: skip
    await send(moderator, "/works/W7/merge", others="http://x.example/works/W8")
    assert behind.last("POST", "/curations").json["works"] == ["W7", "W8"]
    assert (await send(moderator, "/works/W7/merge")).status_code == 422
    assert (await send(moderator, "/works/W7/curations/C1/reverse")).status_code == 303
    assert behind.last("DELETE", "/curations/C1")


async def test_only_moderators_see_how_to_merge_and_split(
    http: httpx.AsyncClient, behind: Identity, databases: System
) -> None:
    await tell(databases, "W9", titled("Of Bob", 2020, "Bob"))
    behind.says("GET", "/works/W9/history", WorkHistory(work="W9", curations=(CURATION,)))
    for page in (f"{PAGE}/history", "/works/W9/history", PAGE, "/works/W9"):
        text = (await http.get(page, headers=HTML)).text
        assert "merge" not in text.lower().replace("were merged", "")
        assert "Take back" not in text
    answer = await http.get("/api/v1/works/W9/history")
    assert [each["id"] for each in answer.json()["curations"]] == ["C1"]
    assert (await http.get("/works/Wnone/history", headers=HTML)).status_code == 404
