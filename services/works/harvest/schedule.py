"""Harvests that are asked for again and again, each from where the one before ended.

Every copy runs this. A harvest's id is made of what is wanted, so two copies that ask at once ask
for the same one.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import structlog

from chassis.documents import Cause, Contended
from chassis.mongo import PyMongoError
from services.works.harvest.fetching import Wanted
from services.works.harvest.plan import Unwanted, plan
from services.works.harvest.providers import PROVIDERS
from services.works.harvest.requests import Harvest
from services.works.harvest.store import Harvests

_log = structlog.get_logger(__name__)
_ENTRY = re.compile(r"(?P<source>[a-z-]+)(?::(?P<set>.+))?@(?P<hours>\d+(?:\.\d+)?)h")
_LOOK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Every:
    """A part of a source, to be harvested again after some time."""

    source: str
    set: str | None
    pause: timedelta


def read_schedule(text: str) -> tuple[Every, ...]:
    """``arxiv:cs@24h; crossref@6h``: source, set, hours between two harvests.

    Raises:
        ValueError: an entry cannot be read, or names a source that is not harvested.
    """
    return tuple(_entry(part.strip()) for part in text.split(";") if part.strip())


def _entry(text: str) -> Every:
    found = _ENTRY.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r}: write it as arxiv:cs@24h")
    if found["source"] not in PROVIDERS:
        raise ValueError(f"{text!r}: the sources are {', '.join(PROVIDERS)}")
    wanted = Wanted(found["source"], found["set"])
    plan(wanted, PROVIDERS[wanted.source], datetime.now(UTC).date())
    return Every(wanted.source, wanted.set, timedelta(hours=float(found["hours"])))


def due(every: Every, recent: Sequence[Harvest], now: datetime) -> Wanted | None:
    """What to ask for now, after harvests of the same, newest first.

    ``None`` while one is under way or not long ago; after one that was stopped the time between
    two harvests begins anew.

    It begins a day before the one as of which the source first answered in the last harvest: a
    change may be listed late, and a day begins elsewhere at another time. One that was parked is
    done again. One that was stopped is passed over for the one before: it may have been asked for
    by mistake, and its days are not left out. Where there is none, it begins yesterday.
    """
    last = next((one for one in recent if one.state != "stopped"), recent[0] if recent else None)
    if last and not (last.ended and recent[0].ended and now >= _left_at(recent[0]) + every.pause):
        return None
    if not PROVIDERS[every.source].dated:
        return Wanted(every.source, every.set)
    if last is None:
        return Wanted(every.source, every.set, now.date() - timedelta(1))
    since = date.fromisoformat(last.sums.get("as_of") or str(last.requested_at.date()))
    since -= timedelta(1)
    if last.state != "done":
        since = min(since, last.wanted.since or since)
    return Wanted(every.source, every.set, since)


def _left_at(harvest: Harvest) -> datetime:
    """Since when a harvest has been left alone: asked for, or stopped."""
    stopped = harvest.state == "stopped"
    since: datetime = harvest.sums["ended_at"] if stopped else harvest.requested_at
    return since


async def run(harvests: Harvests, schedule: tuple[Every, ...]) -> None:
    """Ask for what is due, until cancelled."""
    while schedule:
        for every in schedule:
            try:
                await ask_if_due(harvests, every, datetime.now(UTC))
            except (PyMongoError, Contended, Unwanted) as error:
                _log.warning("scheduled harvest not asked for", of=every.source, error=repr(error))
        await asyncio.sleep(_LOOK_SECONDS)
    await asyncio.Event().wait()


async def ask_if_due(harvests: Harvests, every: Every, now: datetime) -> Harvest | None:
    """Ask for one harvest if it is due."""
    recent = await harvests.requests.open_ended(every.source, every.set)
    wanted = due(every, recent, now)
    if wanted is None:
        return None
    return await harvests.requests.request(wanted, PROVIDERS[every.source], Cause())
