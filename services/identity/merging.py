"""When works finds that two author records are one person: claims go over to the survivor.

Two owners who meet become a dispute. The rules bear being applied again and in any order.
"""

from datetime import datetime

from contracts.events.identity import (
    ClaimWasOpened,
    ClaimWasRevoked,
    ResearcherProfileWasUpdated,
    ResearcherWasErased,
)
from services.identity.records import HOLDS, LIVE, Claim, Outcome, Record
from services.identity.steps import (
    approved_event,
    dispute_owner,
    stepped,
    told,
    with_profile,
    without_profile,
)
from services.identity.verdicts import Profiles, settle

MERGED = "merged-into-another"


def leave(record: Record, into: str) -> Outcome:
    """Nothing changes here any more until the claims have arrived at the survivor."""
    if not record.claims:
        return Outcome(record=record)
    return Outcome(record=record.model_copy(update={"moving_to": into}))


def adopt(record: Record, leaving: Record, profiles: Profiles, now: datetime) -> Outcome:
    """The claims of a merged record stand at the survivor, one for each account."""
    outcome = Outcome(record=record)
    if leaving.withheld and not record.withheld and not record.owner:
        outcome = without_profile(outcome, withheld=True)
    for claim in sorted(leaving.claims, key=lambda one: one.status not in HOLDS):
        if any(held.id == claim.id for held in outcome.record.claims):
            continue
        outcome = _adopt(outcome, claim, profiles, now)
    return outcome


def arrived(record: Record) -> Outcome:
    """The claims are at the survivor; here nobody owns anything any more."""
    owner = record.owner
    if owner is None:
        return Outcome(record=Record())
    revoked = ClaimWasRevoked(claim_id=owner.id, reasons=(MERGED,))
    return Outcome(record=Record(), events=(revoked, ResearcherWasErased()))


def _adopt(outcome: Outcome, claim: Claim, profiles: Profiles, now: datetime) -> Outcome:
    record = outcome.record
    claim = stepped(claim, now, "record merged", "system", (MERGED,))
    if claim.status not in LIVE | HOLDS:
        return outcome.with_claims(claim)
    mine = record.live_claim_of(claim.account_id)
    becomes_owner = claim.status in HOLDS and record.owner is None
    if mine is not None and not becomes_owner:
        joined = mine.model_copy(update={"proofs": (*mine.proofs, *claim.proofs)})
        return settle(outcome.with_claims(joined, _closed(claim)), mine.id, profiles, now)
    if mine is not None:
        outcome = outcome.with_claims(_closed(mine))
    opened = ClaimWasOpened(claim_id=claim.id, account_id=claim.account_id)
    if not becomes_owner:
        return _against(told(outcome, opened), claim, profiles, now)
    owned = claim.model_copy(update={"status": "approved", "disputes": None})
    outcome = told(told(outcome.with_claims(owned), opened), approved_event(owned))
    profile = profiles.get(claim.account_id) or ResearcherProfileWasUpdated()
    return with_profile(outcome, profile)


def _against(outcome: Outcome, claim: Claim, profiles: Profiles, now: datetime) -> Outcome:
    """Whoever owned the merged record now stands against the survivor's owner."""
    since = claim.waits_since or now
    waits = claim.model_copy(update={"status": "queued", "waits_since": since, "disputes": None})
    outcome = dispute_owner(outcome.with_claims(waits), claim.id, now)
    return settle(outcome, claim.id, profiles, now)


def _closed(claim: Claim) -> Claim:
    """The same person claimed both: one claim goes on, the other is over."""
    return claim.model_copy(update={"status": "withdrawn", "reasons": (MERGED,), "disputes": None})
