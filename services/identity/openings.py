"""A new claim: what is known of the claimant from the start, and what makes one doubt."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from chassis.mongo import Collection, Row
from services.identity.account_store import Accounts
from services.identity.accounts import EMAIL_ISSUER
from services.identity.claims import Known
from services.identity.evidence import FINDINGS, judge_email, judge_orcid, names_differ
from services.identity.limits import Limit, Limits
from services.identity.owners import Owners
from services.identity.records import Claim, Proof
from services.identity.refusals import Refused
from services.identity.store import Store, facts_of

OPENINGS = Limit("claims", most=10, seconds=86_400)
LATELY = timedelta(days=30)
MANY_RECORDS = 3


class Openings:
    """Prepares claims; ``claims`` is where those of other records are."""

    def __init__(
        self,
        claims: Collection,
        store: Store,
        owners: Owners,
        accounts: Accounts,
        limits: Limits,
        clock: Callable[[], datetime],
    ) -> None:
        self._claims = claims
        self._store = store
        self._owners = owners
        self._accounts = accounts
        self._limits = limits
        self._clock = clock

    async def new_claim(
        self, claim_id: str, author_id: str, author: Row, account_id: str, note: str | None
    ) -> tuple[Claim, Known]:
        """A claim that is not made yet, and what the sign-in proves.

        Raises:
            Refused: the account owns another record.
            Problem: 429, it has claimed too often; 410, it was erased.
        """
        account, owned = await asyncio.gather(
            self._accounts.get(account_id), self._owners.of_account(account_id)
        )
        if owned is not None and owned["author_id"] != author_id:
            raise Refused(
                "conflict",
                f"You own the record {owned['author_id']}. If this is you as well, ask to have "
                "the two merged.",
                code="owns-another",
            )
        await self._limits.take(OPENINGS, account_id)
        now = self._clock()
        claim = Claim(
            id=claim_id,
            account_id=account_id,
            opened_at=now,
            note=note,
            opened_with=note,
            doubts=await self._doubts(author_id, author, account),
        )
        return claim, _known_from_the_start(author, account, now)

    async def _doubts(self, author_id: str, author: Row, account: Row) -> tuple[str, ...]:
        facts = facts_of(author)
        since = self._clock() - LATELY
        mine = {"account_id": account["_id"], "opened_at": {"$gt": since}}
        others = {"_id": {"$ne": author_id}, "state.claims": {"$elemMatch": mine}}
        claimed, has_namesake = await asyncio.gather(
            self._claims.count_documents(others, limit=MANY_RECORDS),
            self._store.has_namesake(author_id, facts.name),
        )
        found = {
            "name-differs": names_differ(account["name"], facts),
            "same-name-record": has_namesake,
            "claims-many-records": claimed >= MANY_RECORDS,
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
