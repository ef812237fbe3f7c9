"""Who says that an author record is theirs, and what the owner says on its page."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import Payload
from contracts.events.identity import ProofKind, ResearcherProfileWasUpdated
from contracts.people.claims import ClaimStatus
from services.identity.evidence import ENDS_SOON, FINDINGS, Assessment, assess
from services.identity.refusals import Refused

LIVE: frozenset[ClaimStatus] = frozenset({"open", "queued", "appealed"})
"""Of a claim that may yet be approved."""
HOLDS: frozenset[ClaimStatus] = frozenset({"approved", "disputed"})
"""Of the owner's claim."""
WAITS: frozenset[ClaimStatus] = frozenset({"queued", "appealed"})
"""For a moderator."""
By = Literal["claimant", "another person", "moderator", "system"]


def ends_soon(at: datetime | None, now: datetime) -> bool:
    """Whether a proof that ends then is to be shown again."""
    return at is not None and at - now <= ENDS_SOON


class _State(BaseModel):
    model_config = ConfigDict(frozen=True)


class Secret(_State):
    """What a pending proof waits for; gone once it is decided."""

    email: str | None = None
    salt: str = ""
    code_hash: str = ""
    tries: int = 0
    account_id: Annotated[str | None, Field(description="Who is asked to confirm.")] = None


class Proof(_State):
    """One proof: pending, or looked at and found to be what ``reason`` says."""

    id: str
    kind: ProofKind
    state: Literal["pending", "verified", "failed", "expired"]
    reason: str
    at: datetime
    expires_at: datetime | None = None
    secret: Secret | None = None

    @property
    def counts(self) -> bool:
        """Whether it holds and is worth something."""
        return self.state == "verified" and FINDINGS[self.reason].strength > 0

    def ends_soon(self, now: datetime) -> bool:
        """Whether it counts, and not for much longer."""
        return self.counts and ends_soon(self.expires_at, now)


class Step(_State):
    """Something that happened to a claim."""

    at: datetime
    what: str
    by: By
    reasons: tuple[str, ...] = ()


class Objection(_State):
    """What a claimant said against the owner's claim."""

    id: str
    reason: str


class Claim(_State):
    """One account's claim of the record."""

    id: str
    account_id: str
    status: ClaimStatus = "open"
    opened_at: datetime
    waits_since: datetime | None = None
    note: str | None = None
    opened_with: Annotated[str | None, Field(description="The first note.")] = None
    proofs: tuple[Proof, ...] = ()
    doubts: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    reasons: tuple[str, ...] = ()
    disputes: str | None = None
    objection: Annotated[Objection | None, Field(description="The last one of its claimant.")] = (
        None
    )
    decided_by: Annotated[str | None, Field(description="The moderator's account.")] = None
    decided_at: datetime | None = None
    decided_as: Annotated[ClaimStatus | None, Field(description="What an appeal is against.")] = (
        None
    )
    appeals: int = 0
    denials: int = 0
    try_again_at: datetime | None = None

    def assessment(self) -> Assessment:
        """What its evidence comes to."""
        return assess((p.reason for p in self.proofs if p.state == "verified"), self.doubts)

    @property
    def has_proof(self) -> bool:
        """Whether any proof holds that counts."""
        return any(proof.counts for proof in self.proofs)

    @property
    def proof_ends_at(self) -> datetime | None:
        """When the first of the proofs that count ends."""
        ends = (proof.expires_at for proof in self.proofs if proof.counts)
        return min((at for at in ends if at is not None), default=None)


class Record(_State):
    """All claims of one author record, so that one conditional write decides who owns it."""

    claims: tuple[Claim, ...] = ()
    profile: ResearcherProfileWasUpdated | None = None
    withheld: bool = False
    moving_to: Annotated[str | None, Field(description="Its claims are being carried there.")] = (
        None
    )

    @property
    def owner(self) -> Claim | None:
        """The claim that holds."""
        return next((claim for claim in self.claims if claim.status in HOLDS), None)

    def claim(self, claim_id: str) -> Claim:
        """One of the claims.

        Raises:
            Refused: there is none of this id.
        """
        for claim in self.claims:
            if claim.id == claim_id:
                return claim
        raise Refused("unknown", f"There is no claim {claim_id}.")

    def live_claim_of(self, account_id: str) -> Claim | None:
        """The claim of an account that is decided for it, or not decided yet."""
        mine = (c for c in self.claims if c.account_id == account_id)
        return next((c for c in mine if c.status in LIVE | HOLDS), None)

    def claim_with(self, objection_id: str) -> Claim | None:
        """The claim of whoever said a thing against the owner's."""
        for claim in self.claims:
            if claim.objection and claim.objection.id == objection_id:
                return claim
        return None

    def with_claim(self, claim: Claim) -> "Record":
        """The record with one claim new or changed."""
        if any(held.id == claim.id for held in self.claims):
            changed = tuple(claim if held.id == claim.id else held for held in self.claims)
            return self.model_copy(update={"claims": changed})
        return self.model_copy(update={"claims": (*self.claims, claim)})

    def row(self) -> dict[str, Any]:
        """As it is kept, with what is asked for by index."""
        owner = self.owner
        counting = ("verified", "pending")
        expiries = [p.expires_at for c in self.claims for p in c.proofs if p.state in counting]
        return {
            **self.model_dump(),
            "owner": owner.account_id if owner else None,
            "level": owner.assessment().level if owner else None,
            "expires_at": min((at for at in expiries if at is not None), default=None),
            "asked": [
                proof.secret.account_id
                for claim in self.claims
                for proof in claim.proofs
                if proof.state == "pending" and proof.secret and proof.secret.account_id
            ],
            "waiting": [
                {"claim_id": claim.id, "since": claim.waits_since}
                for claim in self.claims
                if claim.status in WAITS
            ],
        }


def record_of(state: dict[str, Any] | None) -> Record:
    """From what is kept."""
    return Record.model_validate(state or {})


class Outcome(_State):
    """A record after a command, and what is told about it."""

    record: Record
    events: tuple[Payload, ...] = ()

    def with_claims(self, *claims: Claim) -> "Outcome":
        """The same, with some claims of the record new or changed."""
        record = self.record
        for claim in claims:
            record = record.with_claim(claim)
        return self.model_copy(update={"record": record})
