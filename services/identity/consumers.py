"""What identity does with the events of works: it learns which records can be claimed."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from chassis.documents import replace
from chassis.inbox import Events, Handler
from chassis.mongo import Row
from contracts.envelope import Event
from contracts.events.works import AuthorsWereMerged, AuthorWasRecorded
from services.identity.store import Store


def handlers(store: Store) -> Mapping[str, Handler]:
    """What to do with the events of each topic."""

    async def authors(events: Events) -> None:
        latest = {event.subject: event for event in events if _state(event) is not None}
        await store.authors.update_many(
            {
                author: partial(
                    replace, topic="works.author", position=e.position, state=_state(e) or {}
                )
                for author, e in latest.items()
            }
        )

    return {"works.author": authors}


def _state(event: Event[Any]) -> Row | None:
    match event.data:
        case AuthorWasRecorded() as author:
            return {
                "name": author.name,
                "identifiers": list(author.identifiers),
                "sources": len(author.attested_by),
            }
        case AuthorsWereMerged() as merged:
            return {"merged_into": merged.into}
        case _:
            return None
