"""Invitations and conversations: ``invited`` tells per author, ``invitations`` and ``messages``."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.documents import Cause, Change, Document
from chassis.mongo import DuplicateKeyError, InsertOne, Row, UpdateOne
from chassis.service import Service
from chassis.telemetry import traceparent
from chassis.transactions import Beside, Unmet
from contracts.envelope import Payload
from contracts.events.identity import (
    InvitationWasAccepted,
    InvitationWasDeclined,
    InvitationWasSent,
)
from contracts.people.collaboration import SendInvitation
from services.identity.audit import By
from services.identity.collaboration import (
    A_DAY,
    MESSAGES_A_DAY,
    Between,
    check_invitation,
    other_party,
)
from services.identity.limits import Limit, Limits
from services.identity.owners import Owners
from services.identity.people_store import People
from services.identity.refusals import Refused
from services.identity.repeats import check_same, named, once
from services.identity.reports import Reports
from services.identity.store import Store

TOPIC = "identity.collaboration"
_MESSAGES = Limit("messages", most=MESSAGES_A_DAY, seconds=86_400)
_ANSWERS: dict[str, type[InvitationWasAccepted] | type[InvitationWasDeclined]] = {
    "accepted": InvitationWasAccepted,
    "declined": InvitationWasDeclined,
}


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation after a command, and the position it was told at."""

    row: Row
    position: int


