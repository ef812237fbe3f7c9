"""A new claim: what is known of the claimant from the start, and what makes one doubt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from chassis.documents import Document
from chassis.mongo import Row
from services.identity.account_store import living
from services.identity.accounts import EMAIL_ISSUER
from services.identity.claims import Known
from services.identity.evidence import FINDINGS, judge_email, judge_orcid, names_differ
from services.identity.joined import Joined, first, join
from services.identity.limits import Limit, Limits
from services.identity.people_store import public_profile
from services.identity.records import Claim, Proof
from services.identity.refusals import Refused
from services.identity.store import facts_of
from services.identity.verdicts import Profiles

OPENINGS = Limit("claims", most=10, seconds=86_400)
LATELY = timedelta(days=30)
MANY_RECORDS = 3


@dataclass(frozen=True, slots=True)
class Opening:
    """A claim that is not made yet."""

    author_id: str
    """Of the record, or of the one it was merged into."""
    claim: Claim
    known: Known
    """What the sign-in proves."""
    held: Document
    """What was claimed of the record until now."""
    author_name: str
    profiles: Profiles
    """What the claimant says on the page, if anything was chosen."""


class Openings:
    """Prepares claims."""

    def __init__(self, joined: Joined, limits: Limits, clock: Callable[[], datetime]) -> None:
        self._joined = joined
        self._limits = limits
        self._clock = clock

    async def of(self, claim_id: str, author_id: str, account_id: str, note: str | None) -> Opening:
        """What an account's claim of an author begins with.

        Raises:
            Refused: there is no such author; the account owns another record.
            Problem: 429, it has claimed too often; 410, it was erased.
        """
        now = self._clock()
        joins = partial(_joins, account_id, now - LATELY)
        author_id, author = await self._joined.ask(author_id, joins)
        account = living(first(author, "account"), account_id)
        owned = first(author, "owned")
        if owned is not None and owned["author_id"] != author_id:
            raise Refused(
                "conflict",
                f"You own the record {owned['author_id']}. If this is you as well, ask to have "
                "the two merged.",
                code="owns-another",
            )
        await self._limits.take(OPENINGS, account_id)
        claim = Claim(
            id=claim_id,
            account_id=account_id,
            opened_at=now,
            note=note,
            opened_with=note,
            doubts=_doubts(author, account),
        )
        held, chose = first(author, "held"), first(author, "chose")
        return Opening(
            author_id,
            claim,
            _known_from_the_start(author["state"], account, now),
            Document.from_row(held) if held else Document(author_id),
            author["state"]["name"],
            {account_id: public_profile(chose.get("settings", {}))} if chose else {},
        )


def _joins(account_id: str, since: datetime, author_id: str) -> Sequence[Row]:
    mine = {"account_id": account_id, "opened_at": {"$gt": since}}
    claimed = {"_id": {"$ne": author_id}, "state.claims": {"$elemMatch": mine}}
    namesakes = join("authors", "namesakes", {"_id": {"$ne": author_id}}, {"_id": 1})
    namesakes["$lookup"] |= {"localField": "state.name", "foreignField": "state.name"}
    return (
        {"$project": {"state.works": 0}},
        join("accounts", "account", {"_id": account_id}),
        join("owners", "owned", {"_id": account_id}),
        join("people", "chose", {"_id": account_id}, {"settings": 1}),
        join("claims", "held", {"_id": author_id}, {"outbox": 0}),
        join("claims", "claimed", claimed, {"_id": 1}, most=MANY_RECORDS),
        namesakes,
    )


def _doubts(author: Row, account: Row) -> tuple[str, ...]:
    found = {
        "name-differs": names_differ(account["name"], facts_of(author["state"])),
        "same-name-record": bool(author["namesakes"]),
        "claims-many-records": len(author["claimed"]) >= MANY_RECORDS,
    }
    return tuple(doubt for doubt, holds in found.items() if holds)


def _known_from_the_start(author: Row, account: Row, now: datetime) -> Known:
    """What the ways in which somebody signs in prove, without their doing anything."""
    facts = facts_of(author)
    proof = partial(Proof, state="pending", reason="", at=now)
    known = [(proof(id=uuid4().hex, kind="orcid"), judge_orcid(facts, account["orcid"]))]
    for identity in account["identities"]:
        issuer, _, address = identity.partition("|")
        if issuer == EMAIL_ISSUER:
            known.append((proof(id=uuid4().hex, kind="email"), judge_email(facts, address)))
    return [(one, reason) for one, reason in known if FINDINGS[reason].strength]
