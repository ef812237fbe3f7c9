"""What happens to claims without anybody deciding: merged records, old proofs, erased accounts."""

import structlog

from contracts.events.identity import ResearcherProfileWasUpdated
from services.identity import claims as rules
from services.identity.claim_store import Carried, Claims, Done
from services.identity.merging import adopt, arrived, leave
from services.identity.owners import Owners
from services.identity.records import Outcome, Record
from services.identity.refusals import Refused
from services.identity.steps import with_profile, withhold
from services.identity.store import Store
from services.identity.verdicts import Profiles, expire

_log = structlog.get_logger(__name__)
_BATCH = 100


class Upkeep:
    """Keeps records level with what happens around them."""

    def __init__(self, claims: Claims, store: Store, owners: Owners) -> None:
        self._claims = claims
        self._store = store
        self._owners = owners

    async def carry(self, old: str) -> None:
        """The claims of a merged record go over to the survivor; again, they are there already."""
        new, _ = await self._store.survivor(old)
        if new == old:
            return
        await self._claims.change(old, lambda record, _: leave(record, new), moving=True)
        leaving = await self._claims.get(old)
        if leaving.claims or leaving.withheld:

            def arrive(record: Record, profiles: Profiles) -> Outcome:
                return adopt(record, leaving, profiles, self._claims.clock())

            await self._claims.change(new, arrive, carried=Carried(old, leaving))
        await self._claims.change(old, lambda record, _: arrived(record), moving=True)
        await self._owners.release(old)

    async def expire(self) -> int:
        """Proofs that are too old count no longer; answers how many records had some.

        A record for which that cannot be now is looked at again the next time.
        """
        now = self._claims.clock()
        old = {"state.expires_at": {"$lte": now}}
        rows = await self._claims.claims.collection.find(old, {"_id": 1}).to_list(_BATCH)
        for row in rows:
            try:
                await self._claims.change(
                    row["_id"], lambda record, profiles: expire(record, profiles, now)
                )
            except Refused as refused:
                _log.warning("proofs cannot expire now", record=row["_id"], why=refused.detail)
        return len(rows)

    async def forget(self, account_id: str) -> list[Done]:
        """Nothing of an account is kept in any claim."""
        parts = ("claims.account_id", "claims.decided_by", "asked")
        theirs = {"$or": [{f"state.{part}": account_id} for part in parts]}
        done = []
        async for row in self._claims.claims.collection.find(theirs, {"_id": 1}):

            def command(record: Record, profiles: Profiles) -> Outcome:
                return rules.forget(record, account_id, profiles, self._claims.clock())

            done.append(await self._claims.change(row["_id"], command))
        return done

    async def say(
        self, author_id: str, account_id: str, profile: ResearcherProfileWasUpdated
    ) -> Done:
        """The owner's words go on the page."""

        def command(record: Record, _: Profiles) -> Outcome:
            _check_owner(record, account_id)
            return with_profile(Outcome(record=record), profile)

        return await self._claims.change(author_id, command, actor=account_id)

    async def withhold(self, author_id: str, account_id: str, *, withheld: bool) -> Done:
        """The owner takes the record from the public, or gives it back."""

        def command(record: Record, _: Profiles) -> Outcome:
            _check_owner(record, account_id)
            return withhold(record, withheld=withheld)

        return await self._claims.change(author_id, command, actor=account_id)


def _check_owner(record: Record, account_id: str) -> None:
    if record.owner is None or record.owner.account_id != account_id:
        raise Refused("forbidden", "Only the owner of the record can do this.")
