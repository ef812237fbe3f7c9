"""A claim as its claimant and moderators see it, and what claiming a record takes."""

from datetime import datetime
from typing import Literal

from contracts.people import claims as answers
from services.identity.claims import may_appeal
from services.identity.evidence import FINDINGS, NEEDED, Facts
from services.identity.records import HOLDS, LIVE, Claim, Proof, Record
from services.identity.refusals import Refused

Viewer = Literal["claimant", "moderator", "owner"]
May = Literal["evidence", "withdraw", "dispute", "appeal", "decide", "unclaim"]
_WAITING = {
    "code-sent": "A code was sent to the address; type it in.",
    "collaborator-asked": "The collaborator was asked and has not answered yet.",
}


def viewer_of(record: Record, claim: Claim, account_id: str, *, moderates: bool) -> Viewer:
    """As what somebody sees a claim: an owner sees those that dispute theirs.

    Raises:
        Refused: it is not theirs to see.
    """
    if claim.account_id == account_id:
        return "claimant"
    if moderates:
        return "moderator"
    if record.owner and record.owner.account_id == account_id and claim.disputes:
        return "owner"
    raise Refused("unknown", f"There is no claim {claim.id} that you could see.")


def view(
    record: Record,
    claim: Claim,
    *,
    author: tuple[str, str],
    viewer: Viewer,
    account_id: str,
    place: int | None,
    now: datetime,
) -> answers.Claim:
    """The claim for one who looks; ``author`` is id and name of the record."""
    found = claim.assessment()
    return answers.Claim(
        id=claim.id,
        author_id=author[0],
        author_name=author[1],
        account_id=claim.account_id,
        status=claim.status,
        level=found.level,
        strength=found.strength,
        needed=NEEDED,
        reasons=claim.reasons,
        place=place,
        evidence=tuple(_evidence(proof, now) for proof in claim.proofs),
        steps=tuple(
            answers.ClaimStep(at=s.at, what=s.what, by=s.by, reasons=s.reasons) for s in claim.steps
        ),
        disputes=claim.disputes,
        note=claim.note if viewer != "owner" else None,
        opened_at=claim.opened_at,
        may=_may(record, claim, viewer, account_id, now),
        try_again_at=claim.try_again_at,
    )


def proof_options(facts: Facts, *, has_orcid: bool) -> tuple[answers.ProofOption, ...]:
    """Which kinds of proof a record can take."""
    at = ", ".join(facts.domains[:5])
    orcid = (
        "Sign in with the ORCID iD that sources give this author."
        if facts.orcids
        else "No source gives this author an ORCID iD."
    )
    printed = "an address printed in a paper of this author" if facts.printed else ""
    domain = f"an address on {at}" if facts.domains else ""
    best_mail = "email-printed" if printed else "email-at-institution-named"
    mail = " or ".join(part for part in (printed, domain) if part)
    return (
        answers.ProofOption(
            kind="orcid",
            possible=bool(facts.orcids),
            strength=FINDINGS["orcid-matches"].strength,
            detail=orcid if has_orcid or not facts.orcids else f"{orcid} You have not yet.",
        ),
        answers.ProofOption(
            kind="email",
            possible=bool(mail),
            strength=FINDINGS[best_mail].strength,
            detail=f"Type in a code that is sent to {mail}."
            if mail
            else "No address and no institution of this author is known.",
        ),
        answers.ProofOption(
            kind="collaborator",
            possible=True,
            strength=FINDINGS["collaborator-confirmed"].strength,
            detail="A close collaborator whose own record is at L3 or more confirms it.",
        ),
        answers.ProofOption(
            kind="rel-me",
            possible=True,
            strength=FINDINGS["page-at-institution" if domain else "page-elsewhere"].strength,
            detail='Your own page links to the page of this author with rel="me".',
        ),
        answers.ProofOption(
            kind="moderator",
            possible=True,
            strength=FINDINGS["moderator-decided"].strength,
            detail="A moderator looks at what there is; a note from you helps.",
        ),
    )


def _evidence(proof: Proof, now: datetime) -> answers.Evidence:
    finding = FINDINGS.get(proof.reason)
    holds = proof.state == "verified"
    return answers.Evidence(
        kind=proof.kind,
        state=proof.state,
        strength=finding.strength if finding and holds else 0,
        reason=proof.reason,
        detail=finding.detail if finding else _WAITING[proof.reason],
        at=proof.at,
        expires_at=proof.expires_at,
        ends_soon=proof.ends_soon(now),
    )


def _may(
    record: Record, claim: Claim, viewer: Viewer, account_id: str, now: datetime
) -> tuple[May, ...]:
    if viewer == "claimant":
        can: dict[May, bool] = {
            "evidence": claim.status in LIVE | HOLDS,
            "withdraw": claim.status in LIVE,
            "unclaim": claim.status in HOLDS,
            "appeal": may_appeal(claim, now),
        }
        return tuple(what for what, holds in can.items() if holds)
    party = any(c.account_id == account_id and c.status in LIVE | HOLDS for c in record.claims)
    again = claim.status == "appealed" and claim.decided_by == account_id
    if viewer == "moderator" and claim.status in LIVE | HOLDS and not party and not again:
        return ("decide",)
    return ()
