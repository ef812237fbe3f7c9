"""A small world with everybody in it, the same for every request: for tests of who may do what."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI

import services.gateway.store
import services.graph.store
import services.trust.store
from chassis.mongo import Database, Row
from contracts.codec import decode, type_of
from contracts.events import CATALOGUE
from contracts.events.graph import NeighbourhoodWasSummarised
from contracts.topics import topic_of_event
from services.gateway.consumers import handlers as gateway_handlers
from services.graph.consumers import handlers as graph_handlers
from services.identity.accounts import BROWSER
from services.trust.consumers import handlers as trust_handlers
from services.trust.domain import Inputs, score
from services.works.domain import work_id
from tests.identity.town import Town, town
from tests.signin import ADA, BOB
from tests.support import System, client, event, serving
from tests.tokens import Mint, bearer
from tests.works.papers import ADA as ADA_NAME
from tests.works.papers import ADA_ID, GRACE_ID, arxiv
from tests.works.papers import GRACE as GRACE_NAME
from tests.works.taking_in import new_store, published, resolve, take_in

OWN, OTHERS = ADA_ID, GRACE_ID
WORK = work_id("arxiv:2106.08254")
FURTHER = ("2106.00001", "2106.00002")
ROLES: Mapping[str, tuple[str, ...]] = {
    "member": ("member",),
    "owner": ("member",),
    "other": ("member",),
    "moderator": ("member", "moderator"),
    "operator": ("member", "operator"),
}
"""Everybody who is signed in, and the roles they have."""
BAD = {
    "expired": "expired",
    "issuer": "other issuer",
    "audience": "wrong audience",
    "tampered": "tampered",
}
"""Columns of tokens that must be refused, and what the mint calls them."""
CALLERS = ("nobody", *ROLES, "no-scope", *BAD)
_GOOD_SCOPES = ("read", "follow", "claim", "collaborate", "profile", "curate")


@dataclass
class Commune:
    """Both services with the same people; ``ids`` fills the paths."""

    town: Town
    apps: Mapping[str, FastAPI]
    http: Mapping[str, httpx.AsyncClient]
    people: Mapping[str, str]
    ids: Mapping[str, str]
    databases: tuple[Database, ...]
    kept: Mapping[str, Mapping[str, list[Row]]]

    async def ask(
        self, service: str, caller: str, method: str, path: str, body: Any
    ) -> httpx.Response:
        """One request of one caller; afterwards all is as before."""
        answer = await self.http[service].request(
            method, path.format(**self.ids), headers=self.headers(caller), **body
        )
        if method != "GET":
            await self.restore(whole=answer.is_success)
        return answer

    def headers(self, caller: str) -> dict[str, str]:
        """What a caller proves who it is with."""
        if caller == "nobody":
            return {}
        mint = self.town.mint
        if caller in BAD:
            return bearer(mint.bad_tokens(self.people["owner"])[BAD[caller]])
        if caller == "no-scope":
            return bearer(mint.token(self.people["owner"], scopes=(), authors=(OWN,)))
        moderates = caller in ("moderator", "operator")
        return bearer(
            mint.token(
                self.people[caller],
                roles=ROLES[caller],
                scopes=(*_GOOD_SCOPES, *(("moderate",) if moderates else ())),
                authors={"owner": (OWN,), "other": (OTHERS,)}.get(caller, ()),
                sid=f"{BROWSER}test",
            )
        )

    async def restore(self, *, whole: bool) -> None:
        """Bring the databases back; not ``whole``: only what counts how often something is done."""
        for database in self.databases:
            kept = self.kept[database.name]
            names = set(await database.list_collection_names()) if whole else {"limits"}
            for name in names:
                await database[name].delete_many({})
                if kept.get(name):
                    await database[name].insert_many(kept[name])


async def _everything(database: Database) -> dict[str, list[Row]]:
    names = await database.list_collection_names()
    return {name: await database[name].find({}).to_list(10_000) for name in names}


@asynccontextmanager
async def commune(system: System) -> AsyncIterator[Commune]:
    """Everybody, their claims, an invitation that waits, one that was accepted, a report."""
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(town(system, environment="development"))
        people = {who: await place.person(name=f"{who.title()} Example") for who in ROLES}
        people |= {"owner": await place.person(orcid=ADA, name=ADA_NAME)}
        people |= {"other": await place.person(orcid=BOB, name=GRACE_NAME)}
        ids = await _deeds(place, people)
        works = system.app("works")
        works.state.verifier = place.mint.verifier()
        await _pages(system)
        ids["curation_id"] = await _curation(works, place.mint)
        identity = system.app("identity", environment="development")
        identity.state.verifier = place.mint.verifier()
        urls = {
            "identity_url": await stack.enter_async_context(serving(identity)),
            "works_url": await stack.enter_async_context(serving(works)),
            "graph_url": await stack.enter_async_context(serving(system.app("graph"))),
            "trust_url": await stack.enter_async_context(serving(system.app("trust"))),
        }
        apps = {"identity": identity, "gateway": system.app("gateway", **urls)}
        gateway = await stack.enter_async_context(client(apps["gateway"]))
        databases = (
            await stack.enter_async_context(system.database("identity")),
            await stack.enter_async_context(system.database("works")),
        )
        kept = {database.name: await _everything(database) for database in databases}
        http = {"identity": place.http, "gateway": gateway}
        yield Commune(place, apps, http, people, ids, databases, kept)


async def _deeds(place: Town, people: Mapping[str, str]) -> dict[str, str]:
    member, owner, other = people["member"], people["owner"], people["other"]
    await place.record(OWN, name=ADA_NAME, identifiers=(f"orcid:{ADA}",))
    await place.record(OTHERS, name=GRACE_NAME, identifiers=(f"orcid:{BOB}",))
    await place.record("Afree", name="Cy Unclaimed")

    async def done(who: str, path: str, body: Any = None) -> Any:
        answer = await place.ask(who, "POST", path, body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else {}

    owned = await done(owner, f"/researchers/{OWN}/claims", {})
    await done(other, f"/researchers/{OTHERS}/claims", {})
    queued = await done(member, "/researchers/Afree/claims", {"note": "It is me."})
    hello = {"purpose": "review", "message": "Shall we?"}
    talk = await done(member, f"/researchers/{OWN}/invitations", hello)
    await done(owner, f"/invitations/{talk['id']}/accept")
    sent = await done(other, f"/researchers/{OWN}/invitations", hello)
    await done(owner, f"/invitations/{talk['id']}/report", {"reason": "Rude."})
    script = {"name": "script", "scopes": ["read"]}
    token = await place.ask(owner, "POST", "/me/tokens", script, sid=f"{BROWSER}test")
    session = await place.access.grants.open_session(owner)
    report = await place.database["reports"].find_one({})
    assert report is not None
    return {
        "author_id": OWN,
        "free": "Afree",
        "claim_id": owned["id"],
        "queued": queued["id"],
        "invitation_id": talk["id"],
        "sent": sent["id"],
        "report_id": str(report["_id"]),
        "account_id": member,
        "work_id": WORK,
        "session_id": session.id,
        "token_id": token.json()["id"],
        "confirmation_id": "none",
    }


async def _curation(works: FastAPI, mint: Mint) -> str:
    """A decision of the owner, to be taken back."""
    headers = bearer(mint.token("Uowner", scopes=("curate",), authors=(OWN,)))
    async with client(works) as http:
        decision = {"kind": "not-mine", "author": OWN, "work": work_id(f"arxiv:{FURTHER[0]}")}
        answer = await http.post("/curations", json=decision, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def _pages(system: System) -> None:
    """A work and its authors as works, graph, trust and gateway know them."""
    works = await new_store(system)
    await take_in(works, arxiv(), *(arxiv(record_id=other, year=2022) for other in FURTHER))
    await resolve(works)
    gateway = services.gateway.store.Store(system.service("gateway"))
    trust = services.trust.store.Store(system.service("trust"))
    graph = services.graph.store.Store(system.service("graph"))
    readers = (
        gateway_handlers(gateway),
        trust_handlers(trust),
        graph_handlers(graph, note=False),
    )
    for prepare in (gateway.prepare, trust.prepare, graph.prepare):
        await prepare()
    events = await published(works, "works") + await published(works, "authors")
    summary = NeighbourhoodWasSummarised(works=1, works_in_good_standing=1)
    scored = score(Inputs(works=1), type_of(NeighbourhoodWasSummarised))
    events += [decode(event(data, OWN, 1), CATALOGUE) for data in (summary, scored)]
    for told in events:
        for reader in readers:
            topic = topic_of_event()[told.type]
            if topic in reader:
                await reader[topic]([told])
