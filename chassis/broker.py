"""What a service reads: the FastStream broker with our defaults."""

import asyncio
import logging
import math
import time
from collections.abc import Sequence
from itertools import chain
from typing import Any, cast

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import ConsumerStoppedError, KafkaError
from faststream import AckPolicy
from faststream.exceptions import NackMessage
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import KafkaAckableMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber

from chassis.inbox import Flooded, Inbox
from chassis.settings import Settings

_log = structlog.get_logger(__name__)
_LONGEST_BATCH_SECONDS = 600.0
"""Who handles one for longer is no member of the group any more, and could not commit it."""
_STANDSTILL_SECONDS = 60.0
_FLOOD_PAUSE_SECONDS = 5.0
_POLL_MS = 1000
_GATHER_MS = 200
_GATHER_BYTES = 64 * 1024
_PACE_SECONDS = 0.05
_MANY = 50
_LOOK_SECONDS = 5.0
_SILENCE_SECONDS = 30.0
_LONGEST_START_SECONDS = 60.0


class _Prompt(BatchSubscriber):
    """Listens all the time: FastStream's own sleeps after each poll that found nothing.

    An event that came meanwhile would wait, and a poll that lasts ends with the first event.
    ``answered_at`` is when a poll ended last.
    """

    answered_at = -math.inf

    async def get_msg(self, consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord[Any, Any], ...]:
        batches = await consumer.getmany(timeout_ms=_POLL_MS, max_records=self.max_records)
        self.answered_at = time.monotonic()
        return tuple(chain.from_iterable(batches.values()))


class _Batch(KafkaAckableMessage):
    """Comes again when it could not be committed: FastStream would only log that.

    Otherwise, all of it handled, the group would seem behind until the next message.
    """

    async def ack(self) -> None:
        try:
            await super().ack()
        except KafkaError:
            await self.nack()
            raise


