"""One's own data: what people say of themselves, their log, export, erasure, opting out."""

import json
from typing import Any

import pytest

from tests.identity.town import Town
from tests.signin import ADA, BOB


@pytest.fixture
async def here(place: Town) -> Town:
    await place.begin()
    await place.record("A1", identifiers=(f"orcid:{ADA}",), works=("W1", "W2"))
    await place.record("A2", name="Bob Example", identifiers=(f"orcid:{BOB}",))
    return place


async def owner(here: Town, author: str = "A1", orcid: str = ADA) -> str:
    who = await here.person(orcid=orcid, name="Ada Example")
    assert (await here.ask(who, "POST", f"/researchers/{author}/claims", {})).status_code == 201
    return who


async def change(here: Town, who: str, status: int = 200, **settings: Any) -> Any:
    answer = await here.ask(who, "PATCH", "/me", settings)
    assert answer.status_code == status, answer.text
    return answer.json()


async def profiles(here: Town, author: str = "A1") -> list[tuple[str, dict[str, Any]]]:
    told = await here.told("claims", author)
    mine = [e for e in told if "Profile" in e.type or "Erased" in e.type]
    return [(type(event.data).__name__, event.data.model_dump()) for event in mine]


async def test_what_an_owner_says_is_told_whole_and_an_empty_text_takes_it_away(
    here: Town,
) -> None:
    ada = await owner(here)
    await change(here, ada, tagline="  I  read\tmachines ", links=["https://ada.example"])
    await change(here, ada, featured_works=["W2"], pronouns="she/her", affiliation="Home")
    me = await change(here, ada, tagline="")
    assert me["settings"]["tagline"] is None
    assert me["settings"]["pronouns"] == "she/her"
    name, last = (await profiles(here))[-1]
    assert name == "ResearcherProfileWasUpdated"
    assert last == {
        "tagline": None,
        "pronouns": "she/her",
        "links": ("https://ada.example",),
        "affiliation": "Home",
        "featured_works": ("W2",),
        "open_to_collaborate": True,
    }
    assert (await profiles(here))[1][1]["tagline"] == "I read machines"
    answer = await here.ask(ada, "PATCH", "/me", {"pronouns": "they"})
    position = len(await profiles(here))
    assert answer.headers["consistency-token"] == f"identity.profile:A1:{position}"
    count = len(await profiles(here))
    await change(here, ada, pronouns="they")
    assert len(await profiles(here)) == count, "the same again is told nobody"


@pytest.mark.parametrize(
    "settings",
    [
        {"tagline": "<script>alert(1)</script>"},
        {"affiliation": "a <b>bold</b> place"},
        {"links": ["javascript:alert(1)"]},
        {"featured_works": ["W9"]},
        {"email": "other@example.org"},
        {"tagline": "x" * 300},
    ],
)
async def test_what_is_not_plain_or_not_theirs_is_refused(
    here: Town, settings: dict[str, Any]
) -> None:
    ada = await owner(here)
    assert (await change(here, ada, 422, **settings))["status"] == 422
    assert len(await profiles(here)) == 1


async def test_settings_made_before_a_claim_are_on_the_page_with_it(here: Town) -> None:
    ada = await here.person(orcid=ADA, name="Ada Example")
    await change(here, ada, tagline="Before")
    await here.ask(ada, "POST", "/researchers/A1/claims", {})
    assert (await profiles(here))[-1][1]["tagline"] == "Before"


async def test_a_record_is_withheld_and_given_back(here: Town) -> None:
    ada = await owner(here)
    nobody = await here.person(name="Cy")
    assert (await change(here, nobody, 409, public_record=False))["reason"] == "no-record"
    assert (await change(here, ada, public_record=False))["settings"]["public_record"] is False
    await change(here, ada, tagline="Hidden")
    assert (await profiles(here))[-1] == ("ResearcherWasErased", {"withheld": True})
    await change(here, ada, public_record=True)
    assert (await profiles(here))[-1][1]["tagline"] == "Hidden"


