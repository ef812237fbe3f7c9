"""The relay: every event reaches the broker, whatever dies in between."""

import asyncio
import signal
import subprocess
import sys
import textwrap
from collections.abc import Sequence

import pytest
from aiokafka.errors import KafkaError

from chassis import outbox
from chassis.documents import Change, Documents
from chassis.mongo import Collection, Database, Row
from chassis.outbox import Relay
from chassis.pending import Bell
from chassis.producing import Producer
from chassis.settings import Settings
from contracts.codec import decode
from contracts.events import CATALOGUE
from contracts.events.works import BlockWasChanged
from contracts.topics import topic_of_event
from tests.chassis.test_documents import count_up
from tests.support import System, eventually

KILLED_BETWEEN_PUBLISH_AND_PULL = """
    import asyncio, os, signal, sys
    from chassis.producing import Producer
    from chassis.mongo import connect
    from chassis.outbox import Relay
    from chassis.settings import Settings

    async def main():
        settings = Settings()
        database = connect(settings.mongodb_uri)[settings.namespace + "_trust"]
        producer = Producer(settings, "killed")
        await producer.start()
        relay = Relay(database, [database["scores"]], producer, settings.namespace)

        async def die(collection, rows):
            os.kill(os.getpid(), signal.SIGKILL)

        relay._pull = die
        await relay.run()

    asyncio.run(main())
"""


async def relay_all(system: System, database: Database, documents: Documents) -> None:
    """Run a relay until the outboxes are empty."""
    settings = system.settings(Settings)
    producer = Producer(settings, "test")
    await producer.start()
    relay = Relay(database, [documents.collection], producer, system.namespace)
    task = asyncio.create_task(relay.run())
    try:
        await eventually(
            lambda: documents.collection.count_documents({"pending": {"$exists": True}}),
            lambda left: left == 0,
        )
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await producer.stop()


async def positions(system: System) -> dict[str, list[int]]:
    """Per subject, the positions on the topic, in their order."""
    found: dict[str, list[int]] = {}
    for record in await system.messages("trust.score"):
        event = decode(record.value or b"", CATALOGUE)
        assert record.key == event.subject.encode()
        found.setdefault(event.subject, []).append(event.position)
    return found


async def test_everything_is_published_in_the_order_of_each_subject(system: System) -> None:
    async with system.database("trust") as database:
        documents = Documents(database["scores"], topic_of_event())
        await documents.prepare()
        for _ in range(3):
            await documents.update_many({f"A{n}": count_up for n in range(200)})
        await relay_all(system, database, documents)
        row = await database["scores"].find_one({"_id": "A7"})
    assert row is not None
    assert row["outbox"] == []
    assert "pending" not in row
    assert await positions(system) == {f"A{n}": [1, 2, 3] for n in range(200)}


async def test_what_is_told_about_others_is_published_under_the_key_of_each(
    system: System,
) -> None:
    change = Change({}, ((BlockWasChanged(work_id="W1"), ("lovelace a", "李 l")),), {"records": 1})
    async with system.database("works") as database:
        documents = Documents(database["works"], topic_of_event())
        await documents.prepare()
        await documents.update("W1", lambda _: change)
        await relay_all(system, database, documents)
        row = await database["works"].find_one({"_id": "W1"})
    assert row is not None
    assert row["outbox"] == []
    found = {}
    for record in await system.messages("works.block"):
        event = decode(record.value or b"", CATALOGUE)
        assert record.key == event.subject.encode()
        found[event.subject] = event.data
    assert found == dict.fromkeys(("lovelace a", "李 l"), BlockWasChanged(work_id="W1"))


class Slow(Relay):
    """Between publishing and pulling, somebody changes the first document again."""

    def __init__(self, system: System, database: Database, producer: Producer) -> None:
        self.documents = Documents(database["scores"], topic_of_event())
        super().__init__(database, [self.documents.collection], producer, system.namespace)
        self.changed = False

    async def _pull(self, collection: Collection, rows: Sequence[Row]) -> None:
        if not self.changed:
            self.changed = True
            await self.documents.update(rows[0]["_id"], count_up)
        await super()._pull(collection, rows)


