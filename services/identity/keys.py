"""The rules of the keys that sign access tokens: when a new one is made, which signs, which go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

TOKEN_LIFETIME = timedelta(minutes=10)
ROTATE_AFTER = timedelta(days=30)
PUBLISHED_AHEAD = timedelta(minutes=15)
"""A key signs only when whoever checks tokens has fetched the keys anew since it was published."""
_MARGIN = timedelta(minutes=5)
"""For copies that keep the keys in memory, and for clocks."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One private key; ``number`` counts them from 1."""

    number: int
    jwk: dict[str, Any]
    created_at: datetime

    @property
    def signs_from(self) -> datetime:
        """The first key has to sign at once."""
        return self.created_at + (PUBLISHED_AHEAD if self.number > 1 else timedelta(0))


def due(keys: Sequence[SigningKey], now: datetime) -> int | None:
    """The number of the key to be made now, if one is."""
    newest = max(keys, key=_number, default=None)
    if newest is None:
        return 1
    return newest.number + 1 if newest.created_at + ROTATE_AFTER <= now else None


def signing(keys: Sequence[SigningKey], now: datetime) -> SigningKey:
    """The key that signs now; there must be one."""
    ready = [key for key in keys if key.signs_from <= now]
    return max(ready or keys, key=_number)


def outlived(keys: Sequence[SigningKey], now: datetime) -> list[SigningKey]:
    """Keys whose last token has expired: a newer one has signed for longer than tokens live."""
    replaced = [key.number for key in keys if key.signs_from + TOKEN_LIFETIME + _MARGIN <= now]
    newest = max(replaced, default=0)
    return [key for key in keys if key.number < newest]


def _number(key: SigningKey) -> int:
    return key.number
