"""Signing in, sessions and signing out, by HTTP and against the database."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.tokens import Verifier
from contracts.people.access import JWKS_PATH, TOKEN_AUDIENCE, TOKEN_ISSUER
from services.identity.accounts import Identity, email_identity
from tests.signin import ADA, BOB, CY, ORCID_ISSUER, Person, access, sign_in
from tests.support import System
from tests.tokens import bearer


async def test_a_session_is_exchanged_for_a_token_and_for_who_that_is(
    http: httpx.AsyncClient, ada: Person
) -> None:
    answer = await http.post("/exchange", json={"secret": ada.secret, "author_id": "A1"})
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told["me"]["account_id"] == ada.account_id
    assert told["me"]["name"] == "Ada Example"
    assert told["me"]["orcid"] == ADA
    assert told["me"]["roles"] == ["member"]
    assert told["relation"]["author_id"] == "A1"
    assert told["token"]["expires_in"] == 600
    published = (await http.get(JWKS_PATH)).json()
    assert all("d" not in key for key in published["keys"])

    async def keys() -> dict[str, Any]:
        return dict(published)

    verifier = Verifier(keys, issuer=TOKEN_ISSUER, audience=TOKEN_AUDIENCE)
    caller = await verifier.verify(told["token"]["access_token"])
    assert caller.account_id == ada.account_id
    assert caller.scopes >= {"follow", "claim", "profile"}


@pytest.mark.parametrize("secret", ["x", "bzp_x", "s-1", "0" * 500])
async def test_a_secret_nobody_has_opens_nothing(http: httpx.AsyncClient, secret: str) -> None:
    assert (await http.post("/exchange", json={"secret": secret})).status_code == 401


async def test_secrets_are_not_kept(
    databases: System, http: httpx.AsyncClient, ada: Person
) -> None:
    await http.post(
        "/me/tokens", json={"name": "a", "scopes": ["read"]}, headers=await ada.bearer(http)
    )
    async with databases.database("identity") as database:
        kept = [row async for row in database["sessions"].find({})]
        kept += [row async for row in database["tokens"].find({})]
    assert len(kept) == 2
    assert not any(ada.secret in str(row) or "bzp_" in str(row) for row in kept)


async def test_the_same_person_has_one_account_and_a_new_secret_each_time(
    databases: System, ada: Person
) -> None:
    again = await sign_in(databases, orcid=ADA)
    assert again.account_id == ada.account_id
    assert again.secret != ada.secret
    assert (await sign_in(databases, orcid=BOB)).account_id != ada.account_id


async def test_an_address_an_issuer_tells_opens_no_other_account(databases: System) -> None:
    mailed = await sign_in(databases, email="ada@example.org")
    told = await sign_in(databases, orcid=BOB, email="ada@example.org")
    assert told.account_id != mailed.account_id


async def test_signing_in_for_the_first_time_twice_at_once_makes_one_account(
    databases: System,
) -> None:
    async with access(databases) as made:
        await made.prepare()
        who = Identity("https://orcid.org", ADA)
        ids = await asyncio.gather(*(made.accounts.signed_in(who) for _ in range(8)))
    assert len(set(ids)) == 1


async def test_a_second_sign_in_can_be_added_unless_it_opens_another_account(
    databases: System, http: httpx.AsyncClient, ada: Person
) -> None:
    bob = await sign_in(databases, email="bob@example.org")
    async with access(databases) as made:
        orcid = Identity("https://orcid.org", BOB, name="Bob Example", orcid=BOB)
        assert await made.accounts.signed_in(orcid, bob.account_id) == bob.account_id
        with pytest.raises(Exception, match="another account"):
            await made.accounts.signed_in(orcid, ada.account_id)
    assert (await sign_in(databases, orcid=BOB)).account_id == bob.account_id
    me = (await http.post("/exchange", json={"secret": bob.secret})).json()["me"]
    assert (me["orcid"], me["email"]) == (BOB, "bob@example.org")


async def test_signing_out_ends_this_session_at_once_and_no_other(
    databases: System, http: httpx.AsyncClient, ada: Person
) -> None:
    other = await sign_in(databases, orcid=ADA)
    token = await ada.token(http)
    assert (await http.post("/me/sign-out", headers=bearer(token))).status_code == 204
    assert (await http.post("/exchange", json={"secret": ada.secret})).status_code == 401
    assert (await http.get("/me/tokens", headers=bearer(token))).status_code == 401
    assert (await http.get("/me/tokens", headers=await other.bearer(http))).status_code == 200


async def test_sessions_are_listed_and_ended_one_by_one(
    databases: System, http: httpx.AsyncClient, ada: Person
) -> None:
    other = await sign_in(databases, orcid=ADA)
    bob = await sign_in(databases, orcid=BOB)
    headers = await ada.bearer(http)
    items = (await http.get("/me/sessions", headers=headers)).json()["items"]
    assert sorted(item["current"] for item in items) == [False, True]
    assert not any(ada.secret in str(item) or other.secret in str(item) for item in items)
    (elsewhere,) = [item["id"] for item in items if not item["current"]]
    token = await other.token(http)
    assert await _ended(http, elsewhere, await bob.bearer(http)) == 404
    assert await _ended(http, elsewhere, headers) == 204
    assert await _ended(http, elsewhere, headers) == 404
    assert (await http.post("/exchange", json={"secret": other.secret})).status_code == 401
    assert (await http.get("/me/sessions", headers=bearer(token))).status_code == 401
    (left,) = (await http.get("/me/sessions", headers=headers)).json()["items"]
    assert left["current"] is True
    log = (await http.get("/me/audit", headers=headers)).json()["items"]
    assert (log[0]["what"], log[0]["about"]) == ("session ended", elsewhere)


async def _ended(http: httpx.AsyncClient, session_id: str, headers: dict[str, str]) -> int:
    return (await http.delete(f"/me/sessions/{session_id}", headers=headers)).status_code


async def test_when_a_session_was_used_last_is_known_to_the_hour(
    databases: System, http: httpx.AsyncClient, ada: Person
) -> None:
    async def used_at(later: timedelta) -> datetime:
        async with access(databases, datetime.now(UTC) + later) as made:
            assert await made.grants.opened_by(ada.secret)
        (session,) = (await http.get("/me/sessions", headers=await ada.bearer(http))).json()[
            "items"
        ]
        return datetime.fromisoformat(session["used_at"])

    first = await used_at(timedelta(minutes=50))
    assert await used_at(timedelta(minutes=59)) == first
    assert await used_at(timedelta(hours=3)) > first + timedelta(hours=2)


async def test_the_ways_to_sign_in_are_listed(
    databases: System, http: httpx.AsyncClient, ada: Person
) -> None:
    async with access(databases) as made:
        await made.accounts.signed_in(email_identity("ada@example.org"), ada.account_id)
    listed = (await http.get("/me/sign-ins", headers=await ada.bearer(http))).json()["items"]
    assert [(item["name"], item["subject"]) for item in listed] == [
        (ORCID_ISSUER, ADA),  # no such provider is set up here
        ("E-mail", "ada@example.org"),
    ]


async def test_signing_out_everywhere_ends_all_that_was_opened_before(
    databases: System, http: httpx.AsyncClient, ada: Person
) -> None:
    other = await sign_in(databases, orcid=ADA)
    bob = await sign_in(databases, orcid=BOB)
    headers = await ada.bearer(http)
    asked = {"name": "script", "scopes": ["read"]}
    personal = (await http.post("/me/tokens", json=asked, headers=headers)).json()["secret"]
    tokens = [await ada.token(http), await other.token(http)]
    done = await http.post("/me/sign-out-everywhere", headers=headers)
    assert done.status_code == 204
    for secret in (ada.secret, other.secret, personal):
        assert (await http.post("/exchange", json={"secret": secret})).status_code == 401
    for token in tokens:
        assert (await http.get("/me/tokens", headers=bearer(token))).status_code == 401
    assert await bob.token(http)
    assert await (await sign_in(databases, orcid=ADA)).token(http)


async def test_an_erased_account_opens_nothing_and_its_id_stays_gone(
    databases: System, http: httpx.AsyncClient, ada: Person
) -> None:
    token = await ada.token(http)
    async with access(databases) as made:
        await made.accounts.erase(ada.account_id)
        await made.grants.end_all(ada.account_id)
    assert (await http.get("/me/tokens", headers=bearer(token))).status_code == 401
    operator = await (await sign_in(databases, orcid=CY)).bearer(http)
    path = f"/accounts/{ada.account_id}/roles"
    assert (await http.put(path, json={"roles": []}, headers=operator)).status_code == 410
    assert (await sign_in(databases, orcid=ADA)).account_id != ada.account_id
