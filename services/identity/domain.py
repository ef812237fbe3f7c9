"""The rules of identity: who an author record belongs to, and how sure that is."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from contracts.events.trust import Level


class Standing(BaseModel):
    """What identity can say of an author record."""

    author_id: str
    status: Annotated[Literal["unclaimed"], Field(description="Whether somebody owns it.")]
    level: Annotated[Level, Field(description="L0: no source attests it. L1: a source does.")]


def standing(author_id: str, sources: int) -> Standing:
    """The standing of a record that nobody has claimed."""
    return Standing(author_id=author_id, status="unclaimed", level="L1" if sources else "L0")
