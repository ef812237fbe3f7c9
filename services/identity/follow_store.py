"""Who follows whom: ``followed`` counts and tells per author, ``follows`` has a row per follow."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import uuid4

from chassis.documents import Cause, Change, Document
from chassis.mongo import DeleteOne, InsertOne, Row, UpdateOne
from chassis.service import Service
from chassis.telemetry import traceparent
from chassis.transactions import Beside, Unmet
from services.identity.follow_facts import (
    MOST_FOLLOWED,
    TO_LOOK_AGAIN,
    TO_UNFOLLOW,
    Facts,
    edge_id,
    facts_between,
)
from services.identity.follows import (
    Counted,
    Face,
    edge_of,
    face_in,
    face_of,
    follow,
    tell_again,
    unfollow,
)
from services.identity.joined import Joined
from services.identity.limits import Limit, Limits
from services.identity.owners import Owners, withheld
from services.identity.people_store import People
from services.identity.refusals import Refused

TOPIC = "identity.follow"
FOLLOWS = Limit("follows", most=500, seconds=3600)


@dataclass(frozen=True, slots=True)
class Followed:
    """An author's followers after a command, and the position it was told at."""

    author_id: str
    followers: int
    following: bool
    position: int


class Follows:
    """Every follow, open or private."""

    def __init__(
        self,
        service: Service,
        joined: Joined,
        owners: Owners,
        people: People,
        limits: Limits,
        clock: Callable[[], datetime],
    ) -> None:
        self.followed = service.documents("followed")
        self.follows = service.database["follows"]
        self._joined = joined
        self._owners = owners
        self._people = people
        self._limits = limits
        self._clock = clock

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.followed.prepare()
        await self.follows.create_index([("author_id", 1), ("private", 1), ("since", -1)])
        await self.follows.create_index([("account_id", 1), ("since", -1)])

    async def follow(self, author_id: str, account_id: str) -> Followed:
        """An account follows an author; a second time changes nothing.

        Raises:
            Refused: no such author or not shown, the caller's own, or its owner blocked the caller.
        """
        facts = await facts_between(self._joined, author_id, account_id)
        author_id = facts.author_id
        if facts.withheld:
            raise withheld()
        if facts.edge is None:
            await self._check(account_id, facts)
            face = face_of(account_id, facts.owned, private=facts.private, pseudonym=uuid4().hex)
            made = await self._add(author_id, account_id, face, self._clock(), facts.followed)
            if not await self._look_again(author_id, account_id, face) and made is not None:
                return _after(author_id, made, following=True)
        return await self.state(author_id, account_id)

    async def unfollow(self, author_id: str, account_id: str) -> Followed:
        """An account follows an author no longer; a second time changes nothing."""
        facts = await facts_between(self._joined, author_id, account_id, TO_UNFOLLOW)
        if facts.edge is not None:
            made = await self._remove(facts.edge, by=account_id, read=facts.followed)
            if made is not None:
                return _after(facts.author_id, made, following=False)
        return await self.state(facts.author_id, account_id)

    async def state(self, author_id: str, account_id: str) -> Followed:
        """How an account stands to an author as it is now."""
        found, edge = await asyncio.gather(
            self.followed.get_many([author_id]), self._edge(author_id, account_id)
        )
        document = found.get(author_id, Document(author_id))
        position = document.positions.get(TOPIC, 0)
        return Followed(author_id, _followers(document), edge is not None, position)

    async def owner_changed(self, account_id: str) -> None:
        """An account has come to own a record, or owns one no longer, or withholds it."""
        await self.tell_of(account_id)
        await self.keep_blocks(account_id)

    async def tell_of(self, account_id: str) -> None:
        """Tell again what has changed about an account, to all whom it follows."""
        owned, private = None, None
        async for edge in self._edges({"account_id": account_id}):
            if private is None:
                owned = await self._owners.of_account(account_id)
                person = await self._people.get(account_id)
                private = person["settings"].get("private_follows") is True
            before = face_in(edge)
            pseudonym = before.told_as if before.private else uuid4().hex
            now = face_of(account_id, owned, private=private, pseudonym=pseudonym)
            if now != before:
                as_was = {"_id": edge["_id"], **edge_of(before)}
                write = UpdateOne(as_was, {"$set": edge_of(now)})
                rule = partial(tell_again, before=before, now=now)
                await self._change(edge["author_id"], rule, [(self.follows, write)])

    async def keep_blocks(self, account_id: str) -> None:
        """Whom the owner of a record has blocked does not follow it."""
        blocked = (await self._people.get(account_id))["blocks"]
        owned = await self._owners.of_account(account_id) if blocked else None
        if owned is not None:
            wanted = {"author_id": owned["author_id"], "account_id": {"$in": blocked}}
            async for edge in self._edges(wanted):
                await self._remove(edge, by=None)

    async def carry(self, old: str, new: str) -> None:
        """The followers of a merged author follow the survivor."""
        async for edge in self._edges({"author_id": old}):
            owned = await self._owners.of_account(edge["account_id"])
            if owned is None or owned["author_id"] != new:
                await self._add(new, edge["account_id"], face_in(edge), edge["since"], log=False)
            await self._remove(edge, by=None)

    async def end_all(self, account_id: str) -> None:
        """An account follows nobody any more, and nothing is logged of it."""
        async for edge in self._edges({"account_id": account_id}):
            await self._remove(edge, by=None)

    async def _check(self, account_id: str, facts: Facts) -> None:
        if facts.owner is not None and facts.owner["_id"] == account_id:
            raise Refused("conflict", "This record is your own.", code="own-record")
        if facts.blocked:
            raise Refused("forbidden", "You cannot follow this researcher.", code="blocked")
        await self._limits.take(FOLLOWS, account_id)
        if facts.follows >= MOST_FOLLOWED:
            raise Refused("conflict", f"An account follows {MOST_FOLLOWED} at most.")

    async def _look_again(self, author_id: str, account_id: str, told: Face) -> bool:
        """What was looked at before the write may have changed meanwhile; whether it had."""
        now = await facts_between(self._joined, author_id, account_id, TO_LOOK_AGAIN)
        merged, told_anew = now.author_id != author_id, (now.owned is not None) != told.verified
        if merged:
            await self.carry(author_id, now.author_id)
        if now.blocked and now.owner is not None:
            await self.keep_blocks(now.owner["_id"])
        if told_anew:
            await self.tell_of(account_id)
        return merged or now.blocked or told_anew

    async def _add(
        self,
        author_id: str,
        account_id: str,
        face: Face,
        since: datetime,
        read: Document | None = None,
        *,
        log: bool = True,
    ) -> Change | None:
        edge = {
            "_id": edge_id(author_id, account_id),
            "author_id": author_id,
            "account_id": account_id,
            "since": since,
            **edge_of(face),
        }
        writes: list[Beside] = [(self.follows, InsertOne(edge))]
        if log:
            writes.append(self._people.audit.entry(account_id, "followed", about=author_id))
        rule = partial(follow, face=face)
        return await self._change(author_id, rule, writes, _actor(face, account_id), read)

    async def _remove(
        self, edge: Row, *, by: str | None, read: Document | None = None
    ) -> Change | None:
        face, author_id, account_id = face_in(edge), edge["author_id"], edge["account_id"]
        gone = {"_id": edge["_id"], "told_as": face.told_as}
        writes: list[Beside] = [(self.follows, DeleteOne(gone))]
        if by is not None:
            writes.append(self._people.audit.entry(account_id, "unfollowed", about=author_id))
        actor = _actor(face, account_id) if by is not None else None
        return await self._change(author_id, partial(unfollow, face=face), writes, actor, read)

    async def _change(
        self,
        author_id: str,
        rule: Callable[[int], Counted],
        writes: list[Beside],
        actor: str | None = None,
        read: Document | None = None,
    ) -> Change | None:
        """Change count and row together, unless the row is no longer as it was read."""
        cause = Cause(traceparent(), actor=actor)

        def decide(document: Document) -> Change:
            counted = rule(_followers(document))
            return Change({"followers": counted.followers}, counted.events, cause=cause)

        try:
            return await self.followed.update(author_id, decide, lambda _: writes, read)
        except Unmet:
            return None  # somebody else did it, or something newer, at the same instant

    async def _edge(self, author_id: str, account_id: str) -> Row | None:
        return await self.follows.find_one({"_id": edge_id(author_id, account_id)})

    async def _edges(self, wanted: Row) -> AsyncIterator[Row]:
        async for edge in self.follows.find(wanted, batch_size=500):
            yield edge


def _after(author_id: str, made: Change, *, following: bool) -> Followed:
    followers = int(made.state["followers"])
    return Followed(author_id, followers, following, made.positions.get(TOPIC, 0))


def _followers(document: Document) -> int:
    return int((document.state or {}).get("followers", 0))


def _actor(face: Face, account_id: str) -> str | None:
    return None if face.private else account_id
