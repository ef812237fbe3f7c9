"""Harvests as an operator asks for them, of a works service in this process."""

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support import ACL, TOKEN, System, client, eventually, started
from tests.works.harvest.oai_shelf import Shelf
from tests.works.harvest.standin import Answer, Asked, StandIn, standing_in

QUICK = {"harvest_pause": 0.0, "harvest_retry_pause": 0.05, "harvest_claim_seconds": 1.0}
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
SINCE = "2015-01-01"
EVERYTHING = {"source": "arxiv", "set": "cs", "since": SINCE}


@dataclass
class Operator:
    """Somebody who has the token."""

    http: httpx.AsyncClient

    async def ask(self, **wanted: Any) -> Any:
        """Ask for a harvest; the answer."""
        response = await self.http.post("/harvests", json=wanted, headers=HEADERS)
        assert response.status_code == 202, response.text
        return response.json()

    async def look(self, harvest: str) -> Any:
        """A harvest with its jobs."""
        return (await self.http.get(f"/harvests/{harvest}", headers=HEADERS)).json()

    async def stop(self, harvest: str) -> Any:
        """Stop a harvest; how it stands."""
        return await self._say(harvest, "stop")

    async def retry(self, harvest: str) -> Any:
        """Let a harvest go on; how it stands."""
        return await self._say(harvest, "retry")

    async def _say(self, harvest: str, word: str) -> Any:
        response = await self.http.post(f"/harvests/{harvest}/{word}", headers=HEADERS)
        assert response.status_code == 200, response.text
        return response.json()

    async def until(self, harvest: str, *states: str, timeout: float = 60) -> Any:
        """The harvest once it is in one of the states."""
        return await eventually(
            lambda: self.look(harvest), lambda found: found["state"] in states, timeout
        )

    async def harvest(self, **wanted: Any) -> Any:
        """Ask, and wait for the end; it must not end parked."""
        asked = await self.ask(**wanted)
        found = await self.until(asked["id"], "done", "parked")
        assert found["state"] == "done", found
        return found


@asynccontextmanager
async def operating(
    system: System, *standins: tuple[str, StandIn], **more: Any
) -> AsyncIterator[Operator]:
    """A works service whose providers are stand-ins."""
    urls = {name: standin.url for name, standin in standins}
    app = system.app("works", **{**QUICK, "harvest_urls": urls, **more})
    async with started(app), client(app) as http:
        yield Operator(http)


@asynccontextmanager
async def harvesting(system: System, shelf: Shelf) -> AsyncIterator[tuple[StandIn, Operator]]:
    """A provider with these records, and a works service that harvests it."""
    async with standing_in(shelf.answer) as arxiv, operating(system, ("arxiv", arxiv)) as operator:
        yield arxiv, operator


def anthology(asked: Asked) -> Answer:
    """The files of the ACL Anthology that the tests have."""
    file = ACL / f"{asked.path.removeprefix('/api/')}.gz"
    return Answer(gzip.decompress(file.read_bytes())) if file.exists() else Answer(status=404)


async def titles(system: System) -> list[str]:
    """Of all works, sorted."""
    state = await system.state("works", "works")
    return sorted(row["work"]["title"] for row in state.values() if "work" in row)
