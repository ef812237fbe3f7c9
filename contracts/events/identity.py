"""What the identity service tells: claims, follows, invitations, profiles. Nothing private."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.envelope import Payload
from contracts.events.trust import Level

ProofKind = Literal["orcid", "email", "collaborator", "rel-me", "moderator"]


class _Claim(Payload):
    claim_id: str


class ClaimWasOpened(_Claim):
    """Someone says: this author is me."""

    account_id: Annotated[str, Field(description="Opaque id of the account that claims.")]


class ClaimEvidenceWasVerified(_Claim):
    """One proof of a claim was found to hold."""

    kind: ProofKind
    reason: Annotated[str | None, Field(description="Reason code, such as `orcid-matches`.")] = None
    strength: Annotated[
        int | None, Field(ge=0, le=100, description="What it counts; 100 is sure.")
    ] = None


class ClaimWasApproved(_Claim):
    """The author record belongs to the account. Told again when its level or dispute changes."""

    account_id: str
    level: Level
    proofs: Annotated[tuple[ProofKind, ...], Field(description="Kinds of proof that hold.")] = ()
    strength: Annotated[int | None, Field(ge=0, description="Sum of what the proofs count.")] = None


class ClaimWasRejected(_Claim):
    """The claim was decided against."""

    reasons: Annotated[tuple[str, ...], Field(description="Reason codes.")] = ()


class ClaimWasWithdrawn(_Claim):
    """The claimant took the claim back."""


class ClaimWasDisputed(_Claim):
    """Another person says the same author is theirs; over once the claim is told as approved again,
    or revoked."""

    by_claim_id: str


class ClaimWasRevoked(_Claim):
    """An approved claim holds no longer."""

    reasons: tuple[str, ...] = ()


class ResearcherWasFollowed(Payload):
    """An account follows the author. Told again when what it says of the follower changes."""

    account_id: Annotated[
        str, Field(description="Of a private follower: a name used for this follow alone.")
    ]
    verified: Annotated[bool, Field(description="The account's own author record is verified.")]
    followers: Annotated[int, Field(ge=0, description="Followers of the author after this.")]
    follower_author_id: Annotated[
        str | None, Field(description="The author record of a follower who says so.")
    ] = None


class ResearcherWasUnfollowed(Payload):
    """An account follows the author no longer."""

    account_id: str
    followers: Annotated[int, Field(ge=0, description="Followers of the author after this.")]


class _Invitation(Payload):
    invitation_id: str


class InvitationWasSent(_Invitation):
    """An account invited the author to work together."""

    account_id: str
    purpose: Annotated[str, Field(description="Code of the purpose; never the message.")]


class InvitationWasAccepted(_Invitation):
    """The author said yes."""


class InvitationWasDeclined(_Invitation):
    """The author said no."""


class ResearcherProfileWasUpdated(Payload):
    """What the owner says on the page. Carries the full public profile."""

    tagline: str | None = None
    pronouns: str | None = None
    links: tuple[str, ...] = ()
    affiliation: Annotated[str | None, Field(description="Self-stated.")] = None
    featured_works: tuple[str, ...] = ()
    open_to_collaborate: bool = True


class ResearcherWasErased(Payload):
    """Everything the owner added to the author record is to be forgotten."""

    withheld: Annotated[
        bool, Field(description="The record itself is not to be shown, by its owner's choice.")
    ] = False


EVENTS: tuple[type[Payload], ...] = (
    ClaimWasOpened,
    ClaimEvidenceWasVerified,
    ClaimWasApproved,
    ClaimWasRejected,
    ClaimWasWithdrawn,
    ClaimWasDisputed,
    ClaimWasRevoked,
    ResearcherWasFollowed,
    ResearcherWasUnfollowed,
    InvitationWasSent,
    InvitationWasAccepted,
    InvitationWasDeclined,
    ResearcherProfileWasUpdated,
    ResearcherWasErased,
)
