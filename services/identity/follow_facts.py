"""What decides about a follow, in one question to the database instead of one per collection."""

from dataclasses import dataclass

from chassis.documents import Document
from chassis.mongo import Database, Row, aggregate
from services.identity.store import Store


@dataclass(frozen=True, slots=True)
class Facts:
    """An account and an author record that is not merged into another."""

    author_id: str
    edge: Row | None
    """The follow, if there is one."""
    owner: Row | None
    """The account that owns the record."""
    owned: Row | None
    """The record that the account owns."""
    private: bool
    """The account follows without being named."""
    blocked: bool
    """The owner of the record has blocked the account."""
    withheld: bool
    """The record is not shown, by its owner's choice."""
    followed: Document
    """What is counted and told of the author's followers."""


class FollowFacts:
    """Asks ``authors`` and five collections about people together."""

    def __init__(self, database: Database, store: Store) -> None:
        self._database = database
        self._store = store

    async def of(self, author_id: str, account_id: str) -> Facts:
        """How things stand between an account and an author, or the one it was merged into.

        Raises:
            Refused: there is no such author.
        """
        row = await self._ask(author_id, account_id)
        if row is None:
            author_id, _ = await self._store.survivor(author_id)
            row = await self._ask(author_id, account_id) or {}
        person, followed = _first(row, "person") or {}, _first(row, "followed")
        return Facts(
            author_id,
            edge=_first(row, "edge"),
            owner=_first(row, "owner"),
            owned=_first(row, "owned"),
            private=person.get("settings", {}).get("private_follows") is True,
            blocked=_first(row, "blocked") is not None,
            withheld=_first(row, "withheld") is not None,
            followed=Document.from_row(followed) if followed else Document(author_id),
        )

    async def _ask(self, author_id: str, account_id: str) -> Row | None:
        living = {"state": {"$type": "object"}, "state.merged_into": {"$exists": False}}
        blocked = _found("people", "blocked", {"blocks": account_id}, {"_id": 1})
        blocked["$lookup"] |= {"localField": "owner._id", "foreignField": "_id"}
        rows = await aggregate(
            self._database["authors"],
            [
                {"$match": {"_id": author_id, **living}},
                {"$project": {"_id": 1}},
                _found("follows", "edge", {"_id": edge_id(author_id, account_id)}),
                _found("owners", "owner", {"author_id": author_id}),
                _found("owners", "owned", {"_id": account_id}),
                _found("people", "person", {"_id": account_id}, {"settings.private_follows": 1}),
                _found("followed", "followed", {"_id": author_id}, {"outbox": 0}),
                _found("claims", "withheld", {"_id": author_id, "state.withheld": True}),
                blocked,
            ],
        )
        return rows[0] if rows else None


def edge_id(author_id: str, account_id: str) -> str:
    """The id of a row of ``follows``."""
    return f"{author_id}|{account_id}"


def _found(collection: str, name: str, wanted: Row, fields: Row | None = None) -> Row:
    pipeline: list[Row] = [{"$match": wanted}, {"$limit": 1}]
    if fields is not None:
        pipeline.append({"$project": fields})
    return {"$lookup": {"from": collection, "as": name, "pipeline": pipeline}}


def _first(row: Row, name: str) -> Row | None:
    found: list[Row] = row.get(name) or []
    return found[0] if found else None
