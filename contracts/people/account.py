"""A person's own account: what they chose, and what was done by them or to them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contracts.events.trust import Level
from contracts.people.shape import Id, Line, Shape

Role = Literal["member", "moderator", "operator"]


class Settings(Shape):
    """What a person can choose. ``None`` in a change leaves a thing as it is; "" takes it away."""

    tagline: Line | None = None
    pronouns: Annotated[str | None, StringConstraints(max_length=40)] = None
    links: Annotated[
        tuple[Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://")], ...] | None,
        Field(max_length=10),
    ] = None
    affiliation: Annotated[Line | None, Field(description="Self-stated.")] = None
    featured_works: Annotated[tuple[Id, ...] | None, Field(max_length=6)] = None
    open_to_collaborate: bool | None = None
    private_follows: Annotated[
        bool | None, Field(description="Follow without being listed as a follower.")
    ] = None
    public_record: Annotated[
        bool | None, Field(description="False: the own record is withheld, its page answers 410.")
    ] = None


class Me(Shape):
    """The caller's own account."""

    account_id: str
    name: str | None = None
    email: Annotated[str | None, Field(description="Only ever shown to its owner.")] = None
    orcid: str | None = None
    roles: tuple[Role, ...]
    author_id: Annotated[str | None, Field(description="The record they have claimed.")] = None
    level: Level | None = None
    settings: Settings
    unread: Annotated[
        int,
        Field(ge=0, description="Invitations, messages, and one when a proof of theirs ends soon."),
    ] = 0
    created_at: datetime


class AuditEntry(Shape):
    """Something done by a person or to them."""

    at: datetime
    what: Annotated[str, Field(description="Such as `signed in`, `followed`, `claim approved`.")]
    about: Annotated[str | None, Field(description="Id of what it was about.")] = None
    by: Literal["you", "somebody else", "a moderator", "the system"]


class AuditLog(Shape):
    """Newest first."""

    items: tuple[AuditEntry, ...]
    next_cursor: str | None = None


class SetRoles(Shape):
    """What an operator makes of an account."""

    roles: Annotated[tuple[Role, ...], Field(max_length=3)]


class Account(Shape):
    """An account as operators see it."""

    account_id: str
    name: str | None = None
    orcid: str | None = None
    roles: Annotated[tuple[Role, ...], Field(description="What they can do.")]
    given: Annotated[
        tuple[Role, ...],
        Field(description="Of these, what operators gave them; the settings may name operators."),
    ]
    created_at: datetime


class AccountList(Shape):
    """Oldest first."""

    items: tuple[Account, ...]
