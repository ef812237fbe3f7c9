"""Starts the graph service: ``python -m services.graph.main``; ``rebuild`` makes it anew."""

from functools import partial

from fastapi import FastAPI

from chassis.rebuild import Projection, rebuild, restore
from chassis.service import Service, main
from contracts.events import CATALOGUE
from contracts.topics import topic_of_event
from services.graph import api, consumers, summariser
from services.graph.settings import GraphSettings
from services.graph.store import Store


def context(settings: GraphSettings) -> Service:
    """The service's own context."""
    return Service("graph", settings, topics=topic_of_event(), catalogue=CATALOGUE)


def build(settings: GraphSettings) -> FastAPI:
    """The service, ready to be served."""
    service = context(settings)
    store = Store(service)
    service.owns(store.collections, prepare=store.prepare, outboxes=(store.summaries,))
    service.consumes(consumers.handlers(store))
    service.runs(partial(summariser.run, store, service.database))
    service.pending = store.pending
    return service.app("Who and what surrounds an author.", api.router(store))


async def make_anew(settings: GraphSettings) -> None:
    """Replay the nodes into fresh collections, swap, and summarise everyone again."""
    service = context(settings)
    live = Store(service)

    def projection(suffix: str) -> Projection:
        store = Store(service, suffix)
        return Projection(store.nodes, store.prepare, consumers.handlers(store, note=not suffix))

    await live.prepare()
    await rebuild(service, projection)
    await restore(service, "graph.neighbourhood", live.summaries)
    await live.note_everyone()
    await summariser.run_until_done(live, service.database)


if __name__ == "__main__":
    main("graph", GraphSettings(), build, make_anew)
