"""How a person stands: what they own, what they chose, what they may do with an author."""

import asyncio

from contracts.people import Me, Relation
from services.identity.claim_store import Claims
from services.identity.exchange import Around
from services.identity.follow_store import Follows
from services.identity.owners import Owners
from services.identity.people_store import People, own_settings
from services.identity.records import Claim, Record
from services.identity.refusals import Refused
from services.identity.store import Store


class Standing:
    """Answers it, for access tokens and pages."""

    def __init__(
        self, store: Store, owners: Owners, people: People, claims: Claims, follows: Follows
    ) -> None:
        self._store = store
        self._owners = owners
        self._people = people
        self._claims = claims
        self._follows = follows

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
        owned, person = await asyncio.gather(
            self._owners.of_account(me.account_id), self._people.get(me.account_id)
        )
        withheld = owned is not None and owned["withheld"]
        return me.model_copy(
            update={
                "author_id": owned["author_id"] if owned else None,
                "level": owned["level"] if owned else None,
                "settings": own_settings(person, withheld=withheld),
            }
        )

    async def relation(self, account_id: str, author_id: str) -> Relation:
        """How an account stands to an author; to one whom nobody knows, in no way."""
        try:
            author_id, _ = await self._store.survivor(author_id)
        except Refused:
            return Relation(author_id=author_id)
        follow, record, owner, person = await asyncio.gather(
            self._follows.state(author_id, account_id),
            self._claims.get(author_id),
            self._owners.of_author(author_id),
            self._people.get(account_id),
        )
        claim = _latest(record, account_id)
        mine = owner is not None and owner["_id"] == account_id
        return Relation(
            author_id=author_id,
            following=follow.following,
            mine=mine,
            claim_id=claim.id if claim else None,
            claim_status=claim.status if claim else None,
            blocked=owner is not None and owner["_id"] in person["blocks"],
            muted=author_id in person["mutes"],
        )


def _latest(record: Record, account_id: str) -> Claim | None:
    held = record.live_claim_of(account_id)
    mine = [claim for claim in record.claims if claim.account_id == account_id]
    return held or max(mine, key=lambda claim: claim.opened_at, default=None)
