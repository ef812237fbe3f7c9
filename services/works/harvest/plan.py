"""Which jobs a harvest is split into."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from math import ceil

from services.works.harvest.fetching import Provider, Wanted

MOST_JOBS = 5000


class Unwanted(ValueError):
    """The source cannot be harvested like this; the message says why."""


def plan(wanted: Wanted, provider: Provider, today: date) -> tuple[Wanted, ...]:
    """The jobs of a harvest: by set, and by days where the provider can be asked for days.

    The last window has no end unless the harvest has one, so that today is in it.

    Raises:
        Unwanted: what is asked for does not fit the provider, or makes more than ``MOST_JOBS``.
    """
    _check(wanted, provider, today)
    sets = [one.strip() for one in (wanted.set or "").split(",")] if _lists(provider) else []
    sets = [one for one in dict.fromkeys(sets) if one] or [wanted.set or ""]
    jobs = tuple(
        replace(wanted, set=one or None, since=since, until=until)
        for one in (sets if sets != [""] else provider.sets or ("",))
        for since, until in _windows(wanted, provider, today)
    )
    if len(jobs) > MOST_JOBS:
        raise Unwanted(f"{len(jobs)} jobs; name fewer sets, {MOST_JOBS} are the most.")
    return jobs


def _lists(provider: Provider) -> bool:
    """Whether a set may name several, separated by commas; elsewhere a set is a search."""
    return bool(provider.sets) or not provider.dated


def _check(wanted: Wanted, provider: Provider, today: date) -> None:
    if provider.needs_set and not wanted.set:
        raise Unwanted(f"{provider.name} needs a set: {provider.needs_set}.")
    if wanted.since and not provider.dated:
        raise Unwanted(f"{provider.name} cannot be asked for changes since a day.")
    if wanted.until and provider.window is None:
        raise Unwanted(f"{provider.name} cannot be asked for changes until a day.")
    if wanted.until and not wanted.since:
        raise Unwanted("`until` needs a `since`.")
    if wanted.since and wanted.since > (wanted.until or today):
        raise Unwanted("`since` is later than the end.")


def _windows(
    wanted: Wanted, provider: Provider, today: date
) -> Iterator[tuple[date | None, date | None]]:
    if wanted.since is None or provider.window is None:
        yield wanted.since, wanted.until
        return
    last = wanted.until or today
    days = (last - wanted.since).days + 1
    length = timedelta(max(provider.window, ceil(days / MOST_JOBS)))
    start = wanted.since
    while (last - start) >= length:
        yield start, start + length - timedelta(1)
        start += length
    yield start, wanted.until
