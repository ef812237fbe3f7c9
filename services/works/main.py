"""Starts the works service: ``python -m services.works.main``."""

from fastapi import FastAPI

from chassis.service import Service, main
from contracts.events import CATALOGUE
from contracts.topics import topic_of_event
from services.works import api, consumers
from services.works.settings import WorksSettings
from services.works.store import Store


def build(settings: WorksSettings) -> FastAPI:
    """The service, ready to be served."""
    service = Service("works", settings, topics=topic_of_event(), catalogue=CATALOGUE)
    store = Store(service)
    service.owns(
        store.collections, prepare=store.prepare, outboxes=(store.works, store.blocks.authors)
    )
    service.consumes(consumers.handlers(store))
    return service.app("One record per work and per author.", api.router(store, settings))


if __name__ == "__main__":
    main("works", WorksSettings(), build)
