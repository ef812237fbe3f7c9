"""What identity answers over HTTP: accounts, claims, follows, invitations, settings.

The gateway passes these shapes on under ``/api/v1``, at the same paths.
"""

from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.events.identity import ProofKind
from contracts.events.trust import Level

Id = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")
]

Role = Literal["member", "moderator", "operator"]
Scope = Literal["read", "follow", "claim", "collaborate", "profile", "curate", "moderate"]
ALL_SCOPES: tuple[Scope, ...] = get_args(Scope)
"""What a browser session may do, as far as the roles of its account go."""

TOKEN_ISSUER = "bzpeer-identity"  # noqa: S105
TOKEN_AUDIENCE = "bzpeer"  # noqa: S105
JWKS_PATH = "/.well-known/jwks.json"
"""Of identity: the public keys of the access tokens it signs."""

Purpose = Literal["co-author", "review", "data", "project", "advice", "other"]
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
InvitationStatus = Literal["sent", "accepted", "declined"]


class Shape(BaseModel):
    """Unknown fields in a request are an error, so that a slip is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# Claims.


class Evidence(Shape):
    """One proof offered for a claim, and what it was worth."""

    kind: ProofKind
    state: Literal["pending", "verified", "failed", "expired"]
    strength: Annotated[int, Field(ge=0, le=100, description="What it counts, 0 to 100.")]
    reason: Annotated[str, Field(description="Reason code, such as `orcid-matches-record`.")]
    detail: Annotated[str, Field(description="The same in words.")]
    at: datetime
    expires_at: datetime | None = None


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


# Follows.


class FollowState(Shape):
    """Whether the caller follows an author, and how many do."""

    author_id: str
    following: bool
    followers: Annotated[int, Field(ge=0)]


class Follower(Shape):
    """Somebody who follows and says so."""

    account_id: str
    name: str | None = None
    author_id: Annotated[str | None, Field(description="Their own record, once claimed.")] = None
    verified: bool = False
    since: datetime


class FollowerList(Shape):
    """Followers, newest first. Private ones are in ``total`` and not in ``items``."""

    items: tuple[Follower, ...]
    total: Annotated[int, Field(ge=0)]
    next_cursor: str | None = None


class Following(Shape):
    """An author the caller follows."""

    author_id: str
    name: str | None = None
    since: datetime
    muted: bool = False


class FollowingList(Shape):
    """Whom the caller follows, newest first."""

    items: tuple[Following, ...]
    next_cursor: str | None = None


# Collaboration.


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


# Own account.


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
    unread: Annotated[int, Field(ge=0)] = 0
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


class MakeToken(Shape):
    """A personal token for a program."""

    name: Annotated[Line, StringConstraints(min_length=1)]
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=7)]
    days: Annotated[int, Field(ge=1, le=365, description="Days until it ends.")] = 90


class Token(Shape):
    """A personal token; its secret is told once, when it is made."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime
    secret: str | None = None


class TokenList(Shape):
    """The caller's personal tokens."""

    items: tuple[Token, ...]


class AccessToken(BaseModel):
    """RFC 6749 §5.1: a signed token for a short time."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: Annotated[int, Field(ge=0, description="Seconds.")]
    scope: str
    issued_token_type: str = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105


class SetRoles(Shape):
    """What an operator makes of an account."""

    roles: Annotated[tuple[Role, ...], Field(max_length=3)]


# Between gateway and identity only.


class Issuer(Shape):
    """Somewhere one can sign in."""

    id: Annotated[str, Field(description="`orcid`, …")]
    name: Annotated[str, Field(description="What people read on the button.")]


class SignInOptions(Shape):
    """How one can sign in here."""

    issuers: tuple[Issuer, ...]
    email: Annotated[bool, Field(description="Whether codes can be sent by e-mail.")]


class StartSignIn(Shape):
    """Begin at an issuer. ``next`` is a path on this site."""

    issuer: Id
    next: Annotated[str, StringConstraints(max_length=2000)] = "/"
    redirect_uri: Annotated[str, StringConstraints(max_length=2000)]


class StartedSignIn(Shape):
    """Where to send the browser, and the secret that binds the flow to it (a cookie)."""

    authorize_url: str
    browser_secret: str


class FinishSignIn(Shape):
    """What the issuer sent the browser back with."""

    state: Annotated[str, StringConstraints(max_length=500)]
    code: Annotated[str, StringConstraints(max_length=4000)]
    iss: Annotated[str | None, StringConstraints(max_length=500)] = None
    browser_secret: Annotated[str, StringConstraints(max_length=200)]


class StartEmail(Shape):
    """Ask for a code by e-mail. The answer never says whether an account exists."""

    email: Email
    next: Annotated[str, StringConstraints(max_length=2000)] = "/"


class StartedEmail(Shape):
    """What the browser keeps (a cookie) until the code is typed in."""

    browser_secret: str


class FinishEmail(Shape):
    """The code that was typed in."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
    browser_secret: Annotated[str, StringConstraints(max_length=200)]


class SignedIn(Shape):
    """A new session; ``session_secret`` becomes the HttpOnly cookie."""

    session_secret: str
    account_id: str
    next: str
    expires_at: datetime


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
