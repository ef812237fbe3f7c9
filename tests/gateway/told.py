"""What is told to the gateway, and to trust and graph behind it."""

from collections.abc import Iterable

import services.gateway.consumers
import services.gateway.store
import services.graph.consumers
import services.graph.store
import services.trust.consumers
import services.trust.store
from contracts.codec import decode, type_of
from contracts.envelope import Payload
from contracts.events import CATALOGUE
from contracts.events.works import AuthoredWork, Authorship, AuthorWasRecorded, WorkWasRecorded
from contracts.topics import topic_of_event
from tests.support import System, event, example


async def tell(system: System, subject: str, *events: Payload, first: int = 1) -> None:
    """Deliver events about one subject to the gateway, and to graph what it reads."""
    gateway = services.gateway.store.Store(system.service("gateway"))
    graph = services.graph.store.Store(system.service("graph"))
    trust = services.trust.store.Store(system.service("trust"))
    readers = (
        services.trust.consumers.handlers(trust),
        services.gateway.consumers.handlers(gateway),
        services.graph.consumers.handlers(graph, note=False),
    )
    for position, data in enumerate(events, first):
        topic = topic_of_event()[type_of(type(data))]
        told = decode(event(data, subject, position), CATALOGUE)
        for handlers in readers:
            if topic in handlers:
                await handlers[topic]([told])


def person(name: str, *works: str, names: Iterable[str] = ()) -> AuthorWasRecorded:
    return AuthorWasRecorded(
        name=name,
        names=tuple(sorted({name, *names})),
        works=tuple(AuthoredWork(work_id=work, place=0) for work in works),
        attested_by=example("works.AuthorWasRecorded").attested_by,
    )


def titled(title: str, year: int, *authors: str) -> WorkWasRecorded:
    work: WorkWasRecorded = example("works.WorkWasRecorded")
    return work.model_copy(
        update={
            "title": title,
            "year": year,
            "authors": tuple(Authorship(name=name) for name in authors) or work.authors,
        }
    )
