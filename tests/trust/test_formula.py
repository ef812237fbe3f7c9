"""Trust, formula v1: worked out again here from its description, and what moves it."""

import asyncio
import math
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

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
from contracts.events.works import Attestation, AuthorWasRecorded
from contracts.topics import topic_of_event
from deploy.local.servers import Servers
from services.trust.consumers import handlers
from services.trust.domain import Inputs, band, score
from services.trust.store import Store
from tests.support import System, client, event, unique

SEED = Inputs(level="L1", works=7, close_collaborators=4, topics=4)
LEVELS: tuple[Level, ...] = ("L0", "L1", "L2", "L3", "L4")
VERIFICATION = dict(zip(LEVELS, (0, 4, 16, 30, 40), strict=True))
COUNTS = {
    "works": ("published record", 25, 13),
    "close_collaborators": ("collaboration", 15, 8),
    "topics": ("breadth", 10, 8),
    "verified_followers": ("community", 10, 20),
}

count = st.one_of(st.integers(0, 60), st.integers(0, 10**7))
inputs = st.builds(
    Inputs,
    level=st.sampled_from(LEVELS),
    works=count,
    close_collaborators=count,
    topics=count,
    verified_followers=count,
)


def parts(given_inputs: Inputs) -> dict[str, Fraction]:
    """Every component, exact."""
    found = {"verification": Fraction(VERIFICATION[given_inputs.level])}
    for name, (component, points, half) in COUNTS.items():
        number = getattr(given_inputs, name)
        found[component] = Fraction(points * number, number + half)
    return found


def total(given_inputs: Inputs) -> int:
    return score(given_inputs, "test").score


def test_the_seed_author_scores_21() -> None:
    scored = score(SEED, "why")
    assert (scored.score, scored.band, scored.level, scored.formula) == (21, "Emerging", "L1", "v1")
    assert scored.cause == "why"
    assert {part.name: (part.points, part.of, part.input) for part in scored.components} == {
        "verification": (4.0, 40, "L1"),
        "published record": (8.75, 25, "7"),
        "collaboration": (5.0, 15, "4"),
        "breadth": (3.33, 10, "4"),
        "community": (0.0, 10, "0"),
    }


@pytest.mark.parametrize(
    ("level", "points"), [("L0", 0), ("L1", 4), ("L2", 16), ("L3", 30), ("L4", 40)]
)
def test_what_a_level_is_worth(level: Level, points: int) -> None:
    scored = score(Inputs(level=level), "test")
    assert scored.score == points
    assert scored.components[0].points == points
    assert scored.components[0].input == level
    assert (scored.components[0].raise_it is None) == (level == "L4")


@pytest.mark.parametrize(
    ("least", "most", "name"),
    [
        (0, 19, "New"),
        (20, 39, "Emerging"),
        (40, 59, "Established"),
        (60, 79, "Trusted"),
        (80, 100, "Distinguished"),
    ],
)
def test_the_edges_of_each_band(least: int, most: int, name: str) -> None:
    assert {band(number) for number in range(least, most + 1)} == {name}


@given(inputs)
@example(Inputs("L0", works=5, close_collaborators=37, topics=37))
@example(Inputs("L0", works=13))
def test_the_score_is_the_rounded_sum_of_its_components(given_inputs: Inputs) -> None:
    scored = score(given_inputs, "test")
    exact = parts(given_inputs)
    assert scored.score == math.floor(sum(exact.values()) + Fraction(1, 2))
    assert scored.band == band(scored.score)
    assert {part.name for part in scored.components} == set(exact)
    for part in scored.components:
        assert abs(Fraction(part.points) - exact[part.name]) <= Fraction("0.00501")
    assert sum(part.points for part in scored.components) == pytest.approx(scored.score, abs=0.53)


@given(inputs)
def test_no_score_leaves_its_range_and_no_component_exceeds_its_points(
    given_inputs: Inputs,
) -> None:
    scored = score(given_inputs, "test")
    assert 0 <= scored.score <= 100
    assert sum(part.of for part in scored.components) == 100
    assert all(0 <= part.points <= part.of for part in scored.components)


@given(inputs, st.sampled_from(sorted(COUNTS)), st.integers(1, 1000))
def test_more_of_anything_never_lowers_the_score(
    given_inputs: Inputs, name: str, more: int
) -> None:
    raised = replace(given_inputs, **{name: getattr(given_inputs, name) + more})
    assert total(raised) >= total(given_inputs)
    component = COUNTS[name][0]
    before, after = (
        next(part for part in score(i, "test").components if part.name == component)
        for i in (given_inputs, raised)
    )
    assert after.points >= before.points


@given(inputs)
def test_a_higher_level_raises_the_score(given_inputs: Inputs) -> None:
    scores = [total(replace(given_inputs, level=level)) for level in LEVELS]
    assert scores == sorted(scores)
    assert len(set(scores)) == 5


@given(st.integers(0, 1000), st.sampled_from(sorted(COUNTS)))
def test_each_further_one_counts_less_than_the_one_before(number: int, name: str) -> None:
    component = COUNTS[name][0]
    low, middle, high = (
        parts(Inputs(**{name: number + step}))[component]  # type: ignore[arg-type]
        for step in range(3)
    )
    assert high - middle < middle - low


def test_nothing_known_is_nothing_scored() -> None:
    assert (total(Inputs()), score(Inputs(), "test").band) == (0, "New")


def test_everything_at_its_most_is_a_hundred() -> None:
    assert total(Inputs("L4", 10**9, 10**9, 10**9, 10**9)) == 100


# From events to the score, on a real MongoDB.

AUTHOR = "A55xbwctnt3llbbju"


@pytest.fixture
async def system(servers: Servers) -> AsyncIterator[System]:
    """Databases nobody else uses; no topics, because nothing is relayed here."""
    made = System(servers, f"t{unique()}")
    yield made
    await made.drop()


class Scorer:
    """What the service does with the events of one author."""

    def __init__(self, system: System) -> None:
        self.store = Store(system.service("trust"))
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
async def scorer(system: System) -> Scorer:
    """The seed author, scored."""
    made = Scorer(system)
    scored = await made.told(attested("arxiv"), seen())
    assert (scored.score, scored.level) == (21, "L1")
    return made


def attested(*sources: str) -> AuthorWasRecorded:
    return AuthorWasRecorded(
        name="Hangbo Bao",
        attested_by=tuple(
            Attestation.model_validate(
                {"source": source, "works": 7, "imported_at": "2026-09-14T08:30:00Z"}
            )
            for source in sources
        ),
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


async def test_nobody_is_scored_before_the_neighbourhood_is_known(system: System) -> None:
    store = Store(system.service("trust"))
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
    system: System, scorer: Scorer
) -> None:
    slow = Store(system.service("trust"))
    slow.scores = late = Late(slow.scores)
    follow = decode(event(followed("U1", verified=True), AUTHOR, 1), CATALOGUE)
    task = asyncio.ensure_future(handlers(slow)["identity.follow"]([follow]))
    await late.reached.wait()
    await scorer.told(approved("L3"))
    late.goes_on.set()
    await task
    scored = await scorer.told()
    assert (scored.level, scored.components[-1].input, scored.score) == ("L3", "1", 48)


async def test_the_score_by_http(system: System, scorer: Scorer) -> None:
    async with client(system.app("trust")) as http:
        found = await http.get(f"/authors/{AUTHOR}/trust")
        assert (found.status_code, found.json()["score"]) == (200, 21)
        missing = await http.get("/authors/nobody/trust")
        assert missing.status_code == 404
        assert missing.headers["content-type"] == "application/problem+json"
