"""Asks a provider for its pages: at its pace, again after a fault, and never in a hurry."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import BinaryIO

import httpx
import stamina

from services.works.harvest import metrics
from services.works.harvest.fetching import (
    Ask,
    Checkpoint,
    Expired,
    Incomplete,
    Lone,
    Provider,
    Refused,
    Turn,
    Wanted,
)
from services.works.harvest.slots import LONGEST_WAIT, Busy, Pace
from services.works.harvest.walk import Walk, place_of
from services.works.spool import TooLarge, spooled

_TRIES = 6
_MOST_RESTARTS = 2
"""Of a list, by one worker, without reaching a page that nobody reached before."""
_LONGEST_HOLD = 86_400.0
_LONGEST_PAGE = 10 * 60.0
_LONGEST_FILE = 6 * 3600.0
TIMEOUT = httpx.Timeout(60, connect=15)


FAULTS = (Busy, Incomplete, httpx.RequestError, TimeoutError)
"""What may pass when asked again."""
_UNHEARD = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Page:
    """Records as they came, the checkpoint after them, and the day on which the source answered.

    ``further``: nobody reached this page of the list before.
    """

    bodies: tuple[BinaryIO, ...]
    next: Checkpoint | None
    as_of: date
    further: bool


@dataclass(frozen=True, slots=True)
class Client:
    """What asks one provider for one job. ``identity`` is how we introduce ourselves."""

    http: httpx.AsyncClient
    provider: Provider
    pace: Pace
    identity: "Identity"
    retry_pause: float = 1.0

    async def fetch(self, wanted: Wanted, at: Checkpoint) -> AsyncIterator[Page]:
        """The pages from a checkpoint on.

        Raises:
            Busy, Incomplete, httpx.HTTPError, TimeoutError: it did not work, though tried again.
            Refused: there is no use in trying again.
        """
        fresh, restarts = False, 0
        while True:
            try:
                if Walk.of(at).page and not (fresh or self.provider.repeatable):
                    raise Expired("pages of this provider come only once")
                page = await self._page(wanted, at)
            except Expired as error:
                restarts += 1
                if restarts > _MOST_RESTARTS:
                    raise Incomplete(f"begun again {_MOST_RESTARTS} times: {error}") from error
                at, fresh = self._begin_again(wanted, at), True
                continue
            yield page
            if page.next is None:
                return
            at, fresh, restarts = page.next, True, 0 if page.further else restarts

    def _begin_again(self, wanted: Wanted, at: Checkpoint) -> Checkpoint:
        start = self.provider.paging.again(wanted, place_of(at))
        elsewhere = start.get("from", "") > (at.get("from") or "")
        return (Walk() if elsewhere else Walk.of(at).again()).kept(start)

    async def _page(self, wanted: Wanted, at: Checkpoint) -> Page:
        ask = self.provider.paging.ask(wanted, place_of(at))
        body, turn, as_of = await self._persist(ask, wanted, at)
        bodies = [body] if turn.has_records else []
        if turn.body is not None:
            bodies = [BytesIO(turn.body)]
        bodies += [await self._alone(lone, wanted) for lone in turn.also]
        today = datetime.now(UTC).date()
        return Page(tuple(bodies), turn.next, min(turn.as_of or as_of, today), Walk.of(at).further)

    async def _alone(self, lone: Lone, wanted: Wanted) -> BinaryIO:
        try:
            return (await self._persist(lone.ask, wanted, None))[0]
        except Refused:
            return BytesIO(lone.instead)

    async def _persist(
        self, ask: Ask, wanted: Wanted, at: Checkpoint | None
    ) -> tuple[BinaryIO, Turn, date]:
        """Ask until there is a whole answer; ``at`` is ``None`` for a record by itself."""
        continues = at is not None and Walk.of(at).page > 0
        once = continues and not self.provider.repeatable
        started = time.monotonic()
        async for attempt in stamina.retry_context(
            on=_passes,
            attempts=_TRIES,
            timeout=None,
            wait_initial=self.retry_pause,
            wait_max=self.retry_pause * 30,
            wait_jitter=self.retry_pause,
        ):
            with attempt:
                if attempt.num > 1:
                    metrics.retries.add(1, {"source": self.provider.name})
                try:
                    body, as_of = await self._once(ask, continues=continues)
                    turn = await self._turn(wanted, at, body)
                except FAULTS as error:
                    if once and _passes(error) is not False and not _unheard(error):
                        raise Expired(repr(error)) from error
                    raise
        metrics.page_seconds.record(time.monotonic() - started, {"source": self.provider.name})
        return body, turn, as_of

    async def _turn(self, wanted: Wanted, at: Checkpoint | None, body: BinaryIO) -> Turn:
        if at is None or self.provider.whole_file:
            return Turn(None)
        try:
            content = await asyncio.to_thread(body.read)
            body.seek(0)
            return await asyncio.to_thread(self._lead_on, wanted, at, content)
        except BaseException:
            body.close()
            raise

    def _lead_on(self, wanted: Wanted, at: Checkpoint, content: bytes) -> Turn:
        paging = self.provider.paging
        turn = paging.turn(wanted, place_of(at), content)
        if turn.next is None:
            return turn
        repeatable = self.provider.repeatable
        known_by = repr(paging.ask(wanted, turn.next)).encode() if repeatable else content
        walk = Walk.of(at).behind(hashlib.sha256(known_by).hexdigest())
        return replace(turn, next=walk.kept(turn.next))

    async def _once(self, ask: Ask, *, continues: bool) -> tuple[BinaryIO, date]:
        await self.pace.turn()
        params = {**ask.params, **self.identity.params(self.provider)}
        headers = {
            **self.provider.headers,
            **ask.headers,
            **self.identity.headers(self.provider),
        }
        url = self.identity.url(self.provider) + ask.path
        longest = _LONGEST_FILE if self.provider.whole_file else _LONGEST_PAGE
        async with (
            asyncio.timeout(longest),
            self.http.stream(
                "GET",
                url,
                params=params,
                headers=headers,
                follow_redirects=self.provider.name not in self.identity.keys,  # a key stays here
            ) as answer,
        ):
            await self._check(answer, continues=continues)
            return await self._receive(answer), _day_of(answer)

    async def _check(self, answer: httpx.Response, *, continues: bool) -> None:
        if answer.status_code == 200:
            return
        said = f"{answer.status_code} {answer.reason_phrase}"
        busy = {408, 425, 429, *self.provider.busy}
        if answer.status_code in busy or answer.status_code >= 500:
            seconds = retry_after(answer.headers.get("Retry-After"), datetime.now(UTC))
            if seconds:
                await self.pace.hold(seconds)
            raise Busy(said, seconds, unheard=answer.status_code == 429)
        if continues and answer.status_code in (400, 404, 410, 422):
            raise Expired(said)
        leads = answer.headers.get("Location", "").partition("?")[0]
        asked = answer.url.copy_with(query=None, userinfo=b"")
        raise Refused(f"{asked} answered {said}{leads and f': it leads to {leads}'}")

    async def _receive(self, answer: httpx.Response) -> BinaryIO:
        largest = self.provider.largest
        try:
            return await spooled(answer.aiter_bytes(), largest)
        except TooLarge:
            raise Refused(f"an answer of more than {largest:,} bytes") from None


@dataclass(frozen=True, slots=True)
class Identity:
    """How we introduce ourselves, and where providers are when not at their own address."""

    contact: str | None = None
    keys: dict[str, str] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)

    def url(self, provider: Provider) -> str:
        """The address of a provider."""
        return self.urls.get(provider.name, provider.url).rstrip("/")

    def params(self, provider: Provider) -> dict[str, str]:
        """Contact and key, where the provider takes them as parameters."""
        key = self.keys.get(provider.name)
        found = {provider.mailto: self.contact} if provider.mailto and self.contact else {}
        if key and provider.key and not provider.key.startswith("header:"):
            found[provider.key] = key
        return {name: value for name, value in found.items() if value}

    def headers(self, provider: Provider) -> dict[str, str]:
        """User-Agent and From (RFC 9110), and the key where it goes into a header."""
        contact = f" (mailto:{self.contact})" if self.contact else ""
        found = {"User-Agent": f"BZPEER/1.0{contact}"}
        if self.contact:
            found["From"] = self.contact
        key = self.keys.get(provider.name)
        if key and provider.key and provider.key.startswith("header:"):
            found[provider.key.removeprefix("header:")] = key
        return found


def retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds, a day at most, that a ``Retry-After`` asks for by number or date (RFC 9110)."""
    if not value:
        return None
    if value.strip().isdecimal():
        return min(float(value), _LONGEST_HOLD)
    try:
        seconds = (parsedate_to_datetime(value) - now).total_seconds()
        return min(max(0.0, seconds), _LONGEST_HOLD)
    except (ValueError, TypeError, OverflowError):
        return None


def _passes(error: Exception) -> bool | float:
    """Whether to try again; a pause that was asked for is kept by ``Pace``, across workers."""
    if isinstance(error, Busy):
        if error.seconds is None:
            return True
        return 0.0 if error.seconds <= LONGEST_WAIT else False
    return isinstance(error, FAULTS)


def _unheard(error: Exception) -> bool:
    """Whether the request cannot have moved the provider's list on."""
    return isinstance(error, _UNHEARD) or (isinstance(error, Busy) and error.unheard)


def _day_of(answer: httpx.Response) -> date:
    try:
        return parsedate_to_datetime(answer.headers["Date"]).date()
    except (KeyError, ValueError, TypeError, OverflowError):
        return datetime.now(UTC).date()
