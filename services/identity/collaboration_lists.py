"""Invitations, conversations and reports, for people to read."""

import asyncio
from collections.abc import Sequence

from chassis.mongo import Row
from contracts.people.collaboration import (
    Invitation,
    InvitationList,
    Message,
    MessageList,
    Reported,
    ReportList,
)
from services.identity.account_store import Accounts
from services.identity.collaboration_store import Collaboration
from services.identity.owners import Owners
from services.identity.paging import after, page_of, place_of
from services.identity.store import Store


class CollaborationLists:
    """What the two of an invitation see, and moderators of what was reported."""

    def __init__(
        self, collaboration: Collaboration, store: Store, owners: Owners, accounts: Accounts
    ) -> None:
        self._collaboration = collaboration
        self._store = store
        self._owners = owners
        self._accounts = accounts

    async def invitations(self, account_id: str, cursor: str | None, limit: int) -> InvitationList:
        """What an account sent and got, newest first."""
        either = {"$or": [{"from_account": account_id}, {"to_account": account_id}]}
        place = after(place_of(cursor), "sent_at", newest_first=True)
        wanted = {"$and": [either, place]} if place else either
        order = [("sent_at", -1), ("_id", -1)]
        found = self._collaboration.invitations.find(wanted)
        rows = await found.sort(order).to_list(limit + 1)
        items = await self.shown(rows[:limit], account_id)
        return InvitationList(items=items, next_cursor=page_of(rows, limit, "sent_at"))

    async def invitation(self, invitation_id: str, account_id: str) -> Invitation:
        """One of them.

        Raises:
            Refused: the invitation is none of the account's.
        """
        row = await self._collaboration.get(invitation_id, account_id)
        return (await self.shown([row], account_id))[0]

    async def shown(self, rows: Sequence[Row], account_id: str) -> tuple[Invitation, ...]:
        """Invitations as one of their two sees them."""
        senders = [row["from_account"] for row in rows]
        names, accounts, owned, unread = await asyncio.gather(
            self._store.names([row["author_id"] for row in rows]),
            self._accounts.find_many(senders),
            self._owners.of_accounts(senders),
            self._unread([row["_id"] for row in rows], account_id),
        )
        return tuple(
            Invitation(
                id=row["_id"],
                author_id=row["author_id"],
                author_name=names.get(row["author_id"], row["author_id"]),
                from_account_id=row["from_account"],
                from_name=accounts.get(row["from_account"], {}).get("name"),
                from_author_id=owned.get(row["from_account"], {}).get("author_id"),
                purpose=row["purpose"],
                message=row["message"],
                status=row["status"],
                mine=row["from_account"] == account_id,
                sent_at=row["sent_at"],
                answered_at=row["answered_at"],
                unread=unread.get(row["_id"], 0),
            )
            for row in rows
        )

    async def messages(
        self, invitation_id: str, account_id: str, cursor: str | None, limit: int
    ) -> MessageList:
        """A conversation, oldest first; what is shown counts as read.

        Raises:
            Refused: the invitation is none of the account's.
        """
        await self._collaboration.get(invitation_id, account_id)
        place = after(place_of(cursor), "at", newest_first=False)
        wanted = {"invitation_id": invitation_id, **place}
        messages = self._collaboration.messages
        rows = await messages.find(wanted).sort([("at", 1), ("_id", 1)]).to_list(limit + 1)
        shown = rows[:limit]
        read = [row["_id"] for row in shown if row["to_account"] == account_id and row["unread"]]
        if read:
            await messages.update_many({"_id": {"$in": read}}, {"$set": {"unread": False}})
        return MessageList(
            items=tuple(message_of(row, account_id) for row in shown),
            next_cursor=page_of(rows, limit, "at"),
        )

    async def waiting(self, account_id: str) -> int:
        """Invitations that an account has not answered and messages it has not read."""
        unanswered = {"to_account": account_id, "status": "sent"}
        unread = {"to_account": account_id, "unread": True}
        return sum(
            await asyncio.gather(
                self._collaboration.invitations.count_documents(unanswered),
                self._collaboration.messages.count_documents(unread),
            )
        )

    async def reports(self, cursor: str | None, limit: int) -> ReportList:
        """What waits for a moderator, oldest first."""
        place = after(place_of(cursor), "at", newest_first=False)
        found = self._collaboration.reports.collection.find(place).sort([("at", 1), ("_id", 1)])
        rows = await found.to_list(limit + 1)
        items = tuple(
            Reported(
                id=row["_id"],
                invitation_id=row["invitation_id"],
                by_account_id=row["by_account"],
                about_account_id=row["about_account"],
                reason=row["reason"],
                message=row["message"],
                at=row["at"],
            )
            for row in rows[:limit]
        )
        return ReportList(items=items, next_cursor=page_of(rows, limit, "at"))

    async def _unread(self, invitations: list[str], account_id: str) -> dict[str, int]:
        wanted = {"invitation_id": {"$in": invitations}, "to_account": account_id, "unread": True}
        counts: dict[str, int] = {}
        async for row in self._collaboration.messages.find(wanted, {"invitation_id": 1}):
            counts[row["invitation_id"]] = counts.get(row["invitation_id"], 0) + 1
        return counts


def message_of(row: Row, account_id: str) -> Message:
    """A message as one of the two sees it."""
    mine = row["from_account"] == account_id
    return Message(id=row["_id"], mine=mine, text=row["text"], at=row["at"])
