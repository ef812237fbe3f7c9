"""What moves a score: from events to what is told, on a real MongoDB."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from chassis.documents import Change, Decide, Document, Documents
from contracts.codec import decode, type_of
from contracts.envelope import Payload
from contracts.events import CATALOGUE
from contracts.events.graph import Collaborator, NeighbourhoodWasSummarised, Topic
from contracts.events.identity import (
    ClaimWasApproved,
    ClaimWasRevoked,
    ResearcherWasFollowed,
    ResearcherWasUnfollowed,
)
from contracts.events.trust import Level, TrustWasScored
from contracts.events.works import AuthorWasRecorded
from contracts.topics import topic_of_event
from services.trust.consumers import handlers
from services.trust.store import Store
from tests.support import System, attested_by, client, event

AUTHOR = "A55xbwctnt3llbbju"


class Scorer:
    """What the service does with the events of one author."""

    def __init__(self, databases: System) -> None:
        self.store = Store(databases.service("trust"))
        self._positions: dict[str, int] = {}

    async def told(self, *events: Payload) -> TrustWasScored:
        """The score after some more events."""
        for data in events:
            topic = topic_of_event()[type_of(type(data))]
            position = self._positions[topic] = self._positions.get(topic, 0) + 1
            await handlers(self.store)[topic]([decode(event(data, AUTHOR, position), CATALOGUE)])
        (document,) = (await self.store.scores.get_many([AUTHOR])).values()
        return TrustWasScored.model_validate(document.state)

    async def changes(self) -> int:
        """How often a score was told."""
        (document,) = (await self.store.scores.get_many([AUTHOR])).values()
        return document.positions["trust.score"]


@pytest.fixture
async def scorer(databases: System) -> Scorer:
    """The seed author, scored."""
    made = Scorer(databases)
    scored = await made.told(attested("arxiv"), seen())
    assert (scored.score, scored.level) == (21, "L1")
    return made


def attested(*sources: str) -> AuthorWasRecorded:
    return AuthorWasRecorded(
        name="Hangbo Bao",
        attested_by=attested_by(*sources, works=7),
    )


def seen(good: int = 7, **more: Any) -> NeighbourhoodWasSummarised:
    fields = {
        "works": 7,
        "works_in_good_standing": good,
        "topics": tuple(Topic(id=f"arxiv:{n}", name=str(n), works=1) for n in range(4)),
        "close_collaborators": tuple(
            Collaborator(author_id=f"A{n}", name=f"A{n}", shared_works=2, weight=1)
            for n in range(4)
        ),
    }
    return NeighbourhoodWasSummarised.model_validate(fields | more)


def approved(level: Level) -> ClaimWasApproved:
    return ClaimWasApproved(claim_id="C1", account_id="U1", level=level)


def followed(account: str, *, verified: bool) -> ResearcherWasFollowed:
    return ResearcherWasFollowed(account_id=account, verified=verified, followers=1)


async def test_a_retraction_lowers_the_score(scorer: Scorer) -> None:
    scored = await scorer.told(seen(good=6))
    assert scored.score == 20
    assert scored.cause == "bzpeer.graph.NeighbourhoodWasSummarised.v1"
    record = next(part for part in scored.components if part.name == "published record")
    assert (record.input, record.points) == ("6", 7.89)
    assert (await scorer.told(seen(good=0))).score == 12


async def test_a_bought_crowd_moves_nothing(scorer: Scorer) -> None:
    crowd = [followed(f"U{number}", verified=False) for number in range(25)]
    assert (await scorer.told(*crowd)).score == 21
    assert await scorer.changes() == 1


async def test_verified_followers_raise_the_score_and_leave_with_it(scorer: Scorer) -> None:
    friends = [followed(f"U{number}", verified=True) for number in range(20)]
    scored = await scorer.told(*friends)
    assert scored.components[-1].points == 5
    assert scored.score == 26
    gone = [ResearcherWasUnfollowed(account_id=f"U{n}", followers=0) for n in range(20)]
    assert (await scorer.told(*gone)).score == 21


async def test_one_account_that_follows_again_and_again_is_one_follower(scorer: Scorer) -> None:
    scored = await scorer.told(*[followed("U1", verified=True)] * 5)
    assert scored.components[-1].input == "1"


@pytest.mark.parametrize(("level", "expected"), [("L2", 33), ("L3", 47), ("L4", 57)])
async def test_an_approved_claim_sets_the_level_until_it_is_revoked(
    scorer: Scorer, level: Level, expected: int
) -> None:
    scored = await scorer.told(approved(level))
    assert (scored.level, scored.score) == (level, expected)
    scored = await scorer.told(ClaimWasRevoked(claim_id="C1", reasons=("proof-expired",)))
    assert (scored.level, scored.score) == ("L1", 21)


async def test_a_record_that_no_source_attests_any_more_falls_to_level_0(scorer: Scorer) -> None:
    scored = await scorer.told(attested())
    assert (scored.level, scored.score) == ("L0", 17)


async def test_nobody_is_scored_before_the_neighbourhood_is_known(databases: System) -> None:
    store = Store(databases.service("trust"))
    await handlers(store)["works.author"]([decode(event(attested("arxiv"), AUTHOR, 1), CATALOGUE)])
    assert await store.scores.get_many([AUTHOR]) == {}


async def test_the_same_score_is_not_told_again(scorer: Scorer) -> None:
    await scorer.told(seen(), attested("arxiv", "acl"), seen(first_year=2020))
    assert await scorer.changes() == 1


class Late(Documents):
    """Scores that are written only when they may."""

    def __init__(self, scores: Documents) -> None:
        super().__init__(scores.collection, topic_of_event())
        self.reached, self.goes_on = asyncio.Event(), asyncio.Event()

    async def update_many(
        self, decisions: Mapping[str, Decide], read: Mapping[str, Document] | None = None
    ) -> dict[str, Change]:
        self.reached.set()
        await self.goes_on.wait()
        return await super().update_many(decisions, read)


async def test_a_copy_that_knew_less_does_not_have_the_last_word(
    databases: System, scorer: Scorer
) -> None:
    slow = Store(databases.service("trust"))
    slow.scores = late = Late(slow.scores)
    follow = decode(event(followed("U1", verified=True), AUTHOR, 1), CATALOGUE)
    task = asyncio.ensure_future(handlers(slow)["identity.follow"]([follow]))
    await late.reached.wait()
    await scorer.told(approved("L3"))
    late.goes_on.set()
    await task
    scored = await scorer.told()
    assert (scored.level, scored.components[-1].input, scored.score) == ("L3", "1", 48)


async def test_the_score_by_http(databases: System, scorer: Scorer) -> None:
    async with client(databases.app("trust")) as http:
        found = await http.get(f"/authors/{AUTHOR}/trust")
        assert (found.status_code, found.json()["score"]) == (200, 21)
        missing = await http.get("/authors/nobody/trust")
        assert missing.status_code == 404
        assert missing.headers["content-type"] == "application/problem+json"
