"""A harvest killed with `kill -9` twenty times ends as one that nobody disturbed."""

import asyncio
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

import pytest

from deploy.local.ports import free_port
from services.works.records import Record
from services.works.sources import open_source
from tests.chaos.works_process import Works
from tests.outcomes import living
from tests.support import ACL, System, make_topics
from tests.works.harvest.oai_shelf import Shelf, deleted
from tests.works.harvest.standin import Answer, Asked, StandIn, standing_in
from tests.works.harvest.support import operating

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(420)]
KILLS = 20
PAPERS = 360
WANTED = {"source": "arxiv", "set": "cs,math", "since": "2020-01-01"}


def _papers() -> list[str]:
    """Real titles and authors of the ACL Anthology, as arXiv would list them."""
    found: list[str] = []
    for file in sorted(ACL.glob("*.xml.gz")):
        with file.open("rb") as stream:
            records = [item for item in open_source(stream, file.name) if isinstance(item, Record)]
        for record in records:
            number = len(found)
            day = f"2020-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"
            found.append(_as_arxiv(f"2001.{number:05}", day, record))
    assert len(found) >= PAPERS
    return sorted(found[:PAPERS], key=lambda text: text.partition("<datestamp>")[2][:10])


def _as_arxiv(identifier: str, day: str, record: Record) -> str:
    authors = "".join(
        f"<author><keyname>{escape(one.family or one.name)}</keyname>"
        f"<forenames>{escape(one.given or '')}</forenames></author>"
        for one in record.authors
    )
    return (
        f"<record><header><identifier>oai:arXiv.org:{identifier}</identifier>"
        f"<datestamp>{day}</datestamp><setSpec>cs</setSpec></header><metadata>"
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{identifier}</id><created>{day}</created>'
        f"<authors>{authors}</authors><title>{escape(record.title)}</title>"
        f"<categories>cs.CL</categories><abstract>{escape(record.abstract or '-')}</abstract>"
        "</arXiv></metadata></record>"
    )


class Moody:
    """Two lists that overlap; now and then something goes wrong, as the seed has it."""

    def __init__(self, papers: list[str], chance: random.Random | None = None) -> None:
        half = len(papers) // 2
        gone = deleted("2001.99999", "2020-12-31")
        self._shelves = {
            "cs": Shelf([*papers[: half + 20], gone], size=5),
            "math": Shelf(papers[half - 20 :], size=5),
        }
        self._chance = chance

    def answer(self, asked: Asked) -> Answer:
        """The page, its beginning, or a refusal."""
        part, _, token = asked.params.get("resumptionToken", "").partition("/")
        shelf = self._shelves[asked.params.get("set") or part]
        params = {**asked.params, "resumptionToken": token} if token else asked.params
        mood = self._chance.random() if self._chance else 1
        if mood < 0.05:
            return Answer(status=503, headers={"Retry-After": "0"})
        if mood < 0.1 and token:
            return shelf.error("badResumptionToken", "expired")
        page = shelf.answer(Asked(asked.path, params, asked.headers, asked.at))
        name = asked.params.get("set") or part
        body = page.body.replace(b'">2020-01-01|', f'">{name}/2020-01-01|'.encode())
        body = body.replace(b'">2020', f'">{name}/2020'.encode())
        return Answer(body, cut=len(body) // 2 if mood > 0.95 and self._chance else None)


@contextmanager
def two_works(system: System, arxiv: StandIn) -> Iterator[dict[str, Works]]:
    """Two works processes; the contact address tells them apart. None is left afterwards."""
    made: dict[str, Works] = {}
    try:
        for name in ("one", "two"):
            made[name] = Works(
                {
                    "KAFKA_BOOTSTRAP_SERVERS": system.servers.kafka_bootstrap,
                    "MONGODB_URI": system.servers.mongodb_uri,
                    "NAMESPACE": system.namespace,
                    "PORT": str(free_port()),
                    "CONTACT": f"{name}@example.org",
                    "HARVEST_URLS": f'{{"arxiv": "{arxiv.url}"}}',
                    "HARVEST_PAUSE": "0",
                    "HARVEST_RETRY_PAUSE": "0.1",
                    "HARVEST_CLAIM_SECONDS": "1",
                }
            )
        yield made
    finally:
        for works in made.values():
            works.kill()


async def test_twenty_kills_change_nothing_in_the_end(system: System) -> None:
    seed = int(os.environ.get("CHAOS_SEED", "0")) or random.randrange(1, 10**6)
    print(f"CHAOS_SEED={seed}")
    chance = random.Random(seed)
    papers = _papers()
    calm = System(system.servers, f"t{uuid4().hex[:8]}")
    await make_topics(calm)
    async with (
        standing_in(Moody(papers).answer) as arxiv,
        operating(calm, ("arxiv", arxiv)) as operator,
    ):
        undisturbed = await operator.harvest(**WANTED)
        await calm.caught_up("works")
    try:
        async with standing_in(Moody(papers, chance).answer) as arxiv:
            arxiv.pause = 0.05
            disturbed = await _harvest_with_kills(system, arxiv, chance)
        assert disturbed["counts"]["read"] >= undisturbed["counts"]["read"]
        assert await _outcome(system) == await _outcome(calm)
    finally:
        await calm.drop()


async def _harvest_with_kills(system: System, arxiv: StandIn, chance: random.Random) -> Any:
    async with operating(system, ("arxiv", arxiv), harvest_workers=0) as operator:
        with two_works(system, arxiv) as works:
            asked = await operator.ask(**WANTED)
            for kill in range(KILLS):
                await _until_more_is_asked(arxiv)
                await asyncio.sleep(chance.uniform(0, 0.4))
                found = await operator.look(asked["id"])
                assert found["state"] == "running", f"{found['state']} before kill {kill + 1}"
                at_work = works[arxiv.asked[-1].headers["from"].partition("@")[0]]
                at_work.kill()
                at_work.start()
            found = await operator.until(asked["id"], "done", "parked", timeout=120)
            assert found["state"] == "done", found
            await system.caught_up("works")
            return found


async def _until_more_is_asked(arxiv: StandIn) -> None:
    before = len(arxiv.asked)
    async with asyncio.timeout(60):
        while len(arxiv.asked) == before:
            await asyncio.sleep(0.01)


async def _outcome(system: System) -> dict[str, Any]:
    found = living(await system.state("works", "works", "authors"))
    async with system.database("works") as database:
        async for row in database["mentions"].find({}, {"mentions": 1, "year": 1}):
            found[f"mentions/{row['_id']}"] = row
        async for row in database["records"].find({}, {"keys": 1}):
            found[f"records/{row['_id']}"] = row
    assert len([key for key in found if key.startswith("records/")]) >= PAPERS
    return found
