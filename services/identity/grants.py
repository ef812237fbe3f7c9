"""What opens an account: ``sessions`` of browsers, ``tokens`` of programs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from chassis.mongo import Database, DeleteOne, InsertOne, Row, aggregate
from chassis.problems import Problem
from chassis.tokens import Caller
from chassis.transactions import Beside, Unmet, all_or_none
from contracts.people.access import PERSONAL_TOKEN, MakeToken, OpenSession, Token
from services.identity.account_store import Accounts, not_erased
from services.identity.accounts import BROWSER, MOST_TOKENS, PROGRAM, roles_of, scopes_of
from services.identity.audit import Audit
from services.identity.credentials import hashed, new_secret
from services.identity.joined import first, join
from services.identity.refusals import Refused
from services.identity.repeats import check_same, named, once

SESSION_LIFETIME = timedelta(days=14)
_NOTED_EVERY = timedelta(hours=1)
_MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Grant:
    """An account opened by a session or a personal token."""

    id: str
    account: Row
    scopes: frozenset[str] | None
    """``None``: all that the roles of the account give."""


@dataclass(frozen=True, slots=True)
class Session:
    """A new session of a browser; the secret is told only now."""

    id: str
    secret: str
    account_id: str
    expires_at: datetime


class Grants:
    """Every session and every personal token."""

    def __init__(
        self, database: Database, accounts: Accounts, audit: Audit, clock: Callable[[], datetime]
    ) -> None:
        self.sessions = database["sessions"]
        self.tokens = database["tokens"]
        self._accounts = accounts
        self._audit = audit
        self._clock = clock

    async def prepare(self) -> None:
        """Create the indexes; what has expired is removed by the database."""
        for opened in (self.sessions, self.tokens):
            await opened.create_index("secret_hash", unique=True)
            await opened.create_index("account_id")
            await opened.create_index("expires_at", expireAfterSeconds=0)

    async def open_session(self, account_id: str) -> Session:
        """A new session; its secret is new as well, whatever the browser held before."""
        now = self._clock()
        session = Session(BROWSER + uuid4().hex, new_secret(), account_id, now + SESSION_LIFETIME)
        row = {
            "_id": session.id,
            "account_id": account_id,
            "secret_hash": hashed(session.secret),
            "created_at": now,
            "used_at": now,
            "expires_at": session.expires_at,
        }
        entry = self._audit.entry(account_id, "signed in")
        await all_or_none([(self.sessions, InsertOne(row)), entry])
        return session

    async def opened_by(self, secret: str) -> Grant | None:
        """What a session secret or a personal token opens, if it does."""
        program = secret.startswith(PERSONAL_TOKEN)
        now = self._clock()
        opened = await (self.tokens if program else self.sessions).find_one(
            {"secret_hash": hashed(secret), "expires_at": {"$gt": now}}
        )
        if opened is None:
            return None
        if not program and now - _used_at(opened) > _NOTED_EVERY:
            used = {"$set": {"used_at": now}}
            await self.sessions.update_one({"_id": opened["_id"]}, used)
        account = await self._accounts.find(opened["account_id"])
        if account is None:
            return None
        return Grant(opened["_id"], account, frozenset(opened["scopes"]) if program else None)

    async def current(self, caller: Caller) -> Caller | None:
        """The caller as of now: not signed out, not erased, with the roles of this moment."""
        of_program = caller.session_id.startswith(PROGRAM)
        opened = {"_id": caller.session_id, "expires_at": {"$gt": self._clock()}}
        found = await aggregate(
            self.tokens if of_program else self.sessions,
            [
                {"$match": opened},
                {"$project": {"_id": 1}},
                join(self._accounts.collection.name, "account", not_erased(caller.account_id)),
            ],
        )
        account = first(found[0], "account") if found else None
        if account is None:
            return None
        roles = frozenset(roles_of(account, self._accounts.operators))
        return replace(caller, roles=roles, scopes=frozenset(scopes_of(roles, caller.scopes)))

    async def sessions_of(self, caller: Caller) -> tuple[OpenSession, ...]:
        """Where the caller is signed in, used last first."""
        wanted = {"account_id": caller.account_id, "expires_at": {"$gt": self._clock()}}
        rows = self.sessions.find(wanted).sort([("used_at", -1), ("_id", 1)])
        return tuple(
            OpenSession(
                id=row["_id"],
                created_at=row["created_at"],
                used_at=_used_at(row),
                expires_at=row["expires_at"],
                current=row["_id"] == caller.session_id,
            )
            for row in await rows.to_list(_MOST_LISTED)
        )

    async def end_session(self, account_id: str, session_id: str) -> bool:
        """End one session, in whatever browser it is; whether there was one."""
        gone = DeleteOne({"_id": session_id, "account_id": account_id})
        entry = self._audit.entry(account_id, "session ended", about=session_id)
        return await _if_there([(self.sessions, gone), entry])

    async def sign_out(self, caller: Caller) -> None:
        """End the session that the caller came with; what a program holds stays."""
        entry = self._audit.entry(caller.account_id, "signed out")
        await _if_there([(self.sessions, DeleteOne({"_id": caller.session_id})), entry])

    async def sign_out_everywhere(self, account_id: str) -> None:
        """End every session and take back every personal token, as their owner asks."""
        await self.end_all(account_id)
        await all_or_none([self._audit.entry(account_id, "signed out everywhere")])

    async def make_token(self, account_id: str, asked: MakeToken, key: str | None = None) -> Token:
        """A personal token, with its secret; made under this ``key`` before, without.

        Raises:
            Problem: 409, the account has enough of them.
            Refused: the key was used for another token.
        """
        token_id = PROGRAM + named(key, account_id)

        async def made() -> Token | None:
            row = await self.tokens.find_one({"_id": token_id})
            if row is None:
                return None
            lasting = row["expires_at"] - row["created_at"]
            before = (row["name"], row["scopes"], lasting)
            check_same((asked.name, sorted(set(asked.scopes)), timedelta(days=asked.days)), before)
            return _token(row)

        return await once(key, made, lambda: self._make_token(token_id, account_id, asked))

    async def _make_token(self, token_id: str, account_id: str, asked: MakeToken) -> Token:
        if await self.tokens.count_documents({"account_id": account_id}) >= MOST_TOKENS:
            raise Problem(409, "Conflict", f"An account has at most {MOST_TOKENS} tokens.")
        now = self._clock()
        secret = new_secret(PERSONAL_TOKEN)
        row: Row = {
            "_id": token_id,
            "account_id": account_id,
            "name": asked.name,
            "scopes": sorted(set(asked.scopes)),
            "secret_hash": hashed(secret),
            "created_at": now,
            "expires_at": now + timedelta(days=asked.days),
        }
        entry = self._audit.entry(account_id, "token made", about=row["_id"])
        try:
            await all_or_none([(self.tokens, InsertOne(row)), entry])
        except Unmet:
            raise Refused("conflict", "This token was made already.") from None
        return _token(row, secret)

    async def tokens_of(self, account_id: str) -> tuple[Token, ...]:
        """The personal tokens of an account, newest first."""
        cursor = self.tokens.find({"account_id": account_id, "expires_at": {"$gt": self._clock()}})
        rows = [row async for row in cursor.sort("created_at", -1).limit(2 * MOST_TOKENS)]
        return tuple(_token(row) for row in rows)

    async def revoke_token(self, account_id: str, token_id: str) -> bool:
        """Take a personal token back; whether there was one."""
        gone = DeleteOne({"_id": token_id, "account_id": account_id})
        entry = self._audit.entry(account_id, "token revoked", about=token_id)
        return await _if_there([(self.tokens, gone), entry])

    async def end_all(self, account_id: str) -> None:
        """End every session and take back every personal token."""
        for opened in (self.sessions, self.tokens):
            await opened.delete_many({"account_id": account_id})


def _used_at(session: Row) -> datetime:
    used_at: datetime = session.get("used_at") or session["created_at"]
    return used_at


def _token(row: Row, secret: str | None = None) -> Token:
    return Token(
        id=row["_id"],
        name=row["name"],
        scopes=tuple(row["scopes"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        secret=secret,
    )


async def _if_there(writes: Sequence[Beside]) -> bool:
    """Make the writes unless what the first takes away is gone already; whether they were made."""
    try:
        await all_or_none(writes)
        return True
    except Unmet:
        return False
