"""Services that read what happened, without their broker."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import services.gateway.consumers
import services.gateway.store
import services.graph.consumers
import services.graph.store
import services.identity.consumers
import services.identity.store
import services.trust.consumers
import services.trust.store
from chassis.documents import Documents
from chassis.inbox import Handler
from chassis.pending import RELAY_PARTITIONS
from contracts.envelope import Event
from contracts.topics import consumed_by
from tests.flows.happened import Told, history
from tests.support import System, eventually

State = dict[str, Any]


class Reader:
    """A service that reads other services' events, without its broker."""

    def __init__(self, system: System, name: str) -> None:
        context = system.service(name)
        self.name = name
        self.rests: Callable[[], Awaitable[None]] = _at_once
        self.handlers: Mapping[str, Handler]
        self.documents: Mapping[str, Documents]
        match name:
            case "identity":
                identity = services.identity.store.Store(context)
                self.handlers = services.identity.consumers.handlers(identity)
                self.documents = {"authors": identity.authors}
            case "graph":
                graph = services.graph.store.Store(context)
                self.handlers = services.graph.consumers.handlers(graph)
                self.documents = {
                    "works": graph.works, "authors": graph.authors,
                    "follows": graph.follows, "summaries": graph.summaries,
                }  # fmt: skip
                self.rests = lambda: _summarised(graph)
            case "trust":
                trust = services.trust.store.Store(context)
                self.handlers = services.trust.consumers.handlers(trust)
                self.documents = {"inputs": trust.inputs, "scores": trust.scores}
            case _:
                gateway = services.gateway.store.Store(context)
                self.handlers = services.gateway.consumers.handlers(gateway)
                self.documents = {"authors": gateway.authors, "works": gateway.works}

    async def reads(self, messages: Sequence[Told]) -> None:
        """Handle one batch, as the inbox does: topic by topic."""
        by_topic: dict[str, list[Event[Any]]] = defaultdict(list)
        for message in messages:
            by_topic[message.topic].append(message.event)
        for topic, events in by_topic.items():
            await self.handlers[topic](events)

    async def outcome(self) -> State:
        """Every document: its state, and which events it has seen."""
        await self.rests()
        found: State = {}
        for name, documents in self.documents.items():
            async for row in documents.collection.find({}):
                seen = {topic: at for topic, at in row["seen"].items() if "late" not in topic}
                state = {k: v for k, v in row["state"].items() if k not in {"cause", "history"}}
                found[f"{name}/{row['_id']}"] = {"state": state, "seen": seen}
        return found


def unlike(outcome: State, expected: State) -> State:
    """The documents that differ: as they are, and as they should be."""
    return {
        key: (outcome.get(key), expected.get(key))
        for key in outcome.keys() | expected.keys()
        if outcome.get(key) != expected.get(key)
    }


async def _at_once() -> None:
    """Nothing is left to do."""


async def _summarised(store: services.graph.store.Store) -> None:
    async def left() -> int:
        await store.summarise_noted(range(RELAY_PARTITIONS))
        return await store.pending()

    await eventually(left, lambda count: count == 0)


READERS = ("identity", "graph", "trust", "gateway")


def messages_for(name: str) -> list[Told]:
    topics = consumed_by(name)
    return sorted((m for m in history() if m.topic in topics), key=lambda m: topics.index(m.topic))
