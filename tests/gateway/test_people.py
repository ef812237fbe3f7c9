"""The JSON API of what identity answers: in whose name, what is passed on, what is not."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from contracts.events.identity import ResearcherWasFollowed
from contracts.people.follows import FollowState
from services.gateway.passing import csrf_token
from tests.gateway.asking import NOBODY_LISTENS, problem
from tests.gateway.standin import SECRET, TOKEN, Identity
from tests.gateway.told import person, tell
from tests.support import System, client, unique

FOLLOW = "/api/v1/researchers/A1/follow"
STATE = FollowState(author_id="A1", following=True, followers=3)
BY_TOKEN = {"Authorization": f"Bearer {TOKEN}"}
BY_PERSONAL_TOKEN = {"Authorization": "Bearer bzp_mine"}
COOKIE = {"Cookie": f"bzpeer-session={SECRET}"}


@pytest.fixture
async def identity(behind: Identity) -> Identity:
    behind.clear()
    behind.says("PUT", "/researchers/A1/follow", STATE)
    return behind


@pytest.fixture
async def http(app: FastAPI, identity: Identity) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as made:
        yield made


async def test_a_signed_token_is_passed_on_as_it_is(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    answer = await http.put(FOLLOW, headers=BY_TOKEN)
    assert answer.json() == {"author_id": "A1", "following": True, "followers": 3}
    assert answer.headers["cache-control"] == "private, no-store"
    asked = identity.last("PUT", "/researchers/A1/follow")
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert [each.path for each in identity.asked] == ["/researchers/A1/follow"]


async def test_the_key_of_a_command_is_passed_on(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    identity.says("POST", "/me/tokens", {"id": "t-1"}, 201)
    body = {"name": "script", "scopes": ["read"]}
    answer = await http.post(
        "/api/v1/me/tokens", json=body, headers={**BY_TOKEN, "Idempotency-Key": "k1"}
    )
    assert answer.status_code == 201
    assert identity.last("POST", "/me/tokens").headers["idempotency-key"] == "k1"


async def test_a_personal_token_is_exchanged(http: httpx.AsyncClient, identity: Identity) -> None:
    problem(await http.put(FOLLOW, headers=BY_PERSONAL_TOKEN), 401)
    identity.knows("bzp_yours")
    yours = {"Authorization": "Bearer bzp_yours"}
    assert (await http.put(FOLLOW, headers=yours)).status_code == 200
    asked = identity.last("PUT", "/researchers/A1/follow")
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"


async def test_nobody_is_told_to_sign_in(http: httpx.AsyncClient, identity: Identity) -> None:
    answer = await http.put(FOLLOW)
    problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")
    ended = await http.put(FOLLOW, headers=BY_PERSONAL_TOKEN)
    assert "invalid_token" in ended.headers["www-authenticate"]
    assert (
        await http.get("/api/v1/me", headers={"Cookie": "bzpeer-session=stale"})
    ).status_code == 401
    assert not [each for each in identity.asked if each.path != "/exchange"]


async def test_a_cookie_alone_reads_and_changes_nothing(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    me = identity.knows()
    identity.says("GET", "/me", me)
    assert (await http.get("/api/v1/me", headers=COOKIE)).json()["name"] == "Ada"
    problem(await http.put(FOLLOW, headers=COOKIE), 403)
    other = {"X-CSRF-Token": csrf_token("the-secret-of-another-session")}
    problem(await http.put(FOLLOW, headers=COOKIE | other), 403)
    own = {"X-CSRF-Token": csrf_token(SECRET)}
    assert (await http.put(FOLLOW, headers=COOKIE | own)).status_code == 200


async def test_whom_a_secret_stands_for_is_kept_for_a_moment_and_not_past_a_change(
    databases: System, identity: Identity
) -> None:
    async with client(databases.app("gateway", identity_url=identity.address)) as http:
        await asks_again_after_a_change(http, identity)


async def asks_again_after_a_change(http: httpx.AsyncClient, identity: Identity) -> None:
    identity.says("GET", "/me", identity.knows())
    identity.says("PATCH", "/me", identity.knows())
    for _ in range(3):
        await http.get("/api/v1/me", headers=COOKIE)
    assert sum(each.path == "/exchange" for each in identity.asked) == 1
    await http.patch(
        "/api/v1/me",
        headers=COOKIE | {"X-CSRF-Token": csrf_token(SECRET)},
        json={"tagline": "Small models."},
    )
    assert identity.last("PATCH", "/me").json == {"tagline": "Small models."}
    await http.get("/api/v1/me", headers=COOKIE)
    assert sum(each.path == "/exchange" for each in identity.asked) == 2


async def test_what_identity_refuses_is_told_as_it_says(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    identity.says(
        "POST",
        "/researchers/A1/claims",
        {"title": "Too many", "status": 429, "detail": "Later.", "try_again_at": "2026-12-01"},
        429,
        Retry_After="60",
        RateLimit="claims;r=0;t=60",
        Set_Cookie="a=b",
    )
    answer = await http.post("/api/v1/researchers/A1/claims", headers=BY_TOKEN, json={})
    said = problem(answer, 429)
    assert (said["title"], said["try_again_at"]) == ("Too many", "2026-12-01")
    assert answer.headers["retry-after"] == "60"
    assert answer.headers["ratelimit"] == "claims;r=0;t=60"
    assert "set-cookie" not in answer.headers
    identity.says(
        "GET",
        "/researchers/A1/followers",
        {"title": "Moved", "status": 308, "detail": "Merged."},
        308,
        Location="/researchers/A2/followers",
    )
    moved = await http.get("/api/v1/researchers/A1/followers?limit=3")
    assert moved.status_code == 308
    assert moved.headers["location"] == "/api/v1/researchers/A2/followers?limit=3"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/researchers/A1/claims", {"note": 3}),
        ("/researchers/A1/invitations", {"purpose": "marriage", "message": "Hello"}),
        ("/claims/C1/evidence", {"kind": "email", "email": "nowhere"}),
        ("/claims/C1/decision", {"outcome": "approve", "more": 1}),
        ("/researchers/..%2Fexchange/claims", {}),
        ("/claims/%2e%2e/evidence", {"kind": "orcid"}),
    ],
)
async def test_what_makes_no_sense_does_not_reach_identity(
    http: httpx.AsyncClient, identity: Identity, path: str, body: Any
) -> None:
    answer = await http.post(f"/api/v1{path}", headers=BY_TOKEN, json=body)
    assert answer.status_code in (404, 422)
    assert identity.asked == []


async def test_a_program_gets_an_access_token(http: httpx.AsyncClient, identity: Identity) -> None:
    identity.says("POST", "/token", {"access_token": TOKEN})
    form = {"grant_type": "urn:x", "subject_token": "bzp_mine"}
    assert (await http.post("/api/v1/token", data=form)).json() == {"access_token": TOKEN}
    asked = identity.last("POST", "/token")
    assert asked.body == b"grant_type=urn%3Ax&subject_token=bzp_mine"
    assert asked.headers["client-address"] == "127.0.0.1"


async def test_without_identity_records_are_read_and_accounts_are_a_503(databases: System) -> None:
    await tell(databases, "Aalone", person("Alone", "W1"))
    async with client(databases.app("gateway", identity_url=NOBODY_LISTENS)) as http:
        answer = await http.put(FOLLOW, headers=BY_TOKEN)
        problem(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
        problem(await http.get("/api/v1/me", headers=COOKIE), 503)
        page = await http.get("/researchers/Aalone", headers=COOKIE | {"Accept": "text/html"})
        assert page.status_code == 200


async def test_an_answer_that_is_not_of_identity_is_a_503(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    identity.says("POST", "/exchange", "hello")
    identity.says("PUT", "/researchers/A1/follow", "<p>Bad gateway</p>", 502)
    problem(await http.put(FOLLOW, headers=BY_TOKEN), 503)


async def test_a_reader_waits_for_what_they_changed(
    databases: System, http: httpx.AsyncClient
) -> None:
    author = f"A{unique()}"
    path = f"/api/v1/researchers/{author}"
    await tell(databases, author, person("Ada", "W1"))
    late = {"Consistency-Token": f"identity.follow:{author}:2"}
    for position, followers in ((1, 7), (2, 8)):
        followed = ResearcherWasFollowed(account_id="U1", verified=False, followers=followers)
        if position == 2:
            answer = await http.get(path, headers=late)
            problem(answer, 503)
            assert int(answer.headers["retry-after"]) > 0
        await tell(databases, author, followed, first=position)
    assert (await http.get(path, headers=late)).json()["counts"]["followers"] == 8
    elsewhere = {"Consistency-Token": f"identity.collaboration:{author}:9"}
    assert (await http.get(path, headers=elsewhere)).status_code == 200
    for bad in ("", "identity.follow", f"identity.follow:{author}:x", "::1", "a:b:-1", "x" * 999):
        answer = await http.get(path, headers={"Consistency-Token": bad})
        assert answer.status_code in (400, 422)
