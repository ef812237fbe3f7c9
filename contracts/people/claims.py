"""Claims of author records: what is offered, what is asked, what comes of it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contracts.events.identity import ProofKind
from contracts.events.trust import Level
from contracts.people.shape import Email, Id, Line, Shape, Text

ClaimStatus = Literal[
    "open",  # waits for evidence
    "queued",  # waits for a moderator
    "approved",
    "rejected",
    "withdrawn",
    "disputed",  # approved, and somebody disputes it
    "revoked",
    "appealed",  # decided against, and waits for another moderator
]


class Evidence(Shape):
    """One proof offered for a claim, and what it was worth."""

    kind: ProofKind
    state: Literal["pending", "verified", "failed", "expired"]
    strength: Annotated[int, Field(ge=0, le=100, description="What it counts, 0 to 100.")]
    reason: Annotated[str, Field(description="Reason code, such as `orcid-matches-record`.")]
    detail: Annotated[str, Field(description="The same in words.")]
    at: datetime
    expires_at: datetime | None = None
    ends_soon: Annotated[
        bool, Field(description="It counts now, and within thirty days no more: show it again.")
    ] = False


class ClaimStep(Shape):
    """Something that happened to a claim."""

    at: datetime
    what: Annotated[str, Field(description="`opened`, `evidence`, `approved`, `disputed`, …")]
    by: Annotated[
        Literal["claimant", "another person", "moderator", "system"],
        Field(description="Who did it; never which account."),
    ]
    reasons: tuple[str, ...] = ()


class Claim(Shape):
    """A claim as its claimant and moderators see it."""

    id: str
    author_id: str
    author_name: str
    account_id: str
    status: ClaimStatus
    level: Annotated[Level, Field(description="The record's level if this claim holds.")]
    strength: Annotated[int, Field(ge=0, description="Sum of the evidence that counts.")]
    needed: Annotated[int, Field(ge=0, description="Strength at which it is approved at once.")]
    reasons: Annotated[tuple[str, ...], Field(description="Reason codes of where it stands.")] = ()
    place: Annotated[
        int | None, Field(ge=1, description="Place in the moderators' queue, from 1.")
    ] = None
    evidence: tuple[Evidence, ...] = ()
    steps: tuple[ClaimStep, ...] = ()
    disputes: Annotated[str | None, Field(description="The claim that this one is against.")] = None
    note: Annotated[str | None, Field(description="The claimant's own words.")] = None
    opened_at: datetime
    may: Annotated[
        tuple[Literal["evidence", "withdraw", "dispute", "appeal", "decide", "unclaim"], ...],
        Field(description="What the one who asks may do now."),
    ] = ()
    try_again_at: Annotated[
        datetime | None, Field(description="When a denied claimant may claim again.")
    ] = None


class ClaimList(Shape):
    """Claims, oldest first."""

    items: tuple[Claim, ...]
    next_cursor: str | None = None


class OpenClaim(Shape):
    """Someone says: this author is me."""

    note: Annotated[Text | None, Field(description="For a moderator; private.")] = None


class OfferEvidence(Shape):
    """A proof: which kind, and what that kind needs.

    ``orcid``: nothing, the sign-in is looked at. ``email``: `email` first (a code is sent there),
    then `code`. ``collaborator``: `author_id` of the collaborator who is asked. ``rel-me``: `url`.
    """

    kind: Literal["orcid", "email", "collaborator", "rel-me"]
    email: Email | None = None
    code: Annotated[str | None, StringConstraints(pattern=r"^[0-9]{6}$")] = None
    author_id: Id | None = None
    url: Annotated[str | None, StringConstraints(max_length=2000, pattern=r"^https?://")] = None


class ProofOption(Shape):
    """A kind of proof, and whether an author record can take it."""

    kind: ProofKind
    possible: bool
    strength: Annotated[int, Field(ge=0, le=100, description="What it counts at most.")]
    detail: Annotated[str, Field(description="What it needs, or why it cannot be.")]


class ClaimOptions(Shape):
    """What claiming an author record takes."""

    author_id: str
    author_name: str
    claimed: Annotated[bool, Field(description="Somebody owns it: a claim becomes a dispute.")]
    needed: Annotated[int, Field(ge=0, description="Strength at which it is approved at once.")]
    proofs: tuple[ProofOption, ...]


class Confirmation(Shape):
    """A claimant asks the caller, a close collaborator, to confirm who they are."""

    id: str
    author_id: str
    author_name: str
    claimant_name: str | None = None
    asked_at: datetime


class ConfirmationList(Shape):
    """Confirmations that wait for the caller, oldest first."""

    items: tuple[Confirmation, ...]


class Reason(Shape):
    """Why a claim is disputed or appealed."""

    reason: Text


class DecideClaim(Shape):
    """What a moderator decides."""

    outcome: Literal["approve", "reject", "revoke", "uphold"]
    reasons: Annotated[tuple[Line, ...], Field(max_length=10)] = ()
