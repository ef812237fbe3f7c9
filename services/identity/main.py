"""Starts the identity service: ``python -m services.identity.main``."""

from fastapi import FastAPI

from chassis.service import Service, main
from contracts.events import CATALOGUE
from contracts.topics import topic_of_event
from services.identity import api, consumers
from services.identity.settings import IdentitySettings
from services.identity.store import Store


def build(settings: IdentitySettings) -> FastAPI:
    """The service, ready to be served."""
    service = Service("identity", settings, topics=topic_of_event(), catalogue=CATALOGUE)
    store = Store(service)
    service.owns(store.collections, prepare=store.prepare)
    service.consumes(consumers.handlers(store))
    return service.app("Whose author record is whose, and how sure that is.", api.router(store))


if __name__ == "__main__":
    main("identity", IdentitySettings(), build)
