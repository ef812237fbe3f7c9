"""What people chose: ``people`` holds settings, blocks, mutes; ``notes`` what is yet to be told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from chassis.mongo import Database, DeleteOne, Row, UpdateOne, ignoring_duplicates
from chassis.transactions import Beside, all_or_none
from contracts.events.identity import ResearcherProfileWasUpdated
from contracts.people.account import Settings
from services.identity.audit import Audit
from services.identity.refusals import Refused

MOST_BLOCKS = 1000
_PUT_BACK = timedelta(minutes=1)
_EMPTY: Row = {"settings": {}, "blocks": [], "mutes": []}


class People:
    """The people side of an account."""

    def __init__(self, database: Database, audit: Audit, clock: Callable[[], datetime]) -> None:
        self.collection = database["people"]
        self.notes = database["notes"]
        self.audit = audit
        self._clock = clock

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.collection.create_index("blocks")
        await self.collection.create_index("mutes")
        await self.notes.create_index("since")

    async def get(self, account_id: str) -> Row:
        """Settings, blocks and mutes of an account."""
        return _EMPTY | (await self.collection.find_one({"_id": account_id}) or {})

    async def profiles(self, accounts: Iterable[str]) -> dict[str, ResearcherProfileWasUpdated]:
        """What accounts say on the page, as far as they chose anything."""
        wanted = {"_id": {"$in": list(accounts)}}
        rows = self.collection.find(wanted, {"settings": 1})
        return {row["_id"]: public_profile(row.get("settings", {})) async for row in rows}

    def change(self, account_id: str, settings: Mapping[str, Any]) -> Beside:
        """The write that changes some settings."""
        change = {f"settings.{name}": value for name, value in settings.items()}
        return self.collection, UpdateOne({"_id": account_id}, {"$set": change}, upsert=True)

    async def add(self, account_id: str, names: str, one: str, what: str) -> None:
        """Put somebody on the list of blocks or mutes; a second time changes nothing.

        Raises:
            Refused: the list is full.
        """
        held = (await self.get(account_id))[names]
        if one in held:
            return
        if len(held) >= MOST_BLOCKS:
            raise Refused("conflict", f"There are at most {MOST_BLOCKS} on the list.")
        await self._change_list(account_id, {"$addToSet": {names: one}}, what, one)

    async def remove(self, account_id: str, names: str, one: str, what: str) -> None:
        """Take somebody off the list; a second time changes nothing."""
        if one in (await self.get(account_id))[names]:
            await self._change_list(account_id, {"$pull": {names: one}}, what, one)

    async def _change_list(self, account_id: str, change: Row, what: str, one: str) -> None:
        write = UpdateOne({"_id": account_id}, change, upsert=True)
        await all_or_none([(self.collection, write), self.audit.entry(account_id, what, about=one)])

    async def has_blocked(self, account_id: str, other: str) -> bool:
        """Whether an account has blocked another."""
        found = await self.collection.find_one({"_id": account_id, "blocks": other}, {"_id": 1})
        return found is not None

    async def carry_mutes(self, old: str, new: str) -> None:
        """Who muted a merged author has muted the survivor."""
        await self.collection.update_many({"mutes": old}, {"$addToSet": {"mutes": new}})
        await self.collection.update_many({"mutes": old}, {"$pull": {"mutes": old}})

    def note(self, kind: str, key: str) -> Beside:
        """The write that notes something still to be done, for whoever works it off."""
        change = {"kind": kind, "key": key, "mark": uuid4().hex, "since": self._clock()}
        return self.notes, UpdateOne({"_id": f"{kind}/{key}"}, {"$set": change}, upsert=True)

    async def make_note(self, kind: str, key: str) -> None:
        """Note something by itself."""
        await ignoring_duplicates(self.notes.bulk_write([self.note(kind, key)[1]]))

    async def noted(self, most: int) -> Sequence[Row]:
        """What is to be done now, oldest first."""
        due = {"since": {"$lte": self._clock()}}
        return await self.notes.find(due).sort("since", 1).to_list(most)

    async def done(self, notes: Sequence[Row]) -> None:
        """These were done, except what was noted once more meanwhile."""
        as_taken = [DeleteOne({"_id": note["_id"], "mark": note["mark"]}) for note in notes]
        if as_taken:
            await self.notes.bulk_write(as_taken, ordered=False)

    async def put_back(self, note: Row) -> None:
        """It could not be done: let the others have their turn first."""
        later = {"$set": {"since": self._clock() + _PUT_BACK}}
        await self.notes.update_one({"_id": note["_id"], "mark": note["mark"]}, later)

    async def erase(self, account_id: str) -> None:
        """Forget what an account chose and that others chose to do with it."""
        await self.collection.delete_one({"_id": account_id})
        await self.collection.update_many({"blocks": account_id}, {"$pull": {"blocks": account_id}})


def public_profile(settings: Mapping[str, Any]) -> ResearcherProfileWasUpdated:
    """What settings say on a public page."""
    return ResearcherProfileWasUpdated(
        tagline=settings.get("tagline") or None,
        pronouns=settings.get("pronouns") or None,
        links=tuple(settings.get("links") or ()),
        affiliation=settings.get("affiliation") or None,
        featured_works=tuple(settings.get("featured_works") or ()),
        open_to_collaborate=settings.get("open_to_collaborate") is not False,
    )


def own_settings(row: Row, *, withheld: bool) -> Settings:
    """What a person chose, as they see it."""
    settings = row["settings"]
    profile = public_profile(settings)
    return Settings(
        **{name: getattr(profile, name) for name in ResearcherProfileWasUpdated.model_fields},
        private_follows=settings.get("private_follows") is True,
        public_record=not withheld,
    )
