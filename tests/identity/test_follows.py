"""Follows: counts, lists, privacy, blocks; whatever happens at the same instant."""

import asyncio
import base64

import pytest

from contracts.events.identity import ResearcherWasFollowed, ResearcherWasUnfollowed
from tests.identity.town import Town


@pytest.fixture
async def here(place: Town) -> Town:
    await place.begin()
    await place.record("A1")
    await place.record("A2", name="Bob Example")
    return place


async def follow(here: Town, who: str, author: str = "A1") -> int:
    answer = await here.ask(who, "PUT", f"/researchers/{author}/follow")
    assert answer.status_code == 200, answer.text
    return int(answer.json()["followers"])


async def test_a_follow_is_counted_once_and_told_once(here: Town) -> None:
    ada = await here.person(name="Ada")
    first = await here.ask(ada, "PUT", "/researchers/A1/follow")
    assert first.json() == {"author_id": "A1", "following": True, "followers": 1}
    assert first.headers["consistency-token"] == "identity.follow:A1:1"
    again = await here.ask(ada, "PUT", "/researchers/A1/follow")
    assert again.json() == first.json()
    ended = [await here.ask(ada, "DELETE", "/researchers/A1/follow") for _ in range(2)]
    assert [answer.json()["followers"] for answer in ended] == [0, 0]
    told = await here.told("followed", "A1")
    assert [(type(e.data), e.position) for e in told] == [
        (ResearcherWasFollowed, 1),
        (ResearcherWasUnfollowed, 2),
    ]
    assert told[0].actor == ada
    log = await here.database["audit"].find({"account_id": ada}).sort("at", 1).to_list(10)
    assert [(row["what"], row["about"]) for row in log] == [
        ("followed", "A1"),
        ("unfollowed", "A1"),
    ]


async def test_follows_at_the_same_instant_are_all_counted_and_one_twice_only_once(
    here: Town,
) -> None:
    people = [await here.person(name=f"P{n}") for n in range(8)]
    await asyncio.gather(*(follow(here, who) for who in people * 2))
    told = await here.told("followed", "A1")
    assert [event.data.followers for event in told] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert {event.data.account_id for event in told} == set(people)
    assert (await here.get(None, "/researchers/A1/followers"))["total"] == 8
    ends = [here.ask(who, "DELETE", "/researchers/A1/follow") for who in people * 2]
    await asyncio.gather(*ends)
    assert (await here.get(None, "/researchers/A1/followers"))["total"] == 0
    assert len(await here.told("followed", "A1")) == 16


async def test_a_private_follower_is_counted_and_nowhere_named(here: Town) -> None:
    ada, bob = await here.person(name="Ada"), await here.person(name="Bob")
    await here.database["people"].insert_one({"_id": bob, "settings": {"private_follows": True}})
    await follow(here, ada)
    assert await follow(here, bob) == 2
    listed = await here.get(None, "/researchers/A1/followers")
    assert [item["account_id"] for item in listed["items"]] == [ada]
    assert listed["total"] == 2
    told = (await here.told("followed", "A1"))[-1]
    assert told.data.account_id not in {bob, ada}
    assert told.actor is None
    assert bob not in told.model_dump_json()
    assert (await here.get(bob, "/me/following"))["items"][0]["name"] == "Ada Example"


async def test_who_becomes_private_is_told_again_under_another_name(here: Town) -> None:
    bob = await here.person(name="Bob")
    await follow(here, bob)
    await here.database["people"].insert_one({"_id": bob, "settings": {"private_follows": True}})
    for _ in range(2):
        await here.community.follows.tell_of(bob)
    told = await here.told("followed", "A1")
    assert [type(e.data).__name__ for e in told[1:]] == [
        "ResearcherWasUnfollowed",
        "ResearcherWasFollowed",
    ]
    assert [event.data.followers for event in told] == [1, 0, 1]
    assert told[1].data.account_id == bob
    assert told[2].data.account_id != bob


async def test_the_list_has_pages_newest_first(here: Town) -> None:
    people = [await here.person(name=f"P{n}") for n in range(5)]
    for who in people:
        await follow(here, who)
    seen, cursor = [], ""
    while cursor is not None:
        page = await here.get(None, f"/researchers/A1/followers?limit=2{cursor}")
        seen += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert seen == ["P4", "P3", "P2", "P1", "P0"]
    early = base64.urlsafe_b64encode(b'["0001-01-01T00:00:00+14:00", "x"]').decode()
    for cursor in ("nonsense", "W10", "bnVsbA", early):
        bad = await here.ask(None, "GET", f"/researchers/A1/followers?cursor={cursor}")
        assert bad.status_code == 422, cursor


async def test_news_are_of_whom_one_follows_but_for_the_muted_and_the_blocked(here: Town) -> None:
    ada = await here.person(name="Ada")
    await here.record("A3", identifiers=["orcid:0000-0002-1825-0097"])
    bob = await here.person(orcid="0000-0002-1825-0097", name="Ada Example")
    assert (await here.ask(bob, "POST", "/researchers/A3/claims", {})).status_code == 201
    assert await here.get(ada, "/me/heard-of") == {"author_ids": []}
    for author in ("A1", "A2", "A3"):
        await follow(here, ada, author)
    assert await here.get(ada, "/me/heard-of") == {"author_ids": ["A3", "A2", "A1"]}
    await here.ask(ada, "PUT", "/me/mutes/A2")
    await here.ask(ada, "PUT", f"/me/blocks/{bob}")
    assert await here.get(ada, "/me/heard-of") == {"author_ids": ["A1"]}
    assert await here.get(bob, "/me/heard-of") == {"author_ids": []}


async def test_mutes_show_in_the_own_list_only(here: Town) -> None:
    ada = await here.person(name="Ada")
    await follow(here, ada)
    for _ in range(2):
        assert (await here.ask(ada, "PUT", "/me/mutes/A1")).status_code == 204
    assert (await here.get(ada, "/me/following"))["items"][0]["muted"] is True
    await here.ask(ada, "DELETE", "/me/mutes/A1")
    assert (await here.get(ada, "/me/following"))["items"][0]["muted"] is False
    assert (await here.ask(ada, "PUT", "/me/mutes/nobody")).status_code == 404


async def test_followers_of_a_merged_record_follow_the_survivor(here: Town) -> None:
    ada, bob = await here.person(name="Ada"), await here.person(name="Bob")
    await follow(here, ada, "A1")
    await follow(here, bob, "A1")
    await follow(here, bob, "A2")
    await here.merge("A1", "A2")
    for _ in range(2):
        await here.community.follows.carry("A1", "A2")
    assert [e.data.followers for e in await here.told("followed", "A2")] == [1, 2]
    assert [e.data.followers for e in await here.told("followed", "A1")] == [1, 2, 1, 0]
    assert await follow(here, ada, "A1") == 2, "the old id leads to the survivor"
    assert (await here.get(None, "/researchers/A1/followers"))["total"] == 2


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_nobody_follows_without_signing_in_or_whom_nobody_knows(
    here: Town, method: str
) -> None:
    assert (await here.ask(None, method, "/researchers/A1/follow")).status_code == 401
    assert (await here.ask("U1", method, "/researchers/nobody/follow")).status_code == 404
    limited = await here.ask("U1", method, "/researchers/A1/follow", scopes=("read",))
    assert limited.status_code == 403
