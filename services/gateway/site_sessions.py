"""What opens the own account, for people: where they are signed in, and how they can sign in."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis.problems import Problem
from contracts.people.access import LinkedSignIns, SessionList
from contracts.people.signin import SignInOptions
from services.gateway.desk import Desk, go
from services.gateway.pages.viewer import Viewer
from services.gateway.passing import Id


def router(desk: Desk) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)

    async def page(viewer: Viewer, problem: Problem | None = None) -> Response:
        sign_ins = await desk.get(viewer, "/me/sign-ins", LinkedSignIns)
        options = await desk.get(viewer, "/signin", SignInOptions)
        held = {each.name for each in sign_ins.items}
        return desk.page(
            "settings_sessions.html",
            viewer,
            problem=problem,
            sessions=await desk.get(viewer, "/me/sessions", SessionList),
            sign_ins=sign_ins,
            addable=[issuer for issuer in options.issuers if issuer.name not in held],
        )

    @routes.get("/settings/sessions")
    async def sessions(request: Request) -> Response:
        return await page(await desk.somebody(request))

    @routes.post("/settings/sessions/{session_id}/end")
    async def end(request: Request, session_id: Id) -> Response:
        viewer, _ = await desk.submitted(request)
        try:
            await desk.command(viewer, "DELETE", f"/me/sessions/{session_id}")
        except Problem as problem:
            return await page(viewer, problem)
        return go("/settings/sessions")

    return routes
