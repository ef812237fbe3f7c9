"""Ingest to the last projection against the floor, in the same run.

The floor: the same works by bare ``insert_many``, and the same event bytes through a bare producer.
"""

import json
import time

import pytest

from tests.bench.floor import insert_again, produce_again
from tests.support import ACL, System, ingest, started

pytestmark = pytest.mark.bench


async def test_ingest_against_the_floor(system: System) -> None:
    begun = time.perf_counter()
    async with (
        system.running("graph", "trust", "identity", "gateway"),
        started(system.app("works")) as works,
    ):
        begun = time.perf_counter()
        counts = await ingest(works, *sorted(ACL.glob("*.xml.gz")))
        taken = time.perf_counter() - begun
        await system.caught_up()
        whole = time.perf_counter() - begun
    _, inserted = await insert_again(system)
    events, produced = await produce_again(system)
    figures = {
        "works": counts["read"],
        "events": events,
        "seconds_to_taken": round(taken, 2),
        "seconds_to_last_projection": round(whole, 2),
        "floor_insert_seconds": round(inserted, 2),
        "floor_produce_seconds": round(produced, 2),
        "times_the_floor": round(whole / (inserted + produced), 1),
    }
    print(json.dumps(figures, indent=2))
    assert counts["new"] == counts["read"]
