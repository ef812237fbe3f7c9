"""Small changes of a record, each with what it tells; the rules of claims are made of them."""

from datetime import datetime

from contracts.envelope import Payload
from contracts.events.identity import (
    ClaimWasApproved,
    ClaimWasDisputed,
    ResearcherProfileWasUpdated,
    ResearcherWasErased,
)
from contracts.people.claims import ClaimStatus
from services.identity.records import LIVE, By, Claim, Outcome, Record, Step

MOST_STEPS = 200


def stepped(claim: Claim, now: datetime, what: str, by: By, reasons: tuple[str, ...] = ()) -> Claim:
    """The claim with one more entry in its history."""
    step = Step(at=now, what=what, by=by, reasons=reasons)
    return claim.model_copy(update={"steps": (*claim.steps, step)[-MOST_STEPS:]})


def approved_event(claim: Claim) -> ClaimWasApproved:
    """What is told of a claim that holds."""
    found = claim.assessment()
    return ClaimWasApproved(
        claim_id=claim.id,
        account_id=claim.account_id,
        level=found.level,
        proofs=found.kinds,
        strength=found.strength,
    )


def with_profile(outcome: Outcome, profile: ResearcherProfileWasUpdated) -> Outcome:
    """The owner's words are on the page, unless the record is withheld."""
    record = outcome.record
    if record.profile == profile and record.owner:
        return outcome
    changed = record.model_copy(update={"profile": profile})
    told = () if record.withheld else (profile,)
    return Outcome(record=changed, events=(*outcome.events, *told))


def without_profile(outcome: Outcome, *, withheld: bool) -> Outcome:
    """The owner's words are gone from the page; ``withheld``: and the record itself is."""
    record = outcome.record.model_copy(update={"profile": None, "withheld": withheld})
    return Outcome(record=record, events=(*outcome.events, ResearcherWasErased(withheld=withheld)))


def told(outcome: Outcome, event: Payload) -> Outcome:
    """With one more event."""
    return outcome.model_copy(update={"events": (*outcome.events, event)})


def told_again(outcome: Outcome, claim: Claim) -> Outcome:
    """The owner's claim is told as it is now, and that it is disputed if it still is."""
    outcome = told(outcome, approved_event(claim))
    against = [c for c in outcome.record.claims if c.disputes == claim.id and c.status in LIVE]
    if not against:
        return outcome
    return told(outcome, ClaimWasDisputed(claim_id=claim.id, by_claim_id=against[-1].id))


def dispute_owner(outcome: Outcome, claim_id: str, now: datetime) -> Outcome:
    """The claim stands against the owner's from now on, if there is an owner."""
    record = outcome.record
    owner, claim = record.owner, record.claim(claim_id)
    if owner is None:
        return outcome
    claim = claim.model_copy(update={"disputes": owner.id})
    owner = stepped(
        owner.model_copy(update={"status": "disputed"}), now, "disputed", "another person"
    )
    event = ClaimWasDisputed(claim_id=owner.id, by_claim_id=claim_id)
    return told(outcome.with_claims(claim, owner), event)


def after_dispute(outcome: Outcome, now: datetime) -> Outcome:
    """With the last dispute the owner's claim is undisputed again, and that is told."""
    owner = outcome.record.owner
    if owner is None or owner.status != "disputed":
        return outcome
    if any(c.disputes == owner.id and c.status in LIVE for c in outcome.record.claims):
        return outcome
    owner = stepped(owner.model_copy(update={"status": "approved"}), now, "dispute ended", "system")
    outcome = outcome.with_claims(owner)
    return told_again(outcome, owner)


def end(
    outcome: Outcome,
    claim_id: str,
    status: ClaimStatus,
    reasons: tuple[str, ...],
    by: By,
    now: datetime,
) -> Outcome:
    """A claim is over; what it still waited for is forgotten."""
    claim = outcome.record.claim(claim_id)
    dropped = tuple(proof for proof in claim.proofs if proof.state != "pending")
    changed = {"status": status, "waits_since": None, "reasons": reasons, "proofs": dropped}
    claim = stepped(claim.model_copy(update=changed), now, status, by, reasons)
    return outcome.with_claims(claim)


def withhold(record: Record, *, withheld: bool) -> Outcome:
    """The owner takes the record from the public, or gives it back with what they say there."""
    if record.withheld == withheld:
        return Outcome(record=record)
    if withheld:
        hidden = record.model_copy(update={"withheld": True})
        return Outcome(record=hidden, events=(ResearcherWasErased(withheld=True),))
    shown = record.model_copy(update={"withheld": False})
    return Outcome(record=shown, events=(record.profile or ResearcherProfileWasUpdated(),))
