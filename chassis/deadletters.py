"""Where a message goes that cannot be handled: unchanged, with a label, to a topic of its own.

The key of a dead letter names the original place and the reader, so that the same message dead
twice is one entry; a redriven one is replaced by a tombstone.
"""

import base64
import time
import traceback
from datetime import UTC, datetime
from typing import Any

import structlog
from aiokafka import ConsumerRecord

from chassis import telemetry
from chassis.producing import Message, Producer

_log = structlog.get_logger(__name__)
_WINDOW_SECONDS = 60.0
_LONGEST_LABEL = 8_000


class DeadLetters:
    """Writes dead letters of one consumer group and notices a flood of them."""

    def __init__(
        self, producer: Producer, namespace: str, group: str, most_per_minute: int
    ) -> None:
        self._producer = producer
        self._prefix = f"{namespace}."
        self._group = group
        self._most = most_per_minute
        self._recent: list[float] = []
        self._flooded = False

    @property
    def flooded(self) -> bool:
        """Whether more messages died within a minute than can be an accident.

        It stays so until the service is started again: somebody has to look first.
        """
        return self._flooded

    async def bury(
        self, record: ConsumerRecord[Any, Any], reason: str, error: BaseException, handler: str
    ) -> None:
        """Write one dead letter and wait until the broker has it."""
        letter_id = f"{record.topic}/{record.partition}/{record.offset}/{self._group}"
        stack = "".join(traceback.format_exception(error))
        labels = {
            "reason": reason,
            "error": str(error)[:_LONGEST_LABEL],
            "stack": stack[-_LONGEST_LABEL:],
            "topic": record.topic,
            "partition": str(record.partition),
            "offset": str(record.offset),
            "key": base64.b64encode(record.key or b"").decode(),
            "group": self._group,
            "handler": handler,
            "failed_at": datetime.now(UTC).isoformat(),
        }
        letter = Message(
            f"{self._prefix}{record.topic.removeprefix(self._prefix)}.dead-letter",
            letter_id.encode(),
            record.value or b"",
            [(name, value.encode()) for name, value in labels.items()],
        )
        await self._producer.publish([letter])
        now = time.monotonic()
        self._recent = [moment for moment in self._recent if moment > now - _WINDOW_SECONDS]
        self._recent.append(now)
        self._flooded = self._flooded or len(self._recent) > self._most
        telemetry.dead_letters.add(1, {"messaging.destination.name": handler.partition(":")[2]})
        _log.error("message is dead", dead_letter=letter_id, reason=reason, error=labels["error"])
