"""How a person stands: what they own, what they chose, what they may do with an author."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from contracts.people.account import Me
from contracts.people.exchange import Relation
from services.identity.claim_store import Claims
from services.identity.collaboration import Between, check_invitation
from services.identity.collaboration_lists import CollaborationLists
from services.identity.collaboration_store import Collaboration
from services.identity.exchange import Around
from services.identity.follow_store import Follows
from services.identity.owners import Owners
from services.identity.people_store import People, own_settings
from services.identity.records import Claim, Record, ends_soon
from services.identity.refusals import Refused
from services.identity.store import Store


class Standing:
    """Answers it, for access tokens and pages."""

    def __init__(
        self,
        store: Store,
        owners: Owners,
        people: People,
        claims: Claims,
        follows: Follows,
        collaboration: Collaboration,
        lists: CollaborationLists,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._owners = owners
        self._people = people
        self._claims = claims
        self._follows = follows
        self._collaboration = collaboration
        self._lists = lists
        self._clock = clock

    @property
    def around(self) -> Around:
        """What the exchange of tokens asks for."""
        return Around(self.authors, self.me, self.relation)

    async def authors(self, account_id: str) -> tuple[str, ...]:
        """The author records that an account owns."""
        owned = await self._owners.of_account(account_id)
        return (owned["author_id"],) if owned else ()

    async def me(self, me: Me) -> Me:
        """An account with its record, level and settings."""
        owned, person, unread = await asyncio.gather(
            self._owners.of_account(me.account_id),
            self._people.get(me.account_id),
            self._lists.waiting(me.account_id),
        )
        withheld = owned is not None and owned["withheld"]
        if owned is not None and ends_soon(owned.get("proof_ends_at"), self._clock()):
            unread += 1
        return me.model_copy(
            update={
                "author_id": owned["author_id"] if owned else None,
                "level": owned["level"] if owned else None,
                "settings": own_settings(person, withheld=withheld),
                "unread": unread,
            }
        )

    async def relation(self, account_id: str, author_id: str) -> Relation:
        """How an account stands to an author; to one whom nobody knows, in no way."""
        try:
            author_id, _ = await self._store.survivor(author_id)
        except Refused:
            return Relation(author_id=author_id)
        follow, record, between, person = await asyncio.gather(
            self._follows.state(author_id, account_id),
            self._claims.get(author_id),
            self._collaboration.between(author_id, account_id),
            self._people.get(account_id),
        )
        claim = _latest(record, account_id)
        why_not = _why_not(between, self._clock())
        return Relation(
            author_id=author_id,
            following=follow.following,
            mine=between.is_own,
            claim_id=claim.id if claim else None,
            claim_status=claim.status if claim else None,
            may_invite=why_not is None,
            why_not_invite=why_not,
            invitation_id=between.invitation["_id"] if between.invitation else None,
            blocked=between.owner in person["blocks"],
            muted=author_id in person["mutes"],
        )


def _latest(record: Record, account_id: str) -> Claim | None:
    held = record.live_claim_of(account_id)
    mine = [claim for claim in record.claims if claim.account_id == account_id]
    return held or max(mine, key=lambda claim: claim.opened_at, default=None)


def _why_not(between: Between, now: datetime) -> str | None:
    try:
        check_invitation(between, now)
    except Refused as refused:
        return refused.detail
    return None
