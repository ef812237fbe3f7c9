"""The producer that everything of a service shares, and that outlives a spoilt numbering.

The broker tells repeats by the number that a producer gives to each message of a partition. After a
message that was refused, or was lost with the broker's machine, it expects another number than the
next one, and refuses all that follows: only a new producer, which counts anew, is heard again.
"""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from chassis.settings import Settings

_log = structlog.get_logger(__name__)
_LARGEST_MESSAGE = 8 * 1024 * 1024
_LONGEST_STOP_SECONDS = 10.0


class Message(NamedTuple):
    """What is put on a topic."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]] | None = None


def make_producer(settings: Settings, client_id: str) -> AIOKafkaProducer:
    """Idempotent, waiting for all in-sync replicas; not started."""
    return AIOKafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        linger_ms=2,
        max_batch_size=256 * 1024,
        max_request_size=_LARGEST_MESSAGE,
        request_timeout_ms=30_000,
    )


class Producer:
    """One producer at a time; a new one after an error that does not pass by itself."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        self._make = partial(make_producer, settings, client_id)
        self._current = self._make()
        self._spoilt = False
        self._replacing = asyncio.Lock()

    async def start(self) -> None:
        """Connect to the broker."""
        await self._current.start()

    async def stop(self) -> None:
        """Send what is left, and disconnect."""
        await self._current.stop()

    async def publish(self, messages: Iterable[Message]) -> None:
        """Put all on their topics, and wait until the broker has them.

        Raises:
            KafkaError: it does not have all of them; publishing them again does no harm.
        """
        if self._spoilt:
            await self._replace()
        producer = self._current
        try:
            waiting = [
                await producer.send(one.topic, one.value, key=one.key, headers=one.headers)
                for one in messages
            ]
            for acknowledged in waiting:
                await acknowledged
        except KafkaError as error:
            if producer is self._current and not error.retriable:
                self._spoilt = True
            raise

    async def _replace(self) -> None:
        async with self._replacing:
            if not self._spoilt:
                return
            fresh = self._make()
            try:
                await fresh.start()
            except KafkaError:
                await fresh.stop()
                raise
            spoilt, self._current, self._spoilt = self._current, fresh, False
            _log.warning("a new producer begins: the broker refused what the last one sent")
            try:
                async with asyncio.timeout(_LONGEST_STOP_SECONDS):
                    await spoilt.stop()
            except (KafkaError, TimeoutError) as error:
                _log.warning("the last producer did not end well", error=repr(error))
