"""The pages of the gateway, for people."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from chassis.problems import Problem
from services.gateway.answers import HTML, answer
from services.gateway.cache import Page
from services.gateway.pages import render
from services.gateway.pages.view import NodeKind, ResearcherProfile
from services.gateway.profiles import Profiles

_EXPLORER_NODES = 200
Id = Annotated[str, Path(min_length=1, max_length=200)]
Cursor = Annotated[str | None, Query(max_length=4000)]


def router(profiles: Profiles, base_url: str) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)

    def page_of(profile: ResearcherProfile) -> Page:
        return Page.of(render.researcher_page(profile, base_url=base_url), HTML)

    @routes.get("/")
    async def start(
        request: Request,
        q: Annotated[str, Query(max_length=200)] = "",
        cursor: Cursor = None,
    ) -> Response:
        results = await profiles.search(q, None, cursor) if q.strip() else None
        holdings = await profiles.store.holdings()
        body = render.start_page(base_url=base_url, holdings=holdings, query=q, results=results)
        return answer(request, Page.of(body, HTML))

    @routes.get("/researchers/{author_id}")
    async def researcher(request: Request, author_id: Id, cursor: Cursor = None) -> Response:
        if cursor is None:
            return answer(request, await profiles.rendered(author_id, "html", "", page_of))
        profile = await profiles.profile(author_id, cursor)
        body = render.researcher_page(profile, base_url=base_url, works_cursor=cursor)
        return answer(request, Page.of(body, HTML))

    @routes.get("/researchers/{author_id}/graph")
    async def explorer(
        request: Request,
        author_id: Id,
        depth: Annotated[int, Query(ge=1, le=2)] = 1,
        kinds: Annotated[list[NodeKind] | None, Query()] = None,
    ) -> Response:
        profile = await profiles.profile(author_id, None, 1, part="/graph")
        wanted: list[NodeKind] = list(kinds or render.KINDS)
        graph = await profiles.graph(profile.id, depth, wanted, _EXPLORER_NODES)
        body = render.explorer_page(
            graph, base_url=base_url, name=profile.name, depth=depth, kinds=wanted
        )
        return answer(request, Page.of(body, HTML))

    @routes.get("/works/{work_id}")
    async def work(
        request: Request, work_id: Id, authors_from: Annotated[int, Query(ge=0, le=1_000_000)] = 0
    ) -> Response:
        found = await profiles.work(work_id, authors_from)
        return answer(request, Page.of(render.work_page(found, base_url=base_url), HTML))

    @routes.get("/topics/{topic_id:path}")
    async def topic(request: Request, topic_id: Id, cursor: Cursor = None) -> Response:
        found = await profiles.store.find_topic(topic_id)
        if found is None:
            raise Problem(404, "Topic not found", f"No researcher works on {topic_id}.")
        researchers = await profiles.search("", topic_id, cursor)
        body = render.topic_page(found, researchers, base_url=base_url)
        return answer(request, Page.of(body, HTML))

    @routes.get("/login")
    async def login(
        request: Request, next: Annotated[str, Query(max_length=2000)] = "/"
    ) -> Response:
        body = render.login_page(base_url=base_url, next_path=next)
        return answer(request, Page.of(body, HTML))

    @routes.get("/favicon.ico")
    async def favicon() -> Response:
        return RedirectResponse("/static/favicon.svg", 308)

    return routes
