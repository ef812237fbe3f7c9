"""Starts the gateway: ``python -m services.gateway.main``; ``rebuild`` makes its pages anew."""

from functools import partial

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from chassis.rebuild import all_of, rebuild
from chassis.service import Service, main
from contracts.events import CATALOGUE
from contracts.topics import topic_of_event
from services.gateway import (
    api,
    api_claims,
    api_collaboration,
    api_curation,
    api_follows,
    api_me,
    consumers,
    site,
    site_claims,
    site_curation,
    site_follows,
    site_inbox,
    site_login,
    site_moderation,
    site_operations,
    site_sessions,
    site_settings,
)
from services.gateway.answers import Front, Presenter
from services.gateway.cache import PageCache
from services.gateway.consistency import Consistency
from services.gateway.cookies import Cookies
from services.gateway.desk import Desk
from services.gateway.feed import Feeds
from services.gateway.news import News
from services.gateway.pages import render
from services.gateway.passing import Callers
from services.gateway.people import People
from services.gateway.profiles import Profiles
from services.gateway.settings import GatewaySettings
from services.gateway.store import Store
from services.gateway.upstream import Upstream


def context(settings: GatewaySettings) -> Service:
    """The service's own context."""
    return Service("gateway", settings, topics=topic_of_event(), catalogue=CATALOGUE)


def build(settings: GatewaySettings) -> FastAPI:
    """The service, ready to be served."""
    service = context(settings)
    store = Store(service)
    cache = PageCache(settings.page_cache_bytes)
    news = News(cache.drop)
    graph = Upstream(settings.graph_url, settings.graph_timeout)
    identity = Upstream(settings.identity_url, settings.identity_timeout)
    trust = Upstream(settings.trust_url, settings.graph_timeout)
    works = Upstream(settings.works_url, settings.identity_timeout)
    profiles = Profiles(store, cache, graph, trust)
    feeds = Feeds(store)
    people = People(identity)
    curating = People(works, "Curation does")
    cookies = Cookies(settings.public_url)
    consistency = Consistency(store, news, settings.consistency_wait)
    callers = Callers(people, cookies.session)
    desk = Desk(people, consistency, cookies, settings.public_url)
    for client in (graph, trust, identity, works):
        service.closes(client.close)
    service.owns(store.collections, prepare=store.prepare)
    service.consumes(consumers.handlers(store, news.tell), at_once=True)
    service.runs(partial(cache.follow, service.database))
    app = service.app(
        "Profiles of researchers, as pages and as an open API.",
        api.router(profiles, consistency),
        api_follows.router(callers, feeds),
        api_claims.router(callers),
        api_collaboration.router(callers),
        api_me.router(callers, people),
        api_curation.router(callers, curating, profiles),
        site_login.router(desk),
        site_follows.router(profiles, feeds, desk),
        site_claims.router(profiles, desk),
        site_inbox.router(profiles, desk),
        site_settings.router(profiles, desk),
        site_sessions.router(desk),
        site_moderation.router(desk),
        site_operations.router(desk),
        site_curation.router(profiles, desk, curating),
        site.router(profiles, desk),
        present=Presenter(settings.public_url),
    )
    app.mount("/static", StaticFiles(directory=render.STATIC))
    app.add_middleware(Front)
    return app


async def make_anew(settings: GatewaySettings) -> None:
    """Replay everything into fresh collections and swap."""
    service = context(settings)
    await rebuild(service, all_of(partial(Store, service), consumers.handlers))


if __name__ == "__main__":
    main("gateway", GatewaySettings(), build, make_anew)
