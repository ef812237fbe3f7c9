"""Trust, formula v1: a score from 0 to 100 that anybody can work out again.

score = round(Σ components). A component with a half value h gives points · n/(n+h): each further
work, collaborator, topic or follower counts less than the one before.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from contracts.events.trust import Band, Component, Level, TrustWasScored

FORMULA = "v1"
VERIFICATION: dict[Level, int] = {"L0": 0, "L1": 4, "L2": 16, "L3": 30, "L4": 40}
POINTS = {
    "verification": 40,
    "published record": 25,
    "collaboration": 15,
    "breadth": 10,
    "community": 10,
}
HALF_VALUE = {"published record": 13, "collaboration": 8, "breadth": 8, "community": 20}
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
Counted = Literal["published record", "collaboration", "breadth", "community"]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the formula looks at."""

    level: Level = "L0"
    works: int = 0
    """Neither withdrawn nor retracted."""
    close_collaborators: int = 0
    topics: int = 0
    verified_followers: int = 0


def score(inputs: Inputs, cause: str) -> TrustWasScored:
    """The score with every component, its input, its evidence and what would raise it."""
    exact = {
        "verification": Decimal(VERIFICATION[inputs.level]),
        "published record": _share("published record", inputs.works),
        "collaboration": _share("collaboration", inputs.close_collaborators),
        "breadth": _share("breadth", inputs.topics),
        "community": _share("community", inputs.verified_followers),
    }
    total = int(sum(exact.values(), Decimal(0)).quantize(Decimal(1), ROUND_HALF_UP))
    points = {name: float(round(value, 2)) for name, value in exact.items()}
    return TrustWasScored(
        score=total,
        band=band(total),
        level=inputs.level,
        formula=FORMULA,
        components=(
            Component(
                name="verification",
                points=points["verification"],
                of=POINTS["verification"],
                input=inputs.level,
                evidence=_LEVEL_MEANS[inputs.level],
                raise_it=_RAISES_LEVEL[inputs.level],
            ),
            Component(
                name="published record",
                points=points["published record"],
                of=POINTS["published record"],
                input=str(inputs.works),
                evidence="works that are neither withdrawn nor retracted",
                raise_it="further published works",
            ),
            Component(
                name="collaboration",
                points=points["collaboration"],
                of=POINTS["collaboration"],
                input=str(inputs.close_collaborators),
                evidence="close collaborators: two or more shared works, weight of 1/3 or more",
                raise_it="repeated work in small teams",
            ),
            Component(
                name="breadth",
                points=points["breadth"],
                of=POINTS["breadth"],
                input=str(inputs.topics),
                evidence="distinct subjects of the works",
                raise_it="works on further subjects",
            ),
            Component(
                name="community",
                points=points["community"],
                of=POINTS["community"],
                input=str(inputs.verified_followers),
                evidence="followers whose own account is verified",
                raise_it="followers with a verified account",
            ),
        ),
        cause=cause,
    )


def band(total: int) -> Band:
    """The name of a score's band."""
    return next(name for least, name in BANDS if total >= least)


def _share(name: Counted, count: int) -> Decimal:
    return Decimal(POINTS[name]) * count / (count + HALF_VALUE[name])
