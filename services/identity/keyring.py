"""The keys that sign access tokens: ``keys``, shared by all copies of the service."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.mongo import Collection, DuplicateKeyError, Row
from chassis.tokens import ALGORITHM, TYPE
from services.identity import keys
from services.identity.keys import SigningKey

_KEPT_FOR = timedelta(minutes=1)


class Keyring:
    """Signs, and publishes what checks the signature; rotates the keys by their age."""

    def __init__(self, collection: Collection, clock: Callable[[], datetime]) -> None:
        self.collection = collection
        self._clock = clock
        self._keys: list[SigningKey] = []
        self._read_at: datetime | None = None
        self._reading = asyncio.Lock()

    async def sign(self, claims: dict[str, Any]) -> str:
        """A signed access token with these claims."""
        key = keys.signing(await self._current(), self._clock())
        private = ECKey.import_key(key.jwk)
        return jwt.encode({"alg": ALGORITHM, "kid": private.kid, "typ": TYPE}, claims, private)

    async def published(self) -> dict[str, Any]:
        """The JWKS: every key with which a token that has not expired may be signed, or will be."""
        public = [ECKey.import_key(key.jwk).as_dict(private=False) for key in await self._current()]
        return {"keys": public}

    async def _current(self) -> list[SigningKey]:
        async with self._reading:
            now = self._clock()
            if self._read_at is None or not timedelta(0) <= now - self._read_at < _KEPT_FOR:
                self._keys = await self._rotated(now)
                self._read_at = now
            return self._keys

    async def _rotated(self, now: datetime) -> list[SigningKey]:
        held = await self._read()
        number = keys.due(held, now)
        if number is not None:
            try:
                await self.collection.insert_one(_new_key(number, now))
            except DuplicateKeyError:
                pass  # another copy made it
            held = await self._read()
        gone = keys.outlived(held, now)
        if gone:
            await self.collection.delete_many({"_id": {"$in": [key.number for key in gone]}})
        return [key for key in held if key not in gone]

    async def _read(self) -> list[SigningKey]:
        return [
            SigningKey(row["_id"], row["jwk"], row["created_at"])
            async for row in self.collection.find({})
        ]


def _new_key(number: int, now: datetime) -> Row:
    key = ECKey.generate_key("P-256", {"alg": ALGORITHM, "use": "sig"}, auto_kid=True)
    return {"_id": number, "jwk": dict(key.as_dict(private=True)), "created_at": now}
