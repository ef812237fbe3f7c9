"""``topics.yaml`` names services that exist, settings that make sense, and nothing flows back."""

from collections import Counter
from graphlib import TopologicalSorter
from importlib import import_module
from unittest.mock import MagicMock

from contracts.events import EVENTS
from contracts.generate import FOLDER
from contracts.topics import consumed_by, load_topics

TOPICS = load_topics().values()
SERVICES = {path.parent.name for path in FOLDER.parent.glob("services/*/main.py")}


def test_owners_and_consumers_exist() -> None:
    for topic in TOPICS:
        assert {topic.owner, *topic.consumers} <= SERVICES
        assert len(set(topic.consumers)) == len(topic.consumers)


def test_a_topic_is_named_after_its_owner() -> None:
    for topic in TOPICS:
        owner, _, entity = topic.name.partition(".")
        assert owner == topic.owner
        assert entity
        assert topic.dead_letter == f"{topic.name}.dead-letter"
        assert topic.key


def test_every_event_is_on_one_topic() -> None:
    listed = Counter(event for topic in TOPICS for event in topic.events)
    assert listed == Counter(event.__name__ for event in EVENTS)


def test_topics_are_kept_as_a_replay_needs_them() -> None:
    for topic in TOPICS:
        assert 1 <= topic.partitions <= 64
        if topic.cleanup == "compact":
            assert topic.retention_ms is None, f"{topic.name}: state is never dropped by age"
        if topic.retention_ms is not None:
            assert topic.retention_ms >= 86_400_000
            assert set(topic.consumers) <= {topic.owner}, f"{topic.name}: others could miss events"


def test_nothing_flows_back() -> None:
    sources = {
        service: {load_topics()[topic].owner for topic in consumed_by(service)} - {service}
        for service in SERVICES
    }
    order = list(TopologicalSorter(sources).static_order())
    assert order[-1] == "gateway"


def test_the_consumers_are_those_that_handle_it() -> None:
    for service in SERVICES:
        handlers = import_module(f"services.{service}.consumers").handlers(MagicMock())
        assert set(handlers) == set(consumed_by(service)), service
