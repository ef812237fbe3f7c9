"""Claims, for people: say that a record is yours, show it, see where it stands."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from chassis.problems import Problem
from contracts.people.claims import Claim, ClaimOptions, OfferEvidence, OpenClaim, Reason
from services.gateway.desk import Desk, asked, go
from services.gateway.pages.view.paths import researcher_path
from services.gateway.pages.view.profile import ResearcherProfile
from services.gateway.pages.viewer import Viewer
from services.gateway.passing import Id
from services.gateway.people import read
from services.gateway.profiles import Profiles


def router(profiles: Profiles, desk: Desk) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)

    async def start(
        viewer: Viewer, author_id: str, problem: Problem | None = None, note: str = ""
    ) -> Response:
        profile = await profiles.profile(author_id, None, 1, part="/claim")
        options = await desk.get(viewer, f"/researchers/{author_id}/claims", ClaimOptions)
        return desk.page(
            "claim_start.html",
            viewer,
            problem=problem,
            form={"note": note},
            profile=profile,
            options=options,
        )

    async def page(
        viewer: Viewer, claim_id: str, problem: Problem | None = None, form: FormData | None = None
    ) -> Response:
        claim = await desk.get(viewer, f"/claims/{claim_id}", Claim)
        profile, options = await around(viewer, claim)
        return desk.page(
            "claim.html",
            viewer,
            problem=problem,
            form=form,
            claim=claim,
            path=researcher_path(claim.author_id),
            profile=profile,
            options=options,
        )

    async def around(
        viewer: Viewer, claim: Claim
    ) -> tuple[ResearcherProfile | None, ClaimOptions | None]:
        """What evidence needs to know; nothing when none can be given or the record is away."""
        if "evidence" not in claim.may:
            return None, None
        try:
            profile = await profiles.profile(claim.author_id, None, 1)
            options = await desk.get(viewer, f"/researchers/{claim.author_id}/claims", ClaimOptions)
        except Problem:
            return None, None
        return profile, options

    @routes.get("/researchers/{author_id}/claim")
    async def may_i(request: Request, author_id: Id) -> Response:
        viewer = await desk.somebody(request, author_id)
        relation = viewer.relation
        if relation is not None and relation.claim_id and relation.claim_status in _LIVE:
            return go(f"/claims/{relation.claim_id}")
        return await start(viewer, author_id)

    @routes.post("/researchers/{author_id}/claim")
    async def open_claim(request: Request, author_id: Id) -> Response:
        viewer, form = await desk.submitted(request)
        note = str(form.get("note", "")).strip()
        try:
            body = asked(OpenClaim, note=note) if note else OpenClaim()
            opened = await desk.command(viewer, "POST", f"/researchers/{author_id}/claims", body)
        except Problem as problem:
            return await start(viewer, author_id, problem, note)
        return await desk.after(opened, go(f"/claims/{read(opened, Claim).id}"))

    @routes.get("/claims/{claim_id}")
    async def claim(request: Request, claim_id: Id) -> Response:
        return await page(await desk.somebody(request), claim_id)

    @routes.post("/claims/{claim_id}/evidence")
    async def offer(request: Request, claim_id: Id) -> Response:
        viewer, form = await desk.submitted(request)
        given = {name: str(form[name]).strip() for name in _EVIDENCE if form.get(name)}
        if "code" in given:
            given["code"] = "".join(given["code"].split())
        try:
            body = asked(OfferEvidence, **given)
            done = await desk.command(viewer, "POST", f"/claims/{claim_id}/evidence", body)
        except Problem as problem:
            return await page(viewer, claim_id, problem, form)
        return await desk.after(done, go(f"/claims/{claim_id}#evidence"))

    @routes.post("/claims/{claim_id}/withdraw")
    async def withdraw(request: Request, claim_id: Id) -> Response:
        viewer, _ = await desk.submitted(request)
        try:
            done = await desk.command(viewer, "DELETE", f"/claims/{claim_id}")
        except Problem as problem:
            return await page(viewer, claim_id, problem)
        return await desk.after(done, go(f"/claims/{claim_id}"))

    @routes.post("/claims/{claim_id}/appeal")
    async def appeal(request: Request, claim_id: Id) -> Response:
        viewer, form = await desk.submitted(request)
        try:
            body = asked(Reason, reason=str(form.get("reason", "")))
            done = await desk.command(viewer, "POST", f"/claims/{claim_id}/appeal", body)
        except Problem as problem:
            return await page(viewer, claim_id, problem, form)
        return await desk.after(done, go(f"/claims/{claim_id}"))

    return routes


_EVIDENCE = ("kind", "email", "code", "author_id", "url")
_LIVE = {"open", "queued", "approved", "disputed", "appealed"}
