"""The rules of claims, without a database: who owns a record after what."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from contracts.events.identity import ClaimWasApproved, ResearcherProfileWasUpdated
from contracts.people.claims import DecideClaim
from services.identity import claims, merging
from services.identity.proofs import found
from services.identity.records import Claim, Outcome, Proof, Record, record_of
from services.identity.refusals import Refused
from services.identity.steps import withhold
from services.identity.verdicts import expire, settle

NOW = datetime(2026, 9, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PROFILES = {"ada": ResearcherProfileWasUpdated(tagline="I am Ada")}
APPROVE, REJECT = DecideClaim(outcome="approve"), DecideClaim(outcome="reject", reasons=("no",))
UPHOLD, REVOKE = DecideClaim(outcome="uphold"), DecideClaim(outcome="revoke", reasons=("fraud",))


def proof(kind: str, number: int = 1) -> Proof:
    fields = {"id": f"{kind}{number}", "kind": kind, "state": "pending", "reason": "", "at": NOW}
    return Proof.model_validate(fields)


def opened(
    record: Record, who: str, *reasons: str, note: str | None = None, now: datetime = NOW
) -> Outcome:
    """A claim of somebody whose sign-in proves some things."""
    number = len(record.claims)
    claim = Claim(id=f"{who}-{number}", account_id=who, opened_at=now, note=note)
    known = [(proof(reason.split("-")[0]), reason) for reason in reasons]
    return claims.open_claim(record, claim, known, PROFILES, now)


def proved(record: Record, claim_id: str, kind: str, reason: str, now: datetime = NOW) -> Outcome:
    """One more proof holds."""
    seen = found(record, claim_id, proof(kind), reason, now)
    return settle(seen, claim_id, PROFILES, now)


def names(outcome: Outcome) -> list[str]:
    return [type(event).__name__ for event in outcome.events]


def statuses(record: Record) -> dict[str, str]:
    return {claim.account_id: claim.status for claim in record.claims}


def decided(record: Record, who: str, decision: DecideClaim, by: str = "mod") -> Outcome:
    claim = next(c for c in reversed(record.claims) if c.account_id == who)
    return claims.decide(record, claim.id, decision, by, PROFILES, NOW)


def owned() -> Record:
    return opened(Record(), "ada", "orcid-matches").record


def test_a_matching_orcid_is_approved_at_once_and_the_owners_words_are_told() -> None:
    outcome = opened(Record(), "ada", "orcid-matches")
    assert names(outcome) == [
        "ClaimWasOpened",
        "ClaimEvidenceWasVerified",
        "ClaimWasApproved",
        "ResearcherProfileWasUpdated",
    ]
    assert outcome.record.owner
    assert outcome.record.profile == PROFILES["ada"]
    told = outcome.events[2]
    assert isinstance(told, ClaimWasApproved)
    assert (told.account_id, told.level, told.strength) == ("ada", "L2", 100)


def test_what_is_not_sure_waits_for_a_moderator_and_says_why() -> None:
    bare = opened(Record(), "ada").record.claims[0]
    assert (bare.status, bare.reasons) == ("open", ("no-evidence-yet",))
    mailed = opened(Record(), "ada", "email-printed").record.claims[0]
    assert (mailed.status, mailed.reasons) == ("queued", ("evidence-not-enough",))
    asked = opened(Record(), "ada", note="It is me").record.claims[0]
    assert asked.status == "queued"


def test_two_kinds_of_proof_together_are_sure() -> None:
    record = opened(Record(), "ada", "email-printed").record
    outcome = proved(record, "ada-0", "collaborator", "collaborator-confirmed")
    assert outcome.record.owner
    assert outcome.record.owner.assessment().level == "L3"


def test_a_second_claim_is_a_dispute_and_never_steals() -> None:
    outcome = opened(owned(), "bob", "orcid-matches")
    assert names(outcome) == ["ClaimWasOpened", "ClaimWasDisputed", "ClaimEvidenceWasVerified"]
    assert statuses(outcome.record) == {"ada": "disputed", "bob": "queued"}
    assert outcome.record.owner
    assert outcome.record.owner.account_id == "ada"


def test_when_the_last_dispute_ends_the_claim_is_told_as_undisputed() -> None:
    record = opened(opened(owned(), "bob").record, "cy").record
    first = claims.withdraw(record, "bob-1", "bob", PROFILES, NOW)
    assert names(first) == ["ClaimWasWithdrawn"]
    last = decided(first.record, "cy", REJECT)
    assert names(last) == ["ClaimWasRejected", "ClaimWasApproved"]
    assert statuses(last.record) == {"ada": "approved", "bob": "withdrawn", "cy": "rejected"}


def test_more_evidence_of_a_disputed_owner_does_not_end_the_dispute() -> None:
    record = opened(owned(), "bob").record
    outcome = proved(record, "ada-0", "email", "email-printed")
    assert names(outcome)[-2:] == ["ClaimWasApproved", "ClaimWasDisputed"]


def test_a_squatter_without_evidence_does_not_keep_the_owner_out() -> None:
    record = opened(Record(), "eve").record
    outcome = opened(record, "ada", "orcid-matches")
    assert statuses(outcome.record) == {"eve": "open", "ada": "approved"}
    later = proved(outcome.record, "eve-0", "email", "email-printed")
    assert statuses(later.record) == {"eve": "queued", "ada": "disputed"}


def test_who_meets_another_with_evidence_waits_for_a_moderator() -> None:
    record = opened(Record(), "eve", "email-printed").record
    outcome = opened(record, "ada", "orcid-matches")
    assert statuses(outcome.record) == {"eve": "queued", "ada": "queued"}
    assert outcome.record.claims[1].reasons[0] == "record-is-contested"


def test_a_moderator_who_approves_one_decides_against_the_others() -> None:
    record = opened(owned(), "bob", note="me").record
    outcome = decided(record, "bob", APPROVE)
    assert names(outcome) == [
        "ClaimWasRevoked",
        "ClaimWasApproved",
        "ResearcherProfileWasUpdated",
    ]
    assert statuses(outcome.record) == {"ada": "revoked", "bob": "approved"}
    with pytest.raises(Refused, match="revoked"):
        decided(outcome.record, "ada", APPROVE, by="other mod")


def test_no_party_decides_and_no_moderator_decides_an_appeal_of_their_own_decision() -> None:
    record = opened(owned(), "bob").record
    for party in ("ada", "bob"):
        with pytest.raises(Refused, match="yourself"):
            decided(record, "bob", APPROVE, by=party)
    rejected = decided(record, "bob", REJECT).record
    appealed = claims.appeal(rejected, "bob-1", "bob", "Look again", NOW).record
    assert statuses(appealed) == {"ada": "disputed", "bob": "appealed"}
    with pytest.raises(Refused, match="another moderator"):
        decided(appealed, "bob", APPROVE)
    upheld = decided(appealed, "bob", UPHOLD, by="other mod").record
    assert statuses(upheld) == {"ada": "approved", "bob": "rejected"}
    with pytest.raises(Refused):
        claims.appeal(upheld, "bob-1", "bob", "And again", NOW)


def test_only_the_loser_appeals_and_not_for_ever() -> None:
    rejected = decided(opened(Record(), "bob", note="me").record, "bob", REJECT).record
    with pytest.raises(Refused, match="somebody else"):
        claims.appeal(rejected, "bob-0", "eve", "me too", NOW)
    with pytest.raises(Refused):
        claims.appeal(rejected, "bob-0", "bob", "late", NOW + 91 * DAY)


def test_upholding_a_disputed_claim_rejects_who_disputes_it() -> None:
    record = opened(opened(owned(), "bob").record, "cy").record
    outcome = decided(record, "ada", UPHOLD)
    assert statuses(outcome.record) == {"ada": "approved", "bob": "rejected", "cy": "rejected"}
    assert names(outcome)[-1] == "ClaimWasApproved"


def test_who_was_denied_waits_and_longer_each_time() -> None:
    record = decided(opened(Record(), "bob", note="me").record, "bob", REJECT).record
    with pytest.raises(Refused) as denied:
        opened(record, "bob", now=NOW + 29 * DAY)
    assert denied.value.try_again_at == NOW + 30 * DAY
    again = opened(record, "bob", note="me", now=NOW + 31 * DAY).record
    twice = decided(again, "bob", REJECT).record
    assert twice.claims[-1].try_again_at == NOW + 60 * DAY


def test_a_revoked_owner_leaves_the_record_to_who_can_prove_it() -> None:
    record = opened(owned(), "bob", "orcid-matches").record
    outcome = decided(record, "ada", REVOKE)
    assert statuses(outcome.record) == {"ada": "revoked", "bob": "approved"}
    assert "ResearcherWasErased" in names(outcome), "what Ada said is gone from the page"


def test_an_owner_gives_the_record_up() -> None:
    outcome = claims.withdraw(owned(), "ada-0", "ada", PROFILES, NOW)
    assert names(outcome) == ["ClaimWasRevoked", "ResearcherWasErased"]
    assert outcome.record.owner is None
    assert opened(outcome.record, "ada", "orcid-matches").record.owner, "and may come back"


def test_proofs_expire_one_by_one_and_with_the_last_the_claim_ends() -> None:
    record = proved(owned(), "ada-0", "email", "email-printed").record
    assert expire(record, PROFILES, NOW + 300 * DAY).events == ()
    lower = expire(record, PROFILES, NOW + 366 * DAY)
    told = lower.events[0]
    assert isinstance(told, ClaimWasApproved)
    assert told.level == "L2"
    ended = expire(lower.record, PROFILES, NOW + 731 * DAY)
    assert names(ended) == ["ClaimWasRevoked", "ResearcherWasErased"]
    assert expire(ended.record, PROFILES, NOW + 732 * DAY).events == ()


def test_a_withheld_record_tells_nothing_of_its_owner_until_it_is_public_again() -> None:
    hidden = withhold(owned(), withheld=True)
    assert hidden.events[0].model_dump() == {"withheld": True}
    assert withhold(hidden.record, withheld=True).events == ()
    assert names(withhold(hidden.record, withheld=False)) == ["ResearcherProfileWasUpdated"]
    erased = claims.forget(hidden.record, "ada", PROFILES, NOW)
    assert erased.events[-1].model_dump() == {"withheld": True}
    assert erased.record.withheld
    assert erased.record.claims == ()


def test_erasing_a_challenger_ends_the_dispute() -> None:
    record = opened(owned(), "bob", note="private words").record
    outcome = claims.forget(record, "bob", PROFILES, NOW)
    assert names(outcome) == ["ClaimWasWithdrawn", "ClaimWasApproved"]
    assert "private words" not in outcome.record.model_dump_json()


def test_of_an_erased_moderator_only_that_one_decided_is_kept() -> None:
    record = decided(opened(Record(), "bob", note="me").record, "bob", REJECT).record
    left = claims.forget(record, "mod", PROFILES, NOW).record
    assert "mod" not in {claim.decided_by for claim in left.claims}
    assert claims.may_appeal(left.claims[0], NOW)


def moved(old: Record, new: Record) -> Outcome:
    leaving = merging.leave(old, "B").record
    return merging.adopt(new, leaving, PROFILES, NOW)


def test_two_owners_who_meet_by_a_merge_become_a_dispute() -> None:
    theirs = opened(Record(), "bob", "orcid-matches").record
    outcome = moved(theirs, owned_as("ada", 7))
    assert statuses(outcome.record) == {"ada": "disputed", "bob": "queued"}
    again = merging.adopt(outcome.record, theirs, PROFILES, NOW)
    assert again.events == ()
    assert again.record == outcome.record
    assert names(merging.arrived(theirs)) == ["ClaimWasRevoked", "ResearcherWasErased"]


def owned_as(who: str, number: int) -> Record:
    """A record owned by somebody, its claim with an id of its own."""
    claim = Claim(id=f"{who}-{number}", account_id=who, opened_at=NOW)
    known = [(proof("orcid"), "orcid-matches")]
    return claims.open_claim(Record(), claim, known, PROFILES, NOW).record


def test_an_owner_goes_along_to_a_survivor_that_nobody_owns() -> None:
    outcome = moved(owned(), Record())
    assert names(outcome) == ["ClaimWasOpened", "ClaimWasApproved", "ResearcherProfileWasUpdated"]
    assert statuses(outcome.record) == {"ada": "approved"}


def test_one_person_who_claimed_both_owns_the_survivor_once() -> None:
    outcome = moved(owned(), owned_as("ada", 7))
    assert sorted(claim.status for claim in outcome.record.claims) == ["approved", "withdrawn"]
    begun = opened(Record(), "ada").record.model_copy()
    renamed = begun.model_copy(
        update={"claims": (begun.claims[0].model_copy(update={"id": "ada-9"}),)}
    )
    later = moved(owned(), renamed)
    assert later.record.owner
    assert later.record.owner.id == "ada-0"


def test_a_dispute_goes_along() -> None:
    outcome = moved(opened(owned(), "bob").record, Record())
    assert statuses(outcome.record) == {"ada": "disputed", "bob": "queued"}


def test_what_is_kept_is_read_as_it_was() -> None:
    record = opened(owned(), "bob", note="me").record
    assert record_of(record.row()) == record


def test_no_event_of_a_claim_names_a_moderator_or_tells_a_note() -> None:
    record = opened(owned(), "bob", note="private words").record
    told: Sequence[object] = decided(record, "bob", APPROVE, by="mod").events
    assert 'mod"' not in str(told)
    assert "private words" not in str(told)
