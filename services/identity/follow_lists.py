"""Lists of follows, for people to read."""

from contracts.people.follows import Follower, FollowerList, Following, FollowingList, HeardOf
from services.identity.account_store import Accounts
from services.identity.follow_store import Follows
from services.identity.owners import Owners
from services.identity.paging import after, page_of, place_of
from services.identity.people_store import People
from services.identity.store import Store

MOST_HEARD_OF = 500
_NEWEST_FIRST = [("since", -1), ("_id", -1)]


class FollowLists:
    """Who follows an author, and whom an account follows."""

    def __init__(
        self, follows: Follows, store: Store, owners: Owners, people: People, accounts: Accounts
    ) -> None:
        self._follows = follows
        self._store = store
        self._owners = owners
        self._people = people
        self._accounts = accounts

    async def followers(self, author_id: str, cursor: str | None, limit: int) -> FollowerList:
        """Followers who follow openly, newest first; all of them are counted.

        Raises:
            Refused: no such author, or not shown.
        """
        author_id, _ = await self._store.survivor(author_id)
        await self._owners.check_shown(author_id)
        place = after(place_of(cursor), "since", newest_first=True)
        wanted = {"author_id": author_id, "private": False, **place}
        rows = await self._follows.follows.find(wanted).sort(_NEWEST_FIRST).to_list(limit + 1)
        shown = rows[:limit]
        accounts = await self._accounts.find_many(row["account_id"] for row in shown)
        records = [row["own_author_id"] for row in shown if row["own_author_id"]]
        names = await self._store.names(records)
        items = tuple(
            Follower(
                account_id=row["account_id"],
                name=names.get(row["own_author_id"])
                or accounts.get(row["account_id"], {}).get("name"),
                author_id=row["own_author_id"],
                verified=row["verified"],
                since=row["since"],
            )
            for row in shown
        )
        total = (await self._follows.state(author_id, "")).followers
        return FollowerList(items=items, total=total, next_cursor=page_of(rows, limit, "since"))

    async def following(self, account_id: str, cursor: str | None, limit: int) -> FollowingList:
        """Whom an account follows, newest first."""
        place = after(place_of(cursor), "since", newest_first=True)
        wanted = {"account_id": account_id, **place}
        rows = await self._follows.follows.find(wanted).sort(_NEWEST_FIRST).to_list(limit + 1)
        shown = rows[:limit]
        followed = [row["author_id"] for row in shown]
        names, hidden = await self._store.names(followed), await self._owners.withheld(followed)
        muted = (await self._people.get(account_id))["mutes"]
        items = tuple(
            Following(
                author_id=row["author_id"],
                name=names.get(row["author_id"]) if row["author_id"] not in hidden else None,
                since=row["since"],
                muted=row["author_id"] in muted,
            )
            for row in shown
        )
        return FollowingList(items=items, next_cursor=page_of(rows, limit, "since"))

    async def heard_of(self, account_id: str) -> HeardOf:
        """Whose news a person is to read: those they follow, at most five hundred."""
        person = await self._people.get(account_id)
        blocked = await self._owners.of_accounts(person["blocks"])
        unheard = [*person["mutes"], *(row["author_id"] for row in blocked.values())]
        wanted = {"account_id": account_id, "author_id": {"$nin": unheard}}
        rows = self._follows.follows.find(wanted, {"author_id": 1}).sort(_NEWEST_FIRST)
        found = await rows.to_list(MOST_HEARD_OF)
        return HeardOf(author_ids=tuple(row["author_id"] for row in found))
