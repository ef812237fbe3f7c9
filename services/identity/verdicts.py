"""What becomes of claims: by the evidence alone where it is sure, else by a moderator."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from contracts.events.identity import (
    ClaimWasRejected,
    ClaimWasRevoked,
    ResearcherProfileWasUpdated,
)
from services.identity.records import HOLDS, LIVE, WAITS, By, Claim, Outcome, Proof, Record
from services.identity.steps import (
    after_dispute,
    approved_event,
    dispute_owner,
    end,
    stepped,
    told,
    told_again,
    with_profile,
    without_profile,
)

Profiles = Mapping[str, ResearcherProfileWasUpdated]
"""What accounts would say on the page, by account id."""

COOLING_OFF = timedelta(days=30)
"""After a denial; twice as long after each further one."""
_LONGEST_COOLING = 5


def settle(outcome: Outcome, claim_id: str, profiles: Profiles, now: datetime) -> Outcome:
    """What follows from the evidence: approval, a place in the queue, or another level."""
    record = outcome.record
    claim = record.claim(claim_id)
    if claim.status in HOLDS:
        return told_again(outcome, claim)
    if claim.status not in LIVE:
        return outcome
    if claim.disputes is None and claim.has_proof:
        outcome = dispute_owner(outcome, claim_id, now)
        claim = outcome.record.claim(claim_id)
    contested = any(
        other.id != claim_id and other.status in WAITS and other.has_proof
        for other in record.claims
    )
    undisturbed = claim.status != "appealed" and not record.owner and not contested
    if undisturbed and claim.assessment().is_sure:
        return approve(outcome, claim_id, "system", profiles, now)
    if claim.status == "open" and (claim.has_proof or claim.note or claim.disputes):
        claim = stepped(claim, now, "queued", "system")
        claim = claim.model_copy(update={"status": "queued", "waits_since": now})
    reasons = _why_it_waits(claim, contested=contested)
    claim = claim.model_copy(update={"reasons": reasons})
    return outcome.with_claims(claim)


def approve(outcome: Outcome, claim_id: str, by: By, profiles: Profiles, now: datetime) -> Outcome:
    """The record belongs to the claimant from now on; whoever owned it owns it no more."""
    owner = outcome.record.owner
    if owner is not None:
        reasons = ("decided-for-another",)
        outcome = end(outcome, owner.id, "revoked", reasons, by, now)
        outcome = told(outcome, ClaimWasRevoked(claim_id=owner.id, reasons=reasons))
        shown = outcome.record.model_copy(update={"withheld": False})
        outcome = outcome.model_copy(update={"record": shown})
    claim = outcome.record.claim(claim_id)
    changed = {"status": "approved", "waits_since": None, "reasons": (), "disputes": None}
    claim = stepped(claim.model_copy(update=changed), now, "approved", by)
    outcome = outcome.with_claims(claim)
    outcome = told(outcome, approved_event(claim))
    return with_profile(outcome, profiles.get(claim.account_id) or ResearcherProfileWasUpdated())


def revoke(
    outcome: Outcome,
    claim_id: str,
    reasons: tuple[str, ...],
    by: By,
    profiles: Profiles,
    now: datetime,
    *,
    withheld: bool = False,
) -> Outcome:
    """A claim holds no longer: its owner's words leave the page, who disputed it is looked at."""
    outcome = end(outcome, claim_id, "revoked", reasons, by, now)
    outcome = told(outcome, ClaimWasRevoked(claim_id=claim_id, reasons=reasons))
    outcome = without_profile(outcome, withheld=withheld)
    for claim in outcome.record.claims:
        if claim.disputes == claim_id:
            free = claim.model_copy(update={"disputes": None})
            outcome = outcome.with_claims(free)
            outcome = settle(outcome, claim.id, profiles, now)
    return outcome


def reject(
    outcome: Outcome, claim_id: str, reasons: tuple[str, ...], by: By, now: datetime
) -> Outcome:
    """A claim was decided against; it may be made again after a while."""
    claim = outcome.record.claim(claim_id)
    pause = COOLING_OFF * 2 ** min(claim.denials, _LONGEST_COOLING)
    denied = claim.model_copy(update={"denials": claim.denials + 1, "try_again_at": now + pause})
    outcome = outcome.with_claims(denied)
    outcome = end(outcome, claim_id, "rejected", reasons, by, now)
    outcome = told(outcome, ClaimWasRejected(claim_id=claim_id, reasons=reasons))
    return after_dispute(outcome, now)


def expire(record: Record, profiles: Profiles, now: datetime) -> Outcome:
    """Proofs that are too old count no longer: the level falls, or the claim ends."""
    outcome = Outcome(record=record)
    for one in record.claims:
        claim = outcome.record.claim(one.id)
        proofs = tuple(_expired(proof, now) for proof in claim.proofs)
        if proofs == claim.proofs:
            continue
        counted = claim.assessment()
        claim = stepped(claim.model_copy(update={"proofs": proofs}), now, "expired", "system")
        outcome = outcome.with_claims(claim)
        if claim.status in HOLDS and not claim.has_proof:
            outcome = revoke(outcome, claim.id, ("proofs-expired",), "system", profiles, now)
        elif claim.assessment() != counted:
            outcome = settle(outcome, claim.id, profiles, now)
    return outcome


def _why_it_waits(claim: Claim, *, contested: bool) -> tuple[str, ...]:
    found = claim.assessment()
    reasons = list(found.doubts)
    if claim.status == "appealed":
        reasons.insert(0, "appealed")
    if claim.disputes:
        reasons.insert(0, "record-is-claimed")
    elif contested:
        reasons.insert(0, "record-is-contested")
    if not claim.has_proof:
        reasons.append("no-evidence-yet")
    elif not found.is_sure:
        reasons.append("evidence-not-enough")
    return tuple(reasons)


def _expired(proof: Proof, now: datetime) -> Proof:
    counting = proof.state in ("verified", "pending")
    if counting and proof.expires_at is not None and proof.expires_at <= now:
        return proof.model_copy(update={"state": "expired", "secret": None})
    return proof
