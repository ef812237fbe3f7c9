"""What decides about a follow, in one question to the database instead of one per collection."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from chassis.documents import Document
from chassis.mongo import Row
from services.identity.joined import Joined, first, join

MOST_FOLLOWED = 5000


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
    follows: int
    """How many authors the account follows, up to ``MOST_FOLLOWED``."""


EVERYTHING = ("edge", "owner", "owned", "person", "followed", "withheld", "blocked", "follows")
TO_UNFOLLOW = ("edge", "followed")
TO_LOOK_AGAIN = ("owner", "owned", "blocked")


async def facts_between(
    joined: Joined, author_id: str, account_id: str, wanted: Sequence[str] = EVERYTHING
) -> Facts:
    """How things stand between an account and an author, or the one it was merged into.

    Only the facts that are ``wanted`` are asked for; ``blocked`` needs the ``owner`` before it.

    Raises:
        Refused: there is no such author.
    """
    author_id, row = await joined.ask(author_id, partial(_joins, account_id, wanted))
    person, followed = first(row, "person") or {}, first(row, "followed")
    return Facts(
        author_id,
        edge=first(row, "edge"),
        owner=first(row, "owner"),
        owned=first(row, "owned"),
        private=person.get("settings", {}).get("private_follows") is True,
        blocked=first(row, "blocked") is not None,
        withheld=first(row, "withheld") is not None,
        followed=Document.from_row(followed) if followed else Document(author_id),
        follows=(first(row, "follows") or {}).get("count", 0),
    )


def _joins(account_id: str, wanted: Sequence[str], author_id: str) -> Sequence[Row]:
    withheld = {"_id": author_id, "state.withheld": True}
    joins = {
        "edge": join("follows", "edge", {"_id": edge_id(author_id, account_id)}),
        "owner": join("owners", "owner", {"author_id": author_id}),
        "owned": join("owners", "owned", {"_id": account_id}),
        "person": join("people", "person", {"_id": account_id}, {"settings.private_follows": 1}),
        "followed": join("followed", "followed", {"_id": author_id}, {"outbox": 0}),
        "withheld": join("claims", "withheld", withheld, {"_id": 1}),
        "blocked": join("people", "blocked", {"blocks": account_id}, {"_id": 1}),
        "follows": join("follows", "follows", {"account_id": account_id}, most=MOST_FOLLOWED),
    }
    joins["blocked"]["$lookup"] |= {"localField": "owner._id", "foreignField": "_id"}
    joins["follows"]["$lookup"]["pipeline"].append({"$count": "count"})
    return ({"$project": {"_id": 1}}, *(joins[name] for name in wanted))


def edge_id(author_id: str, account_id: str) -> str:
    """The id of a row of ``follows``."""
    return f"{author_id}|{account_id}"
