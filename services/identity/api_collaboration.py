"""HTTP of collaboration: invitations, conversations, reports."""

from fastapi import APIRouter, Response

from chassis.http import IdempotencyKey
from chassis.tokens import Caller
from contracts.people.collaboration import (
    Invitation,
    InvitationList,
    Message,
    MessageList,
    Report,
    ReportList,
    SendInvitation,
    WriteMessage,
)
from services.identity.callers import Collaborator, Moderator
from services.identity.collaboration_lists import CollaborationLists, message_of
from services.identity.collaboration_store import TOPIC, Collaboration, Invited
from services.identity.paging import Cursor, Limit
from services.identity.replies import AnId, consistent, errors


def router(collaboration: Collaboration, lists: CollaborationLists) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["collaboration"])

    async def told(done: Invited, who: Caller, response: Response) -> Invitation:
        consistent(response, TOPIC, done.row["author_id"], done.position)
        return (await lists.shown([done.row], who.account_id))[0]

    @routes.post(
        "/researchers/{author_id}/invitations",
        status_code=201,
        responses=errors(403, 404, 409, 410, 429),
    )
    async def invite(
        author_id: AnId,
        asked: SendInvitation,
        who: Collaborator,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> Invitation:
        """Invite a claimed researcher, who is open to it, to work together; once for each key."""
        done = await collaboration.invite(author_id, who.account_id, asked, idempotency_key)
        response.headers["Location"] = f"/invitations/{done.row['_id']}/messages"
        return await told(done, who, response)

    @routes.get("/me/invitations", responses=errors(403))
    async def invitations(
        who: Collaborator, cursor: Cursor = None, limit: Limit = 20
    ) -> InvitationList:
        """What the caller sent and got, newest first."""
        return await lists.invitations(who.account_id, cursor, limit)

    @routes.get("/invitations/{invitation_id}", responses=errors(403, 404))
    async def invitation(invitation_id: AnId, who: Collaborator) -> Invitation:
        """An invitation as one of its two sees it."""
        return await lists.invitation(invitation_id, who.account_id)

    @routes.post("/invitations/{invitation_id}/accept", responses=errors(403, 404, 409))
    async def accept(invitation_id: AnId, who: Collaborator, response: Response) -> Invitation:
        """Say yes: from now on the two can write to each other."""
        done = await collaboration.answer(invitation_id, who.account_id, "accepted")
        return await told(done, who, response)

    @routes.post("/invitations/{invitation_id}/decline", responses=errors(403, 404, 409))
    async def decline(invitation_id: AnId, who: Collaborator, response: Response) -> Invitation:
        """Say no."""
        done = await collaboration.answer(invitation_id, who.account_id, "declined")
        return await told(done, who, response)

    @routes.post(
        "/invitations/{invitation_id}/report", status_code=204, responses=errors(403, 404, 429)
    )
    async def report(
        invitation_id: AnId,
        why: Report,
        who: Collaborator,
        idempotency_key: IdempotencyKey = None,
    ) -> None:
        """Show it to moderators, for either of the two; once for each key."""
        row = await collaboration.get(invitation_id, who.account_id)
        await collaboration.reports.make(row, who.account_id, why.reason, idempotency_key)

    @routes.get("/invitations/{invitation_id}/messages", responses=errors(403, 404))
    async def messages(
        invitation_id: AnId, who: Collaborator, cursor: Cursor = None, limit: Limit = 50
    ) -> MessageList:
        """The conversation, oldest first; what is shown counts as read."""
        return await lists.messages(invitation_id, who.account_id, cursor, limit)

    @routes.post(
        "/invitations/{invitation_id}/messages",
        status_code=201,
        responses=errors(403, 404, 409, 429),
    )
    async def write(
        invitation_id: AnId,
        said: WriteMessage,
        who: Collaborator,
        idempotency_key: IdempotencyKey = None,
    ) -> Message:
        """Say something to the other, once the invitation is accepted; once for each key."""
        row = await collaboration.write(invitation_id, who.account_id, said.text, idempotency_key)
        return message_of(row, who.account_id)

    @routes.get("/moderation/reports", responses=errors(403))
    async def reports(who: Moderator, cursor: Cursor = None, limit: Limit = 20) -> ReportList:
        """What was reported, oldest first."""
        return await lists.reports(cursor, limit)

    @routes.delete("/moderation/reports/{report_id}", status_code=204, responses=errors(403, 404))
    async def close_report(report_id: AnId, who: Moderator) -> None:
        """Be done with a report."""
        await collaboration.reports.close(report_id, who.account_id)

    return routes
