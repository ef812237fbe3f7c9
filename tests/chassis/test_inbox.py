"""Failures are sorted: bad messages are buried, faults that pass waited out, floods stop."""

import asyncio
import base64
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from fastapi import FastAPI
from pymongo.errors import AutoReconnect

from chassis.inbox import Events, Handler, Inbox
from contracts.events import CATALOGUE
from tests.chassis.test_documents import scored
from tests.support import System, client, event, eventually, started

Letters = list[ConsumerRecord[bytes, bytes]]


class Reader:
    """A service with one handler, which remembers the scores it was given."""

    def __init__(self, system: System, handler: Handler | None = None, **more: int) -> None:
        self.scores: list[int] = []
        service = system.service("gateway", **more)
        handlers: Mapping[str, Handler] = {"trust.score": handler or self.remember}
        service.consumes(handlers)
        self.app: FastAPI = service.app("A reader for tests.")

    async def remember(self, events: Events) -> None:
        self.scores += [e.data.score for e in events]

    def running(self) -> AbstractAsyncContextManager[FastAPI]:
        return started(self.app)


def body(score: int) -> bytes:
    return event(scored(score), f"A{score}", 1)


class Nobody:
    """Buries nothing."""

    flooded = False

    async def bury(
        self, record: ConsumerRecord[Any, Any], reason: str, error: BaseException, handler: str
    ) -> None:
        raise AssertionError(reason) from error


def record(topic: str, position: int) -> ConsumerRecord[Any, Any]:
    data = event(scored(1), "A1", position)
    return ConsumerRecord(f"here.{topic}", 0, position, 0, 0, b"A1", data, None, 2, len(data), ())


async def letters(system: System) -> Letters:
    return await system.messages("trust.score.dead-letter")


@pytest.mark.parametrize(
    "junk",
    [
        b"\xff\xfe junk",
        b"",
        b"[]",
        b'{"type": "bzpeer.trust.NobodyKnows.v1"}',
        b'{"specversion": "1.0", "type": "bzpeer.trust.TrustWasScored.v1", "data": {}}',
    ],
)
async def test_bytes_nobody_can_decode_are_buried_and_the_partition_moves_on(
    system: System, junk: bytes
) -> None:
    reader = Reader(system)
    await system.publish("trust.score", [("k", body(1)), ("k", junk), ("k", body(2))])
    async with reader.running():
        await eventually(lambda: _now(reader.scores), lambda scores: scores == [1, 2])
        found = await eventually(lambda: letters(system), bool)
    assert len(found) == 1
    labels = {name: value.decode() for name, value in found[0].headers}
    assert (found[0].value or b"") == junk
    assert labels["reason"] == "undecodable"
    assert labels["topic"] == f"{system.namespace}.trust.score"
    assert labels["group"] == f"{system.namespace}.gateway"
    assert labels["offset"] == "1"
    assert labels["handler"].endswith(":trust.score")
    assert base64.b64decode(labels["key"]) == b"k"
    assert "Undecodable" in labels["stack"]


async def test_topics_are_handled_in_the_order_of_their_handlers() -> None:
    handled: list[str] = []

    def remember(topic: str) -> Handler:
        async def handler(events: Events) -> None:
            handled.extend(f"{topic} {event.position}" for event in events)

        return handler

    topics = ("works.work", "trust.score", "works.author")
    handlers = {topic: remember(topic) for topic in topics}
    inbox = Inbox(handlers, CATALOGUE, Nobody(), namespace="here", group="readers")
    await inbox.handle([record(topic, n) for n in (1, 2) for topic in reversed(topics)])
    assert handled == [f"{topic} {n}" for topic in topics for n in (1, 2)]


async def test_an_event_that_breaks_its_handler_is_buried_alone(system: System) -> None:
    handled: list[int] = []

    async def breaks_at_three(events: Events) -> None:
        if any(e.data.score == 3 for e in events):
            raise ValueError("three is too much")
        handled.extend(e.data.score for e in events)

    await system.publish("trust.score", [("k", body(n)) for n in range(8)])
    async with Reader(system, breaks_at_three).running():
        await eventually(lambda: _now(handled), lambda h: sorted(h) == [0, 1, 2, 4, 5, 6, 7])
        found = await eventually(lambda: letters(system), bool)
    labels = {name: value.decode() for name, value in found[0].headers}
    assert len(found) == 1
    assert labels["reason"] == "handler failed"
    assert labels["error"] == "three is too much"


async def test_a_fault_that_passes_is_waited_out(system: System) -> None:
    faults = [AutoReconnect("away"), AutoReconnect("still away"), TimeoutError("slow")]
    handled: list[int] = []

    async def handler(events: Events) -> None:
        if faults:
            raise faults.pop()
        handled.extend(e.data.score for e in events)

    await system.publish("trust.score", [("k", body(n)) for n in range(3)])
    async with Reader(system, handler).running():
        await eventually(lambda: _now(handled), lambda h: h == [0, 1, 2])
    assert await letters(system) == []


async def test_a_flood_of_dead_letters_stops_the_reader_and_turns_its_health_red(
    system: System,
) -> None:
    reader = Reader(system, dead_letter_limit=5)
    await system.publish("trust.score", [("k", b"junk")] * 20 + [("k", body(1))])
    async with reader.running() as app, client(app) as http:
        response = await eventually(
            lambda: http.get("/health/ready"), lambda answer: answer.status_code == 503
        )
        await asyncio.sleep(1)
        assert reader.scores == []
        assert "dead letters" in response.text
        assert len(await letters(system)) <= 6


async def test_redelivery_after_a_flood_writes_no_dead_letter_under_another_key(
    system: System,
) -> None:
    await system.publish("trust.score", [("k", b"junk")] * 20)
    async with Reader(system, dead_letter_limit=5).running():
        await eventually(lambda: letters(system), lambda found: len(found) == 6)
    async with Reader(system, dead_letter_limit=50).running():
        found = await eventually(
            lambda: letters(system), lambda found: len({r.key for r in found}) == 20
        )
    assert len({record.key for record in found}) == 20


async def test_headers_of_strangers_need_not_be_text(system: System) -> None:
    reader = Reader(system)
    from aiokafka import AIOKafkaProducer

    producer = AIOKafkaProducer(bootstrap_servers=system.servers.kafka_bootstrap)
    await producer.start()
    topic = f"{system.namespace}.trust.score"
    await producer.send_and_wait(topic, body(1), b"k", headers=[("h", b"\xff\xfe")])
    await producer.stop()
    async with reader.running():
        await eventually(lambda: _now(reader.scores), lambda scores: scores == [1])


async def _now(value: list[int]) -> list[int]:
    return value
