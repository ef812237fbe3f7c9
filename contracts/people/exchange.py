"""Who somebody is, between gateway and identity only."""

from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.people.access import AccessToken
from contracts.people.account import Me
from contracts.people.claims import ClaimStatus
from contracts.people.shape import Id, Shape


class Exchange(Shape):
    """A session or a personal token (RFC 8693 `subject_token`) for an access token.

    With ``author_id`` the answer also says how the caller stands to that author.
    """

    secret: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    author_id: Id | None = None


class Relation(Shape):
    """How the caller stands to an author: what the buttons on a page say."""

    author_id: str
    following: bool = False
    mine: bool = False
    claim_id: Annotated[str | None, Field(description="The caller's own claim of it.")] = None
    claim_status: ClaimStatus | None = None
    may_invite: bool = False
    why_not_invite: str | None = None
    invitation_id: str | None = None
    blocked: bool = False
    muted: bool = False


class Exchanged(Shape):
    """Who the caller is, with a signed access token."""

    token: AccessToken
    me: Me
    relation: Relation | None = None
