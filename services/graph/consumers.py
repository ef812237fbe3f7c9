"""What graph does with the events of works."""

from collections.abc import Mapping
from functools import partial

from chassis.documents import Cause, Change, Document, replace
from chassis.inbox import Events, Handler
from chassis.mongo import Row
from contracts.events.works import (
    AuthorsWereMerged,
    AuthorWasRecorded,
    WorkState,
    WorkWasRecorded,
    WorkWasWithdrawn,
)
from services.graph.store import Store


def handlers(store: Store, *, note: bool = True) -> Mapping[str, Handler]:
    """What to do with the events of each topic; ``note`` what is to be summarised anew."""

    async def works(events: Events) -> None:
        latest = {event.subject: event for event in events if _is_work(event.data)}
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
            authors_of = await store.authors_of(latest)
            await store.note(
                {
                    author.id: Cause.of(latest[work])
                    for work, authors in authors_of.items()
                    for author in authors
                }
            )

    async def authors(events: Events) -> None:
        latest = {event.subject: event for event in events if _is_author(event.data)}
        changed: dict[str, list[str]] = {}
        await store.authors.update_many(
            {
                author: partial(
                    _author,
                    position=event.position,
                    node=_author_state(event.data),
                    changed=changed,
                )
                for author, event in latest.items()
            }
        )
        if note:
            causes = {work: Cause.of(latest[a]) for a, works in changed.items() for work in works}
            authors_of = await store.authors_of(causes)
            noted = {
                author.id: causes[work] for work, found in authors_of.items() for author in found
            }
            await store.note(noted | {author: Cause.of(event) for author, event in latest.items()})

    return {"works.work": works, "works.author": authors}


def _is_work(data: object) -> bool:
    return isinstance(data, WorkWasRecorded | WorkWasWithdrawn)


def _is_author(data: object) -> bool:
    return isinstance(data, AuthorWasRecorded | AuthorsWereMerged)


def _work_state(data: WorkWasRecorded | WorkWasWithdrawn) -> Row:
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


def _author(
    document: Document, *, position: int, node: Row, changed: dict[str, list[str]]
) -> Change | None:
    """Replace the node; ``changed`` learns the works whose authors are to be noted.

    They are kept in the node, so that they are known again if the event comes twice because the
    service died between this write and the notes.
    """
    held = document.state or {"name": "", "works": [], "changed": []}
    if document.seen.get("works.author", 0) >= position:
        changed[document.id] = held["changed"]
        return None
    before, after = set(held["works"]), set(node["works"])
    touched = sorted(before ^ after if held["name"] == node["name"] else before | after)
    changed[document.id] = touched
    return Change({**node, "changed": touched}, seen={"works.author": position})
