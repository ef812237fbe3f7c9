"""A command that is sent again: what it makes is named by the caller's key, so it is made once.

The key is the ``Idempotency-Key`` of draft-ietf-httpapi-idempotency-key-header.
"""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import TypeVar
from uuid import uuid4

from chassis.problems import Problem
from services.identity.refusals import Refused

T = TypeVar("T")


def named(key: str | None, *whose: str) -> str:
    """What to call a new thing: after its maker's own key for the command, or as nothing else."""
    if key is None:
        return uuid4().hex
    return sha256("\0".join((*whose, key)).encode()).hexdigest()[:32]


async def once(
    key: str | None, made: Callable[[], Awaitable[T | None]], make: Callable[[], Awaitable[T]]
) -> T:
    """What was ``made`` under the key before, else what ``make`` makes now.

    Raises:
        Refused, Problem: a rule says no, and not because the same command came twice at once.
    """
    if key is None:
        return await make()
    before = await made()
    if before is not None:
        return before
    try:
        return await make()
    except (Refused, Problem):
        meanwhile = await made()
        if meanwhile is None:
            raise
        return meanwhile


def check_same(asked: object, before: object) -> None:
    """Let a key be used again only for the same.

    Raises:
        Refused: what is asked for now differs from what was asked for before.
    """
    if asked != before:
        detail = "This Idempotency-Key was used for another command."
        raise Refused("invalid", detail, code="key-used")
