"""Offering proofs: what each kind needs, and what comes of it."""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

from contracts.events.identity import ClaimEvidenceWasVerified, ProofKind
from services.identity.evidence import FINDINGS, LASTS
from services.identity.records import HOLDS, LIVE, Claim, Outcome, Proof, Record, Secret
from services.identity.refusals import Refused
from services.identity.steps import stepped, told

CODE_HOLDS = timedelta(minutes=15)
CONFIRMATION_HOLDS = timedelta(days=30)
MOST_TRIES = 5


def found(record: Record, claim_id: str, proof: Proof, reason: str, now: datetime) -> Outcome:
    """A proof was looked at; what was found stands in place of what its kind had shown before."""
    claim = _takes_evidence(record.claim(claim_id))
    finding = FINDINGS[reason]
    if not finding.strength:
        failed = {"state": "failed", "reason": reason, "at": now, "secret": None}
        claim = _with(claim, proof.model_copy(update=failed))
        step = stepped(claim, now, "evidence failed", "system", (reason,))
        return Outcome(record=record.with_claim(step))
    claim = _with(claim, verified(proof, reason, now))
    claim = stepped(claim, now, "evidence", "claimant", (reason,))
    event = ClaimEvidenceWasVerified(
        claim_id=claim_id, kind=proof.kind, reason=reason, strength=finding.strength
    )
    return told(Outcome(record=record.with_claim(claim)), event)


def ask(record: Record, claim_id: str, proof: Proof) -> Outcome:
    """A proof waits: for a code that was sent, or for a collaborator's word."""
    claim = _takes_evidence(record.claim(claim_id))
    return Outcome(record=record.with_claim(_with(claim, proof)))


def pending(claim: Claim, kind: ProofKind) -> Proof:
    """The proof of a kind that waits.

    Raises:
        Refused: none does.
    """
    for proof in claim.proofs:
        if proof.kind == kind and proof.state == "pending":
            return proof
    raise Refused("conflict", "No code was asked for; ask for one first.")


def email_proof(proof_id: str, email: str, salt: str, code: str, now: datetime) -> Proof:
    """A proof that waits for the code that is sent to an address."""
    secret = Secret(email=email, salt=salt, code_hash=_hash(salt, code))
    return Proof(
        id=proof_id,
        kind="email",
        state="pending",
        reason="code-sent",
        at=now,
        expires_at=now + CODE_HOLDS,
        secret=secret,
    )


def confirmation(proof_id: str, asked_account: str, now: datetime) -> Proof:
    """A proof that waits for a collaborator's word."""
    return Proof(
        id=proof_id,
        kind="collaborator",
        state="pending",
        reason="collaborator-asked",
        at=now,
        expires_at=now + CONFIRMATION_HOLDS,
        secret=Secret(account_id=asked_account),
    )


def try_code(proof: Proof, code: str, now: datetime) -> bool:
    """Whether the code is the one that was sent.

    Raises:
        Refused: it is too late, or too many others were tried.
    """
    secret = proof.secret or Secret()
    if proof.expires_at is None or proof.expires_at <= now:
        raise Refused("conflict", "The code is too old; ask for another.", code="code-expired")
    if secret.tries >= MOST_TRIES:
        raise Refused("conflict", "Too many wrong codes; ask for another.", code="code-spent")
    return hmac.compare_digest(_hash(secret.salt, code), secret.code_hash)


def wrong_code(record: Record, claim_id: str, proof: Proof) -> Outcome:
    """One try less."""
    secret = proof.secret or Secret()
    tried = secret.model_copy(update={"tries": secret.tries + 1})
    claim = _with(record.claim(claim_id), proof.model_copy(update={"secret": tried}))
    return Outcome(record=record.with_claim(claim))


def asked_of(record: Record, proof_id: str, account_id: str) -> tuple[Claim, Proof]:
    """The confirmation that an account was asked for.

    Raises:
        Refused: it was not, or has answered.
    """
    for claim in record.claims:
        for proof in claim.proofs:
            asked = proof.secret.account_id if proof.secret else None
            if proof.id == proof_id and proof.state == "pending" and asked == account_id:
                return claim, proof
    raise Refused("unknown", "There is no confirmation of this id that waits for you.")


def without_asking(claim: Claim, account_id: str, now: datetime) -> Claim:
    """The claim after somebody who was asked to confirm it has left."""
    left = {"state": "failed", "reason": "collaborator-denied", "at": now, "secret": None}
    return claim.model_copy(
        update={
            "proofs": tuple(
                proof.model_copy(update=left)
                if proof.secret and proof.secret.account_id == account_id
                else proof
                for proof in claim.proofs
            )
        }
    )


def moderated(claim: Claim, now: datetime) -> Claim:
    """The claim with a moderator's word among its proofs."""
    proof = Proof(id=f"{claim.id}-m", kind="moderator", state="pending", reason="", at=now)
    return _with(claim, verified(proof, "moderator-decided", now))


def verified(proof: Proof, reason: str, now: datetime) -> Proof:
    """A proof that was found to hold, for as long as its kind does."""
    changed = {"state": "verified", "reason": reason, "at": now, "secret": None}
    return proof.model_copy(update={**changed, "expires_at": now + LASTS[proof.kind]})


def own(record: Record, claim_id: str, account_id: str) -> Claim:
    """The claim, if it is the account's.

    Raises:
        Refused: there is none, or it is somebody else's.
    """
    claim = record.claim(claim_id)
    if claim.account_id != account_id:
        raise Refused("forbidden", "This claim is somebody else's.")
    return claim


def _takes_evidence(claim: Claim) -> Claim:
    if claim.status in LIVE | HOLDS:
        return claim
    raise Refused("conflict", f"This claim is {claim.status}: it takes no evidence any more.")


def _with(claim: Claim, proof: Proof) -> Claim:
    """One proof of each kind is kept, besides one that holds while another is tried."""
    kept = tuple(
        held
        for held in claim.proofs
        if held.kind != proof.kind or (held.state == "verified" and proof.state != "verified")
    )
    return claim.model_copy(update={"proofs": (*kept, proof)})


def _hash(salt: str, code: str) -> str:
    return sha256(f"{salt}:{code}".encode()).hexdigest()
