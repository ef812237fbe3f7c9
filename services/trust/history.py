"""How a score came about: every change with what moved it, kept beside the score."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from contracts.codec import type_of
from contracts.events.graph import NeighbourhoodWasSummarised
from contracts.events.identity import (
    ClaimWasApproved,
    ClaimWasRevoked,
    ResearcherWasFollowed,
    ResearcherWasUnfollowed,
)
from contracts.events.trust import TrustWasScored
from contracts.events.works import AuthorsWereMerged, AuthorWasRecorded
from contracts.history import ComponentChange, TrustChange
from services.trust.domain import band

MOST = 500
"""Changes that are kept of one author, the newest."""
_REASONS = {
    type_of(AuthorWasRecorded): "The record changed at its sources.",
    type_of(AuthorsWereMerged): "The record was merged into another one.",
    type_of(NeighbourhoodWasSummarised): "Works, topics or close collaborators changed.",
    type_of(ClaimWasApproved): "The record was claimed, or the proofs of the claim changed.",
    type_of(ClaimWasRevoked): "The claim of the record ended.",
    type_of(ResearcherWasFollowed): "Somebody follows, or a follower's account was verified.",
    type_of(ResearcherWasUnfollowed): "Somebody follows no longer.",
}
_OTHERWISE = "The score was worked out again."
Entry = dict[str, Any]


def extended(
    kept: Sequence[Entry], scored: TrustWasScored, position: int, at: datetime
) -> list[Entry]:
    """The history with one more change."""
    entry = {
        "position": position,
        "at": at,
        "score": scored.score,
        "level": scored.level,
        "cause": scored.cause,
        "points": {component.name: component.points for component in scored.components},
    }
    return [*kept, entry][-MOST:]


def changes(kept: Sequence[Entry]) -> Iterator[TrustChange]:
    """The changes, newest first, each against the one before."""
    for number in range(len(kept) - 1, -1, -1):
        entry = kept[number]
        before: Entry = kept[number - 1] if number else {}
        held = before.get("points", {})
        yield TrustChange(
            position=entry["position"],
            at=entry["at"],
            score=entry["score"],
            before=before.get("score"),
            band=band(entry["score"]),
            level=entry["level"],
            cause=entry["cause"],
            reason=_REASONS.get(entry["cause"], _OTHERWISE),
            components=tuple(
                ComponentChange(name=name, points=points, before=held.get(name))
                for name, points in entry["points"].items()
                if points != held.get(name)
            ),
        )