class Collaboration:
    """Every invitation, and what the two say to each other once it is accepted."""

    def __init__(
        self,
        service: Service,
        store: Store,
        owners: Owners,
        people: People,
        limits: Limits,
        clock: Callable[[], datetime],
    ) -> None:
        self.invited = service.documents("invited")
        self.invitations = service.database["invitations"]
        self.messages = service.database["messages"]
        self.reports = Reports(service.database["reports"], people.audit, limits, clock)
        self._store = store
        self._owners = owners
        self._people = people
        self._limits = limits
        self._clock = clock

    async def prepare(self) -> None:
        """Create the indexes; of two people, one invitation waits at a time."""
        await self.invited.prepare()
        waiting = {"status": "sent"}
        await self.invitations.create_index("pair", unique=True, partialFilterExpression=waiting)
        await self.invitations.create_index([("pair", 1), ("sent_at", -1)])
        for party in ("from_account", "to_account"):
            await self.invitations.create_index([(party, 1), ("sent_at", -1)])
            await self.messages.create_index(party)
        await self.messages.create_index([("invitation_id", 1), ("at", 1)])
        await self.messages.create_index([("to_account", 1), ("unread", 1)])
        await self.reports.prepare()

    async def between(self, author_id: str, account_id: str) -> Between:
        """How an account stands to the owner of a record."""
        owner = await self._owners.of_author(author_id)
        if owner is None or owner["_id"] == account_id:
            return Between(owner["_id"] if owner else None, is_own=owner is not None)
        other = owner["_id"]
        theirs, mine, last = await asyncio.gather(
            self._people.get(other),
            self._people.get(account_id),
            self.invitations.find_one({"pair": _pair(account_id, other)}, sort=[("sent_at", -1)]),
        )
        return Between(
            other,
            is_open=theirs["settings"].get("open_to_collaborate") is not False,
            is_blocked=account_id in theirs["blocks"] or other in mine["blocks"],
            invitation=last,
        )

    async def invite(
        self, author_id: str, account_id: str, asked: SendInvitation, key: str | None = None
    ) -> Invited:
        """Invite the owner of a record to work together, once for each ``key``.

        Raises:
            Refused: there is nobody, they do not want it, or the key was used for another.
            Problem: 429, more than the caller's own level allows.
        """
        invitation_id = f"I{named(key, author_id, account_id)}"

        async def sent() -> Invited | None:
            row = await self.invitations.find_one({"_id": invitation_id})
            if row is None:
                return None
            check_same((asked.purpose, asked.message), (row["purpose"], row["message"]))
            told = (await self.invited.get_many([row["author_id"]]))[row["author_id"]]
            return Invited(row, told.positions[TOPIC])

        return await once(
            key, sent, lambda: self._invite(invitation_id, author_id, account_id, asked)
        )

    async def _invite(
        self, invitation_id: str, author_id: str, account_id: str, asked: SendInvitation
    ) -> Invited:
        author_id, _ = await self._store.survivor(author_id)
        await self._owners.check_shown(author_id)
        between = await self.between(author_id, account_id)
        now = self._clock()
        check_invitation(between, now)
        owned = await self._owners.of_account(account_id)
        most = A_DAY[owned["level"] if owned else None]
        await self._limits.take(Limit("invitations", most=most, seconds=86_400), account_id)
        row: Row = {
            "_id": invitation_id,
            "author_id": author_id,
            "from_account": account_id,
            "to_account": between.owner,
            "pair": _pair(account_id, between.owner or ""),
            "purpose": asked.purpose,
            "message": asked.message,
            "status": "sent",
            "sent_at": now,
            "answered_at": None,
        }
        event = InvitationWasSent(
            invitation_id=row["_id"], account_id=account_id, purpose=asked.purpose
        )
        writes = [
            (self.invitations, InsertOne(row)),
            self._log(account_id, "invited", row["_id"]),
            self._log(between.owner or "", "was invited", row["_id"], mine=False),
        ]
        return await self._tell(row, event, writes, account_id)

    async def answer(self, invitation_id: str, account_id: str, status: str) -> Invited:
        """Accept or decline an invitation, once.

        Raises:
            Refused: it is not the caller's to answer, or was answered.
        """
        row = await self.get(invitation_id, account_id)
        if row["to_account"] != account_id:
            raise Refused("forbidden", "Only who was invited can answer.")
        author_id, _ = await self._store.survivor(row["author_id"])
        owner = await self._owners.of_author(author_id)
        if owner is None or owner["_id"] != account_id:
            raise Refused("forbidden", "The record that was invited is not yours any more.")
        now = self._clock()
        as_sent = {"_id": invitation_id, "status": "sent"}
        answered = {"status": status, "answered_at": now}
        writes: list[Beside] = [
            (self.invitations, UpdateOne(as_sent, {"$set": answered})),
            self._log(account_id, f"invitation {status}", invitation_id),
            self._log(row["from_account"], f"invitation {status}", invitation_id, mine=False),
        ]
        event = _ANSWERS[status](invitation_id=invitation_id)
        return await self._tell({**row, **answered}, event, writes, account_id)

    async def get(self, invitation_id: str, account_id: str) -> Row:
        """An invitation that an account sent or got.

        Raises:
            Refused: it is none of theirs.
        """
        row = await self.invitations.find_one({"_id": invitation_id})
        if row is None:
            raise Refused("unknown", "There is no such invitation of yours.")
        other_party(row, account_id)
        return row

    async def write(
        self, invitation_id: str, account_id: str, text: str, key: str | None = None
    ) -> Row:
        """Say something to the other, once the invitation is accepted and for each ``key``.

        Raises:
            Refused: it is not, one of the two has blocked the other, or the key was used for
                another text.
        """
        row = await self.get(invitation_id, account_id)
        message_id = f"M{named(key, invitation_id, account_id)}"

        async def said() -> Row | None:
            message = await self.messages.find_one({"_id": message_id})
            if message is not None:
                check_same(text, message["text"])
            return message

        return await once(key, said, lambda: self._write(message_id, row, account_id, text))

    async def _write(self, message_id: str, row: Row, account_id: str, text: str) -> Row:
        other = other_party(row, account_id)
        if row["status"] != "accepted":
            raise Refused("conflict", "You can write once the invitation is accepted.")
        blocks = await asyncio.gather(
            self._people.has_blocked(other, account_id), self._people.has_blocked(account_id, other)
        )
        if any(blocks):
            raise Refused("forbidden", "This conversation is closed.", code="closed")
        await self._limits.take(_MESSAGES, account_id)
        message: Row = {
            "_id": message_id,
            "invitation_id": row["_id"],
            "from_account": account_id,
            "to_account": other,
            "text": text,
            "at": self._clock(),
            "unread": True,
        }
        try:
            await self.messages.insert_one(message)
        except DuplicateKeyError:
            raise Refused("conflict", "This was said already.") from None
        return message

    async def forget(self, account_id: str) -> None:
        """Nothing is kept of what an account wrote or was written to."""
        either = {"$or": [{"from_account": account_id}, {"to_account": account_id}]}
        await self.messages.delete_many(either)
        await self.invitations.delete_many(either)
        await self.reports.forget(account_id)

    async def _tell(
        self, row: Row, event: Payload, writes: list[Beside], account_id: str
    ) -> Invited:
        def decide(document: Document) -> Change:
            told = int((document.state or {}).get("told", 0))
            return Change(
                {"told": told + 1}, (event,), cause=Cause(traceparent(), actor=account_id)
            )

        try:
            made = await self.invited.update(row["author_id"], decide, lambda _: writes)
        except Unmet:
            raise Refused("conflict", "This was done or answered already.") from None
        return Invited(row, made.positions[TOPIC] if made else 0)

    def _log(self, account_id: str, what: str, about: str, *, mine: bool = True) -> Beside:
        by: By = "you" if mine else "somebody else"
        return self._people.audit.entry(account_id, what, about=about, by=by)


def _pair(one: str, other: str) -> str:
    return "|".join(sorted((one, other)))
