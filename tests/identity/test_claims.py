"""Claims over HTTP: proofs, moderators, merges; two who act at the same instant."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Iterator
from typing import Any

import pytest

from contracts.events.works import AuthorsWereMerged
from deploy.local.servers import Servers
from services.identity.mail import Mailer
from services.identity.records import Record
from tests.identity.town import Town, new_town
from tests.signin import ADA, BOB, CY

HERS = {"identifiers": (f"orcid:{ADA}",)}
MODERATOR = {"roles": ("member", "moderator")}


@pytest.fixture(scope="module")
def _mailbox() -> Iterator[list[tuple[str, str]]]:
    """Mail that was sent: to whom, and the text."""
    sent: list[tuple[str, str]] = []

    async def send(_: Mailer, to: str, subject: str, text: str) -> None:
        sent.append((to, text))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Mailer, "send", send)
        yield sent


@pytest.fixture
def mails(_mailbox: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Mail of this test."""
    _mailbox.clear()
    return _mailbox


@pytest.fixture(scope="module")
async def place(servers: Servers, _mailbox: list[tuple[str, str]]) -> AsyncIterator[Town]:
    async with new_town(
        servers, environment="development", public_url="https://bz.example"
    ) as made:
        yield made


@pytest.fixture
async def here(place: Town) -> Town:
    await place.begin()
    return place


