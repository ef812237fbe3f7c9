"""Works and people told to the graph, and what it says of them."""

from chassis.pending import RELAY_PARTITIONS
from contracts.codec import decode, type_of
from contracts.envelope import Payload
from contracts.events import CATALOGUE
from contracts.events.graph import NeighbourhoodWasSummarised
from contracts.events.works import (
    AuthoredWork,
    Authorship,
    AuthorWasRecorded,
    Source,
    WorkWasRecorded,
)
from contracts.topics import topic_of_event
from services.graph.consumers import handlers
from services.graph.store import Store
from tests.outboxes import waiting
from tests.support import event, eventually

ALL = range(RELAY_PARTITIONS)


def paper(*authors: str, title: str = "A Title", year: int = 2021) -> WorkWasRecorded:
    return WorkWasRecorded(
        title=title,
        type="preprint",
        year=year,
        authors=tuple(Authorship(name=name) for name in authors),
        sources=(
            Source.model_validate(
                {"source": "arxiv", "record_id": "1", "imported_at": "2026-09-14T08:30:00Z"}
            ),
        ),
    )


def person(name: str, *works: str) -> AuthorWasRecorded:
    return AuthorWasRecorded(
        name=name, works=tuple(AuthoredWork(work_id=work, place=0) for work in works)
    )


async def tell(store: Store, subject: str, position: int, data: Payload) -> None:
    """Deliver one event."""
    topic = topic_of_event()[type_of(type(data))]
    await handlers(store)[topic]([decode(event(data, subject, position), CATALOGUE)])


async def two_friends(store: Store) -> None:
    """Ada and Bob wrote two works together."""
    await tell(store, "W1", 1, paper("Ada", "Bob"))
    await tell(store, "W2", 1, paper("Ada", "Bob"))
    await tell(store, "A", 1, person("Ada", "W1", "W2"))
    await tell(store, "B", 1, person("Bob", "W1", "W2"))


async def settle(store: Store) -> None:
    """Summarise until nothing is noted any more."""

    async def left() -> int:
        await store.summarise_noted(ALL)
        return await store.pending()

    await eventually(left, lambda count: count == 0, timeout=5)


async def summaries(store: Store) -> dict[str, NeighbourhoodWasSummarised]:
    return {
        row["_id"]: NeighbourhoodWasSummarised.model_validate(row["state"])
        async for row in store.summaries.collection.find({})
    }


async def close(store: Store) -> dict[str, list[str]]:
    """Everyone's close collaborators, by name."""
    return {
        author: [other.name for other in summary.close_collaborators]
        for author, summary in (await summaries(store)).items()
    }


async def published(store: Store, author: str) -> list[int]:
    row = await store.summaries.collection.find_one({"_id": author})
    assert row is not None
    return [found.position for found in waiting([row])]
