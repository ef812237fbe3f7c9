"""A command that is sent again under its key: what it made is answered, and nothing made again."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.identity.claiming import HERS, claim, decide, names
from tests.identity.town import Town
from tests.signin import ADA
from tests.tokens import bearer

HELLO = {"purpose": "co-author", "message": "Shall we write something?"}
TOKEN = {"name": "script", "scopes": ["read"], "days": 7}


@pytest.fixture
async def here(here: Town) -> Town:
    """Ada owns A1, which Dee had claimed before; A2 is nobody's."""
    await here.record("A1", **HERS)
    await claim(here, await here.person(name="Dee Doer"))
    await claim(here, await here.person(orcid=ADA, name="Ada Example"))
    await here.record("A2", name="Bob Builder")
    return here


async def post(here: Town, who: str, path: str, body: Any, key: str) -> httpx.Response:
    headers = {**bearer(here.mint.token(who, sid="s-1")), "Idempotency-Key": key}
    return await here.http.post(path, json=body, headers=headers)


@pytest.mark.parametrize(
    ("path", "body", "other"),
    [
        ("/researchers/A2/claims", {"note": "It is me"}, {"note": "It is really me"}),
        ("/researchers/A1/invitations", HELLO, {**HELLO, "message": "Shall we not?"}),
        ("/me/tokens", TOKEN, {**TOKEN, "days": 8}),
    ],
)
async def test_what_is_made_under_a_key_is_made_once(
    here: Town, path: str, body: Any, other: Any
) -> None:
    bob = await here.person(name="Bob Builder")
    answers = await asyncio.gather(*(post(here, bob, path, body, "k1") for _ in range(3)))
    answers.append(await post(here, bob, path, body, "k1"))
    assert [answer.status_code for answer in answers] == [201] * 4, answers[-1].text
    assert len({answer.json()["id"] for answer in answers}) == 1
    wrong = await post(here, bob, path, other, "k1")
    assert (wrong.status_code, wrong.json()["reason"]) == (422, "key-used")
    kept = await here.get(bob, "/me/export")
    made = {"claims": "claims", "invitations": "invitations", "tokens": "tokens"}
    assert len(kept[made[path.rpartition("/")[2]]]) == 1
    steps = [entry["what"] for entry in kept["log"]]
    assert len(steps) == len(set(steps)), "and the log says it once"


async def test_a_key_is_its_makers_own(here: Town) -> None:
    bob, dee = await here.person(name="Bob Builder"), await here.person(name="Dee Doer")
    path = "/researchers/A1/invitations"
    ids = {(await post(here, who, path, HELLO, "k1")).json()["id"] for who in (bob, dee)}
    assert len(ids) == 2


async def test_the_secret_of_a_token_is_told_once(here: Town) -> None:
    bob = await here.person(name="Bob Builder")
    first, again = [await post(here, bob, "/me/tokens", TOKEN, "k1") for _ in range(2)]
    assert first.json()["secret"].startswith("bzp_")
    assert (again.json()["id"], again.json()["secret"]) == (first.json()["id"], None)


async def test_a_claim_is_answered_as_it_stands_now(here: Town) -> None:
    """It was taken back, and is not opened again by a request that was late."""
    bob = await here.person(name="Bob Builder")
    path = "/researchers/A2/claims"
    opened = await post(here, bob, path, {}, "k1")
    claim_id = opened.json()["id"]
    assert (await here.ask(bob, "DELETE", f"/claims/{claim_id}")).status_code == 200
    late = await post(here, bob, path, {}, "k1")
    assert (late.json()["id"], late.json()["status"]) == (claim_id, "withdrawn")
    assert late.headers["consistency-token"] == "identity.claim:A2:2"
    fresh = await post(here, bob, path, {}, "k2")
    assert fresh.status_code == 201
    assert fresh.json()["id"] != claim_id


@pytest.mark.parametrize("name", ["Bob Builder", "Dee Doer"])
async def test_a_dispute_is_made_once_whether_it_opens_a_claim_or_not(
    here: Town, name: str
) -> None:
    ada, who = await here.person(orcid=ADA), await here.person(name=name)
    hers = (await here.get(ada, "/me/claims"))["items"][0]["id"]
    path, body = f"/claims/{hers}/dispute", {"reason": "I am she"}
    answers = await asyncio.gather(*(post(here, who, path, body, "k1") for _ in range(3)))
    answers.append(await post(here, who, path, body, "k1"))
    assert [answer.status_code for answer in answers] == [201] * 4, answers[-1].text
    mine = (await here.get(who, "/me/claims"))["items"]
    assert [answer.json()["id"] for answer in answers] == [mine[0]["id"]] * 4
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert (await names(here)).count("ClaimWasDisputed") == 1
    wrong = await post(here, who, path, {"reason": "She is not"}, "k1")
    assert (wrong.status_code, wrong.json()["reason"]) == (422, "key-used")
    again = await post(here, who, path, body, "k2")
    assert (again.status_code, again.json()["reason"]) == (409, "already-disputed")
    await decide(here, "mod", mine[0]["id"], "approve")
    late = await post(here, who, path, body, "k1")
    assert (late.json()["id"], late.json()["status"]) == (mine[0]["id"], "approved")


async def test_a_report_is_made_once(here: Town) -> None:
    bob = await here.person(name="Bob Builder")
    sent = (await post(here, bob, "/researchers/A1/invitations", HELLO, "k1")).json()
    path = f"/invitations/{sent['id']}/report"
    for _ in range(3):
        assert (await post(here, bob, path, {"reason": "Rude"}, "k1")).status_code == 204
    assert (await post(here, bob, path, {"reason": "Kind"}, "k1")).status_code == 422
    kept = await here.get(bob, "/me/export")
    assert [report["reason"] for report in kept["reports"]] == ["Rude"]
    assert [entry["what"] for entry in kept["log"]].count("invitation reported") == 1
    assert (await post(here, bob, path, {"reason": "Kind"}, "k2")).status_code == 204
