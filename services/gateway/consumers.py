"""What the gateway does with events: it keeps what pages need.

A fact that later events of a topic need not repeat (claimed, followed) keeps the position of the
event that set it, so that events may come in any order.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from chassis.folding import fold, replace
from chassis.inbox import Events, Handler, newest
from chassis.mongo import Row
from contracts.envelope import Event
from contracts.events.graph import NeighbourhoodWasSummarised
from contracts.events.identity import (
    ClaimWasApproved,
    ClaimWasDisputed,
    ClaimWasRejected,
    ClaimWasRevoked,
    ClaimWasWithdrawn,
    ResearcherProfileWasUpdated,
    ResearcherWasErased,
    ResearcherWasFollowed,
    ResearcherWasUnfollowed,
)
from contracts.events.trust import TrustWasScored
from contracts.events.works import (
    AuthorsWereMerged,
    AuthorWasRecorded,
    AuthorWasSplit,
    WorksWereMerged,
    WorkWasRecorded,
    WorkWasWithdrawn,
)
from contracts.topics import topic_of_event
from services.gateway.domain import AUTHOR_FIELDS, author_row, work_row
from services.gateway.store import Store

ABOUT_AUTHORS = (
    "works.author",
    "graph.neighbourhood",
    "trust.score",
    "identity.claim",
    "identity.follow",
    "identity.profile",
)


Tell = Callable[[str, Mapping[str, int]], None]


def handlers(store: Store, tell: Tell | None = None) -> Mapping[str, Handler]:
    """What to do with the events of each topic; ``tell`` hears which authors' are on the pages."""

    async def works(events: Events) -> None:
        latest = newest(events, WorkWasRecorded, WorkWasWithdrawn, WorksWereMerged)
        await store.works.update_many(
            {
                work: partial(
                    replace, topic="works.work", position=event.position, state=_work(event)
                )
                for work, event in latest.items()
            }
        )

    async def authors(events: Events) -> None:
        """Every event counts as seen, for readers who wait for it (`Store.has_seen`).

        A split does not: no page shows it, and it must not hide a record that comes late.
        """
        by_author: dict[str, list[Event[Any]]] = defaultdict(list)
        for event in events:
            if not isinstance(event.data, AuthorWasSplit):
                by_author[event.subject].append(event)
        await store.authors.update_many(
            {
                author: partial(fold, topics=topic_of_event(), events=es, apply=_with)
                for author, es in by_author.items()
            }
        )
        if tell is not None:
            for topic, positions in _last(by_author).items():
                tell(topic, positions)

    return {"works.work": works, **dict.fromkeys(ABOUT_AUTHORS, authors)}


def _last(by_author: Mapping[str, Sequence[Event[Any]]]) -> dict[str, dict[str, int]]:
    """By topic and author the highest position."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for author, events in by_author.items():
        for event in events:
            positions = found[topic_of_event()[event.type]]
            positions[author] = max(event.position, positions.get(author, 0))
    return found


def _work(event: Event[Any]) -> Row:
    data: WorkWasRecorded | WorkWasWithdrawn | WorksWereMerged = event.data
    if isinstance(data, WorksWereMerged):
        return {"merged_into": data.into}
    if isinstance(data, WorkWasRecorded):
        return work_row(event.subject, data)
    if data.work is None:
        return {"erased": True}
    return work_row(event.subject, data.work, data.note, event.time)


def _with(state: Row, event: Event[Any], is_newest: bool) -> Row:
    match event.data:
        case AuthorWasRecorded() as author if is_newest:
            return state | author_row(author)
        case AuthorsWereMerged() as merged if is_newest:
            facts = {name: value for name, value in state.items() if name not in AUTHOR_FIELDS}
            return facts | {"merged_into": merged.into, "size": 0, "authored": []}
        case NeighbourhoodWasSummarised() as summary if is_newest:
            return state | {"neighbourhood": summary.model_dump(mode="json")}
        case TrustWasScored() as scored if is_newest:
            return state | {"trust": scored.model_dump(mode="json") | {"told_at": event.time}}
        case ResearcherProfileWasUpdated() as profile if is_newest:
            said = profile.model_dump(mode="json") | {"told_at": event.time}
            return state | {"profile": said, "withheld": False}
        case ResearcherWasErased() as erased if is_newest:
            return state | {"profile": {}, "withheld": erased.withheld}
        case ClaimWasApproved() as claim:
            return _with_claim(state, event, claim.claim_id, status="approved")
        case ClaimWasDisputed() as claim:
            against = claim.claim_id
            return _with_claim(state, event, claim.by_claim_id, status="disputes", against=against)
        case ClaimWasRejected() | ClaimWasWithdrawn() | ClaimWasRevoked() as claim:
            return _with_claim(state, event, claim.claim_id, status="ended")
        case ResearcherWasFollowed() | ResearcherWasUnfollowed() as follow:
            return _with_fact(state, event, "followers", count=follow.followers)
        case _:
            return state


def _with_claim(state: Row, event: Event[Any], claim_id: str, **what: str) -> Row:
    claims = state.get("claims", {})
    return state | {"claims": _with_fact(claims, event, claim_id, told_at=event.time, **what)}


def _with_fact(state: Row, event: Event[Any], fact: str, **what: str | int | datetime) -> Row:
    if event.position <= state.get(fact, {}).get("position", 0):
        return state
    return state | {fact: {"position": event.position, **what}}
