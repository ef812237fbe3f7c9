"""The whole ACL Anthology comes out the same however it comes in: ``make proof-order``.

Reads all of it below ``BZPEER_SHARED_DATA`` (a small part, in the repo, without) twice in a row,
then in another order, then as two halves at once. Works runs alone: it decides who is who.
"""

import asyncio
import hashlib
import json
import os
import random
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from deploy.local.servers import Servers
from tests.outcomes import living
from tests.support import ACL, System, ingest, make_topics, new_system, started

FILES = sorted(
    Path(os.environ["BZPEER_SHARED_DATA"]).glob("acl-anthology/xml/*.xml.gz")
    if "BZPEER_SHARED_DATA" in os.environ
    else ACL.glob("*.xml.gz")
)
_SECONDS = 6 * 3600
pytestmark = pytest.mark.timeout(_SECONDS)


async def test_order_and_company_change_nothing(servers: Servers) -> None:
    in_order = await outcome(servers, "twice in a row", [FILES], again=True)
    shuffled = random.Random(20).sample(FILES, len(FILES))
    assert await outcome(servers, "in another order", [shuffled]) == in_order
    assert await outcome(servers, "two halves at once", [FILES[::2], FILES[1::2]]) == in_order


async def outcome(
    servers: Servers, how: str, parts: Sequence[Sequence[Path]], *, again: bool = False
) -> dict[str, str]:
    """What each living work and author is, as a digest, once each part went through a copy."""
    began = time.perf_counter()
    async with new_system(servers) as system:
        await make_topics(system)
        await take_in(system, parts)
        if again:
            assert await take_in(system, parts) == 0
        states = living(await system.state("works", "works", "authors"))
    print(f"{how}: {len(states)} works and authors, {time.perf_counter() - began:.0f} s")
    return {key: _digest(state) for key, state in states.items()}


async def take_in(system: System, parts: Sequence[Sequence[Path]]) -> int:
    """Ingest the parts at once, each through its own copy; how many records changed something."""
    async with AsyncExitStack() as stack:
        copies = [await stack.enter_async_context(started(system.app("works"))) for _ in parts]
        counts = await asyncio.gather(
            *(ingest(app, *files) for app, files in zip(copies, parts, strict=True))
        )
        await system.caught_up("works", timeout=_SECONDS)
    assert [count["rejected"] for count in counts] == [0] * len(parts)
    return sum(count["new"] + count["revised"] for count in counts)


def _digest(state: object) -> str:
    text = json.dumps(state, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
