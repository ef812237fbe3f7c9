"""What a person can do with their own data: change it, read all of it, take it away."""

import re
from collections.abc import Mapping
from typing import Any

from chassis.mongo import Collection, Row
from chassis.tokens import Caller
from chassis.transactions import all_or_none
from contracts.people.account import AuditEntry, AuditLog, Me, Settings
from services.identity.access import Access
from services.identity.accounts import me_of
from services.identity.claim_store import Done
from services.identity.claim_upkeep import Upkeep
from services.identity.collaboration_store import Collaboration
from services.identity.follow_store import Follows
from services.identity.owners import Owners
from services.identity.paging import after, page_of, place_of
from services.identity.people_store import People, public_profile
from services.identity.refusals import Refused
from services.identity.standing import Standing
from services.identity.store import Store

_MOST_EXPORTED = 10_000
_TEXTS = ("tagline", "pronouns", "affiliation")
_MARKUP = re.compile(r"<\s*[a-zA-Z/!]")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


class OwnData:
    """Settings, log, export and erasure of an account."""

    def __init__(
        self,
        access: Access,
        store: Store,
        owners: Owners,
        people: People,
        upkeep: Upkeep,
        follows: Follows,
        collaboration: Collaboration,
        standing: Standing,
        claims: Collection,
    ) -> None:
        self._access = access
        self._store = store
        self._owners = owners
        self._people = people
        self._upkeep = upkeep
        self._follows = follows
        self._collaboration = collaboration
        self._standing = standing
        self._claims = claims

    async def me(self, account_id: str) -> Me:
        """The account as its owner sees it."""
        account = await self._access.accounts.get(account_id)
        return await self._standing.me(me_of(account, self._access.accounts.operators))

    async def change(self, account_id: str, asked: Settings) -> Done | None:
        """Change some settings; answers what was told of it, if anything was.

        Raises:
            Refused: a text holds markup, a work is not theirs, or there is no record to withhold.
        """
        chosen = asked.model_dump(exclude_none=True)
        owned = await self._owners.of_account(account_id)
        for name in _TEXTS:
            if name in chosen:
                chosen[name] = _plain(name, chosen[name]) or None
        if owned is not None and "featured_works" in chosen:
            _, author = await self._store.survivor(owned["author_id"])
            if not {*chosen["featured_works"]} <= {*author["works"]}:
                detail = "Only works of your own record can be featured."
                raise Refused("invalid", detail, code="not-your-work")
        public = chosen.pop("public_record", None)
        if public is not None and owned is None:
            raise Refused("conflict", "You have claimed no record yet.", code="no-record")
        if chosen:
            await self._keep(account_id, chosen)
        done = await self.tell_profile(account_id)
        if public is not None and owned is not None:
            hidden = not public
            told = await self._upkeep.withhold(owned["author_id"], account_id, withheld=hidden)
            return told if told.positions else done
        return done

    async def tell_profile(self, account_id: str) -> Done | None:
        """What a person says is on the page of their record, if they have one."""
        owned = await self._owners.of_account(account_id)
        if owned is None:
            return None
        person = await self._people.get(account_id)
        profile = public_profile(person["settings"])
        return await self._upkeep.say(owned["author_id"], account_id, profile)

    async def log(self, account_id: str, cursor: str | None, limit: int) -> AuditLog:
        """What was done by a person and to them, newest first."""
        place = after(place_of(cursor), "at", newest_first=True)
        found = self._access.audit.collection.find({"account_id": account_id, **place})
        rows = await found.sort([("at", -1), ("_id", -1)]).to_list(limit + 1)
        items = tuple(
            AuditEntry(at=row["at"], what=row["what"], about=row["about"], by=row["by"])
            for row in rows[:limit]
        )
        return AuditLog(items=items, next_cursor=page_of(rows, limit, "at"))

    async def export(self, account_id: str) -> dict[str, Any]:
        """Everything that is kept about a person, but for secrets."""
        account = await self._access.accounts.get(account_id)
        person = await self._people.get(account_id)
        mine = {"account_id": account_id}
        either = {"$or": [{"from_account": account_id}, {"to_account": account_id}]}
        rows = await _all(self._claims, {"state.claims.account_id": account_id})
        claims = [
            {"author_id": row["_id"], **_without_secrets(claim)}
            for row in rows
            for claim in row["state"]["claims"]
            if claim["account_id"] == account_id
        ]
        hidden = ("secret_hash",)
        return {
            "account": account,
            "settings": person["settings"],
            "blocks": person["blocks"],
            "mutes": person["mutes"],
            "claims": claims,
            "follows": await _all(self._follows.follows, mine),
            "invitations": await _all(self._collaboration.invitations, either),
            "messages": await _all(self._collaboration.messages, either),
            "reports": await _all(
                self._collaboration.reports.collection, {"by_account": account_id}
            ),
            "sessions": await _all(self._access.grants.sessions, mine, *hidden),
            "tokens": await _all(self._access.grants.tokens, mine, *hidden),
            "log": await _all(self._access.audit.collection, mine),
        }

    async def erase(self, who: Caller) -> Done | None:
        """Forget a person; answers what was told of their record, if they had one."""
        owned = await self._owners.of_account(who.account_id)
        await self._people.make_note("erased", who.account_id)
        done = await self.finish_erasing(who.account_id)
        return next((one for one in done if owned and one.author_id == owned["author_id"]), None)

    async def finish_erasing(self, account_id: str) -> list[Done]:
        """Take away everything there is of an account; again, there is nothing left."""
        await self._access.grants.end_all(account_id)
        await self._access.accounts.erase(account_id)
        done = await self._upkeep.forget(account_id)
        await self._follows.end_all(account_id)
        await self._collaboration.forget(account_id)
        await self._people.erase(account_id)
        await self._access.limits.forget(account_id)
        await self._access.audit.collection.delete_many({"account_id": account_id})
        await self._access.audit.collection.update_many(
            {"about": account_id}, {"$set": {"about": None}}
        )
        return done

    async def _keep(self, account_id: str, chosen: Mapping[str, Any]) -> None:
        """Settings, their entry in the log, and a note to tell them wherever they are shown."""
        await all_or_none(
            [
                self._people.change(account_id, chosen),
                self._people.audit.entry(account_id, f"settings: {', '.join(sorted(chosen))}"),
            ]
        )
        await self._people.make_note("profile", account_id)


async def _all(collection: Collection, wanted: Row, *hidden: str) -> list[Row]:
    fields = dict.fromkeys((*hidden, "outbox"), 0)
    return await collection.find(wanted, fields).to_list(_MOST_EXPORTED)


def _without_secrets(claim: Row) -> Row:
    proofs = [{k: v for k, v in p.items() if k != "secret"} for p in claim["proofs"]]
    return {**{k: v for k, v in claim.items() if k != "decided_by"}, "proofs": proofs}


def _plain(name: str, text: str) -> str:
    """One line of text without markup or characters that do not print."""
    if _MARKUP.search(text):
        raise Refused("invalid", f"{name}: plain text only, no markup.", code="markup")
    return " ".join(_UNPRINTABLE.sub(" ", text).split())
