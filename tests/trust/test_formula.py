"""Trust, formula v1: worked out again here from its description."""

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.events.trust import Level
from services.trust.domain import Inputs, band, score

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
    steps: list[dict[str, Any]] = [{name: number + step} for step in range(3)]
    low, middle, high = (parts(Inputs(**step))[component] for step in steps)
    assert high - middle < middle - low


def test_nothing_known_is_nothing_scored() -> None:
    assert (total(Inputs()), score(Inputs(), "test").band) == (0, "New")


def test_everything_at_its_most_is_a_hundred() -> None:
    assert total(Inputs("L4", 10**9, 10**9, 10**9, 10**9)) == 100
