"""The keys that sign access tokens, and the limits that count with the same clock."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from chassis.tokens import Invalid, Verifier
from contracts.people.access import TOKEN_AUDIENCE, TOKEN_ISSUER
from services.identity.keys import PUBLISHED_AHEAD, ROTATE_AFTER
from services.identity.limits import Limit
from tests.signin import Person, access
from tests.support import System

NOW = datetime(2026, 9, 1, tzinfo=UTC)


async def test_keys_rotate_and_tokens_of_the_old_one_hold_until_they_expire(
    databases: System,
) -> None:
    async def tokens_and_kids(now: datetime) -> tuple[str, set[str]]:
        async with access(databases, now) as made:
            signed = await made.keyring.sign({"sub": "U1"})
            return signed, {key["kid"] for key in (await made.keyring.published())["keys"]}

    _, first = await tokens_and_kids(NOW)
    assert len(first) == 1
    old, both = await tokens_and_kids(NOW + ROTATE_AFTER)
    new, still = await tokens_and_kids(NOW + ROTATE_AFTER + PUBLISHED_AHEAD)
    assert len(both) == 2
    assert still == both
    assert old.split(".")[0] != new.split(".")[0]  # the header names the key
    later, last = await tokens_and_kids(NOW + ROTATE_AFTER + PUBLISHED_AHEAD + timedelta(hours=1))
    assert last == both - first
    assert later.split(".")[0] == new.split(".")[0]


async def test_copies_that_start_at_once_agree_on_the_key(databases: System) -> None:
    async def kids() -> set[str]:
        async with access(databases) as made:
            return {key["kid"] for key in (await made.keyring.published())["keys"]}

    found = await asyncio.gather(*(kids() for _ in range(4)))
    assert len(set.union(*found)) == 1


async def test_a_token_holds_while_its_key_is_published(
    databases: System, http: httpx.AsyncClient, ada: Person
) -> None:
    token = await ada.token(http)
    async with access(databases) as made:
        verifier = Verifier(made.keyring.published, issuer=TOKEN_ISSUER, audience=TOKEN_AUDIENCE)
        assert (await verifier.verify(token)).account_id == ada.account_id
    async with access(databases, datetime.now(UTC) + ROTATE_AFTER) as made:
        await made.keyring.sign({})
    async with access(databases, datetime.now(UTC) + ROTATE_AFTER + timedelta(days=1)) as made:
        verifier = Verifier(made.keyring.published, issuer=TOKEN_ISSUER, audience=TOKEN_AUDIENCE)
        with pytest.raises(Invalid):
            await verifier.verify(token)


async def test_a_limit_counts_for_each_and_says_when_it_ends(databases: System) -> None:
    limit = Limit("tries", 2, 60)
    async with access(databases, NOW + timedelta(seconds=20)) as made:
        for _ in range(2):
            await made.limits.take(limit, "a")
        await made.limits.take(limit, "b")
        with pytest.raises(Exception, match="40 seconds") as over:
            await made.limits.take(limit, "a")
        assert getattr(over.value, "status", None) == 429
        assert getattr(over.value, "headers", {})["Retry-After"] == "40"
    async with access(databases, NOW + timedelta(seconds=60)) as made:
        await made.limits.take(limit, "a")