async def claim(here: Town, who: str, author: str = "A1", **body: Any) -> Any:
    answer = await here.ask(who, "POST", f"/researchers/{author}/claims", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def offer(here: Town, who: str, claim_id: str, status: int = 200, **body: Any) -> Any:
    answer = await here.ask(who, "POST", f"/claims/{claim_id}/evidence", body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def decide(here: Town, by: str, claim_id: str, outcome: str) -> Any:
    body = {"outcome": outcome, "reasons": ["looked at it"]}
    return await here.ask(by, "POST", f"/claims/{claim_id}/decision", body, **MODERATOR)


async def names(here: Town, author: str = "A1") -> list[str]:
    return [type(event.data).__name__ for event in await here.told("claims", author)]


async def owned_at_l3(here: Town, author: str, name: str, orcid: str, **facts: Any) -> str:
    """Somebody who owns a record at level L3."""
    await here.record(author, name=name, identifiers=(f"orcid:{orcid}",), **facts)
    who = await here.person(orcid=orcid, name=name)
    own = await claim(here, who, author)
    assert own["status"] == "approved"
    mailed = here.community.evidence._found
    await mailed(author, own["id"], who, "email", "email-printed")
    return who


async def test_an_orcid_sign_in_that_matches_is_approved_in_one_request(here: Town) -> None:
    await here.record("A1", **HERS)
    ada = await here.person(orcid=ADA, name="Ada Example")
    answer = await here.ask(ada, "POST", "/researchers/A1/claims", {})
    assert answer.headers["consistency-token"] == "identity.claim:A1:3"
    told = answer.json()
    assert (told["status"], told["level"], told["strength"]) == ("approved", "L2", 100)
    assert told["may"] == ["evidence", "unclaim"]
    assert told["evidence"][0]["reason"] == "orcid-matches"
    assert [step["what"] for step in told["steps"]] == ["opened", "evidence", "approved"]
    assert await names(here) == [
        "ClaimWasOpened",
        "ClaimEvidenceWasVerified",
        "ClaimWasApproved",
        "ResearcherProfileWasUpdated",
    ]
    log = await here.database["audit"].find({"account_id": ada}).to_list(20)
    assert {row["what"] for row in log} == {"claim opened", "claim evidence", "claim approved"}


async def test_two_who_claim_at_the_same_instant_make_one_owner_and_one_dispute(
    here: Town,
) -> None:
    await here.record("A1", identifiers=(f"orcid:{ADA}",))
    people = [
        await here.person(orcid=ADA, name="Ada Example"),
        await here.person(name="Ada Example"),
    ]
    for who in people:
        await here.database["accounts"].update_one({"_id": who}, {"$set": {"orcid": ADA}})
    made = await asyncio.gather(*(claim(here, who) for who in people))
    seen = [
        (await here.get(who, f"/claims/{one['id']}")) for who, one in zip(people, made, strict=True)
    ]
    assert sorted(one["status"] for one in seen) == ["disputed", "queued"]
    events = await names(here)
    assert events.count("ClaimWasOpened") == 2
    assert events.count("ClaimWasApproved") == 1
    assert events.count("ClaimWasDisputed") == 1
    told = [e for e in await here.told("claims", "A1") if ".Claim" in e.type]
    assert [event.position for event in told] == list(range(1, len(events)))


async def test_two_moderators_who_decide_at_the_same_instant_make_one_decision(
    here: Town,
) -> None:
    await here.record("A1")
    made = [await claim(here, await here.person(name=f"P{n}"), note="It is me") for n in range(2)]
    tries: list[Awaitable[Any]] = [
        decide(here, f"mod{n}", one["id"], "approve") for n, one in enumerate(made * 2)
    ]
    answers = await asyncio.gather(*tries)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert (await names(here)).count("ClaimWasApproved") == 1
    assert (await names(here)).count("ClaimWasRejected") == 1
    assert await here.database["owners"].count_documents({}) == 1


async def test_an_account_owns_one_record_only(here: Town) -> None:
    await here.record("A1", **HERS)
    await here.record("A2", **HERS)
    ada = await here.person(orcid=ADA)
    tries = await asyncio.gather(
        *(here.ask(ada, "POST", f"/researchers/{a}/claims", {}) for a in ("A1", "A2"))
    )
    assert sorted(answer.status_code for answer in tries) == [201, 409]
    assert next(a for a in tries if a.status_code == 409).json()["reason"] == "owns-another"
    assert await here.database["owners"].count_documents({}) == 1


async def test_a_code_proves_an_address_and_no_other_code_does(
    here: Town, mails: list[tuple[str, str]]
) -> None:
    await here.record("A1", affiliations=("Lab, {ada,bob}@cs.example.edu",))
    ada = await here.person(name="Ada Example")
    own = await claim(here, ada)
    asked = await offer(here, ada, own["id"], kind="email", email="Ada@CS.example.edu")
    assert asked["evidence"][0]["state"] == "pending"
    to, text = mails[-1]
    assert to == "ada@cs.example.edu"
    code = re.findall(r"\b[0-9]{6}\b", text)[0]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert (await offer(here, ada, own["id"], 422, kind="email", code=wrong))["reason"]
    assert (await offer(here, ada, own["id"], 409, kind="email", code=code))[
        "reason"
    ] == "code-spent"
    await offer(here, ada, own["id"], kind="email", email="ada@cs.example.edu")
    code = re.findall(r"\b[0-9]{6}\b", mails[-1][1])[0]
    proved = await offer(here, ada, own["id"], kind="email", code=code)
    assert (proved["status"], proved["strength"], proved["place"]) == ("queued", 70, 1)
    assert proved["reasons"] == ["evidence-not-enough"]
    again = await offer(here, ada, own["id"], 409, kind="email", code=code)
    assert "ask for one" in again["detail"]
    kept = await here.database["claims"].find_one({"_id": "A1"})
    assert "ada@cs" not in str(kept), "the address is forgotten once it is proved"


async def test_no_mail_goes_to_an_address_that_proves_nothing(
    here: Town, mails: list[tuple[str, str]]
) -> None:
    await here.record("A1", domains=("example.edu",))
    ada = await here.person(name="Ada Example")
    own = await claim(here, ada)
    seen = await offer(here, ada, own["id"], kind="email", email="ada@elsewhere.example")
    assert (seen["evidence"][0]["state"], mails) == ("failed", [])
    assert seen["evidence"][0]["reason"] == "email-not-on-record"


async def test_a_close_collaborator_confirms(here: Town) -> None:
    bob = await owned_at_l3(here, "A2", "Bob Example", BOB, works=("W1", "W2"))
    await owned_at_l3(here, "A3", "Cy Example", CY, works=("W1",))
    await here.record("A1", works=("W1", "W2"), affiliations=("ada@example.org",))
    ada = await here.person(name="Ada Example", email=None)
    own = await claim(here, ada)
    far = await offer(here, ada, own["id"], 409, kind="collaborator", author_id="A3")
    assert far["reason"] == "not-close"
    asked = await offer(here, ada, own["id"], kind="collaborator", author_id="A2")
    assert asked["evidence"][0]["state"] == "pending"
    waits = (await here.get(bob, "/me/confirmations"))["items"]
    assert [(one["author_id"], one["claimant_name"]) for one in waits] == [("A1", "Ada Example")]
    path = f"/confirmations/{waits[0]['id']}/confirm"
    assert (await here.ask(ada, "POST", path)).status_code == 404
    assert (await here.ask(bob, "POST", path)).status_code == 204
    assert (await here.ask(bob, "POST", path)).status_code == 404
    proved = await here.get(ada, f"/claims/{own['id']}")
    assert (proved["status"], proved["strength"]) == ("queued", 60)
    assert (await here.get(bob, "/me/confirmations"))["items"] == []


PAGE = b"""HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n
<a rel="nofollow me" href="https://bz.example/researchers/A1">me</a>"""


async def test_a_page_that_links_here_with_rel_me_counts(here: Town) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        moved = b"HTTP/1.1 302 Found\r\nLocation: /me\r\nConnection: close\r\n\r\n"
        writer.write(moved if b"/old" in line else PAGE)
        await writer.drain()
        writer.close()

    await here.record("A1")
    await here.record("A2")
    ada = await here.person(name="Ada Example")
    own, other = await claim(here, ada), await claim(here, ada, "A2")
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/old"
    async with server:
        seen = await offer(here, ada, own["id"], kind="rel-me", url=url)
        assert seen["evidence"][0]["reason"] == "page-elsewhere"
        none = await offer(here, ada, other["id"], kind="rel-me", url=url)
        assert none["evidence"][0]["reason"] == "page-links-not"


async def test_a_dispute_is_decided_and_appealed(here: Town) -> None:
    await here.record("A1", **HERS)
    ada, bob = await here.person(orcid=ADA), await here.person(name="Ada Example")
    hers = await claim(here, ada)
    disputed = await here.ask(bob, "POST", f"/claims/{hers['id']}/dispute", {"reason": "I am she"})
    assert disputed.status_code == 201
    his = disputed.json()
    assert (his["status"], his["disputes"], his["place"]) == ("queued", hers["id"], 1)
    assert (await here.get(ada, f"/claims/{hers['id']}"))["status"] == "disputed"
    assert (await here.get(ada, f"/claims/{his['id']}"))["note"] is None
    assert (await here.ask("stranger", "GET", f"/claims/{his['id']}")).status_code == 404
    queue = await here.get("mod", "/moderation/claims", **MODERATOR)
    assert [(one["id"], one["note"]) for one in queue["items"]] == [(his["id"], "I am she")]
    assert queue["items"][0]["may"] == ["decide"]
    assert (await here.ask(bob, "GET", "/moderation/claims")).status_code == 403
    assert (await decide(here, "mod", his["id"], "reject")).status_code == 200
    appeal = {"reason": "Look again"}
    answer = await here.ask(bob, "POST", f"/claims/{his['id']}/appeal", appeal)
    assert answer.json()["status"] == "appealed"
    assert (await decide(here, "mod", his["id"], "approve")).status_code == 403
    final = await decide(here, "mod2", his["id"], "uphold")
    assert final.json()["status"] == "rejected"
    assert (await here.get(ada, f"/claims/{hers['id']}"))["status"] == "approved"
    again = await here.ask(bob, "POST", "/researchers/A1/claims", {})
    assert again.status_code == 429
    assert int(again.headers["retry-after"]) > 86_400


async def test_claiming_many_records_needs_a_moderator_whatever_the_proofs(here: Town) -> None:
    for number in range(4):
        await here.record(f"A{number}", name=f"N{number}", identifiers=(f"orcid:{ADA}",))
    eve = await here.person(orcid=ADA)
    for number in (1, 2, 3):
        await claim(here, eve, f"A{number}")
        held = await here.get(eve, "/me/claims")
        await here.ask(eve, "DELETE", f"/claims/{held['items'][-1]['id']}")
    last = await claim(here, eve, "A0")
    assert (last["status"], last["reasons"][0]) == ("queued", "claims-many-records")


async def test_nobody_claims_without_end(here: Town) -> None:
    await here.record("A1")
    eve = await here.person(name="Ada Example")
    for _ in range(10):
        made = await claim(here, eve)
        await here.ask(eve, "DELETE", f"/claims/{made['id']}")
    late = await here.ask(eve, "POST", "/researchers/A1/claims", {})
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) > 0


async def test_a_collaborator_who_says_no_proves_nothing(here: Town) -> None:
    bob = await owned_at_l3(here, "A2", "Bob Example", BOB, works=("W1", "W2"))
    await here.record("A1", works=("W1", "W2"))
    ada = await here.person(name="Ada Example")
    own = await claim(here, ada)
    await offer(here, ada, own["id"], kind="collaborator", author_id="A2")
    waits = (await here.get(bob, "/me/confirmations"))["items"]
    assert (await here.ask(bob, "POST", f"/confirmations/{waits[0]['id']}/deny")).status_code == 204
    seen = await here.get(ada, f"/claims/{own['id']}")
    assert [(one["state"], one["reason"]) for one in seen["evidence"]] == [
        ("failed", "collaborator-denied")
    ]
    assert seen["status"] == "open"


async def test_claims_go_over_to_the_survivor_of_a_merge(here: Town) -> None:
    await here.record("A1", **HERS)
    await here.record("A2", identifiers=(f"orcid:{BOB}",))
    ada, bob = await here.person(orcid=ADA), await here.person(orcid=BOB)
    hers, his = await claim(here, ada, "A1"), await claim(here, bob, "A2")
    await here.merge("A1", "A2")
    await here.community.chores.do()
    await here.community.upkeep.carry("A1")
    assert (await here.get(ada, f"/claims/{hers['id']}"))["author_id"] == "A2"
    assert (await here.get(ada, f"/claims/{hers['id']}"))["status"] == "queued"
    assert (await here.get(bob, f"/claims/{his['id']}"))["status"] == "disputed"
    rows = await here.database["owners"].find({}).to_list(10)
    assert [(row["_id"], row["author_id"]) for row in rows] == [(bob, "A2")]
    assert (await names(here, "A1"))[-2:] == ["ClaimWasRevoked", "ResearcherWasErased"]
    assert (await names(here, "A2")).count("ClaimWasDisputed") == 1
    assert (await claim_by_old_id(here)) == "A2"


async def claim_by_old_id(here: Town) -> str:
    made = await claim(here, await here.person(name="Cy"), "A1")
    return str(made["author_id"])


@pytest.mark.parametrize("order", ["AB BC", "BC AB", "AB BC AB BC"])
async def test_merges_in_any_order_and_twice_bring_everything_to_the_same_place(
    here: Town, order: str
) -> None:
    for author, orcid in (("A", ADA), ("B", BOB), ("C", CY)):
        await here.record(author, name=f"{author} Example", identifiers=(f"orcid:{orcid}",))
    ada, bob = await here.person(orcid=ADA), await here.person(name="Bob")
    own = await claim(here, ada, "A")
    await here.ask(bob, "PUT", "/researchers/A/follow")
    await here.ask(bob, "PUT", "/me/mutes/A")
    for old, new in map(tuple, order.split()):
        await here.hear(old, AuthorsWereMerged(into=new), position=2)
        await here.community.chores.do()
    while await here.community.chores.do():
        pass
    seen = await here.get(ada, f"/claims/{own['id']}")
    assert (seen["author_id"], seen["status"]) == ("C", "approved")
    rows = await here.database["owners"].find({}).to_list(10)
    assert [(row["_id"], row["author_id"]) for row in rows] == [(ada, "C")]
    following = (await here.get(bob, "/me/following"))["items"]
    assert [(one["author_id"], one["muted"]) for one in following] == [("C", True)]
    assert (await here.get(None, "/researchers/C/followers"))["total"] == 1
    assert (await names(here, "C")).count("ClaimWasApproved") == 1
    for left in ("A", "B"):
        assert await here.community.claims.get(left) == Record()


async def test_a_follower_is_told_again_once_verified(here: Town) -> None:
    await here.record("A1", **HERS)
    await here.record("A2")
    ada = await here.person(orcid=ADA)
    await here.ask(ada, "PUT", "/researchers/A2/follow")
    await claim(here, ada)
    while await here.community.chores.do():
        pass
    told = [event.data for event in await here.told("followed", "A2")]
    assert [(one.verified, one.follower_author_id, one.followers) for one in told] == [
        (False, None, 1),
        (True, "A1", 1),
    ]
    own = await here.ask(ada, "PUT", "/researchers/A1/follow")
    assert own.status_code == 409


async def test_what_a_record_takes_is_told_before_it_is_claimed(here: Town) -> None:
    await here.record("A1", **HERS)
    ada = await here.person(orcid=ADA)
    options = await here.get(ada, "/researchers/A1/claims")
    possible = {one["kind"]: one["possible"] for one in options["proofs"]}
    assert possible["orcid"] is True
    assert possible["email"] is False
    assert options["claimed"] is False


async def test_the_exchange_tells_who_owns_what(here: Town) -> None:
    await here.record("A1", **HERS)
    ada = await here.person(orcid=ADA, name="Ada Example")
    made = await claim(here, ada)
    session = await here.access.grants.open_session(ada)
    answer = await here.http.post("/exchange", json={"secret": session.secret, "author_id": "A1"})
    told = answer.json()
    assert (told["me"]["author_id"], told["me"]["level"]) == ("A1", "L2")
    assert told["relation"]["mine"] is True
    assert (told["relation"]["claim_id"], told["relation"]["claim_status"]) == (
        made["id"],
        "approved",
    )
