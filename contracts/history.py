"""What trust answers over HTTP about how a score came about; the gateway passes it on."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.events.trust import Band, Level


class ComponentChange(BaseModel):
    """A part of the score that changed."""

    model_config = ConfigDict(frozen=True)

    name: str
    points: Annotated[float, Field(description="What it adds since then.")]
    before: Annotated[float | None, Field(description="What it added before that.")] = None


class TrustChange(BaseModel):
    """A change of the score, and what caused it."""

    model_config = ConfigDict(frozen=True)

    position: Annotated[int, Field(ge=1, description="Place among the changes, from 1.")]
    at: datetime
    score: Annotated[int, Field(ge=0, le=100)]
    before: Annotated[int | None, Field(description="The score before; null for the first.")] = None
    band: Band
    level: Level
    cause: Annotated[str, Field(description="Type of the event that moved it.")]
    reason: Annotated[str, Field(description="The same in words.")]
    components: Annotated[tuple[ComponentChange, ...], Field(description="Those that changed.")]


class TrustHistory(BaseModel):
    """Changes of a score, newest first. The last five hundred are kept."""

    model_config = ConfigDict(frozen=True)

    items: tuple[TrustChange, ...]
    next_cursor: Annotated[str | None, Field(description="Null on the last page.")] = None
