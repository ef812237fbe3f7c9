"""The AsyncAPI document names every topic, event, publisher and reader, and leads nowhere."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiokafka import ConsumerRecord

from chassis.deadletters import DeadLetters
from chassis.producing import Message
from contracts.events import CATALOGUE
from contracts.generate import FOLDER
from contracts.topics import Topic, load_topics, topic_of_event

TOPICS = list(load_topics().values())
ASYNCAPI = FOLDER / "asyncapi.yaml"


@cache
def read(path: Path) -> Any:
    """A YAML or JSON document."""
    return yaml.safe_load(path.read_bytes()) if path == ASYNCAPI else json.loads(path.read_bytes())


def document() -> Any:
    """The AsyncAPI document."""
    return read(ASYNCAPI)


def references(node: Any) -> Iterator[str]:
    """Every ``$ref`` below a node."""
    for key, inner in node.items() if isinstance(node, dict) else enumerate(node):
        if key == "$ref":
            yield inner
        elif isinstance(inner, dict | list):
            yield from references(inner)


def follow(reference: str, at: Path) -> tuple[Any, Path]:
    """What a reference leads to and the file it is in."""
    file, _, pointer = reference.partition("#")
    path = (at.parent / file).resolve() if file else at
    node = read(path)
    for step in pointer.split("/")[1:]:
        node = node[step]
    return node, path


def test_every_reference_leads_somewhere() -> None:
    waiting, seen = [(reference, ASYNCAPI) for reference in references(document())], set()
    while waiting:
        reference, at = waiting.pop()
        node, path = follow(reference, at)
        assert node
        if (reference, at) not in seen:
            seen.add((reference, at))
            waiting += [(inner, path) for inner in references(node)]
    files = {
        reference for reference, at in seen if at == ASYNCAPI and not reference.startswith("#")
    }
    assert len(files) == 1 + 2 * len(CATALOGUE), "the envelope, each schema, each example"


def test_every_topic_is_a_channel() -> None:
    names = {name for topic in TOPICS for name in (topic.name, topic.dead_letter)}
    assert document()["channels"].keys() == names
    for name, channel in document()["channels"].items():
        assert channel["address"] == f"bzpeer.{name}"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_channel_says_how_its_topic_is_kept(topic: Topic) -> None:
    kafka = document()["channels"][topic.name]["bindings"]["kafka"]
    assert kafka["partitions"] == topic.partitions
    assert kafka["topicConfiguration"]["cleanup.policy"] == [topic.cleanup]
    kept = -1 if topic.retention_ms is None else topic.retention_ms
    assert kafka["topicConfiguration"]["retention.ms"] == kept


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_channel_has_its_publisher_its_readers_and_its_events(topic: Topic) -> None:
    channel = {"$ref": f"#/channels/{topic.name}"}
    operations = [o for o in document()["operations"].values() if o["channel"] == channel]
    by_action = {
        action: [o["tags"][0]["name"] for o in operations if o["action"] == action]
        for action in ("send", "receive")
    }
    assert by_action == {"send": [topic.owner], "receive": list(topic.consumers)}
    carried = {event for event, carrier in topic_of_event().items() if carrier == topic.name}
    references = document()["channels"][topic.name]["messages"].values()
    assert {follow(message["$ref"], ASYNCAPI)[0]["name"] for message in references} == carried
    for operation in operations:
        assert len(operation["messages"]) == len(topic.events)


def test_every_event_is_a_message_with_its_payload_and_example() -> None:
    messages = {m["name"]: m for m in document()["components"]["messages"].values()}
    assert messages.keys() == CATALOGUE.keys() | {"dead-letter"}
    for event_type in CATALOGUE:
        message = messages[event_type]
        assert message["summary"]
        envelope, own = message["payload"]["allOf"]
        assert envelope == {"$ref": "./schemas/envelope.json"}
        assert own["properties"]["data"] == {"$ref": f"./schemas/{event_type}.json"}
        example, _ = follow(message["examples"][0]["payload"]["$ref"], ASYNCAPI)
        for attribute in ("type", "dataschema"):
            assert own["properties"][attribute] == {"const": example[attribute]}


class Kept:
    """Stands where the producer stands and keeps what it is given."""

    def __init__(self) -> None:
        self.headers: list[tuple[str, bytes]] | None = None

    async def publish(self, messages: list[Message]) -> None:
        (self.headers,) = (message.headers for message in messages)


async def test_dead_letters_carry_the_label_that_is_described() -> None:
    producer: Any = Kept()
    record: Any = ConsumerRecord(
        "bzpeer.works.work", 3, 17, 0, 0, b"W1", b"{", None, 2, 1, headers=()
    )
    letters = DeadLetters(producer, "bzpeer", "bzpeer.graph", most_per_minute=10)
    await letters.bury(record, "undecodable", ValueError("not JSON"), "bzpeer.graph:works.work")
    described = document()["components"]["messages"]["DeadLetter"]["headers"]
    assert [name for name, _ in producer.headers] == list(described["properties"])
    assert described["required"] == list(described["properties"])
