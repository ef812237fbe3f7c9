"""A crowd that claims and follows, and how long it takes until everybody's page shows it."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
from stdnum.iso7064 import mod_11_2

from contracts.events.works import Attestation, AuthorWasRecorded
from services.gateway.upstream import Answer, Upstream
from services.identity.accounts import Identity
from tests.signin import ORCID_ISSUER, Person, access
from tests.support import System, event, eventually, unique

_POLL = 0.02


@dataclass
class Command:
    """One thing that a person does, and how its page tells that it happened."""

    kind: str
    method: str
    path: str
    token: str
    author: str
    shown: Callable[[dict[str, Any]], bool]


@dataclass
class Taken:
    """Milliseconds of one kind of command: until its answer, and until it is on the page."""

    answered: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)


def orcid(number: int) -> str:
    """An iD with the right check digit, of nobody."""
    digits = f"{990_000_000_000_000 + number:015}"
    whole = digits + mod_11_2.calc_check_digit(digits)
    return "-".join(whole[start : start + 4] for start in range(0, 16, 4))


async def some_authors(system: System, orcids: Sequence[str]) -> list[str]:
    """Author records as works would tell of them, on the pages and known to identity."""
    ids = [f"Abench{unique()}" for _ in orcids]
    attested = (Attestation(source="arxiv", works=1, imported_at=datetime.now(UTC)),)
    records = {
        author: AuthorWasRecorded(
            name=f"Bench {number}", identifiers=(f"orcid:{orcids[number]}",), attested_by=attested
        )
        for number, author in enumerate(ids)
    }
    await system.publish("works.author", [(a, event(r, a, 1)) for a, r in records.items()])
    known = {"_id": {"$in": ids}}
    for service in ("identity", "gateway"):
        async with system.database(service) as database:
            count = partial(database["authors"].count_documents, known)
            await eventually(count, lambda found: found == len(ids), timeout=60)
    return ids


async def tokens_of(system: System, identity: str, orcids: Sequence[str]) -> list[str]:
    """An access token for the person of each iD."""
    made = []
    async with access(system) as accounts, httpx.AsyncClient(base_url=identity) as http:
        for number, one in enumerate(orcids):
            who = Identity(ORCID_ISSUER, one, name=f"Bench {number}", orcid=one)
            account_id = await accounts.accounts.signed_in(who)
            session = await accounts.grants.open_session(account_id)
            made.append(await Person(account_id, session.secret).token(http))
    return made


def commands(authors: Sequence[str], tokens: Sequence[str]) -> Iterator[Command]:
    """All claims and follows mixed, then follows ended: never two of one author at a time.

    Nor does anybody claim and follow in the same instant: the two are seconds apart.
    """
    count = len(authors)
    apart = count // 2
    for number in range(2 * count):
        turn, place = divmod(number, count)
        author = authors[place]
        path = f"/api/v1/researchers/{author}"
        own, others = tokens[place], tokens[(place + apart) % count]
        if place % 2 == turn:
            yield Command("claim", "POST", f"{path}/claims", own, author, _claimed)
        else:
            yield Command("follow", "PUT", f"{path}/follow", others, author, _has_followers(1))
    for number, author in enumerate(authors):
        path = f"/api/v1/researchers/{author}/follow"
        token = tokens[(number + apart) % count]
        yield Command("unfollow", "DELETE", path, token, author, _has_followers(0))


def _claimed(page: dict[str, Any]) -> bool:
    return bool(page["claim"]["status"] == "claimed")


def _has_followers(count: int) -> Callable[[dict[str, Any]], bool]:
    return lambda page: bool(page["counts"]["followers"] == count)


async def carry_out(
    http: Upstream, command: Command, alone: asyncio.Lock, taken: dict[str, Taken]
) -> None:
    """Do it, no two on one page at a time, and wait until the page shows it."""
    async with alone:
        await _carry_out(http, command, taken)


async def _carry_out(http: Upstream, command: Command, taken: dict[str, Taken]) -> None:
    started = time.perf_counter()
    answer = await http.ask(
        command.method,
        command.path,
        headers={
            "Authorization": f"Bearer {command.token}",
            "Content-Type": "application/json",
        },
        content=b"{}" if command.method == "POST" else b"",
    )
    assert answer.is_success, answer.content
    answered = time.perf_counter()
    path = f"/api/v1/researchers/{command.author}"
    awaited = {"Consistency-Token": answer.headers["consistency-token"]}
    while not _shows(await http.ask("GET", path, headers=awaited), command):
        _still(command, started)
    while not _shows(await http.ask("GET", path), command):
        _still(command, started)
        await asyncio.sleep(_POLL)
    figures = taken.setdefault(command.kind, Taken())
    figures.answered.append((answered - started) * 1000)
    figures.shown.append((time.perf_counter() - started) * 1000)


def _shows(page: Answer, command: Command) -> bool:
    return page.status == 200 and command.shown(page.json())


def _still(command: Command, started: float) -> None:
    assert time.perf_counter() - started < 30, f"{command.kind} is never shown"
