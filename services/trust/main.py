"""Starts the trust service: ``python -m services.trust.main``; ``rebuild`` makes it anew."""

from fastapi import FastAPI

from chassis.rebuild import Projection, rebuild, restore
from chassis.service import Service, main
from contracts.events import CATALOGUE
from contracts.topics import topic_of_event
from services.trust import api, consumers
from services.trust.settings import TrustSettings
from services.trust.store import HISTORY, Store


def context(settings: TrustSettings) -> Service:
    """The service's own context."""
    return Service("trust", settings, topics=topic_of_event(), catalogue=CATALOGUE)


def build(settings: TrustSettings) -> FastAPI:
    """The service, ready to be served."""
    service = context(settings)
    store = Store(service)
    service.owns(store.collections, prepare=store.prepare, outboxes=(store.scores,))
    service.consumes(consumers.handlers(store))
    return service.app("A trust score for every author, and why.", api.router(store))


async def make_anew(settings: TrustSettings) -> None:
    """Replay the inputs into a fresh collection, swap, and score everyone again."""
    service = context(settings)
    live = Store(service)

    def projection(suffix: str) -> Projection:
        store = Store(service, suffix)
        inputs = (store.inputs.collection,)
        return Projection(inputs, store.prepare, consumers.handlers(store, score=not suffix))

    await live.prepare()
    await rebuild(service, projection)
    await restore(service, "trust.score", live.scores, keep=(HISTORY,))
    await live.score_everyone()


if __name__ == "__main__":
    main("trust", TrustSettings(), build, make_anew)