async def test_what_comes_while_a_batch_is_published_is_published_next(system: System) -> None:
    producer = Producer(system.settings(Settings), "test")
    await producer.start()
    async with system.database("trust") as database:
        relay = Slow(system, database, producer)
        await relay.documents.prepare()
        await relay.documents.update_many({f"A{n}": count_up for n in range(20)})
        task = asyncio.create_task(relay.run())
        pending = {"pending": {"$exists": True}}
        await eventually(
            lambda: relay.documents.collection.count_documents(pending),
            lambda left: relay.changed and left == 0,
        )
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        left = await database["scores"].count_documents({"outbox": {"$ne": []}})
    await producer.stop()
    assert left == 0
    assert sorted((await positions(system)).values()) == [*([[1]] * 19), [1, 2]]


async def test_a_refused_message_does_not_keep_later_ones_from_the_broker(system: System) -> None:
    """It has a number of its partition: the broker accepts no later number of that producer."""
    topic = f"{system.namespace}.trust.score"
    producer = Producer(system.settings(Settings), "test")
    await producer.start()
    async with system.database("trust") as database:
        documents = Documents(database["scores"], topic_of_event())
        await documents.prepare()
        relay = Relay(database, [documents.collection], producer, system.namespace)
        task = asyncio.create_task(relay.run())
        await documents.update_many({f"A{n}": count_up for n in range(20)})
        await eventually(lambda: positions(system), lambda found: len(found) == 20)
        for partition in range(4):
            with pytest.raises(KafkaError):  # the topic is compacted, and this has no key
                await producer._current.send_and_wait(topic, b"refused", partition=partition)
        await documents.update_many({f"A{n}": count_up for n in range(20)})
        await eventually(
            lambda: positions(system),
            lambda found: [sorted(set(each)) for each in found.values()] == [[1, 2]] * 20,
        )
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await producer.stop()


async def test_a_relay_killed_between_publish_and_pull_loses_nothing(system: System) -> None:
    async with system.database("trust") as database:
        documents = Documents(database["scores"], topic_of_event())
        await documents.prepare()
        await documents.update_many({f"A{n}": count_up for n in range(20)})
        killed = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", textwrap.dedent(KILLED_BETWEEN_PUBLISH_AND_PULL)],
            env={
                "PYTHONPATH": ".",
                "NAMESPACE": system.namespace,
                "MONGODB_URI": system.servers.mongodb_uri,
                "KAFKA_BOOTSTRAP_SERVERS": system.servers.kafka_bootstrap,
            },
            timeout=60,
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL
        assert await positions(system)
        assert await database["scores"].count_documents({"pending": {"$exists": True}}) == 20
        await relay_all(system, database, documents)
    after = await positions(system)
    assert {subject: set(found) for subject, found in after.items()} == {
        f"A{n}": {1} for n in range(20)
    }
    assert all(len(found) <= 2 for found in after.values())


async def test_an_event_put_in_while_others_are_pulled_stays(system: System) -> None:
    async with system.database("trust") as database:
        documents = Documents(database["scores"], topic_of_event())
        await documents.prepare()
        writer = asyncio.create_task(_write_often(documents))
        await relay_all(system, database, documents)
        await writer
        await relay_all(system, database, documents)
    found = (await positions(system))["A1"]
    assert sorted(set(found)) == list(range(1, 101))
    assert found == sorted(found)


async def _write_often(documents: Documents) -> None:
    for _ in range(100):
        await documents.update("A1", count_up)


async def test_a_relay_that_is_alone_hears_of_each_write_without_looking(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with system.database("trust") as database:
        bell = Bell()
        documents = Documents(database["scores"], topic_of_event(), bell)
        await documents.prepare()
        producer = Producer(system.settings(Settings), "test")
        await producer.start()
        relay = Relay(database, [documents.collection], producer, system.namespace, bell)
        task = asyncio.create_task(relay.run())
        try:
            for _ in range(4):  # the first may come before the leases are held
                await documents.update("A1", count_up)
                await eventually(
                    lambda: documents.collection.count_documents({"pending": {"$exists": True}}),
                    lambda left: left == 0,
                )
                monkeypatch.setattr(outbox, "_SCAN_SECONDS", 300.0)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await producer.stop()
    assert (await positions(system))["A1"] == [1, 2, 3, 4]
