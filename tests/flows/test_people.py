"""What people do, from identity over the broker to trust and the page; and what no event tells."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

import services.identity.main
from contracts.codec import decode
from contracts.events import CATALOGUE
from contracts.events.graph import NeighbourhoodWasSummarised
from contracts.events.works import AuthorsWereMerged, AuthorWasRecorded
from services.identity.settings import IdentitySettings
from tests.signin import ADA, BOB, CY, Person, sign_in
from tests.support import System, attested_by, client, event, eventually, started

PRIVATE = "Words between two people"


class Place:
    """Identity, trust and gateway at work, with three author records."""

    def __init__(self, system: System, identity: httpx.AsyncClient) -> None:
        self.system = system
        self.identity = identity

    async def author(self, author_id: str, orcid: str, name: str, position: int = 1) -> None:
        """Works and graph tell of an author."""
        author = AuthorWasRecorded(
            name=name,
            identifiers=(f"orcid:{orcid}",),
            attested_by=attested_by("arxiv"),
        )
        await self.system.publish("works.author", [(author_id, event(author, author_id, position))])
        summary = NeighbourhoodWasSummarised(works=1, works_in_good_standing=1, collaborators=0)
        told = event(summary, author_id, position)
        await self.system.publish("graph.neighbourhood", [(author_id, told)])

    async def ask(self, who: Person, method: str, path: str, body: Any = None) -> Any:
        """What identity answers somebody."""
        headers = await who.bearer(self.identity)
        answer = await self.identity.request(method, path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def claim(self, who: Person, author_id: str) -> Any:
        """Somebody claims a record, once identity knows it."""

        async def known() -> int:
            return (await self.identity.get(f"/authors/{author_id}")).status_code

        await eventually(known, lambda status: status == 200)
        return await self.ask(who, "POST", f"/researchers/{author_id}/claims", {})

    async def trusts(self, author_id: str, level: str, verified: str = "0") -> None:
        """Wait until trust holds an author for so sure, and so many verified followers."""

        async def held() -> tuple[str, str]:
            async with self.system.database("trust") as database:
                row = await database["scores"].find_one({"_id": author_id})
            if row is None:
                return ("", "")
            counts = {one["name"]: one["input"] for one in row["state"]["components"]}
            return row["state"]["level"], counts["community"]

        await eventually(held, lambda found: found == (level, verified), timeout=60)


@pytest.fixture
async def place(system: System) -> AsyncIterator[Place]:
    async with AsyncExitStack() as stack:
        identity = await stack.enter_async_context(started(system.app("identity")))
        for name in ("trust", "gateway"):
            await stack.enter_async_context(started(system.app(name)))
        made = Place(system, await stack.enter_async_context(client(identity)))
        await made.author("A1", ADA, "Ada Example")
        await made.author("A2", BOB, "Bob Example")
        await made.author("A3", CY, "Cy Example")
        yield made


async def test_trust_follows_what_people_do(place: Place) -> None:
    system = place.system
    ada, bob, cy = [await sign_in(system, orcid=orcid) for orcid in (ADA, BOB, CY)]
    moderator = await sign_in(system, orcid="0000-0003-1415-9269", roles=("moderator",))
    hers = await place.claim(ada, "A1")
    assert hers["status"] == "approved"
    await place.trusts("A1", "L2")

    await place.ask(bob, "PUT", "/researchers/A1/follow")
    await place.ask(cy, "PUT", "/researchers/A1/follow")
    his = await place.claim(bob, "A2")
    await place.trusts("A1", "L2", verified="1")
    await place.ask(bob, "DELETE", f"/claims/{his['id']}")
    await place.trusts("A1", "L2", verified="0")

    disputed = await place.claim(cy, "A1")
    assert disputed["disputes"] == hers["id"]
    decision = {"outcome": "revoke", "reasons": ["not her"]}
    await place.ask(moderator, "POST", f"/claims/{hers['id']}/decision", decision)
    await place.trusts("A1", "L1")

    await place.claim(bob, "A2")
    await place.trusts("A2", "L2")
    merged = event(AuthorsWereMerged(into="A3"), "A2", 2)
    await system.publish("works.author", [("A2", merged)])
    await place.trusts("A3", "L2")
    await place.trusts("A1", "L1", verified="1")

    began = time.perf_counter()
    await place.ask(bob, "DELETE", "/me")
    await place.trusts("A3", "L1")
    await place.trusts("A1", "L1", verified="0")
    print(f"erased everywhere after {time.perf_counter() - began:.2f} s")


async def test_a_rebuild_keeps_what_people_did_and_no_event_tells_what_is_theirs(
    place: Place,
) -> None:
    system = place.system
    ada = await sign_in(system, orcid=ADA, name="Ada Lovelace-Private")
    bob = await sign_in(system, email="bob@private.example", name="Bob Private")
    await place.claim(ada, "A1")
    await place.ask(ada, "PATCH", "/me", {"tagline": "Publicly said"})
    await place.ask(bob, "PATCH", "/me", {"private_follows": True})
    await place.ask(bob, "PUT", "/researchers/A1/follow")
    hello = {"purpose": "advice", "message": PRIVATE}
    sent = await place.ask(bob, "POST", "/researchers/A1/invitations", hello)
    await place.ask(ada, "POST", f"/invitations/{sent['id']}/accept")
    await place.ask(bob, "POST", f"/invitations/{sent['id']}/messages", {"text": PRIVATE})
    dispute = await place.ask(bob, "POST", "/researchers/A1/claims", {"note": PRIVATE})
    assert dispute["status"] == "queued"
    await system.caught_up("identity", "trust", "gateway")

    collections = ("authors", "claims", "followed", "invited")
    before = await system.state("identity", *collections)
    await services.identity.main.make_anew(system.settings(IdentitySettings))
    assert await system.state("identity", *collections) == before

    told = b""
    for topic in ("claim", "follow", "collaboration", "profile"):
        for record in await system.messages(f"identity.{topic}"):
            decode(record.value or b"", CATALOGUE)
            told += record.value or b""
            if topic == "follow":
                assert bob.account_id.encode() not in (record.value or b"")
    assert b"Publicly said" in told
    for word in (PRIVATE, "private.example", "Private", ADA, ada.secret):
        assert word.encode() not in told
