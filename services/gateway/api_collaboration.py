"""The public JSON API of invitations and conversations; identity answers."""

from fastapi import APIRouter, Depends, Response

from chassis.http import IdempotencyKey
from contracts.people.collaboration import (
    Invitation,
    InvitationList,
    Message,
    MessageList,
    Report,
    SendInvitation,
    WriteMessage,
)
from services.gateway.passing import PREFIX, Callers, Id, Passing, problems
from services.gateway.questions import Cursor, Limit


def router(callers: Callers) -> APIRouter:
    """The routes."""
    passing = Depends(callers.somebody)
    routes = APIRouter(prefix=PREFIX, tags=["collaboration"])
    changes = problems(401, 403, 404, 409, 410, 429)

    @routes.post(
        "/researchers/{author_id}/invitations",
        response_model=Invitation,
        status_code=201,
        responses=changes,
    )
    async def invite(
        author_id: Id,
        body: SendInvitation,
        idempotency_key: IdempotencyKey = None,
        to: Passing = passing,
    ) -> Response:
        """Invite a researcher who has claimed their record and is open to it; once for each key."""
        return await to.on()

    @routes.get("/me/invitations", response_model=InvitationList, responses=problems(401, 403))
    async def invitations(
        cursor: Cursor = None, limit: Limit = 50, to: Passing = passing
    ) -> Response:
        """Invitations that the caller sent or got, newest first."""
        return await to.on()

    @routes.get(
        "/invitations/{invitation_id}",
        response_model=Invitation,
        responses=problems(401, 403, 404),
    )
    async def invitation(invitation_id: Id, to: Passing = passing) -> Response:
        """An invitation as one of its two sees it."""
        return await to.on()

    @routes.post(
        "/invitations/{invitation_id}/accept", response_model=Invitation, responses=changes
    )
    async def accept(invitation_id: Id, to: Passing = passing) -> Response:
        """Say yes: from now on the two can write to one another."""
        return await to.on()

    @routes.post(
        "/invitations/{invitation_id}/decline", response_model=Invitation, responses=changes
    )
    async def decline(invitation_id: Id, to: Passing = passing) -> Response:
        """Say no."""
        return await to.on()

    @routes.post("/invitations/{invitation_id}/report", status_code=204, responses=changes)
    async def report(
        invitation_id: Id,
        body: Report,
        idempotency_key: IdempotencyKey = None,
        to: Passing = passing,
    ) -> Response:
        """Have a moderator look at an invitation or conversation; once for each key."""
        return await to.on()

    @routes.get(
        "/invitations/{invitation_id}/messages",
        response_model=MessageList,
        responses=problems(401, 403, 404),
    )
    async def messages(
        invitation_id: Id, cursor: Cursor = None, limit: Limit = 50, to: Passing = passing
    ) -> Response:
        """The messages of a conversation, oldest first; they count as read."""
        return await to.on()

    @routes.post(
        "/invitations/{invitation_id}/messages",
        response_model=Message,
        status_code=201,
        responses=changes,
    )
    async def write(
        invitation_id: Id,
        body: WriteMessage,
        idempotency_key: IdempotencyKey = None,
        to: Passing = passing,
    ) -> Response:
        """Write to the other person of an accepted invitation; once for each key."""
        return await to.on()

    return routes