class Subscription:
    """What a service reads: one consumer in the service's group for all of its topics.

    ``at_once``: somebody waits for each event. Otherwise the broker lets events gather for up to a
    fifth of a second, so that many of them cost as few round trips as one.

    A consumer that has gone silent, in whatever way, is replaced by a new one.
    """

    def __init__(
        self,
        settings: Settings,
        group: str,
        topics: Sequence[str],
        inbox: Inbox,
        *,
        at_once: bool = False,
    ) -> None:
        self._inbox = inbox
        self._prefix = f"{settings.namespace}."
        self._bootstrap_servers = settings.kafka_bootstrap_servers
        self._broker = KafkaBroker(
            self._bootstrap_servers,
            client_id=group,
            consumer_only=True,
            allow_auto_create_topics=False,
            apply_types=False,
            logger=_quiet(),
            log_level=logging.DEBUG,
        )
        subscriber = self._broker.subscriber(
            *(f"{self._prefix}{topic}" for topic in topics),
            batch=True,
            max_records=settings.batch_size,
            fetch_min_bytes=1 if at_once else _GATHER_BYTES,
            fetch_max_wait_ms=_POLL_MS // 2 if at_once else _GATHER_MS,
            max_partition_fetch_bytes=4 * 1024 * 1024,
            group_id=group,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
            session_timeout_ms=10_000,
            max_poll_interval_ms=int(_LONGEST_BATCH_SECONDS * 1000),
            parser=self._parse,
            decoder=_records_of,
        )
        subscriber.__class__ = _Prompt
        self._subscriber = cast(_Prompt, subscriber)
        self._subscriber(self._handle)
        self._at_work_until = -math.inf
        self._silent_for = 0.0
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Join the group and begin."""
        await self._broker.start()
        self._watch = asyncio.create_task(self._replace_when_silent())

    async def stop(self) -> None:
        """Leave the group; an unfinished batch is not committed."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])
        await self._broker.stop()

    async def lag(self) -> dict[str, int]:
        """Messages not yet handled, per topic, of the partitions assigned to this copy."""
        lag: dict[str, int] = {}
        for partition in self._assignment():
            behind = await self._behind(partition)
            topic = partition.topic.removeprefix(self._prefix)
            lag[topic] = lag.get(topic, 0) + behind
        if not any(lag.values()):
            self._inbox.moved_at = time.monotonic()  # nothing waits, so nothing stands still
        return lag

    async def trouble(self) -> str | None:
        """Why consumption does not move, or ``None`` while it does."""
        if self._inbox.flooded:
            return "too many dead letters: consumption stopped"
        if self._consumer is None:
            return "not connected to the broker"
        if self._silent_for >= _SILENCE_SECONDS:
            return "the consumer is silent, and no new one can begin"
        still_for = time.monotonic() - self._inbox.moved_at
        if still_for > _STANDSTILL_SECONDS and any((await self.lag()).values()):
            return f"messages wait, none handled for {still_for:.0f} s"
        return None

    @property
    def _consumer(self) -> AIOKafkaConsumer | None:
        consumer: AIOKafkaConsumer | None = self._subscriber.consumer
        return consumer

    def _assignment(self) -> list[TopicPartition]:
        return [] if self._consumer is None else list(self._consumer.assignment())

    async def _behind(self, partition: TopicPartition) -> int:
        consumer = self._consumer
        end = consumer.highwater(partition) if consumer is not None else None
        if consumer is None or end is None:
            return 0
        async with asyncio.timeout(1):
            position: int = await consumer.position(partition)
            return max(0, int(end) - position)

    async def _replace_when_silent(self) -> None:
        """What the client library does not recover from by itself would last until a restart."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            well = self._listens() or not await self._broker_answers()
            self._silent_for = 0.0 if well else self._silent_for + _LOOK_SECONDS
            if self._silent_for < _SILENCE_SECONDS:
                continue
            _log.warning("the consumer is silent, a new one begins")
            replacing = asyncio.wait_for(self._replace(), _LONGEST_START_SECONDS)
            (error,) = await asyncio.gather(replacing, return_exceptions=True)
            if error is None:
                self._silent_for = 0.0
            else:
                _log.warning("it could not begin, it is tried again", error=repr(error))

    async def _broker_answers(self) -> bool:
        """Whether it is not the broker that is silent: a consumer waits for that by itself."""
        client = AIOKafkaClient(bootstrap_servers=self._bootstrap_servers)
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await client.bootstrap()
        except (KafkaError, TimeoutError):
            return False
        finally:
            await client.close()
        return True

    def _listens(self) -> bool:
        """Whether a batch was at work a moment ago, or else each partition was asked for."""
        now, consumer = time.monotonic(), self._consumer
        if now - self._at_work_until < _LOOK_SECONDS:
            return True
        if consumer is None or now - self._subscriber.answered_at > _LOOK_SECONDS:
            return False
        recent = (time.time() - _LOOK_SECONDS) * 1000
        polled = (consumer.last_poll_timestamp(each) or 0 for each in consumer.assignment())
        return all(at > recent for at in polled)

    async def _replace(self) -> None:
        for task in self._subscriber.tasks:  # nothing is being handled that could be waited for
            task.cancel()
        await self._subscriber.stop()
        await self._subscriber.start()

    async def _parse(self, records: tuple[ConsumerRecord[Any, Any], ...]) -> KafkaMessage:
        """Take the records as they are: headers of strangers need not be text."""
        consumer = self._consumer
        if consumer is None:
            raise ConsumerStoppedError
        return _Batch(raw_message=records, body=list(records), consumer=consumer)

    async def _handle(self, records: Sequence[ConsumerRecord[Any, Any]]) -> None:
        begun = time.monotonic()
        self._at_work_until = math.inf
        try:
            async with asyncio.timeout(_LONGEST_BATCH_SECONDS):
                await self._inbox.handle(records)
        except Flooded as error:
            _log.error("flood of dead letters", error=str(error))
            await asyncio.sleep(_FLOOD_PAUSE_SECONDS)
            raise NackMessage from error
        except Exception as error:
            _log.error("batch not handled, it comes again", error=repr(error))
            raise NackMessage from error
        finally:
            self._at_work_until = time.monotonic()
        if len(records) < _MANY:  # what follows at once gathers, and is handled for one effort
            await asyncio.sleep(begun + _PACE_SECONDS - time.monotonic())


async def _records_of(message: KafkaMessage) -> Sequence[ConsumerRecord[Any, Any]]:
    records: Sequence[ConsumerRecord[Any, Any]] = message.body
    return records


def _quiet() -> logging.Logger:
    """FastStream's own log: errors only, in our format."""
    logger = logging.getLogger("chassis.faststream")
    logger.setLevel(logging.ERROR)
    return logger
