"""What people show to moderators: ``reports``, one of each person about each invitation."""

from collections.abc import Callable
from datetime import datetime

from chassis.mongo import Collection, DeleteOne, Row, UpdateOne
from chassis.transactions import Unmet, all_or_none
from services.identity.audit import Audit
from services.identity.collaboration import other_party
from services.identity.limits import Limit, Limits
from services.identity.refusals import Refused
from services.identity.repeats import check_same, named, once

_REPORTS = Limit("reports", most=20, seconds=86_400)


class Reports:
    """Every report that no moderator has closed yet."""

    def __init__(
        self, collection: Collection, audit: Audit, limits: Limits, clock: Callable[[], datetime]
    ) -> None:
        self.collection = collection
        self._audit = audit
        self._limits = limits
        self._clock = clock

    async def prepare(self) -> None:
        """Create the index by which the oldest are read first."""
        await self.collection.create_index([("at", 1), ("_id", 1)])

    async def make(
        self, invitation: Row, account_id: str, reason: str, key: str | None = None
    ) -> None:
        """Show an invitation to moderators; a second report replaces the first.

        Raises:
            Refused: the account is neither of its two, or the ``key`` was used for another reason.
        """
        about = other_party(invitation, account_id)
        report_id = f"{invitation['_id']}-{account_id}"
        name = named(key, report_id)

        async def made() -> Row | None:
            report = await self.collection.find_one({"_id": report_id, "named": name})
            if report is not None:
                check_same(reason, report["reason"])
            return report

        async def make() -> Row:
            await self._limits.take(_REPORTS, account_id)
            report = {
                "named": name,
                "invitation_id": invitation["_id"],
                "by_account": account_id,
                "about_account": about,
                "reason": reason,
                "message": invitation["message"],
                "at": self._clock(),
            }
            write = UpdateOne({"_id": report_id}, {"$set": report}, upsert=True)
            entry = self._audit.entry(account_id, "invitation reported", about=invitation["_id"])
            await all_or_none([(self.collection, write), entry])
            return report

        await once(key, made, make)

    async def close(self, report_id: str, moderator: str) -> None:
        """A moderator is done with a report.

        Raises:
            Refused: there is none of this id.
        """
        entry = self._audit.entry(moderator, "report closed", about=report_id)
        try:
            await all_or_none([(self.collection, DeleteOne({"_id": report_id})), entry])
        except Unmet:
            raise Refused("unknown", f"There is no report {report_id}.") from None

    async def forget(self, account_id: str) -> None:
        """Nothing is kept of what an account reported, or was reported for."""
        parties = {"$or": [{"by_account": account_id}, {"about_account": account_id}]}
        await self.collection.delete_many(parties)
