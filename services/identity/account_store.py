"""Accounts: ``accounts``, and how somebody who signed in is found among them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import uuid4

from chassis.mongo import Collection, DuplicateKeyError, Row, UpdateOne
from chassis.problems import Problem
from chassis.transactions import Unmet, all_or_none
from contracts.people.account import Account, Role
from services.identity.accounts import (
    MOST_IDENTITIES,
    Identity,
    named_by,
    roles_of,
    seen_by_operators,
)
from services.identity.audit import Audit, By

_TRIES = 3
_MOST_FOUND = 1000


class Accounts:
    """Every account of this installation."""

    def __init__(
        self,
        collection: Collection,
        audit: Audit,
        operators: frozenset[str],
        clock: Callable[[], datetime],
    ) -> None:
        self.collection = collection
        self.operators = operators
        self._audit = audit
        self._clock = clock

    async def prepare(self) -> None:
        """Create the indexes by which somebody who signs in, or is to have a role, is found."""
        await self.collection.create_index("identities", unique=True, sparse=True)
        await self.collection.create_index("orcid", sparse=True)
        await self.collection.create_index("roles")

    async def find(self, account_id: str) -> Row | None:
        """An account, unless there is none or it was erased."""
        return await self.collection.find_one(not_erased(account_id))

    async def find_many(self, account_ids: Iterable[str]) -> dict[str, Row]:
        """Those accounts that there are and that were not erased, by id."""
        living = {"_id": {"$in": list(account_ids)}, "erased_at": {"$exists": False}}
        return {row["_id"]: row async for row in self.collection.find(living)}

    async def get(self, account_id: str) -> Row:
        """An account.

        Raises:
            Problem: 404, there is none; 410, it was erased.
        """
        return living(await self.collection.find_one({"_id": account_id}), account_id)

    async def found(self, who: str | None) -> tuple[Account, ...]:
        """Accounts that an id or ORCID iD names, or else those that have a role."""
        if who is None:
            wanted: Row = {"$or": [{"roles.0": {"$exists": True}}, named_by(self.operators)]}
        else:
            wanted = {"$or": [{"_id": who}, {"orcid": who.rpartition("/")[2]}]}
        living = {"$and": [wanted, {"erased_at": {"$exists": False}}]}
        rows = await self.collection.find(living).sort("created_at", 1).to_list(_MOST_FOUND)
        return tuple(seen_by_operators(row, self.operators) for row in rows)

    async def signed_in(self, identity: Identity, account_id: str | None = None) -> str:
        """The account of an identity, made when there is none; or give one account the identity.

        Raises:
            Problem: 409, the identity opens another account, or the account has enough of them.
        """
        now = self._clock()
        told: Row = {"name": identity.name, "email": identity.email, "orcid": identity.orcid}
        news = {key: value for key, value in told.items() if value is not None}
        if account_id is not None:
            return await self._add_identity(account_id, identity, news)
        fresh: Row = {"_id": uuid4().hex, "roles": [], "created_at": now}
        fresh |= {key: None for key in told if key not in news}
        change = {
            "$set": {**news, "signed_in_at": now},
            "$setOnInsert": {**fresh, "identities": [identity.key]},
        }
        for _ in range(_TRIES):
            try:
                account = await self.collection.find_one_and_update(
                    {"identities": identity.key}, change, upsert=True, return_document=True
                )
                return str(account["_id"])
            except DuplicateKeyError:
                continue  # the same person signed in for the first time twice at once
        raise Problem(409, "Conflict", "The account is being made; try again.")

    async def _add_identity(self, account_id: str, identity: Identity, known: Row) -> str:
        account = await self.get(account_id)
        if identity.key in account["identities"]:
            return account_id
        if len(account["identities"]) >= MOST_IDENTITIES:
            raise Problem(409, "Conflict", f"An account has at most {MOST_IDENTITIES} sign-ins.")
        news = {key: value for key, value in known.items() if account[key] is None}
        change: Row = {"$addToSet": {"identities": identity.key}}
        if news:
            change["$set"] = news
        entry = self._audit.entry(account_id, "sign-in added", about=identity.issuer)
        try:
            await all_or_none([(self.collection, UpdateOne(not_erased(account_id), change)), entry])
        except Unmet:
            detail = "This sign-in already opens another account."
            raise Problem(409, "Conflict", detail, reason="identity-in-use") from None
        return account_id

    async def set_roles(self, account_id: str, roles: Sequence[Role], by: str) -> tuple[Role, ...]:
        """Give an account these roles; it keeps those that the settings give it."""
        account = await self.get(account_id)
        given = sorted({*roles} - {"member"})
        what = f"roles set: {', '.join(given) or 'member'}"
        author: By = "you" if by == account_id else "somebody else"
        change = UpdateOne(not_erased(account_id), {"$set": {"roles": given}})
        entry = self._audit.entry(account_id, what, by=author)
        await all_or_none([(self.collection, change), entry])
        return roles_of({**account, "roles": given}, self.operators)

    async def erase(self, account_id: str) -> None:
        """Forget the person; the id stays taken. Whoever signs in again is somebody new."""
        await self.collection.replace_one(
            {"_id": account_id}, {"_id": account_id, "erased_at": self._clock()}
        )


def not_erased(account_id: str) -> Row:
    """What finds an account, unless it was erased."""
    return {"_id": account_id, "erased_at": {"$exists": False}}


def living(account: Row | None, account_id: str) -> Row:
    """An account as it was found.

    Raises:
        Problem: 404, there is none; 410, it was erased.
    """
    if account is None:
        raise Problem(404, "Not Found", f"No account {account_id} is known.")
    if "erased_at" in account:
        raise Problem(410, "Gone", f"The account {account_id} was erased.")
    return account
