"""What people read for the codes of claims, proofs and invitations."""

CLAIM_STATUS = {
    "open": "waits for evidence",
    "queued": "waits for a moderator",
    "approved": "approved",
    "rejected": "not approved",
    "withdrawn": "withdrawn",
    "disputed": "approved, and disputed by somebody else",
    "revoked": "revoked",
    "appealed": "appealed, and waits for another moderator",
}
PROOFS = {
    "orcid": "ORCID sign-in",
    "email": "E-mail address",
    "collaborator": "Close collaborator",
    "rel-me": "Link from your own page",
    "moderator": "Moderator",
}
EVIDENCE_STATE = {
    "pending": "Pending",
    "verified": "Verified",
    "failed": "Does not hold",
    "expired": "Expired",
}
STEPS = {"evidence": "Evidence was offered", "evidence failed": "Evidence did not hold"}
INVITATION_STATUS = {
    "sent": "Waits for an answer",
    "accepted": "Conversation",
    "declined": "Declined",
}
CURATIONS = {
    "merge": "Records of one person were merged",
    "split": "Works of another person were split off",
    "not-mine": "A work was taken out: it is somebody else’s",
    "mine": "A work was added",
    "merge-works": "Records of one work were merged",
    "split-work": "Records of another work were split off",
}
CURATORS = {"moderator": "a moderator", "owner": "whoever has claimed the record"}
CHANGES = {
    "work": "New or revised",
    "withdrawn": "Withdrawn",
    "retracted": "Retracted",
    "trust": "Trust",
    "claimed": "Claimed",
    "disputed": "Disputed",
    "profile": "Profile",
}
PURPOSES = {
    "co-author": "Write together",
    "review": "Review",
    "data": "Share data",
    "project": "A project",
    "advice": "Advice",
    "other": "Something else",
}
SCOPES = {
    "read": "Read your account",
    "follow": "Follow researchers",
    "claim": "Claim records",
    "collaborate": "Invite and write",
    "profile": "Change your profile",
    "curate": "Curate works",
    "moderate": "Moderate",
}
OUTCOMES = {
    "approve": "Approve",
    "reject": "Reject",
    "revoke": "Revoke",
    "uphold": "Leave as it is",
}
REASONS = {
    "no-evidence-yet": "No proof was offered yet.",
    "evidence-not-enough": "The evidence is not enough to be sure.",
    "record-is-claimed": "Somebody has claimed this record already.",
    "record-is-contested": "Several people claim this record.",
    "owns-another": "The account has claimed another record already.",
    "name-differs": "The name signed in with is unlike every spelling of this author.",
    "same-name-record": "Another author record has the same name.",
    "claims-many-records": "The account has claimed several records lately.",
    "orcid-matches": "The ORCID iD signed in with is the one a source gives this author.",
    "orcid-one-of-several": "The ORCID iD is one of several that sources give this author.",
    "orcid-differs": "The sources give this author another ORCID iD.",
    "orcid-not-on-record": "No source gives this author an ORCID iD.",
    "orcid-not-signed-in": "There was no sign-in with ORCID.",
    "email-printed": "The address is printed in a paper of this author.",
    "email-at-institution": "The address is at an institution of this author.",
    "email-at-institution-named": "The address is at an institution of this author, and like the "
    "name.",
    "email-not-on-record": "The address is neither printed in a paper nor at an institution of "
    "this author.",
    "code-sent": "A code was sent to the address.",
    "code-expired": "The code was too old.",
    "code-spent": "The code was typed wrongly too often.",
    "wrong-code": "The code was another one.",
    "collaborator-asked": "A close collaborator was asked.",
    "collaborator-confirmed": "A close collaborator confirmed it.",
    "collaborator-denied": "The collaborator did not confirm it.",
    "collaborator-not-verified": "The collaborator’s own record is not verified at L3.",
    "not-close": "The two have not published together closely enough.",
    "page-at-institution": "A page at an institution links here.",
    "page-elsewhere": "A page of the claimant’s links here.",
    "page-links-not": "The page does not link here with rel=me.",
    "moderator-decided": "A moderator decided it.",
    "decided-for-another": "A moderator decided for another claim.",
    "not-your-work": "A moderator found that the works are somebody else’s.",
    "proofs-expired": "Its proofs have expired.",
    "unclaimed-by-owner": "Its owner gave the record up.",
    "merged-into-another": "The record was merged into another one.",
    "appealed": "The decision was appealed.",
    "account-erased": "The account was erased.",
}


def in_words(code: str, words: dict[str, str] = REASONS) -> str:
    """What a code means; one that has no words is shown as a sentence made of itself."""
    plain = code.replace("-", " ")
    return words.get(code) or f"{plain[:1].upper()}{plain[1:]}"
