"""A consumer that has gone silent is replaced, one that listens or is at work is not."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import UnknownError

from chassis import broker
from chassis.broker import Subscription
from chassis.inbox import Events, Handler, Inbox
from chassis.settings import Settings
from contracts.events import CATALOGUE
from tests.chassis.test_inbox import Nobody, body
from tests.support import System, eventually

TOPIC = "trust.score"


class Listener:
    """A group with one consumer, which remembers the scores that it was given."""

    def __init__(self, system: System, group: str, handler: Handler | None = None) -> None:
        self.scores: list[int] = []
        inbox = Inbox(
            {TOPIC: handler or self.remember},
            CATALOGUE,
            Nobody(),
            namespace=system.namespace,
            group=group,
        )
        self.subscription = Subscription(
            system.settings(Settings), f"{system.namespace}.{group}", [TOPIC], inbox, at_once=True
        )

    async def remember(self, events: Events) -> None:
        self.scores += [event.data.score for event in events]

    async def given(self) -> set[int]:
        return set(self.scores)

    @property
    def consumer(self) -> AIOKafkaConsumer:
        found = self.subscription._consumer
        assert found is not None
        return found

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Listener"]:
        await self.subscription.start()
        try:
            yield self
        finally:
            await self.subscription.stop()


def _fetches_no_more(listener: Listener) -> None:
    listener.consumer._fetcher._fetch_task.cancel()


def _is_no_member_any_more(listener: Listener) -> None:
    listener.consumer._coordinator._coordination_task.cancel()


def _polls_no_more(listener: Listener) -> None:
    for task in listener.subscription._subscriber.tasks:
        task.cancel()


def _commits_forever(listener: Listener) -> None:
    listener.consumer.commit = asyncio.Event().wait


async def test_a_consumer_that_has_gone_silent_is_replaced(system: System, hasty: None) -> None:
    faults = (_fetches_no_more, _is_no_member_any_more, _polls_no_more, _commits_forever)
    listeners = [Listener(system, fault.__name__) for fault in faults]
    async with AsyncExitStack() as running:
        for listener in listeners:
            await running.enter_async_context(listener.running())
        await system.publish(TOPIC, [("k", body(1))])
        await _all_heard(listeners, 1)
        silent = [listener.consumer for listener in listeners]
        for fault, listener in zip(faults, listeners, strict=True):
            fault(listener)
        await asyncio.sleep(1)
        await system.publish(TOPIC, [("k", body(2)), ("l", body(3))])
        await _all_heard(listeners, 1, 2, 3)
        await system.publish(TOPIC, [("k", body(4))])
        await _all_heard(listeners, 1, 2, 3, 4)
        for listener, consumer in zip(listeners, silent, strict=True):
            assert listener.consumer is not consumer


async def test_a_consumer_that_hears_nothing_or_is_at_work_stays(
    system: System, hasty: None
) -> None:
    async def slowly(events: Events) -> None:
        await asyncio.sleep(4)
        done.set()

    done = asyncio.Event()
    async with (
        Listener(system, "idle").running() as idle,
        Listener(system, "at-work", slowly).running() as at_work,
    ):
        first = idle.consumer, at_work.consumer
        await system.publish(TOPIC, [("k", body(1))])
        async with asyncio.timeout(30):
            await done.wait()
        await asyncio.sleep(2)
        assert (idle.consumer, at_work.consumer) == first
        assert idle.scores == [1]


async def test_a_consumer_is_not_replaced_while_the_broker_is_away(
    system: System, hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Listener(system, "cut-off").running() as listener:
        first = listener.consumer
        _fetches_no_more(listener)
        with monkeypatch.context() as away:
            away.setattr(listener.subscription, "_bootstrap_servers", "127.0.0.1:1")
            await asyncio.sleep(4)
            assert listener.consumer is first
        await system.publish(TOPIC, [("k", body(1))])
        await _all_heard([listener], 1)


async def test_a_silent_consumer_that_cannot_be_replaced_is_trouble(
    system: System, hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused() -> None:
        raise UnknownError

    async with Listener(system, "in-trouble").running() as listener:
        trouble = listener.subscription.trouble
        assert await trouble() is None
        with monkeypatch.context() as fault:
            fault.setattr(listener.subscription, "_replace", refused)
            _fetches_no_more(listener)
            said = await eventually(trouble, bool)
            assert said == "the consumer is silent, and no new one can begin"
        await eventually(trouble, lambda found: found is None)


async def test_a_batch_that_takes_for_ever_comes_again(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs_once(events: Events) -> None:
        given.append(events[0].data.score)
        if len(given) == 1:
            await asyncio.Event().wait()

    given: list[int] = []
    async with Listener(system, "hangs", hangs_once).running() as listener:
        monkeypatch.setattr(broker, "_LONGEST_BATCH_SECONDS", 1.0)
        await system.publish(TOPIC, [("k", body(1))])
        await eventually(lambda: _committed(listener), lambda committed: committed == 1)
    assert given == [1, 1]


async def test_a_batch_that_was_not_committed_comes_again(system: System) -> None:
    async with Listener(system, "refused").running() as listener:
        commit = listener.consumer.commit
        refusals: list[str] = []

        async def refuse_once(*offsets: Any) -> None:
            if not refusals:
                refusals.append("refused")
                raise UnknownError
            await commit(*offsets)

        listener.consumer.commit = refuse_once
        await system.publish(TOPIC, [("k", body(1))])
        await eventually(lambda: _committed(listener), lambda committed: committed == 1)
        assert listener.scores == [1, 1]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked after every second, and silent after two."""
    monkeypatch.setattr(broker, "_LOOK_SECONDS", 1.0)
    monkeypatch.setattr(broker, "_SILENCE_SECONDS", 2.0)
    monkeypatch.setattr(broker, "_POLL_MS", 200)


async def _all_heard(listeners: Sequence[Listener], *scores: int) -> None:
    """Wait until each was given just these, once or more often."""
    for listener in listeners:
        await eventually(listener.given, lambda given: given == set(scores))


async def _committed(listener: Listener) -> int:
    partitions: set[TopicPartition] = listener.consumer.assignment()
    return sum([await listener.consumer.committed(each) or 0 for each in partitions])
