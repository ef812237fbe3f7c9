"""The pages of the gateway, for people."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from chassis.problems import Problem
from services.gateway.answers import HTML, answer
from services.gateway.cache import Page
from services.gateway.desk import Desk
from services.gateway.pages import render
from services.gateway.pages.listings import KINDS
from services.gateway.pages.view.graph import NodeKind
from services.gateway.pages.view.paths import ROR
from services.gateway.pages.view.profile import ResearcherProfile
from services.gateway.pages.viewer import Viewer
from services.gateway.passing import PRIVATE
from services.gateway.profiles import Profiles
from services.gateway.questions import Cursor

_EXPLORER_NODES = 200
_CHANGES = 20
Id = Annotated[str, Path(min_length=1, max_length=200)]


def router(profiles: Profiles, desk: Desk) -> APIRouter:
    """The routes. Who is signed in gets the same pages, made for them alone."""
    routes = APIRouter(include_in_schema=False)
    base_url = desk.base_url

    seen = Depends(desk.seen)

    def page_of(profile: ResearcherProfile) -> Page:
        return Page.of(render.researcher_page(profile, base_url=base_url), HTML)

    @routes.get("/")
    async def start(
        request: Request,
        q: Annotated[str, Query(max_length=200)] = "",
        cursor: Cursor = None,
        viewer: Viewer | None = seen,
    ) -> Response:
        results = await profiles.search(q, None, cursor) if q.strip() else None
        holdings = await profiles.holdings()
        body = render.start_page(
            base_url=base_url, holdings=holdings, query=q, results=results, viewer=viewer
        )
        return shown(request, viewer, body)

    @routes.get("/researchers/{author_id}")
    async def researcher(request: Request, author_id: Id, cursor: Cursor = None) -> Response:
        viewer = await desk.viewer(request, author_id)
        if cursor is None and viewer is None:
            return answer(request, await profiles.rendered(author_id, "html", "", page_of))
        profile = await profiles.profile(author_id, cursor)
        body = render.researcher_page(
            profile, base_url=base_url, works_cursor=cursor, viewer=viewer
        )
        return shown(request, viewer, body)

    @routes.get("/researchers/{author_id}/graph")
    async def explorer(
        request: Request,
        author_id: Id,
        depth: Annotated[int, Query(ge=1, le=2)] = 1,
        kinds: Annotated[list[NodeKind] | None, Query()] = None,
        viewer: Viewer | None = seen,
    ) -> Response:
        profile = await profiles.profile(author_id, None, 1, part="/graph")
        wanted: list[NodeKind] = list(kinds or KINDS)
        graph = await profiles.graph(profile.id, depth, wanted, _EXPLORER_NODES)
        body = render.explorer_page(
            graph,
            base_url=base_url,
            name=profile.name,
            depth=depth,
            kinds=wanted,
            viewer=viewer,
        )
        return shown(request, viewer, body)

    @routes.get("/researchers/{author_id}/trust")
    async def trust(
        request: Request, author_id: Id, cursor: Cursor = None, viewer: Viewer | None = seen
    ) -> Response:
        profile = await profiles.profile(author_id, None, 1, part="/trust")
        try:
            history = await profiles.trust_history(profile.id, cursor, _CHANGES)
        except Problem as problem:
            if problem.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE):
                raise
            history = None
        body = render.trust_page(profile, history, base_url=base_url, viewer=viewer)
        return shown(request, viewer, body)

    @routes.get("/works/{work_id}")
    async def work(
        request: Request,
        work_id: Id,
        authors_from: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
        viewer: Viewer | None = seen,
    ) -> Response:
        found = await profiles.work(work_id, authors_from)
        body = render.work_page(found, base_url=base_url, viewer=viewer)
        return shown(request, viewer, body)

    @routes.get("/topics/{topic_id:path}")
    async def topic(
        request: Request, topic_id: Id, cursor: Cursor = None, viewer: Viewer | None = seen
    ) -> Response:
        found = await profiles.store.find_topic(topic_id)
        if found is None:
            raise Problem(404, "Topic not found", f"No researcher works on {topic_id}.")
        researchers = await profiles.search("", topic_id, cursor)
        body = render.topic_page(found, researchers, base_url=base_url, viewer=viewer)
        return shown(request, viewer, body)

    @routes.get("/institutions/{institution_id}")
    async def institution(
        request: Request, institution_id: Id, cursor: Cursor = None, viewer: Viewer | None = seen
    ) -> Response:
        found = await profiles.store.find_institution(ROR + institution_id)
        if found is None:
            detail = f"No researcher is known to be affiliated with {institution_id}."
            raise Problem(404, "Institution not found", detail)
        researchers = await profiles.search("", None, cursor, institution=found.id)
        body = render.institution_page(found, researchers, base_url=base_url, viewer=viewer)
        return shown(request, viewer, body)

    @routes.get("/favicon.ico")
    async def favicon() -> Response:
        return RedirectResponse("/static/favicon.svg", 308)

    return routes


def shown(request: Request, viewer: Viewer | None, body: bytes) -> Response:
    """A public page; made for somebody, it is kept nowhere."""
    if viewer is None:
        return answer(request, Page.of(body, HTML))
    return Response(body, headers={"Cache-Control": PRIVATE}, media_type=HTML)
