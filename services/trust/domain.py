"""Trust, formula v1: a score from 0 to 100 that anybody can work out again.

score = round(Σ components). A component with a half value h gives points · n/(n+h): each further
work, collaborator, topic or follower counts less than the one before.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import Literal

from contracts.events.trust import Band, Component, Level, TrustWasScored

FORMULA = "v1"
VERIFICATION: dict[Level, int] = {"L0": 0, "L1": 4, "L2": 16, "L3": 30, "L4": 40}
MOST_VERIFICATION = 40


@dataclass(frozen=True, slots=True)
class Counted:
    """A component that grows with a count: ``points · n / (n + half)``."""

    name: Literal["published record", "collaboration", "breadth", "community"]
    points: int
    half: int
    evidence: str
    raise_it: str

    def value(self, count: int) -> Fraction:
        """Points for a count, exact."""
        return Fraction(self.points * count, count + self.half)


RECORD = Counted(
    "published record",
    25,
    13,
    "works that are neither withdrawn nor retracted",
    "further published works",
)
COLLABORATION = Counted(
    "collaboration",
    15,
    8,
    "close collaborators: two or more shared works, weight of 1/3 or more",
    "repeated work in small teams",
)
BREADTH = Counted("breadth", 10, 8, "distinct subjects of the works", "works on further subjects")
COMMUNITY = Counted(
    "community",
    10,
    20,
    "followers whose own account is verified",
    "followers with a verified account",
)
BANDS: tuple[tuple[int, Band], ...] = (
    (80, "Distinguished"),
    (60, "Trusted"),
    (40, "Established"),
    (20, "Emerging"),
    (0, "New"),
)
_LEVEL_MEANS: dict[Level, str] = {
    "L0": "no source attests the record",
    "L1": "a source attests the record",
    "L2": "claimed with one proof",
    "L3": "claimed with two independent kinds of proof",
    "L4": "claimed with three kinds of proof, among them ORCID or an institution",
}
_RAISES_LEVEL: dict[Level, str | None] = {
    "L0": "a source that lists a work of the author",
    "L1": "a claim of the record with one proof",
    "L2": "a second, independent kind of proof",
    "L3": "a third kind of proof, with ORCID sign-in or an institution among them",
    "L4": None,
}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the formula looks at."""

    level: Level = "L0"
    works: int = 0
    """Neither withdrawn nor retracted."""
    close_collaborators: int = 0
    topics: int = 0
    verified_followers: int = 0


@lru_cache(maxsize=4096)
def score(inputs: Inputs, cause: str) -> TrustWasScored:
    """The score with every component, its input, its evidence and what would raise it."""
    counts = (
        (RECORD, inputs.works),
        (COLLABORATION, inputs.close_collaborators),
        (BREADTH, inputs.topics),
        (COMMUNITY, inputs.verified_followers),
    )
    verification = VERIFICATION[inputs.level]
    exact = sum((counted.value(count) for counted, count in counts), Fraction(verification))
    total = floor(exact + Fraction(1, 2))
    return TrustWasScored(
        score=total,
        band=band(total),
        level=inputs.level,
        formula=FORMULA,
        components=(
            Component(
                name="verification",
                points=verification,
                of=MOST_VERIFICATION,
                input=inputs.level,
                evidence=_LEVEL_MEANS[inputs.level],
                raise_it=_RAISES_LEVEL[inputs.level],
            ),
            *(_component(counted, count) for counted, count in counts),
        ),
        cause=cause,
    )


def _component(counted: Counted, count: int) -> Component:
    return Component(
        name=counted.name,
        points=round(float(counted.value(count)), 2),
        of=counted.points,
        input=str(count),
        evidence=counted.evidence,
        raise_it=counted.raise_it,
    )


def band(total: int) -> Band:
    """The name of a score's band."""
    return next(name for least, name in BANDS if total >= least)
