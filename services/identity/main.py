"""Starts the identity service: ``python -m services.identity.main``; ``rebuild`` makes it anew."""

from functools import partial

from fastapi import FastAPI

from chassis import tokens
from chassis.rebuild import all_of, rebuild
from chassis.service import Service, main
from contracts.events import CATALOGUE
from contracts.topics import topic_of_event
from services.identity import api, api_accounts, api_signin, consumers, replies
from services.identity.access import Access
from services.identity.community import Community
from services.identity.settings import IdentitySettings
from services.identity.store import Store


def context(settings: IdentitySettings) -> Service:
    """The service's own context."""
    return Service("identity", settings, topics=topic_of_event(), catalogue=CATALOGUE)


def build(settings: IdentitySettings) -> FastAPI:
    """The service, ready to be served."""
    service = context(settings)
    store = Store(service)
    access = Access(service.database, settings)
    community = Community(service, settings, store, access)
    service.owns(store.collections, prepare=store.prepare)
    service.owns(access.collections, prepare=access.prepare)
    service.owns(community.collections, prepare=community.prepare, outboxes=community.outboxes)
    service.runs(community.run)
    service.consumes(consumers.handlers(store, community.merged))
    exchanger = access.exchanger(community.standing.around)
    app = service.app(
        "Whose author record is whose, and how sure that is.",
        api.router(store, community.claims),
        api_signin.router(access.sign_in),
        api_accounts.router(access, exchanger),
        *community.routers,
    )
    replies.install(app)
    tokens.install(app, access.verifier)
    return app


async def make_anew(settings: IdentitySettings) -> None:
    """Replay the author records into a fresh collection and swap."""
    service = context(settings)
    await rebuild(service, all_of(partial(Store, service), consumers.handlers))


if __name__ == "__main__":
    main("identity", IdentitySettings(), build, make_anew)
