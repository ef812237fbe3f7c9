"""Claims over HTTP: who owns what, disputes, limits; two who act at the same instant."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from tests.identity.claiming import HERS, MODERATOR, claim, decide, names
from tests.identity.town import Town
from tests.signin import ADA


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


async def test_the_queue_is_read_page_by_page_and_says_each_claims_place(here: Town) -> None:
    waiting = []
    for number in range(5):
        await here.record(f"A{number}", name=f"Author {number}")
        who = await here.person(name=f"P{number}")
        waiting.append(await claim(here, who, f"A{number}", note="It is me"))
    left = waiting.pop(1)
    await here.ask(left["account_id"], "DELETE", f"/claims/{left['id']}")
    read: list[Any] = []
    path: str | None = "/moderation/claims?limit=3"
    while path:
        page = await here.get("mod", path, **MODERATOR)
        read += page["items"]
        path = page["next_cursor"] and f"/moderation/claims?cursor={page['next_cursor']}"
    assert [(one["id"], one["author_name"], one["place"]) for one in read] == [
        (one["id"], one["author_name"], place) for place, one in enumerate(waiting, 1)
    ]
