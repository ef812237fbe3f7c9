"""Sessions, tokens, roles and keys, by HTTP and against the database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from chassis.tokens import Invalid, Verifier
from contracts.people.access import JWKS_PATH, TOKEN_AUDIENCE, TOKEN_ISSUER
from deploy.local.servers import Servers
from services.identity.accounts import Identity
from services.identity.keys import PUBLISHED_AHEAD, ROTATE_AFTER
from services.identity.limits import Limit
from tests.signin import ADA, BOB, CY, Person, access, sign_in
from tests.support import System, client, unique
from tests.tokens import bearer

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
NOW = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
async def system(servers: Servers) -> AsyncIterator[System]:
    """Databases nobody else uses; no topics, because nothing is relayed here."""
    made = System(servers, f"t{unique()}")
    yield made
    await made.drop()


@pytest.fixture
def app(system: System) -> FastAPI:
    return system.app("identity", operators=f"{CY} root@example.org")


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as made:
        yield made


@pytest.fixture
async def ada(system: System) -> Person:
    return await sign_in(system, orcid=ADA, name="Ada Example")


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


async def test_secrets_are_not_kept(system: System, http: httpx.AsyncClient, ada: Person) -> None:
    await http.post(
        "/me/tokens", json={"name": "a", "scopes": ["read"]}, headers=await ada.bearer(http)
    )
    async with system.database("identity") as database:
        kept = [row async for row in database["sessions"].find({})]
        kept += [row async for row in database["tokens"].find({})]
    assert len(kept) == 2
    assert not any(ada.secret in str(row) or "bzp_" in str(row) for row in kept)


async def test_the_same_person_has_one_account_and_a_new_secret_each_time(
    system: System, ada: Person
) -> None:
    again = await sign_in(system, orcid=ADA)
    assert again.account_id == ada.account_id
    assert again.secret != ada.secret
    assert (await sign_in(system, orcid=BOB)).account_id != ada.account_id


async def test_an_address_an_issuer_tells_opens_no_other_account(system: System) -> None:
    mailed = await sign_in(system, email="ada@example.org")
    told = await sign_in(system, orcid=BOB, email="ada@example.org")
    assert told.account_id != mailed.account_id


async def test_signing_in_for_the_first_time_twice_at_once_makes_one_account(
    system: System,
) -> None:
    async with access(system) as made:
        await made.prepare()
        who = Identity("https://orcid.org", ADA)
        ids = await asyncio.gather(*(made.accounts.signed_in(who) for _ in range(8)))
    assert len(set(ids)) == 1


async def test_a_second_sign_in_can_be_added_unless_it_opens_another_account(
    system: System, http: httpx.AsyncClient, ada: Person
) -> None:
    bob = await sign_in(system, email="bob@example.org")
    async with access(system) as made:
        orcid = Identity("https://orcid.org", BOB, name="Bob Example", orcid=BOB)
        assert await made.accounts.signed_in(orcid, bob.account_id) == bob.account_id
        with pytest.raises(Exception, match="another account"):
            await made.accounts.signed_in(orcid, ada.account_id)
    assert (await sign_in(system, orcid=BOB)).account_id == bob.account_id
    me = (await http.post("/exchange", json={"secret": bob.secret})).json()["me"]
    assert (me["orcid"], me["email"]) == (BOB, "bob@example.org")


async def test_signing_out_ends_this_session_at_once_and_no_other(
    system: System, http: httpx.AsyncClient, ada: Person
) -> None:
    other = await sign_in(system, orcid=ADA)
    token = await ada.token(http)
    assert (await http.post("/me/sign-out", headers=bearer(token))).status_code == 204
    assert (await http.post("/exchange", json={"secret": ada.secret})).status_code == 401
    assert (await http.get("/me/tokens", headers=bearer(token))).status_code == 401
    assert (await http.get("/me/tokens", headers=await other.bearer(http))).status_code == 200


async def test_signing_out_everywhere_ends_all_that_was_opened_before(
    system: System, http: httpx.AsyncClient, ada: Person
) -> None:
    other = await sign_in(system, orcid=ADA)
    bob = await sign_in(system, orcid=BOB)
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
    assert await (await sign_in(system, orcid=ADA)).token(http)


async def test_a_personal_token_does_what_it_was_made_for_and_no_more(
    http: httpx.AsyncClient, ada: Person
) -> None:
    headers = await ada.bearer(http)
    asked = {"name": "script", "scopes": ["read", "follow"], "days": 1}
    made = (await http.post("/me/tokens", json=asked, headers=headers)).json()
    assert made["secret"].startswith("bzp_")
    form = {"grant_type": GRANT, "subject_token": made["secret"]}
    answer = await http.post("/token", data=form)
    assert answer.status_code == 200
    assert set(answer.json()["scope"].split()) == {"read", "follow"}
    narrow = (await http.post("/token", data={**form, "scope": "read"})).json()
    assert narrow["scope"] == "read"
    wide = await http.post("/token", data={**form, "scope": "read claim"})
    assert (wide.status_code, wide.json()["error"]) == (400, "invalid_scope")
    programs = bearer(answer.json()["access_token"])
    assert (await http.get("/me/tokens", headers=programs)).status_code == 403
    (listed,) = (await http.get("/me/tokens", headers=headers)).json()["items"]
    assert listed["name"] == "script"
    assert listed["secret"] is None
    gone = await http.delete(f"/me/tokens/{made['id']}", headers=headers)
    assert gone.status_code == 204
    assert (await http.post("/token", data=form)).json()["error"] == "invalid_grant"
    assert (await http.delete(f"/me/tokens/{made['id']}", headers=headers)).status_code == 404


async def test_a_program_cannot_give_itself_another_token(
    http: httpx.AsyncClient, ada: Person
) -> None:
    asked = {"name": "script", "scopes": ["profile"]}
    headers = await ada.bearer(http)
    secret = (await http.post("/me/tokens", json=asked, headers=headers)).json()["secret"]
    program = bearer(await Person(ada.account_id, secret).token(http))
    assert (await http.post("/me/tokens", json=asked, headers=program)).status_code == 403


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:saml2"}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"grant_type": ""}, "unsupported_grant_type"),
        ({}, "invalid_grant"),
    ],
)
async def test_what_cannot_be_exchanged_is_told_as_the_standard_says(
    http: httpx.AsyncClient, ada: Person, change: dict[str, str], error: str
) -> None:
    """A session of a browser is no personal token."""
    form = {"grant_type": GRANT, "subject_token": ada.secret, **change}
    answer = await http.post("/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["cache-control"] == "no-store"


async def test_an_operator_sets_roles_and_they_count_at_once(
    system: System, http: httpx.AsyncClient, ada: Person
) -> None:
    operator = await sign_in(system, orcid=CY)
    path = f"/accounts/{ada.account_id}/roles"
    asked = {"roles": ["moderator"]}
    before = await ada.bearer(http)
    assert (await http.put(path, json=asked, headers=before)).status_code == 403
    headers = await operator.bearer(http)
    answer = await http.put(path, json=asked, headers=headers)
    assert answer.json() == {"roles": ["member", "moderator"]}
    me = (await http.post("/exchange", json={"secret": ada.secret})).json()["me"]
    assert me["roles"] == ["member", "moderator"]
    await http.put(path, json={"roles": ["operator"]}, headers=headers)
    grown = await ada.bearer(http)
    await http.put(path, json={"roles": []}, headers=headers)
    assert (await http.put(path, json=asked, headers=grown)).status_code == 403
    assert (await http.put("/accounts/no/roles", json=asked, headers=headers)).status_code == 404
    mine = f"/accounts/{operator.account_id}/roles"
    kept = await http.put(mine, json={"roles": []}, headers=headers)
    assert kept.json() == {"roles": ["member", "operator"]}  # the settings say so


async def test_an_erased_account_opens_nothing_and_its_id_stays_gone(
    system: System, http: httpx.AsyncClient, ada: Person
) -> None:
    token = await ada.token(http)
    async with access(system) as made:
        await made.accounts.erase(ada.account_id)
        await made.grants.end_all(ada.account_id)
    assert (await http.get("/me/tokens", headers=bearer(token))).status_code == 401
    operator = await (await sign_in(system, orcid=CY)).bearer(http)
    path = f"/accounts/{ada.account_id}/roles"
    assert (await http.put(path, json={"roles": []}, headers=operator)).status_code == 410
    assert (await sign_in(system, orcid=ADA)).account_id != ada.account_id


async def test_keys_rotate_and_tokens_of_the_old_one_hold_until_they_expire(
    system: System,
) -> None:
    async def tokens_and_kids(now: datetime) -> tuple[str, set[str]]:
        async with access(system, now) as made:
            signed = await made.keyring.sign({"sub": "U1"})
            return signed, {key["kid"] for key in (await made.keyring.published())["keys"]}

    _, first = await tokens_and_kids(NOW)
    assert len(first) == 1
    old, both = await tokens_and_kids(NOW + ROTATE_AFTER)
    new, still = await tokens_and_kids(NOW + ROTATE_AFTER + PUBLISHED_AHEAD)
    assert len(both) == 2
    assert still == both
    assert old.split(".")[0] != new.split(".")[0]  # the header names the key
    later, last = await tokens_and_kids(NOW + ROTATE_AFTER + PUBLISHED_AHEAD + timedelta(hours=1))
    assert last == both - first
    assert later.split(".")[0] == new.split(".")[0]


async def test_copies_that_start_at_once_agree_on_the_key(system: System) -> None:
    async def kids() -> set[str]:
        async with access(system) as made:
            return {key["kid"] for key in (await made.keyring.published())["keys"]}

    found = await asyncio.gather(*(kids() for _ in range(4)))
    assert len(set.union(*found)) == 1


async def test_a_token_holds_while_its_key_is_published(
    system: System, http: httpx.AsyncClient, ada: Person
) -> None:
    token = await ada.token(http)
    async with access(system) as made:
        verifier = Verifier(made.keyring.published, issuer=TOKEN_ISSUER, audience=TOKEN_AUDIENCE)
        assert (await verifier.verify(token)).account_id == ada.account_id
    async with access(system, datetime.now(UTC) + ROTATE_AFTER) as made:
        await made.keyring.sign({})
    async with access(system, datetime.now(UTC) + ROTATE_AFTER + timedelta(days=1)) as made:
        verifier = Verifier(made.keyring.published, issuer=TOKEN_ISSUER, audience=TOKEN_AUDIENCE)
        with pytest.raises(Invalid):
            await verifier.verify(token)


async def test_a_limit_counts_for_each_and_says_when_it_ends(system: System) -> None:
    limit = Limit("tries", 2, 60)
    async with access(system, NOW + timedelta(seconds=20)) as made:
        for _ in range(2):
            await made.limits.take(limit, "a")
        await made.limits.take(limit, "b")
        with pytest.raises(Exception, match="40 seconds") as over:
            await made.limits.take(limit, "a")
        assert getattr(over.value, "status", None) == 429
        assert getattr(over.value, "headers", {})["Retry-After"] == "40"
    async with access(system, NOW + timedelta(seconds=60)) as made:
        await made.limits.take(limit, "a")


async def test_what_was_done_is_in_the_log_of_its_person(
    system: System, http: httpx.AsyncClient, ada: Person
) -> None:
    operator = await sign_in(system, orcid=CY)
    await http.put(
        f"/accounts/{ada.account_id}/roles",
        json={"roles": ["moderator"]},
        headers=await operator.bearer(http),
    )
    await http.post("/me/sign-out", headers=await ada.bearer(http))
    async with system.database("identity") as database:
        rows = [row async for row in database["audit"].find({"account_id": ada.account_id})]
    assert sorted((row["what"], row["by"]) for row in rows) == [
        ("roles set: moderator", "somebody else"),
        ("signed in", "you"),
        ("signed out", "you"),
    ]
