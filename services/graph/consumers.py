"""What graph does with the events of works, and with who follows whom."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from chassis.documents import Cause, Document
from chassis.folding import replace
from chassis.inbox import Events, Handler, newest
from chassis.mongo import Row
from contracts.envelope import Event
from contracts.events.identity import ResearcherWasFollowed, ResearcherWasUnfollowed
from contracts.events.works import (
    AuthorsWereMerged,
    AuthorWasRecorded,
    WorkState,
    WorksWereMerged,
    WorkWasRecorded,
    WorkWasWithdrawn,
)
from services.graph.store import Store


def handlers(store: Store, *, note: bool = True) -> Mapping[str, Handler]:
    """What to do with the events of each topic; ``note`` what is to be summarised anew."""

    async def works(events: Events) -> None:
        latest = newest(events, WorkWasRecorded, WorkWasWithdrawn, WorksWereMerged)
        await store.works.update_many(
            {
                work: partial(
                    replace,
                    topic="works.work",
                    position=event.position,
                    state=_work_state(event.data),
                )
                for work, event in latest.items()
            }
        )
        if note:
            await store.note_authors_of({work: Cause.of(e) for work, e in latest.items()})

    async def authors(events: Events) -> None:
        latest = newest(events, AuthorWasRecorded, AuthorsWereMerged)
        states = {author: _author_state(event.data) for author, event in latest.items()}
        before = await store.authors.get_many(states)
        touched = _works_touched(before, states)
        async with store.intending(states, touched):
            await store.authors.update_many(
                {
                    author: partial(
                        replace, topic="works.author", position=event.position, state=states[author]
                    )
                    for author, event in latest.items()
                },
                read=before,
            )
            if note:
                causes = {w: Cause.of(latest[author]) for w, author in touched.items()}
                themselves = {author: Cause.of(event) for author, event in latest.items()}
                await store.note_authors_of(causes, themselves)

    async def follows(events: Events) -> None:
        latest: dict[str, Event[Any]] = {}
        for event in events:
            edge = f"{event.subject}/{event.data.account_id}"
            if edge not in latest or event.position > latest[edge].position:
                latest[edge] = event
        await store.follows.update_many(
            {
                edge: partial(
                    replace,
                    topic="identity.follow",
                    position=event.position,
                    state=_follow_state(event),
                )
                for edge, event in latest.items()
            }
        )

    return {"works.work": works, "works.author": authors, "identity.follow": follows}


def _work_state(data: WorkWasRecorded | WorkWasWithdrawn | WorksWereMerged) -> Row:
    if isinstance(data, WorksWereMerged):
        return {"merged_into": data.into}
    work: WorkState | None = data.work if isinstance(data, WorkWasWithdrawn) else data
    if work is None:
        return {"title": "", "year": None, "authors": 0, "subjects": [], "standing": "withdrawn"}
    return {
        "title": work.title,
        "year": work.year,
        "authors": len(work.authors),
        "subjects": [subject.model_dump() for subject in work.subjects],
        "standing": work.standing,
    }


def _author_state(data: AuthorWasRecorded | AuthorsWereMerged) -> Row:
    if isinstance(data, AuthorsWereMerged):
        return {"name": "", "works": [], "merged_into": data.into}
    return {"name": data.name, "works": sorted({item.work_id for item in data.works})}


def _follow_state(event: Event[Any]) -> Row:
    """Without a follower where there is none any more, or none who says so."""
    data: ResearcherWasFollowed | ResearcherWasUnfollowed = event.data
    follower = data.follower_author_id if isinstance(data, ResearcherWasFollowed) else None
    return {"followed": event.subject, "follower": follower, "at": event.time}


def _works_touched(before: Mapping[str, Document], states: Mapping[str, Row]) -> dict[str, str]:
    """Works whose authors stand differently when these states are in force, each with one of them.

    A changed name is seen by everybody who wrote a work with its bearer.
    """
    touched: dict[str, str] = {}
    for author, state in states.items():
        held = before[author].state if author in before else None
        old, new = set(held["works"]) if held else set(), set(state["works"])
        renamed = held is not None and held["name"] != state["name"]
        touched |= dict.fromkeys(old | new if renamed else old ^ new, author)
    return touched
