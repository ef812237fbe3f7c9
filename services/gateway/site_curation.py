"""Curation, for people: what happened to a record, and "this is not my work"."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from contracts.curations import NotMine
from services.gateway.api_curation import history_of
from services.gateway.desk import Desk, asked, go
from services.gateway.pages.view.paths import researcher_path
from services.gateway.passing import Id
from services.gateway.people import People
from services.gateway.profiles import Profiles


def router(profiles: Profiles, desk: Desk, works: People) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/researchers/{author_id}/history")
    async def history(request: Request, author_id: Id) -> Response:
        profile = await profiles.profile(author_id, None, 1, part="/history")
        return desk.page(
            "history.html",
            await desk.viewer(request, author_id),
            profile=profile,
            history=await history_of(works, profile.id),
        )

    @routes.post("/researchers/{author_id}/not-mine")
    async def not_mine(request: Request, author_id: Id) -> Response:
        viewer, form = await desk.submitted(request)
        said = asked(NotMine, kind="not-mine", author=author_id, work=form.get("work"))
        content = said.model_dump_json().encode()
        await works.ask("POST", "/curations", token=viewer.token, content=content)
        return go(f"{researcher_path(author_id)}/history")

    @routes.post("/researchers/{author_id}/curations/{curation_id}/reverse")
    async def reverse(request: Request, author_id: Id, curation_id: Id) -> Response:
        viewer, _ = await desk.submitted(request)
        await works.ask("DELETE", f"/curations/{curation_id}", token=viewer.token)
        return go(f"{researcher_path(author_id)}/history")

    return routes
