"""Which account owns which author record: ``owners``, one row per account that owns one."""

from collections.abc import Iterable

from chassis.mongo import Collection, Database, DeleteOne, Row, UpdateOne
from chassis.transactions import Beside
from services.identity.records import Record
from services.identity.refusals import Refused


class Owners:
    """Kept level with the claims, in the same transaction; an account owns one record at most."""

    def __init__(self, database: Database) -> None:
        self.collection: Collection = database["owners"]
        self._claims: Collection = database["claims"]

    async def prepare(self) -> None:
        """Create the index by which the owner of a record is found."""
        await self.collection.create_index("author_id")

    async def of_account(self, account_id: str) -> Row | None:
        """The record that an account owns: its id, level, whether it is withheld, until when it
        is proven."""
        return await self.collection.find_one({"_id": account_id})

    async def of_author(self, author_id: str) -> Row | None:
        """The account that owns a record."""
        return await self.collection.find_one({"author_id": author_id})

    async def of_accounts(self, account_ids: Iterable[str]) -> dict[str, Row]:
        """The records that some accounts own, by account."""
        rows = self.collection.find({"_id": {"$in": list(account_ids)}})
        return {row["_id"]: row async for row in rows}

    async def withheld(self, author_ids: Iterable[str]) -> set[str]:
        """Those of some records that are not shown, by the choice of who owns or owned them."""
        wanted = {"_id": {"$in": list(author_ids)}, "state.withheld": True}
        return {row["_id"] async for row in self._claims.find(wanted, {"_id": 1})}

    async def check_shown(self, author_id: str) -> None:
        """Whether a record is shown.

        Raises:
            Refused: its owner has withheld it.
        """
        if await self.withheld([author_id]):
            raise withheld()

    async def release(self, author_id: str) -> None:
        """Nobody owns a record that was merged into another."""
        await self.collection.delete_many({"author_id": author_id})

    def level_with(
        self, author_id: str, before: Record, now: Record, *, carried_from: str | None = None
    ) -> list[Beside]:
        """The writes that go with a change of a record; none where nothing differs.

        A row of ``carried_from`` becomes one of this author: the records were merged.
        """
        was, is_now = _row(author_id, before), _row(author_id, now)
        if was == is_now:
            return []
        writes: list[Beside] = []
        if was is not None and (is_now is None or was["_id"] != is_now["_id"]):
            gone = {"_id": was["_id"], "author_id": author_id}
            writes.append((self.collection, DeleteOne(gone)))
        if is_now is not None:
            account_id = is_now.pop("_id")
            here = {"$in": [author_id, carried_from]}
            found = {"_id": account_id, "author_id": here}
            writes.append((self.collection, UpdateOne(found, {"$set": is_now}, upsert=True)))
        return writes


def withheld() -> Refused:
    """The answer about a record that its owner has withheld."""
    return Refused("gone", "This record is not shown, by its owner's choice.")


def _row(author_id: str, record: Record) -> Row | None:
    owner = record.owner
    if owner is None:
        return None
    level = owner.assessment().level
    return {
        "_id": owner.account_id,
        "author_id": author_id,
        "claim_id": owner.id,
        "level": level,
        "withheld": record.withheld,
        "proof_ends_at": owner.proof_ends_at,
    }
