"""Takes batches of messages from the broker to a service's handlers.

Sorts failures: bytes that cannot be decoded and events that break their handler are dead letters at
once; a fault that passes by itself is waited out with growing pauses; a flood of dead letters stops
consumption. Nothing is committed before it is handled or buried.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Protocol

import structlog
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from chassis import telemetry
from chassis.documents import Contended
from chassis.mongo import is_transient
from contracts.codec import Catalogue, Undecodable, decode
from contracts.envelope import Event, Payload

_log = structlog.get_logger(__name__)
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 10.0
_PATIENCE_SECONDS = 120.0

Events = Sequence[Event[Any]]
Handler = Callable[[Events], Awaitable[None]]
"""Applies the events of its topics, each topic's in their order; again must change nothing.

Topics that have the same handler are handled together.
"""
Read = tuple[ConsumerRecord[Any, Any], Event[Payload]]


def newest(events: Events, *kinds: type[Payload]) -> dict[str, Event[Any]]:
    """Per subject the event with the highest position, among those of some kinds."""
    found: dict[str, Event[Any]] = {}
    for event in events:
        held = found.get(event.subject)
        if isinstance(event.data, kinds) and (held is None or event.position > held.position):
            found[event.subject] = event
    return found


class Cemetery(Protocol):
    """Where messages go that cannot be handled."""

    @property
    def flooded(self) -> bool:
        """Whether so many came lately that something is wrong with more than the messages."""

    async def bury(
        self, record: ConsumerRecord[Any, Any], reason: str, error: BaseException, handler: str
    ) -> None:
        """Keep one message, labelled."""


class Flooded(RuntimeError):
    """So many dead letters that something is wrong with more than the messages."""


class Inbox:
    """The handlers of one service, by topic."""

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        catalogue: Catalogue,
        dead_letters: Cemetery,
        *,
        namespace: str,
        group: str,
    ) -> None:
        self._handlers = handlers
        self._catalogue = catalogue
        self._dead_letters = dead_letters
        self._prefix = f"{namespace}."
        self._group = group
        self.moved_at = time.monotonic()

    @property
    def flooded(self) -> bool:
        """Whether consumption has stopped because of a flood of dead letters."""
        return self._dead_letters.flooded

    async def handle(self, records: Sequence[ConsumerRecord[Any, Any]]) -> None:
        """Handle a batch, of any topics; its topics in the order in which the handlers stand.

        Raises:
            Flooded: too many dead letters; the rest of the batch was not handled.
            Exception: a fault that passes by itself did not within two minutes.
        """
        if self.flooded:
            raise Flooded(f"dead letters of {self._group}: consumption has stopped")
        by_handler: dict[Handler, list[Read]] = defaultdict(list)
        for record in records:
            event = await self._read(record)
            if event is not None:
                by_handler[self._handlers[self._topic(record)]].append((record, event))
        for handler in dict.fromkeys(self._handlers.values()):
            if read := by_handler.get(handler):
                await self._handle(handler, read)
        self.moved_at = time.monotonic()

    async def _read(self, record: ConsumerRecord[Any, Any]) -> Event[Payload] | None:
        try:
            return decode(record.value or b"", self._catalogue)
        except Undecodable as error:
            await self._bury(record, "undecodable", error)
            return None

    async def _handle(self, handler: Handler, read: Sequence[Read]) -> None:
        try:
            await self._run(handler, read)
        except Exception as error:
            if _passes(error):
                raise
            if len(read) == 1:
                await self._bury(read[0][0], "handler failed", error)
                return
            middle = len(read) // 2
            await self._handle(handler, read[:middle])
            await self._handle(handler, read[middle:])

    async def _run(self, handler: Handler, read: Sequence[Read]) -> None:
        by_topic: dict[str, list[Event[Any]]] = defaultdict(list)
        for record, event in read:
            by_topic[self._topic(record)].append(event)
        with ExitStack() as measured:
            traced: list[Event[Any]] = []
            for topic, events in by_topic.items():
                traced += measured.enter_context(telemetry.processing(topic, self._group, events))
            await _patiently(lambda: handler(traced))

    def _topic(self, record: ConsumerRecord[Any, Any]) -> str:
        topic: str = record.topic
        return topic.removeprefix(self._prefix)

    async def _bury(
        self, record: ConsumerRecord[Any, Any], reason: str, error: BaseException
    ) -> None:
        if self.flooded:
            raise Flooded(f"dead letters of {self._group}: consumption stops")
        handler = f"{self._group}:{self._topic(record)}"
        await _patiently(lambda: self._dead_letters.bury(record, reason, error, handler))


def _passes(error: BaseException) -> bool:
    return isinstance(error, KafkaError | Contended | Flooded | TimeoutError) or is_transient(error)


async def _patiently(call: Callable[[], Awaitable[None]]) -> None:
    """Call again, with growing pauses, while the fault is one that passes by itself."""
    pause = _FIRST_PAUSE
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return await call()
        except Exception as error:
            if not _passes(error) or time.monotonic() > give_up:
                raise
            _log.warning("waiting for a fault to pass", error=repr(error), seconds=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
