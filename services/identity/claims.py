"""The rules of claims: each takes the record and a command, and answers the record and its events.

One record has one owner. A claim of a record that somebody owns is a dispute: it never steals.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from contracts.events.identity import ClaimWasOpened, ClaimWasWithdrawn
from contracts.people.claims import DecideClaim
from services.identity.proofs import found, moderated, own, without_asking
from services.identity.records import HOLDS, LIVE, Claim, Outcome, Proof, Record
from services.identity.refusals import Refused
from services.identity.steps import after_dispute, dispute_owner, end, stepped, told
from services.identity.verdicts import Profiles, approve, reject, revoke, settle

Known = Sequence[tuple[Proof, str]]
"""Proofs, each with the reason code of what was found."""

MOST_CLAIMS = 200
APPEAL_WITHIN = timedelta(days=90)


def open_claim(
    record: Record, claim: Claim, known: Known, profiles: Profiles, now: datetime
) -> Outcome:
    """Somebody says: this author is me. ``known`` is what their sign-in proves from the start.

    Raises:
        Refused: they have said so already, were denied lately, or too many have.
    """
    if record.live_claim_of(claim.account_id) or any(c.id == claim.id for c in record.claims):
        raise Refused("conflict", "You have claimed this record already.", code="already-claimed")
    denied = [c for c in record.claims if c.account_id == claim.account_id and c.try_again_at]
    wait = max((c.try_again_at for c in denied if c.try_again_at), default=now)
    if wait > now:
        raise Refused("later", "A claim of yours was denied lately.", try_again_at=wait)
    if len(record.claims) >= MOST_CLAIMS:
        raise Refused("conflict", "This record has been claimed too often; write to a moderator.")
    claim = claim.model_copy(update={"denials": max((c.denials for c in denied), default=0)})
    claim = stepped(claim, now, "opened", "claimant")
    opened = ClaimWasOpened(claim_id=claim.id, account_id=claim.account_id)
    outcome = Outcome(record=record.with_claim(claim), events=(opened,))
    outcome = dispute_owner(outcome, claim.id, now)
    for proof, reason in known:
        seen = found(outcome.record, claim.id, proof, reason, now)
        outcome = Outcome(record=seen.record, events=(*outcome.events, *seen.events))
    return settle(outcome, claim.id, profiles, now)


def dispute(
    record: Record, claim_id: str, claim: Claim, known: Known, profiles: Profiles, now: datetime
) -> Outcome:
    """Another person says that a record somebody owns is theirs, and why (the note of ``claim``).

    Raises:
        Refused: the claim holds no more, or is their own.
    """
    disputed = record.claim(claim_id)
    if disputed.status not in HOLDS:
        raise Refused("conflict", "Only a claim that holds can be disputed.")
    if disputed.account_id == claim.account_id:
        raise Refused("forbidden", "This claim is your own.")
    held = record.live_claim_of(claim.account_id)
    if held is None:
        return open_claim(record, claim, known, profiles, now)
    if held.disputes == claim_id:
        raise Refused("conflict", "You dispute this claim already.", code="already-disputed")
    told = held.model_copy(update={"note": claim.note, "objection": claim.objection})
    outcome = dispute_owner(Outcome(record=record.with_claim(told)), held.id, now)
    return settle(outcome, held.id, profiles, now)


def withdraw(
    record: Record, claim_id: str, account_id: str, profiles: Profiles, now: datetime
) -> Outcome:
    """The claimant takes the claim back; an owner gives the record up."""
    claim = own(record, claim_id, account_id)
    if claim.status in HOLDS:
        return revoke(
            Outcome(record=record), claim_id, ("unclaimed-by-owner",), "claimant", profiles, now
        )
    if claim.status not in LIVE:
        raise Refused("conflict", f"This claim is {claim.status} already.")
    outcome = end(Outcome(record=record), claim_id, "withdrawn", (), "claimant", now)
    outcome = told(outcome, ClaimWasWithdrawn(claim_id=claim_id))
    return after_dispute(outcome, now)


def appeal(record: Record, claim_id: str, account_id: str, reason: str, now: datetime) -> Outcome:
    """The claimant asks another moderator to look again, once."""
    claim = own(record, claim_id, account_id)
    if not may_appeal(claim, now):
        raise Refused("conflict", "There is no decision of a moderator here that can be appealed.")
    claim = claim.model_copy(
        update={
            "status": "appealed",
            "decided_as": claim.status,
            "waits_since": now,
            "note": reason,
            "appeals": claim.appeals + 1,
            "reasons": ("appealed",),
        }
    )
    outcome = Outcome(record=record.with_claim(stepped(claim, now, "appealed", "claimant")))
    return dispute_owner(outcome, claim_id, now)


def may_appeal(claim: Claim, now: datetime) -> bool:
    """Whether a decision against the claim can still be appealed."""
    against = claim.status in {"rejected", "revoked"}
    in_time = claim.decided_at is not None and now - claim.decided_at <= APPEAL_WITHIN
    return against and claim.decided_by is not None and claim.appeals == 0 and in_time


def decide(
    record: Record,
    claim_id: str,
    decision: DecideClaim,
    moderator: str,
    profiles: Profiles,
    now: datetime,
) -> Outcome:
    """A moderator decides: never as a party, and an appeal not by the one who decided before.

    Who approves a claim decides against those that stand against it.

    Raises:
        Refused: it is not theirs to decide, or somebody has decided it already.
    """
    claim = record.claim(claim_id)
    if any(c.account_id == moderator and c.status in LIVE | HOLDS for c in record.claims):
        raise Refused("forbidden", "You claim this record yourself; another moderator decides.")
    if claim.status == "appealed" and claim.decided_by == moderator:
        raise Refused("forbidden", "You made this decision; another moderator decides the appeal.")
    if claim.status not in _DECIDABLE[decision.outcome]:
        raise Refused("conflict", f"This claim is {claim.status}: that cannot be decided now.")
    reasons = decision.reasons or ("moderator-decided",)
    outcome = _signed(Outcome(record=record), claim_id, moderator, now)
    match decision.outcome:
        case "approve":
            return _prefer(outcome, claim_id, moderator, profiles, now)
        case "revoke":
            return revoke(outcome, claim_id, reasons, "moderator", profiles, now)
        case "uphold" if claim.status == "disputed":
            return _reject_all(outcome, claim_id, moderator, reasons, now)
        case _:
            return reject(outcome, claim_id, reasons, "moderator", now)


def forget(record: Record, account_id: str, profiles: Profiles, now: datetime) -> Outcome:
    """An account is erased: its claims are over, and nothing of it is kept here.

    A record that its owner had withheld stays so.
    """
    outcome = Outcome(record=record)
    held = record.live_claim_of(account_id)
    if held is not None and held.status in HOLDS:
        reasons, stays = ("account-erased",), record.withheld
        outcome = revoke(outcome, held.id, reasons, "claimant", profiles, now, withheld=stays)
    elif held is not None:
        outcome = end(outcome, held.id, "withdrawn", (), "claimant", now)
        outcome = told(outcome, ClaimWasWithdrawn(claim_id=held.id))
        outcome = after_dispute(outcome, now)
    left = tuple(
        _without_decider(without_asking(claim, account_id, now), account_id)
        for claim in outcome.record.claims
        if claim.account_id != account_id
    )
    return outcome.model_copy(update={"record": outcome.record.model_copy(update={"claims": left})})


def _without_decider(claim: Claim, account_id: str) -> Claim:
    """That a moderator decided stays, who it was does not."""
    if claim.decided_by != account_id:
        return claim
    return claim.model_copy(update={"decided_by": "erased"})


_DECIDABLE = {
    "approve": LIVE,
    "reject": LIVE,
    "revoke": HOLDS,
    "uphold": frozenset({"disputed", "appealed"}),
}


def _prefer(
    outcome: Outcome, claim_id: str, moderator: str, profiles: Profiles, now: datetime
) -> Outcome:
    owner = outcome.record.owner
    if owner is not None:
        outcome = _signed(outcome, owner.id, moderator, now)
    claim = moderated(outcome.record.claim(claim_id), now)
    outcome = outcome.with_claims(claim)
    outcome = approve(outcome, claim_id, "moderator", profiles, now)
    return _reject_all(outcome, claim_id, moderator, ("decided-for-another",), now)


def _reject_all(
    outcome: Outcome, claim_id: str, moderator: str, reasons: tuple[str, ...], now: datetime
) -> Outcome:
    for other in outcome.record.claims:
        if other.id != claim_id and other.status in LIVE:
            outcome = _signed(outcome, other.id, moderator, now)
            outcome = reject(outcome, other.id, reasons, "moderator", now)
    return outcome


def _signed(outcome: Outcome, claim_id: str, moderator: str, now: datetime) -> Outcome:
    changed = {"decided_by": moderator, "decided_at": now}
    claim = outcome.record.claim(claim_id).model_copy(update=changed)
    return outcome.with_claims(claim)
