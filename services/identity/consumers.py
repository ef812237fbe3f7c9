"""What identity does with the events of works: it learns which records can be claimed."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from chassis.folding import replace
from chassis.inbox import Events, Handler, newest
from chassis.mongo import Row
from contracts.events.works import AuthorsWereMerged, AuthorWasRecorded
from services.identity.evidence import printed_addresses
from services.identity.store import Store

Merged = Callable[[Sequence[str]], Awaitable[None]]
"""Told of records that are others now, once that is known."""


async def _nothing_else(author_ids: Sequence[str]) -> None:
    """A rebuild carries nothing over: the running service does."""


def handlers(store: Store, merged: Merged = _nothing_else) -> Mapping[str, Handler]:
    """What to do with the events of each topic."""

    async def authors(events: Events) -> None:
        latest = newest(events, AuthorWasRecorded, AuthorsWereMerged)
        await store.authors.update_many(
            {
                author: partial(
                    replace, topic="works.author", position=event.position, state=_state(event.data)
                )
                for author, event in latest.items()
            }
        )
        gone = [a for a, event in latest.items() if isinstance(event.data, AuthorsWereMerged)]
        if gone:
            await merged(gone)

    return {"works.author": authors}


def _state(data: AuthorWasRecorded | AuthorsWereMerged) -> Row:
    if isinstance(data, AuthorsWereMerged):
        return {"merged_into": data.into}
    return {
        "name": data.name,
        "identifiers": list(data.identifiers),
        "sources": len(data.attested_by),
        "names": list(data.names),
        "works": sorted({item.work_id for item in data.works}),
        "domains": sorted({domain for one in data.institutions for domain in one.domains}),
        "printed": list(printed_addresses(data.affiliations)),
    }
