"""The rules of identity: who an author record belongs to, and how sure that is.

What counts as evidence is in ``evidence``, what becomes of claims in ``claims`` and ``verdicts``.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from contracts.events.trust import Level
from services.identity.records import Record


class Standing(BaseModel):
    """What identity can say of an author record."""

    author_id: str
    status: Annotated[
        Literal["unclaimed", "claimed", "disputed"], Field(description="Whether somebody owns it.")
    ]
    level: Annotated[
        Level, Field(description="L0: no source attests it. L1: a source does. L2 to L4: claimed.")
    ]


def standing(author_id: str, sources: int, record: Record) -> Standing:
    """The standing of a record that so many sources attest."""
    owner = record.owner
    if owner is None:
        level: Level = "L1" if sources else "L0"
        return Standing(author_id=author_id, status="unclaimed", level=level)
    return Standing(
        author_id=author_id,
        status="disputed" if owner.status == "disputed" else "claimed",
        level=owner.assessment().level,
    )
