"""Dead letters: read, shown, and sent again to the topic they came from."""

import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from contracts.topics import load_topics
from deploy.local.errors import NotRunning, StackError
from deploy.local.settings import StackSettings
from deploy.local.topics import LARGEST_MESSAGE


@dataclass(frozen=True)
class DeadLetter:
    """One unresolved dead letter, with the label that the consumer gave it."""

    id: str
    dead_letter_topic: str
    body: bytes
    label: Mapping[str, str] = field(default_factory=dict)

    @property
    def topic(self) -> str:
        """The original topic's name in Kafka."""
        return self.label.get("topic") or self.dead_letter_topic.removesuffix(".dead-letter")

    @property
    def key(self) -> bytes | None:
        """The original key; None when the message had none."""
        return base64.b64decode(self.label.get("key", "")) or None


async def unresolved(bootstrap_servers: str, settings: StackSettings) -> list[DeadLetter]:
    """Every dead letter that was not sent again yet, oldest first."""
    names = {settings.topic(topic.dead_letter) for topic in load_topics().values()}
    found: dict[str, DeadLetter] = {}
    async with _reader(bootstrap_servers) as (admin, reader):
        partitions = [
            TopicPartition(topic["topic"], partition["partition"])
            for topic in await admin.describe_topics()
            for partition in topic["partitions"]
            if topic["topic"] in names
        ]
        if not partitions:
            return []
        ends = await reader.end_offsets(partitions)
        reader.assign(partitions)
        await reader.seek_to_beginning(*partitions)
        behind = {partition for partition, end in ends.items() if end > 0}
        while behind:
            for batch in (await reader.getmany(*behind, timeout_ms=200)).values():
                for record in batch:
                    letter_id = (record.key or b"").decode(errors="replace")
                    found.pop(letter_id, None)
                    if record.value is not None:
                        label = {k: v.decode(errors="replace") for k, v in record.headers}
                        letter = DeadLetter(letter_id, record.topic, record.value, label)
                        found[letter_id] = letter
            behind = {p for p in behind if await reader.position(p) < ends[p]}
    return sorted(found.values(), key=lambda letter: letter.label.get("failed_at", ""))


def count_by_service(letters: Sequence[DeadLetter], settings: StackSettings) -> dict[str, int]:
    """How many unresolved dead letters each service left."""
    counts: dict[str, int] = {}
    for letter in letters:
        service = letter.label.get("group", "").removeprefix(f"{settings.namespace}.")
        counts[service] = counts.get(service, 0) + 1
    return counts


def pick(letters: Sequence[DeadLetter], letter_ids: Sequence[str]) -> list[DeadLetter]:
    """The letters with these ids, in their order; StackError names the first unknown one."""
    by_id = {letter.id: letter for letter in letters}
    for letter_id in letter_ids:
        if letter_id not in by_id:
            raise StackError(
                f"no unresolved dead letter {letter_id}; see `bzpeer dead-letters list`."
            )
    return [by_id[letter_id] for letter_id in letter_ids]


async def redrive(
    bootstrap_servers: str, letters: Sequence[DeadLetter], body: bytes | None = None
) -> None:
    """Send each to its original topic, with `body` in place of its own bytes when given.

    Only once the broker has it is the letter replaced by a tombstone: a crash in between sends it
    twice, which consumers tolerate, and loses nothing.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers,
        acks="all",
        enable_idempotence=True,
        max_request_size=LARGEST_MESSAGE,
    )
    try:
        await producer.start()
        for letter in letters:
            bytes_again = letter.body if body is None else body
            await producer.send_and_wait(letter.topic, bytes_again, key=letter.key)
            await producer.send_and_wait(letter.dead_letter_topic, None, key=letter.id.encode())
    except (KafkaError, OSError) as error:
        raise NotRunning(f"Kafka ({bootstrap_servers})") from error
    finally:
        await producer.stop()


@asynccontextmanager
async def _reader(
    bootstrap_servers: str,
) -> AsyncIterator["tuple[AIOKafkaAdminClient, AIOKafkaConsumer[bytes, bytes]]"]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    reader = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    try:
        await admin.start()
        await reader.start()
        yield admin, reader
    except (KafkaError, OSError) as error:
        raise NotRunning(f"Kafka ({bootstrap_servers})") from error
    finally:
        await reader.stop()
        await admin.close()
