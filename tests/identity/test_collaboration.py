"""Invitations and conversations: nobody is written to without their consent."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.identity.town import Town
from tests.signin import ADA
from tests.tokens import bearer

MODERATOR = {"roles": ("member", "moderator")}
HELLO = {"purpose": "co-author", "message": "<b>Shall we</b> write something?"}


@pytest.fixture
async def here(place: Town) -> Town:
    await place.begin()
    await place.record("A1", identifiers=(f"orcid:{ADA}",))
    return place


@pytest.fixture
async def ada(here: Town) -> str:
    """Who owns the record A1."""
    who = await here.person(orcid=ADA, name="Ada Example")
    assert (await here.ask(who, "POST", "/researchers/A1/claims", {})).status_code == 201
    return who


@pytest.fixture
async def bob(here: Town) -> str:
    return await here.person(name="Bob Builder")


async def invite(here: Town, who: str, author: str = "A1", **more: Any) -> httpx.Response:
    return await here.ask(who, "POST", f"/researchers/{author}/invitations", {**HELLO, **more})


async def accepted(here: Town, ada: str, bob: str) -> str:
    sent = (await invite(here, bob)).json()
    answer = await here.ask(ada, "POST", f"/invitations/{sent['id']}/accept")
    assert answer.json()["status"] == "accepted"
    return str(sent["id"])


async def test_an_invitation_is_accepted_and_the_two_talk(here: Town, ada: str, bob: str) -> None:
    answer = await invite(here, bob)
    assert answer.status_code == 201
    assert answer.headers["consistency-token"] == "identity.collaboration:A1:1"
    sent = answer.json()
    assert (sent["mine"], sent["status"]) == (True, "sent")
    path = f"/invitations/{sent['id']}"
    early = await here.ask(bob, "POST", f"{path}/messages", {"text": "Hello?"})
    assert early.status_code == 409
    got = (await here.get(ada, "/me/invitations"))["items"]
    assert [(one["message"], one["from_name"], one["mine"]) for one in got] == [
        (HELLO["message"], "Bob Builder", False)
    ]
    assert (await here.ask(bob, "POST", f"{path}/accept")).status_code == 403
    assert (await here.ask(ada, "POST", f"{path}/accept")).json()["status"] == "accepted"
    assert (await here.ask(ada, "POST", f"{path}/decline")).status_code == 409
    for who, text in ((bob, "Glad!"), (ada, "包航波 sends regards")):
        said = await here.ask(who, "POST", f"{path}/messages", {"text": text})
        assert said.status_code == 201
    assert (await here.get(ada, "/me/invitations"))["items"][0]["unread"] == 1
    seen = (await here.get(ada, f"{path}/messages"))["items"]
    assert [(one["text"], one["mine"]) for one in seen] == [
        ("Glad!", False),
        ("包航波 sends regards", True),
    ]
    assert (await here.get(ada, "/me/invitations"))["items"][0]["unread"] == 0
    assert (await here.ask("stranger", "GET", f"{path}/messages")).status_code == 404
    told = await here.told("invited", "A1")
    assert [type(event.data).__name__ for event in told] == [
        "InvitationWasSent",
        "InvitationWasAccepted",
    ]
    assert "write something" not in "".join(event.model_dump_json() for event in told)


async def test_a_message_sent_again_with_its_key_is_said_once(
    here: Town, ada: str, bob: str
) -> None:
    path = f"/invitations/{await accepted(here, ada, bob)}/messages"

    async def say(who: str, text: str, key: str) -> httpx.Response:
        headers = {**bearer(here.mint.token(who)), "Idempotency-Key": key}
        return await here.http.post(path, json={"text": text}, headers=headers)

    answers = await asyncio.gather(*(say(bob, "Glad!", "k1") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await say(bob, "Something else", "k1")).status_code == 422
    assert (await say(bob, "Glad!", "k2")).status_code == 201
    assert (await say(ada, "Glad!", "k1")).status_code == 201
    assert len((await here.get(ada, path))["items"]) == 3


async def test_only_claimed_open_researchers_who_want_it_are_invited(
    here: Town, ada: str, bob: str
) -> None:
    await here.record("A2", name="Nobody Yet")
    reasons = [(await invite(here, bob, "A2")).json()["reason"]]
    reasons.append((await invite(here, ada)).json()["reason"])
    assert (await here.ask(ada, "PATCH", "/me", {"open_to_collaborate": False})).status_code == 200
    closed = await invite(here, bob)
    reasons.append(closed.json()["reason"])
    await here.ask(ada, "PATCH", "/me", {"open_to_collaborate": True})
    await here.ask(ada, "PUT", f"/me/blocks/{bob}")
    blocked = await invite(here, bob)
    assert reasons == ["unclaimed", "own-record", "not-open"]
    looks = [{**answer.json(), "trace_id": None} for answer in (blocked, closed)]
    assert looks[0] == looks[1], "a block looks like not being open"
    assert (await here.ask(bob, "PUT", "/researchers/A1/follow")).status_code == 403


async def test_two_invitations_at_the_same_instant_are_one(here: Town, ada: str, bob: str) -> None:
    answers = await asyncio.gather(*(invite(here, bob) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    sent = (await here.get(bob, "/me/invitations"))["items"]
    path = f"/invitations/{sent[0]['id']}"
    both = [here.ask(ada, "POST", f"{path}/{how}") for how in ("accept", "decline")]
    assert sorted(a.status_code for a in await asyncio.gather(*both)) == [200, 409]
    assert len(await here.told("invited", "A1")) == 2


async def test_who_was_declined_waits_and_limits_grow_with_the_level(
    here: Town, ada: str, bob: str
) -> None:
    sent = (await invite(here, bob)).json()
    await here.ask(ada, "POST", f"/invitations/{sent['id']}/decline")
    again = await invite(here, bob)
    assert (again.status_code, again.json()["reason"]) == (429, "declined")
    for number in range(4):
        await here.record(f"B{number}", name=f"N{number}", identifiers=(f"orcid:{number}",))
        owner = await here.person(orcid=str(number), name=f"N{number}")
        await here.ask(owner, "POST", f"/researchers/B{number}/claims", {})
    by_bob = [(await invite(here, bob, f"B{n}")).status_code for n in range(3)]
    assert by_bob == [201, 201, 429]
    by_ada = [(await invite(here, ada, f"B{n}")).status_code for n in range(4)]
    assert by_ada == [201, 201, 201, 201]


async def test_a_block_closes_a_conversation(here: Town, ada: str, bob: str) -> None:
    invitation = await accepted(here, ada, bob)
    await here.ask(bob, "PUT", "/researchers/A1/follow")
    await here.ask(ada, "PUT", f"/me/blocks/{bob}")
    for who in (ada, bob):
        said = await here.ask(who, "POST", f"/invitations/{invitation}/messages", {"text": "Hi"})
        assert said.status_code == 403
    assert (await here.get(None, "/researchers/A1/followers"))["total"] == 0


async def test_a_report_reaches_moderators_with_the_words_it_is_about(
    here: Town, ada: str, bob: str
) -> None:
    sent = (await invite(here, bob)).json()
    path = f"/invitations/{sent['id']}/report"
    for _ in range(2):
        assert (await here.ask(ada, "POST", path, {"reason": "Spam"})).status_code == 204
    assert (await here.ask("stranger", "POST", path, {"reason": "x"})).status_code == 404
    assert (await here.ask(ada, "GET", "/moderation/reports")).status_code == 403
    listed = (await here.get("mod", "/moderation/reports", **MODERATOR))["items"]
    assert [(one["about_account_id"], one["message"]) for one in listed] == [
        (bob, HELLO["message"])
    ]
    closing = f"/moderation/reports/{listed[0]['id']}"
    assert (await here.ask("mod", "DELETE", closing, **MODERATOR)).status_code == 204
    assert (await here.get("mod", "/moderation/reports", **MODERATOR))["items"] == []


async def test_what_waits_shows_at_the_exchange(here: Town, ada: str, bob: str) -> None:
    session = await here.access.grants.open_session(bob)
    asked = {"secret": session.secret, "author_id": "A1"}
    before = (await here.http.post("/exchange", json=asked)).json()["relation"]
    sent = (await invite(here, bob)).json()
    after = (await here.http.post("/exchange", json=asked)).json()["relation"]
    assert (before["may_invite"], before["invitation_id"]) == (True, None)
    assert (after["may_invite"], after["invitation_id"]) == (False, sent["id"])
    assert (await here.get(ada, "/me"))["unread"] == 1
