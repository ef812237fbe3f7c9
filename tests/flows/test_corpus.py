"""Real collections of the ACL Anthology through the whole system."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from chassis.mongo import Row
from deploy.local.servers import Servers
from services.gateway.main import make_anew as rebuild_gateway
from services.gateway.settings import GatewaySettings
from services.graph.main import make_anew as rebuild_graph
from services.graph.settings import GraphSettings
from services.identity.main import make_anew as rebuild_identity
from services.identity.settings import IdentitySettings
from services.trust.main import make_anew as rebuild_trust
from services.trust.settings import TrustSettings
from tests.outcomes import living
from tests.support import (
    ACL,
    SEED,
    System,
    client,
    ingest,
    make_topics,
    new_system,
    started,
)
from tests.works.count_acl import count

COLLECTIONS_OF_2020 = sorted(
    Path(os.environ["BZPEER_SHARED_DATA"]).glob("acl-anthology/xml/2020.*.xml.gz")
    if "BZPEER_SHARED_DATA" in os.environ
    else ACL.glob("2020.*.xml.gz")
)
FILES = [SEED, *COLLECTIONS_OF_2020]
Snapshot = dict[str, dict[str, Row]]


async def run(system: System, copies: int = 1) -> None:
    """Ingest everything and wait for the last projection."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(
            system.running("graph", "trust", "identity", "gateway", copies=copies)
        )
        every_works = [system.app("works") for _ in range(copies)]
        for app in every_works:
            await stack.enter_async_context(started(app))
        counts = [await ingest(every_works[n % copies], file) for n, file in enumerate(FILES)]
        await system.caught_up()
    assert [count["rejected"] for count in counts] == [0] * len(FILES)


@pytest.fixture(scope="module")
async def undisturbed(servers: Servers) -> AsyncIterator[System]:
    """A system that took the whole corpus, one copy of each service, now at rest."""
    async with new_system(servers) as made:
        await make_topics(made)
        await run(made)
        yield made


async def test_every_paper_is_on_the_pages_of_its_authors(undisturbed: System) -> None:
    counted = count(COLLECTIONS_OF_2020)
    async with started(undisturbed.app("gateway")) as gateway, client(gateway) as http:
        pages = await _papers_by_spellings(http)
    shown: dict[str, set[str]] = {}
    for spellings, papers in pages:
        for name in spellings:
            shown.setdefault(name, set()).update(papers)
    for name, papers in counted["authors"].items():
        assert papers <= shown[name], name
    for spellings, papers in pages:
        assert papers <= set().union(*(counted["authors"].get(name, set()) for name in spellings))
    assert set().union(*shown.values()) == set().union(*counted["authors"].values())


async def _papers_by_spellings(http: Any) -> list[tuple[tuple[str, ...], set[str]]]:
    """For every page its author's spellings and the ACL ids of the papers on it."""
    found = []
    cursor: str | None = None
    while True:
        parameters = {"limit": 100} | ({"cursor": cursor} if cursor else {})
        page = (await http.get("/api/v1/researchers", params=parameters)).json()
        for item in page["items"]:
            profile = (await http.get(f"/api/v1/researchers/{item['id']}")).json()
            assert profile["counts"]["works"] == len(profile["works"]) == item["works"]
            papers = {i for work in profile["works"] for i in work["identifiers"]}
            acl = {i.removeprefix("acl:") for i in papers if i.startswith("acl:")}
            found.append(((profile["name"], *profile["names"]), acl))
        cursor = page["next_cursor"]
        if cursor is None:
            return found


async def test_a_second_ingest_publishes_no_event(undisturbed: System) -> None:
    before = await undisturbed.ends()
    async with (
        undisturbed.running("graph", "trust", "identity", "gateway"),
        started(undisturbed.app("works")) as works,
    ):
        counts = await ingest(works, *FILES)
        await undisturbed.caught_up()
    assert counts["new"] == counts["revised"] == 0
    assert counts["unchanged"] == counts["read"]
    assert await undisturbed.ends() == before


@pytest.mark.parametrize("alive", [False, True])
@pytest.mark.parametrize("service", ["gateway", "graph", "trust", "identity"])
async def test_a_rebuild_reproduces_the_projection(
    undisturbed: System, service: str, alive: bool
) -> None:
    before, published = await documents(undisturbed, service), await undisturbed.ends()
    assert before
    names = [service] if alive else []
    if alive:
        async with undisturbed.running(*names):
            await rebuild(undisturbed, service)
    else:
        await rebuild(undisturbed, service)
    assert await documents(undisturbed, service) == before
    assert await undisturbed.ends() == published


@pytest.mark.parametrize("service", ["gateway", "graph", "trust", "identity"])
async def test_a_rebuild_brings_back_what_was_lost(undisturbed: System, service: str) -> None:
    before, published = await documents(undisturbed, service), await undisturbed.ends()
    async with undisturbed.database(service) as database:
        for name in COLLECTIONS[service]:
            await database[name].delete_many({"_id": {"$regex": "[a-m]$"}})
    assert await documents(undisturbed, service) != before
    await rebuild(undisturbed, service)
    assert told(await documents(undisturbed, service)) == told(before)
    assert await undisturbed.ends() == published


async def test_two_copies_of_each_service_give_the_same(
    undisturbed: System, system: System
) -> None:
    await run(system, copies=2)
    assert living(await system.everything()) == living(await undisturbed.everything())


COLLECTIONS = {
    "gateway": ("authors", "works"),
    "graph": ("authors", "works", "summaries"),
    "trust": ("inputs", "scores"),
    "identity": ("authors",),
}


def told(snapshot: Snapshot) -> Snapshot:
    """Without the history of scores: a document that was lost begins a new one."""
    return {
        name: {
            key: {**row, "state": {k: v for k, v in row["state"].items() if k != "history"}}
            for key, row in rows.items()
        }
        for name, rows in snapshot.items()
    }


async def documents(system: System, service: str) -> Snapshot:
    """Every document of a projection, whole."""
    async with system.database(service) as database:
        return {
            name: {row["_id"]: row async for row in database[name].find({})}
            for name in COLLECTIONS[service]
        }


async def rebuild(system: System, service: str) -> None:
    """What `bzpeer rebuild` runs."""
    match service:
        case "gateway":
            await rebuild_gateway(system.settings(GatewaySettings))
        case "graph":
            await rebuild_graph(system.settings(GraphSettings))
        case "identity":
            await rebuild_identity(system.settings(IdentitySettings))
        case _:
            await rebuild_trust(system.settings(TrustSettings))
