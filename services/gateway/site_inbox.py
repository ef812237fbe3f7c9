"""Collaboration, for people: invitations, conversations, and who asks to be confirmed."""

from typing import Literal
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from chassis.problems import Problem
from contracts.people.claims import ClaimList, ConfirmationList
from contracts.people.collaboration import (
    Invitation,
    InvitationList,
    MessageList,
    Report,
    SendInvitation,
    WriteMessage,
)
from services.gateway.answers import HTML
from services.gateway.desk import Desk, asked, go
from services.gateway.pages import render
from services.gateway.pages.viewer import Viewer
from services.gateway.passing import PRIVATE, Id
from services.gateway.people import read
from services.gateway.profiles import Profiles
from services.gateway.questions import Cursor, Said

InvitationVerdict = Literal["accept", "decline"]
ConfirmVerdict = Literal["confirm", "deny"]


def router(profiles: Profiles, desk: Desk) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/inbox")
    async def inbox(request: Request, cursor: Cursor = None, said: Said = "") -> Response:
        viewer = await desk.somebody(request)
        return desk.page(
            "inbox.html",
            viewer,
            said=said,
            invitations=await desk.get(viewer, "/me/invitations", InvitationList, cursor),
            confirmations=await desk.get(viewer, "/me/confirmations", ConfirmationList),
            claims=await desk.get(viewer, "/me/claims", ClaimList),
        )

    @routes.post("/researchers/{author_id}/invitations")
    async def invite(request: Request, author_id: Id) -> Response:
        viewer, form = await desk.submitted(request)
        try:
            body = asked(SendInvitation, **_text(form, "purpose", "message"))
            path = f"/researchers/{author_id}/invitations"
            sent = read(await desk.command(viewer, "POST", path, body), Invitation)
        except Problem as problem:
            again = render.researcher_page(
                await profiles.profile(author_id, None),
                base_url=desk.base_url,
                viewer=await desk.somebody(request, author_id),
                problem=problem,
                form=form,
            )
            return Response(again, problem.status, {"Cache-Control": PRIVATE}, HTML)
        return go(f"/invitations/{sent.id}")

    async def page(
        viewer: Viewer,
        invitation_id: str,
        cursor: str | None = None,
        problem: Problem | None = None,
        form: FormData | None = None,
    ) -> Response:
        invitation = await desk.get(viewer, f"/invitations/{invitation_id}", Invitation)
        messages = None
        if invitation.status == "accepted":
            path = f"/invitations/{invitation_id}/messages"
            messages = await desk.get(viewer, path, MessageList, cursor)
        return desk.page(
            "invitation.html",
            viewer,
            problem=problem,
            form=form,
            invitation=invitation,
            messages=messages,
            key=uuid4().hex,
        )

    @routes.get("/invitations/{invitation_id}")
    async def conversation(request: Request, invitation_id: Id, cursor: Cursor = None) -> Response:
        return await page(await desk.somebody(request), invitation_id, cursor)

    @routes.post("/invitations/{invitation_id}/messages")
    async def write(request: Request, invitation_id: Id) -> Response:
        viewer, form = await desk.submitted(request)
        try:
            body = asked(WriteMessage, **_text(form, "text"))
            path = f"/invitations/{invitation_id}/messages"
            await desk.command(viewer, "POST", path, body, str(form.get("key", ""))[:100])
        except Problem as problem:
            return await page(viewer, invitation_id, None, problem, form)
        return go(f"/invitations/{invitation_id}#latest")

    @routes.post("/invitations/{invitation_id}/report")
    async def report(request: Request, invitation_id: Id) -> Response:
        viewer, form = await desk.submitted(request)
        try:
            body = asked(Report, **_text(form, "reason"))
            await desk.command(viewer, "POST", f"/invitations/{invitation_id}/report", body)
        except Problem as problem:
            return await page(viewer, invitation_id, None, problem, form)
        return go("/inbox?said=reported")

    @routes.post("/invitations/{invitation_id}/block")
    async def block(request: Request, invitation_id: Id) -> Response:
        viewer, _ = await desk.submitted(request)
        invitation = await desk.get(viewer, f"/invitations/{invitation_id}", Invitation)
        await desk.command(viewer, "PUT", f"/me/blocks/{invitation.from_account_id}")
        return go("/inbox?said=blocked")

    @routes.post("/invitations/{invitation_id}/{verdict}")
    async def answer(request: Request, invitation_id: Id, verdict: InvitationVerdict) -> Response:
        viewer, _ = await desk.submitted(request)
        await desk.command(viewer, "POST", f"/invitations/{invitation_id}/{verdict}")
        return go(f"/invitations/{invitation_id}")

    @routes.post("/confirmations/{confirmation_id}/{verdict}")
    async def confirm(request: Request, confirmation_id: Id, verdict: ConfirmVerdict) -> Response:
        viewer, _ = await desk.submitted(request)
        done = await desk.command(viewer, "POST", f"/confirmations/{confirmation_id}/{verdict}")
        return await desk.after(done, go(f"/inbox?said={verdict}"))

    return routes


def _text(form: FormData, *names: str) -> dict[str, str]:
    """Fields of a form; lines end as on this system, not as browsers send them."""
    return {name: str(form.get(name, "")).replace("\r\n", "\n") for name in names}
