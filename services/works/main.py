"""Starts the works service: ``python -m services.works.main``."""

from functools import partial

from fastapi import FastAPI

from chassis.service import Service, main
from chassis.tokens import Verifier, install, keys_at
from contracts.events import CATALOGUE
from contracts.people.access import JWKS_PATH, TOKEN_AUDIENCE, TOKEN_ISSUER
from contracts.topics import topic_of_event
from services.works import api, consumers
from services.works.harvest import schedule
from services.works.harvest.schedule import read_schedule
from services.works.harvest.worker import Worker
from services.works.settings import WorksSettings
from services.works.settling import Settling
from services.works.store import Store


def build(settings: WorksSettings) -> FastAPI:
    """The service, ready to be served."""
    service = Service("works", settings, topics=topic_of_event(), catalogue=CATALOGUE)
    store = Store(service)
    settling = Settling(service.database, store.blocks.resolve)

    async def prepare() -> None:
        await store.prepare()
        await settling.prepare()

    service.owns(
        store.collections,
        prepare=prepare,
        outboxes=(
            store.works,
            store.blocks.authors,
            store.curations.documents,
            store.institutions.documents,
            store.harvests.requests.documents,
        ),
    )
    service.consumes(consumers.handlers(store, settling.changed))
    service.runs(settling.run)
    service.pending = settling.pending
    service.runs(Worker(store, settings).run)
    service.runs(partial(schedule.run, store.harvests, read_schedule(settings.harvest_schedule)))
    app = service.app("One record per work and per author.", *api.routers(store, settings))
    keys = keys_at(f"{settings.identity_url}{JWKS_PATH}")
    install(app, Verifier(keys, issuer=TOKEN_ISSUER, audience=TOKEN_AUDIENCE))
    return app


if __name__ == "__main__":
    main("works", WorksSettings(), build)
