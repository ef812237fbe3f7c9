"""The history of a score: every change, what caused it, which parts it moved."""

from datetime import UTC, datetime

import httpx
import pytest

from chassis.documents import Cause
from chassis.rebuild import restore
from contracts.codec import decode
from contracts.envelope import Payload
from contracts.events import CATALOGUE
from contracts.events.graph import NeighbourhoodWasSummarised
from contracts.events.identity import ClaimWasApproved, ClaimWasRevoked
from contracts.events.works import AuthorWasRecorded
from services.trust.consumers import handlers
from services.trust.domain import Inputs, score
from services.trust.history import MOST, changes, extended
from services.trust.store import HISTORY, Store
from tests.support import System, client, event, make_topics

WHEN = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
SUMMARY = NeighbourhoodWasSummarised(works=7, works_in_good_standing=7)
CLAIM = ClaimWasApproved(claim_id="C1", account_id="U1", level="L2", proofs=("orcid",))


@pytest.fixture
async def system(databases: System) -> System:
    await Store(databases.service("trust")).prepare()
    return databases


async def tell(store: Store, topic: str, position: int, data: Payload) -> None:
    await handlers(store)[topic]([decode(event(data, "A", position), CATALOGUE)])


async def history(http: httpx.AsyncClient, **parameters: str | int) -> httpx.Response:
    return await http.get("/authors/A/trust/history", params=parameters)


async def test_every_change_with_what_caused_it(system: System) -> None:
    store = Store(system.service("trust"))
    await tell(store, "works.author", 1, AuthorWasRecorded(name="Ada"))
    await tell(store, "graph.neighbourhood", 1, SUMMARY)
    for position in (1, 1):
        await tell(store, "identity.claim", position, CLAIM)
    await tell(store, "identity.claim", 2, ClaimWasRevoked(claim_id="C1"))
    async with client(system.app("trust")) as http:
        items = (await history(http)).json()["items"]
        assert [item["position"] for item in items] == [3, 2, 1]
        assert [(item["before"], item["score"]) for item in items] == [(25, 9), (9, 25), (None, 9)]
        assert items[1]["cause"] == "bzpeer.identity.ClaimWasApproved.v1"
        assert "claimed" in items[1]["reason"]
        assert items[1]["components"] == [{"name": "verification", "points": 16, "before": 0}]
        first = (await history(http, limit=2)).json()
        rest = (await history(http, limit=2, cursor=first["next_cursor"])).json()
        assert first["items"] + rest["items"] == items
        assert rest["next_cursor"] is None
        told = (await http.get("/authors/A/trust")).json()
        assert HISTORY not in told
        assert (await http.get("/authors/nobody/trust/history")).status_code == 404
        assert (await history(http, cursor="x")).status_code == 422


async def test_a_restored_ledger_keeps_its_history(system: System) -> None:
    await make_topics(system)
    service = system.service("trust")
    store = Store(service)
    await tell(store, "graph.neighbourhood", 1, SUMMARY)
    row = await store.scores.collection.find_one({"_id": "A"})
    assert row is not None
    await system.publish("trust.score", [("A", bytes(e["body"])) for e in row["outbox"]])
    await store.scores.collection.update_one({"_id": "A"}, {"$set": {"state.score": 99}})
    await restore(service, "trust.score", store.scores, keep=(HISTORY,))
    restored = (await store.scores.get_many(["A"]))["A"].state
    assert restored == row["state"]
    await store.score({"A": ("rebuild", Cause())})
    assert (await store.scores.get_many(["A"]))["A"].positions == {"trust.score": 1}


def test_the_newest_changes_are_kept() -> None:
    kept: list[dict[str, object]] = []
    for number in range(MOST + 3):
        scored = score(Inputs(works=number), "bzpeer.works.AuthorWasRecorded.v1")
        kept = extended(kept, scored, number + 1, WHEN)
    told = list(changes(kept))
    assert len(told) == MOST
    assert (told[0].position, told[-1].position) == (MOST + 3, 4)
    assert told[-1].before is None
