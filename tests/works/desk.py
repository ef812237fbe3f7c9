"""A desk at which people decide about four papers, over HTTP."""

from typing import Any

import httpx

from contracts.events.works import BlockWasChanged
from services.works.consumers import handlers
from services.works.domain import work_id
from services.works.records import Record
from services.works.store import Store
from tests.outboxes import waiting
from tests.support import System
from tests.tokens import Mint, bearer
from tests.works.papers import ADA, ALAN, GRACE, arxiv, by
from tests.works.taking_in import authors, one_by_one, published, resolve, take_in


def paper(number: int, *names: str, version: int = 1) -> Record:
    """One of the papers."""
    title = f"Paper number {number}"
    return arxiv(version, record_id=f"2106.0000{number}", title=title, authors=by(*names))


class Desk:
    """The HTTP of works, the works themselves, and the people who decide."""

    def __init__(self, system: System, http: httpx.AsyncClient, mint: Mint, store: Store) -> None:
        self.system, self.http, self.mint, self.store = system, http, mint, store

    async def ingest(self, version: int = 1) -> None:
        """Four papers; the second ingest brings a new version of each."""
        written = [(ADA, GRACE), (ADA,), (ADA, ALAN), ("Adda Lovelace",)]
        papers = [paper(n, *names, version=version) for n, names in enumerate(written, 1)]
        await take_in(self.store, *papers)
        await self.resolve()

    async def correct(self, number: int, *names: str) -> None:
        """A new version of a paper has other authors; each block is worked out on its own."""
        await take_in(self.store, paper(number, *names, version=2))
        await one_by_one(self.store, 0)

    async def resolve(self) -> None:
        """What the service does with the blocks that works and decisions named."""
        await resolve(self.store)
        rows = [row async for row in self.store.curations.documents.collection.find({})]
        blocks = [event for event in waiting(rows) if isinstance(event.data, BlockWasChanged)]
        await handlers(self.store)["works.block"](blocks)

    async def make(self, status: int = 201, /, *, settled: bool = True, **command: Any) -> Any:
        by = command.pop("by", {"roles": ("member", "moderator")})
        headers = bearer(self.mint.token(**by))
        response = await self.http.post("/curations", json=command, headers=headers)
        assert response.status_code == status, response.text
        if settled:
            await self.resolve()
        return response.json()

    async def reverse(self, curation: str, status: int = 200, by: Any = None) -> Any:
        headers = bearer(self.mint.token(**by or {"roles": ("moderator",)}))
        response = await self.http.delete(f"/curations/{curation}", headers=headers)
        assert response.status_code == status, response.text
        await self.resolve()
        return response.json()

    async def authors(self) -> dict[str, list[int]]:
        """Author id to the numbers of the papers, of everybody who has one."""
        numbers = {work_id(f"arxiv:2106.0000{n}"): n for n in range(1, 5)}
        async with self.system.database("works") as database:
            return {
                row["_id"]: sorted(numbers[i["work_id"]] for i in row["state"]["author"]["works"])
                async for row in database["authors"].find({"state.author.works.0": {"$exists": 1}})
            }

    async def told(self, author: str) -> list[tuple[str, ...] | None]:
        """What was told of an author, in its order: into whom it was split, or a state (None)."""
        events = [one for one in await published(self.store, "authors") if one.subject == author]
        ordered = sorted(events, key=lambda one: one.position)
        return [getattr(one.data, "into", None) for one in ordered]

    async def leads_to(self, author: str) -> str | None:
        async with self.system.database("works") as database:
            row = await database["authors"].find_one({"_id": author})
            assert row is not None
            into: str | None = row["state"].get("merged_into")
            return into

    async def only(self, *works: str) -> str:
        """The only author of exactly these works."""
        wrote = {one: sorted(ids) for one, ids in (await authors(self.store)).items()}
        (found,) = [one for one, ids in wrote.items() if ids == sorted(works)]
        return found

    async def who(self, papers: list[int]) -> str:
        """The only author of exactly these papers."""
        (found,) = [one for one, wrote in (await self.authors()).items() if wrote == papers]
        return found