async def test_a_withheld_record_is_named_nowhere_but_can_be_disputed(here: Town) -> None:
    ada, bob = await owner(here), await here.person(name="Bob")
    await here.ask(bob, "PUT", "/researchers/A1/follow")
    await change(here, ada, public_record=False)
    hello = {"purpose": "other", "message": "Hello"}
    answers = (
        await here.ask(None, "GET", "/researchers/A1/followers"),
        await here.ask(bob, "PUT", "/researchers/A1/follow"),
        await here.ask(bob, "POST", "/researchers/A1/invitations", hello),
    )
    assert [answer.status_code for answer in answers] == [410, 410, 410]
    assert [one["name"] for one in (await here.get(bob, "/me/following"))["items"]] == [None]
    claim = await here.ask(bob, "POST", "/researchers/A1/claims", {"note": "It is mine"})
    assert claim.json()["status"] == "queued"
    assert (await here.ask(bob, "DELETE", "/researchers/A1/follow")).json()["followers"] == 0


async def test_the_log_says_what_was_done_and_by_whom(here: Town) -> None:
    ada = await owner(here)
    await change(here, ada, tagline="New")
    first = await here.get(ada, "/me/audit?limit=2")
    assert first["items"][0] | {"at": ""} == {
        "at": "",
        "what": "settings: tagline",
        "about": None,
        "by": "you",
    }
    rest = await here.get(ada, f"/me/audit?limit=50&cursor={first['next_cursor']}")
    log = [one["what"] for one in (*first["items"], *rest["items"])]
    assert log[:4] == ["settings: tagline", "claim approved", "claim evidence", "claim opened"]


async def busy(here: Town) -> tuple[str, str]:
    """Two people with everything there is between them."""
    ada, bob = await owner(here), await owner(here, "A2", BOB)
    await change(here, ada, tagline="Secretly private words")
    await here.ask(ada, "PUT", "/researchers/A2/follow")
    await here.ask(bob, "PUT", "/researchers/A1/follow")
    hello = {"purpose": "other", "message": "Words of Ada"}
    sent = (await here.ask(ada, "POST", "/researchers/A2/invitations", hello)).json()
    await here.ask(bob, "POST", f"/invitations/{sent['id']}/accept")
    await here.ask(ada, "POST", f"/invitations/{sent['id']}/messages", {"text": "More of Ada"})
    await here.ask(ada, "PUT", "/me/mutes/A2")
    return ada, bob


async def test_the_export_holds_everything_but_secrets(here: Town) -> None:
    ada, _ = await busy(here)
    await here.access.grants.open_session(ada)
    told = await here.get(ada, "/me/export")
    assert told["account"]["orcid"] == ADA
    assert told["settings"]["tagline"] == "Secretly private words"
    assert [one["author_id"] for one in told["claims"]] == ["A1"]
    assert [one["author_id"] for one in told["follows"]] == ["A2"]
    assert told["messages"][0]["text"] == "More of Ada"
    assert len(told["sessions"]) == 1
    assert told["mutes"] == ["A2"]
    assert len(told["log"]) >= 6
    assert "secret" not in json.dumps(told)


async def test_an_erased_account_is_nowhere(here: Town) -> None:
    ada, bob = await busy(here)
    answer = await here.ask(ada, "DELETE", "/me")
    assert answer.status_code == 204
    assert answer.headers["consistency-token"].startswith("identity.profile:A1:")
    while await here.community.chores.do():
        pass
    for name in await here.database.list_collection_names():
        async for row in here.database[name].find({}):
            if name != "accounts":
                kept = {k: v for k, v in row.items() if k != "outbox"}
                assert ada not in str(kept), name
                assert "Ada" not in str(kept) or name == "authors", name
    assert await here.database["accounts"].count_documents({"_id": ada}) == 1
    gone = await here.ask(ada, "GET", "/me")
    assert gone.status_code == 410
    roles = {"roles": ["member", "operator"]}
    put = await here.ask("op", "PUT", f"/accounts/{ada}/roles", {"roles": []}, **roles)
    assert put.status_code == 410
    assert (await profiles(here))[-1] == ("ResearcherWasErased", {"withheld": False})
    unfollowed = (await here.told("followed", "A2"))[-1].data
    assert (type(unfollowed).__name__, unfollowed.followers) == ("ResearcherWasUnfollowed", 0)
    told = (await here.told("followed", "A1"))[-1].data
    assert (told.account_id, told.followers) == (bob, 1)
    assert (await here.get(bob, "/me/invitations"))["items"] == []
    again = await here.person(orcid=ADA, name="Ada Example")
    assert again != ada
    assert (await here.ask(again, "POST", "/researchers/A1/claims", {})).status_code == 201
