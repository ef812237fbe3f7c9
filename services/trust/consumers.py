"""What trust does with events: each changes the inputs of its author, then the score.

A fact that later events of a topic need not repeat (a level, one follower) keeps the position of
the event that set it, so that events may come in any order.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from typing import Any

from chassis.documents import Cause
from chassis.folding import fold
from chassis.inbox import Events, Handler
from chassis.mongo import Row
from contracts.envelope import Event
from contracts.events.graph import NeighbourhoodWasSummarised
from contracts.events.identity import (
    ClaimWasApproved,
    ClaimWasRevoked,
    ResearcherWasFollowed,
    ResearcherWasUnfollowed,
)
from contracts.events.works import AuthorsWereMerged, AuthorWasRecorded
from contracts.topics import topic_of_event
from services.trust.store import Store

_HEARD = (
    AuthorWasRecorded,
    AuthorsWereMerged,
    NeighbourhoodWasSummarised,
    ClaimWasApproved,
    ClaimWasRevoked,
    ResearcherWasFollowed,
    ResearcherWasUnfollowed,
)
"""Events that change a score; others do not count as seen."""


def handlers(store: Store, *, score: bool = True) -> Mapping[str, Handler]:
    """What to do with the events of each topic; ``score`` tells the scores that change."""

    async def learn(events: Events) -> None:
        by_author: dict[str, list[Event[Any]]] = defaultdict(list)
        for event in events:
            if isinstance(event.data, _HEARD):
                by_author[event.subject].append(event)
        learnt = await store.learn(
            {
                author: partial(fold, topics=topic_of_event(), events=es, apply=_with)
                for author, es in by_author.items()
            }
        )
        if score:
            await store.score(
                {author: (es[-1].type, Cause.of(es[-1])) for author, es in by_author.items()},
                learnt,
            )

    topics = ("works.author", "graph.neighbourhood", "identity.claim", "identity.follow")
    return dict.fromkeys(topics, learn)


def _with(state: Row, event: Event[Any], is_newest: bool) -> Row:
    match event.data:
        case AuthorWasRecorded() as author if is_newest:
            return {**state, "attested": bool(author.attested_by)}
        case AuthorsWereMerged() if is_newest:
            return {**state, "attested": False}
        case NeighbourhoodWasSummarised() as summary if is_newest:
            return {
                **state,
                "works": summary.works_in_good_standing,
                "close_collaborators": len(summary.close_collaborators),
                "topics": len(summary.topics),
            }
        case ClaimWasApproved() as claim if _is_later(state, "claim", event):
            return {**state, "claim": {"position": event.position, "level": claim.level}}
        case ClaimWasRevoked() if _is_later(state, "claim", event):
            return {**state, "claim": {"position": event.position, "level": None}}
        case ResearcherWasFollowed() as follow:
            return _with_follower(state, event, follow.account_id, verified=follow.verified)
        case ResearcherWasUnfollowed() as follow:
            return _with_follower(state, event, follow.account_id, verified=False)
        case _:
            return state


def _is_later(fact: Row, name: str, event: Event[Any]) -> bool:
    return bool(event.position > fact.get(name, {}).get("position", 0))


def _with_follower(state: Row, event: Event[Any], account: str, *, verified: bool) -> Row:
    followers = state.get("followers", {})
    if not _is_later(followers, account, event):
        return state
    follower = {"position": event.position, "verified": verified}
    return {**state, "followers": {**followers, account: follower}}
