"""What the trust service tells: a score and why."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.envelope import Payload

Level = Literal["L0", "L1", "L2", "L3", "L4"]
Band = Literal["New", "Emerging", "Established", "Trusted", "Distinguished"]


class Component(Payload):
    """One part of the score."""

    name: Literal["verification", "published record", "collaboration", "breadth", "community"]
    points: Annotated[float, Field(description="What it adds, rounded to 2 places.")]
    of: Annotated[int, Field(description="The most it can add.")]
    input: Annotated[str, Field(description="The value that went in: a level or a count.")]
    evidence: Annotated[str, Field(description="Where the value came from, in words.")]
    raise_it: Annotated[str | None, Field(description="What would raise it, in words.")] = None


class TrustWasScored(Payload):
    """The trust score of an author changed. Carries the full score."""

    score: Annotated[int, Field(ge=0, le=100)]
    band: Band
    level: Level
    formula: Annotated[str, Field(description="Version of the formula, `v1`.")]
    components: tuple[Component, ...]
    cause: Annotated[str, Field(description="Type of the event that moved it.")]


EVENTS: tuple[type[Payload], ...] = (TrustWasScored,)
