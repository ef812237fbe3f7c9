"""The slice of an author by HTTP, with who follows whom."""

from collections.abc import Awaitable
from typing import Any

import httpx

from contracts.events.identity import ResearcherWasFollowed, ResearcherWasUnfollowed
from services.graph.store import Store
from tests.graph.telling import close, paper, person, settle, tell, two_friends
from tests.support import System, client


async def test_the_slice_of_an_author_by_http(databases: System, store: Store) -> None:
    await two_friends(store)
    async with client(databases.app("graph")) as http:
        found = await http.get("/authors/A/graph")
        assert found.status_code == 200
        assert {node["id"] for node in found.json()["nodes"]} == {"A", "B", "W1", "W2"}
        only = await http.get("/authors/A/graph", params={"kinds": ["author"], "limit": 2})
        assert [node["id"] for node in only.json()["nodes"]] == ["A", "B"]
        assert only.json()["truncated"] is False
        missing = await http.get("/authors/nobody/graph")
        assert missing.status_code == 404
        assert missing.headers["content-type"] == "application/problem+json"
        for wrong in ({"depth": 3}, {"depth": 0}, {"limit": 1}, {"limit": 501}, {"kinds": "venue"}):
            answer = await http.get("/authors/A/graph", params=wrong)
            assert answer.status_code == 422, wrong


async def test_depth_two_by_http_reaches_collaborators_of_collaborators(
    databases: System, store: Store
) -> None:
    await two_friends(store)
    await tell(store, "W3", 1, paper("Bob", "Cleo"))
    await tell(store, "B", 2, person("Bob", "W1", "W2", "W3"))
    await tell(store, "C", 1, person("Cleo", "W3"))
    async with client(databases.app("graph")) as http:
        near, far = [
            {
                node["id"]
                for node in (await http.get("/authors/A/graph", params={"depth": depth})).json()[
                    "nodes"
                ]
            }
            for depth in (1, 2)
        ]
    assert far - near == {"C", "W3"}


def follow(
    store: Store, account: str, author: str, position: int, record: str | None
) -> Awaitable[None]:
    data = ResearcherWasFollowed(
        account_id=account, verified=False, followers=1, follower_author_id=record
    )
    return tell(store, author, position, data)


async def followed(http: httpx.AsyncClient, author: str, **parameters: Any) -> set[tuple[str, str]]:
    """Who follows whom in the slice of an author."""
    found = (await http.get(f"/authors/{author}/graph", params=parameters)).json()
    return {(e["source"], e["target"]) for e in found["edges"] if e["kind"] == "followed"}


async def test_who_follows_whom_is_an_edge_and_no_collaboration(
    databases: System, store: Store
) -> None:
    await two_friends(store)
    await tell(store, "C", 1, person("Cleo", "W3"))
    await settle(store)
    await follow(store, "Ucleo", "A", 1, "C")
    await follow(store, "Ubob", "A", 2, "B")
    await follow(store, "Uada", "C", 1, "A")
    await follow(store, "Usecret", "A", 3, None)
    await follow(store, "Ustranger", "A", 4, "Aunknown")
    async with client(databases.app("graph")) as http:
        assert await followed(http, "A") == {("C", "A"), ("B", "A"), ("A", "C")}
        assert await followed(http, "B") == {("B", "A")}
        assert await followed(http, "B", depth=2) == {("B", "A")}
        assert await followed(http, "A", kinds=["work"]) == set()
        assert await store.pending() == 0
        assert (await close(store))["A"] == ["Bob"]
        await tell(store, "A", 5, ResearcherWasUnfollowed(account_id="Ucleo", followers=3))
        await follow(store, "Ucleo", "A", 1, "C")
        await follow(store, "Ubob", "A", 6, None)
        assert await followed(http, "A") == {("A", "C")}


async def test_more_followers_than_a_slice_shows(databases: System, store: Store) -> None:
    await two_friends(store)
    for number in range(12):
        await tell(store, f"F{number}", 1, person(f"Follower {number}"))
        await follow(store, f"U{number}", "A", number + 1, f"F{number}")
    async with client(databases.app("graph")) as http:
        found = (await http.get("/authors/A/graph")).json()
        assert found["truncated"] is True
        assert len(await followed(http, "A")) == 10
        assert {"B", "W1", "W2"} <= {node["id"] for node in found["nodes"]}
