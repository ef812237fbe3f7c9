"""Identity with some people and author records, in this process and without a broker."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI

from chassis.mongo import Database
from contracts.codec import decode
from contracts.envelope import Event, Payload
from contracts.events import CATALOGUE
from contracts.events.works import (
    AuthoredWork,
    AuthorsWereMerged,
    AuthorWasRecorded,
    Institution,
)
from deploy.local.servers import Servers
from services.identity import main
from services.identity.access import Access
from services.identity.accounts import Identity, email_identity
from services.identity.community import Community
from services.identity.consumers import handlers
from services.identity.settings import IdentitySettings
from services.identity.store import Store
from tests.outboxes import waiting
from tests.signin import ORCID_ISSUER
from tests.support import System, attested_by, client, event, new_system
from tests.tokens import Mint, bearer


class Town:
    """People come in by ``person``; what they do goes over HTTP."""

    def __init__(self, system: System, app: FastAPI, http: httpx.AsyncClient, db: Database) -> None:
        self.system = system
        self.http = http
        self.database = db
        self.mint = Mint()
        app.state.verifier = self.mint.verifier()
        settings = system.settings(IdentitySettings)
        service = main.context(settings)
        self.store = Store(service)
        self.access = Access(service.database, settings)
        self.community = Community(service, settings, self.store, self.access)
        self.positions: dict[str, int] = {}

    async def person(
        self, *, orcid: str | None = None, email: str | None = None, name: str | None = None
    ) -> str:
        """A new account."""
        who = Identity(ORCID_ISSUER, orcid or name or "", name=name, orcid=orcid)
        return await self.access.accounts.signed_in(email_identity(email) if email else who)

    async def record(self, author_id: str, **facts: Any) -> None:
        """Works tells of an author record."""
        shown: dict[str, Any] = {"name": "Ada Example", **facts}
        shown["works"] = tuple(AuthoredWork(work_id=w, place=0) for w in facts.get("works", ()))
        shown["attested_by"] = attested_by("arxiv")
        domains = facts.pop("domains", ())
        shown.pop("domains", None)
        if domains:
            ror = "https://ror.org/00x0x0x00"
            shown["institutions"] = (Institution(ror=ror, name="Example U", domains=domains),)
        await self.hear(author_id, AuthorWasRecorded.model_validate(shown))

    async def merge(self, old: str, new: str) -> None:
        """Works merges an author record into another."""
        await self.hear(old, AuthorsWereMerged(into=new))

    async def hear(self, author_id: str, data: Payload, position: int | None = None) -> None:
        """One event of works arrives."""
        at = position or self.positions.get(author_id, 0) + 1
        self.positions[author_id] = max(at, self.positions.get(author_id, 0))
        told = decode(event(data, author_id, at), CATALOGUE)
        await handlers(self.store, self.community.merged)["works.author"]([told])

    async def ask(
        self, who: str | None, method: str, path: str, json: Any = None, **claims: Any
    ) -> httpx.Response:
        """A request of somebody."""
        headers = bearer(self.mint.token(who, **claims)) if who else {}
        return await self.http.request(method, path, json=json, headers=headers)

    async def get(self, who: str | None, path: str, **claims: Any) -> Any:
        """What somebody sees at a path."""
        answer = await self.ask(who, "GET", path, **claims)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def begin(self) -> None:
        """Nobody has done anything yet; indexes stay."""
        for name in await self.database.list_collection_names():
            await self.database[name].delete_many({})
        self.positions.clear()

    async def told(self, collection: str, author_id: str) -> Sequence[Event[Any]]:
        """The events about an author that wait for the relay, in their order."""
        row = await self.database[collection].find_one({"_id": author_id})
        return waiting([row] if row else [])


@asynccontextmanager
async def new_town(servers: Servers, **settings: Any) -> AsyncIterator[Town]:
    """A town in databases that nobody else uses."""
    async with new_system(servers) as system, town(system, **settings) as made:
        yield made


@asynccontextmanager
async def town(system: System, **settings: Any) -> AsyncIterator[Town]:
    """Identity, prepared and not relaying."""
    app = system.app("identity", **settings)
    async with client(app) as http, system.database("identity") as database:
        made = Town(system, app, http, database)
        await made.store.prepare()
        await made.access.prepare()
        await made.community.prepare()
        yield made
        made.store.authors.collection.database.client.close()
