"""Invitations to work together, the conversations they open, and reports of them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from contracts.people.shape import Shape, Text

Purpose = Literal["co-author", "review", "data", "project", "advice", "other"]
InvitationStatus = Literal["sent", "accepted", "declined"]


class SendInvitation(Shape):
    """An invitation to work together."""

    purpose: Purpose
    message: Text


class Invitation(Shape):
    """An invitation as its two people see it. The message is theirs alone."""

    id: str
    author_id: Annotated[str, Field(description="Who is invited.")]
    author_name: str
    from_account_id: str
    from_name: str | None = None
    from_author_id: str | None = None
    purpose: Purpose
    message: str
    status: InvitationStatus
    mine: Annotated[bool, Field(description="Whether the caller sent it.")]
    sent_at: datetime
    answered_at: datetime | None = None
    unread: Annotated[int, Field(ge=0, description="Messages the caller has not read.")] = 0


class InvitationList(Shape):
    """Invitations, newest first."""

    items: tuple[Invitation, ...]
    next_cursor: str | None = None


class Message(Shape):
    """One message of a conversation."""

    id: str
    mine: bool
    text: str
    at: datetime


class MessageList(Shape):
    """Messages, oldest first."""

    items: tuple[Message, ...]
    next_cursor: str | None = None


class WriteMessage(Shape):
    """A message to the other person of an accepted invitation."""

    text: Text


class Report(Shape):
    """Something that a moderator should see."""

    reason: Text


class Reported(Shape):
    """A report as moderators see it, with the words it is about."""

    id: str
    invitation_id: str
    by_account_id: str
    about_account_id: str
    reason: str
    message: Annotated[str, Field(description="Of the invitation.")]
    at: datetime


class ReportList(Shape):
    """Reports that wait for a moderator, oldest first."""

    items: tuple[Reported, ...]
    next_cursor: str | None = None
