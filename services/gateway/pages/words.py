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
STEPS = {"evidence": "evidence was offered"}
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
    "orcid-matches": "The ORCID iD signed in with is the one a source gives this author.",
    "orcid-one-of-several": "The ORCID iD is one of several that sources give this author.",
    "orcid-differs": "The sources give this author another ORCID iD.",
    "orcid-not-on-record": "No source gives this author an ORCID iD.",
    "orcid-not-signed-in": "There was no sign-in with ORCID.",
    "email-not-on-record": "The address is neither printed in a paper nor at an institution of "
    "this author.",
    "name-differs": "The name signed in with is unlike every spelling of this author.",
    "same-name-record": "Another author record has the same name.",
    "claims-many-records": "The account has claimed several records lately.",
    "moderator-decided": "A moderator decided it.",
    "decided-for-another": "A moderator decided for another claim.",
    "unclaimed-by-owner": "Its owner gave the record up.",
    "needs-evidence": "The evidence is not enough yet.",
    "disputed": "Somebody else says the record is theirs.",
    "appealed": "The decision was appealed.",
    "proof-expired": "A proof has expired.",
    "account-erased": "The account was erased.",
}


def in_words(code: str, words: dict[str, str] = REASONS) -> str:
    """What a code means; one that has no words is shown as a sentence made of itself."""
    plain = code.replace("-", " ")
    return words.get(code) or f"{plain[:1].upper()}{plain[1:]}"
