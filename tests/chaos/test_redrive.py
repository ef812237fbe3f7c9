"""A dead letter, mended and redriven from the command line, is applied once."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.events.works import AuthoredWork, AuthorWasRecorded
from deploy.local import mongod
from deploy.local.servers import Servers
from tests.stack import Stack
from tests.support import System, event, eventually

pytestmark = pytest.mark.chaos


async def test_undecodable_bytes_are_buried_mended_and_applied_once(
    stack: Stack, tmp_path: Path
) -> None:
    system = System(
        Servers(
            f"127.0.0.1:{stack.process('kafka').port}",
            mongod.uri(stack.process("mongod").port),
        ),
        "bzpeer",
    )
    author = AuthorWasRecorded(
        name="Mended Author", works=(AuthoredWork(work_id="Wnowhere", place=0),)
    )
    good = event(author, "Amended", 1)
    await system.publish("works.author", [("Amended", good[:-20]), ("Amoved", b"")])

    def listed() -> Any:
        return json.loads(stack.run("dead-letters", "list", "--json"))

    async def listing() -> Any:
        return await asyncio.to_thread(listed)

    readers = {"identity", "graph", "trust", "gateway"}
    letters = await eventually(listing, lambda found: len(found) == 2 * len(readers))
    assert {letter["group"].removeprefix("bzpeer.") for letter in letters} == readers
    truncated = [letter for letter in letters if letter["size"]]
    assert all(letter["reason"] == "undecodable" for letter in letters)
    assert "not JSON" in stack.run("dead-letters", "show", truncated[0]["id"])

    mended = tmp_path / "mended.json"
    mended.write_bytes(good)
    stack.run("dead-letters", "redrive", truncated[0]["id"], "--body", str(mended))
    async with httpx.AsyncClient(base_url=stack.gateway) as http:
        answer = await eventually(
            lambda: http.get("/api/v1/researchers/Amended"), lambda found: found.is_success
        )
    assert answer.json()["name"] == "Mended Author"
    assert len(await listing()) == len(letters) - 1
    assert stack.status()["caught_up"] is True
