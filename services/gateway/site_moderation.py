"""The moderators' queue: claims that wait, and what was reported."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from chassis.problems import Problem
from contracts.people.claims import ClaimList, DecideClaim
from contracts.people.collaboration import ReportList
from services.gateway.desk import Desk, asked, go
from services.gateway.pages.viewer import Viewer
from services.gateway.passing import Id
from services.gateway.questions import Cursor


def router(desk: Desk) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)

    async def page(
        viewer: Viewer,
        cursor: str | None,
        problem: Problem | None = None,
        form: FormData | None = None,
    ) -> Response:
        return desk.page(
            "moderation.html",
            viewer,
            problem=problem,
            form=form,
            claims=await desk.get(viewer, "/moderation/claims", ClaimList, cursor),
            reports=await desk.get(viewer, "/moderation/reports", ReportList),
        )

    @routes.get("/moderation")
    async def queue(request: Request, cursor: Cursor = None) -> Response:
        return await page(await desk.somebody(request), cursor)

    @routes.post("/moderation/claims/{claim_id}")
    async def decide(request: Request, claim_id: Id) -> Response:
        viewer, form = await desk.submitted(request)
        reasons = tuple(line for line in str(form.get("reasons", "")).splitlines() if line.strip())
        try:
            body = asked(DecideClaim, outcome=form.get("outcome"), reasons=reasons)
            done = await desk.command(viewer, "POST", f"/claims/{claim_id}/decision", body)
        except Problem as problem:
            return await page(viewer, None, problem, form)
        then = f"/claims/{claim_id}" if form.get("from") == "claim" else "/moderation"
        return await desk.after(done, go(then))

    @routes.post("/moderation/reports/{report_id}/close")
    async def close_report(request: Request, report_id: Id) -> Response:
        viewer, _ = await desk.submitted(request)
        await desk.command(viewer, "DELETE", f"/moderation/reports/{report_id}")
        return go("/moderation")

    return routes
