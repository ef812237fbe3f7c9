"""The AsyncAPI 3.0.0 document: every topic, who writes it, who reads it, what is on it.

Source: https://www.asyncapi.com/docs/reference/specification/v3.0.0 and its Kafka bindings 0.5.0.
"""

import inspect
from typing import Any

import yaml

from contracts.codec import schema_of, type_of
from contracts.envelope import Payload
from contracts.events import EVENTS
from contracts.topics import Topic, load_topics

Node = dict[str, Any]

_NAMESPACE = "bzpeer"
_BINDING_VERSION = "0.5.0"
_HEADER = "# Derived from contracts/events and contracts/topics.yaml by `make contracts`.\n"
_ABOUT = """\
What the services of BZPEER tell one another. Every message is a CloudEvents 1.0 event in the
structured JSON format, in the body of the Kafka message; its key is the event's `subject`.

`bzpeer` at the beginning of an address is the default of the setting NAMESPACE: a system with
another one has the same topics under that name. Consumer groups are called `bzpeer.<service>`.

The document describes the whole system: an operation `<service>.sends.<topic>` or
`<service>.receives.<topic>` is that service's. Whoever joins as a further reader takes a group
name of their own, reads from the earliest offset, ignores what they do not know, and tells a
repeat by `position`.
"""
_KEEPS = {
    "compact": "Compacted: of every key at least the newest event is kept, for ever.",
    "delete": "Keeps its history{}.",
}
_DEAD_LETTER = "DeadLetter"
_LABELS = {
    "reason": "`undecodable` or `handler failed`.",
    "error": "What went wrong, in words.",
    "stack": "The Python traceback, its end if it is long.",
    "topic": "Name on the broker of the topic it was read from.",
    "partition": "Partition it was read from, a decimal number.",
    "offset": "Offset it was read at, a decimal number.",
    "key": "The original key in Base64; empty when there was none.",
    "group": "Consumer group that could not handle it.",
    "handler": "What was to handle it, `<group>:<topic>`.",
    "failed_at": "When, ISO 8601, UTC.",
}


def asyncapi() -> str:
    """The document as YAML; references lead to files beside it."""
    topics = list(load_topics().values())
    messages = {_message_name(event): _message(event) for event in EVENTS}
    document = {
        "asyncapi": "3.0.0",
        "info": {"title": "BZPEER events", "version": "1.0.0", "description": _ABOUT},
        "defaultContentType": "application/cloudevents+json",
        "servers": {"kafka": _server()},
        "channels": {
            name: channel
            for topic in topics
            for name, channel in (
                (topic.name, _channel(topic)),
                (topic.dead_letter, _dead_letters(topic)),
            )
        },
        "operations": {name: node for topic in topics for name, node in _operations(topic).items()},
        "components": {
            "messages": {**messages, _DEAD_LETTER: _dead_letter()},
            "messageTraits": {"event": _event_trait()},
        },
    }
    text = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=95)
    return _HEADER + text


def _server() -> Node:
    return {
        "host": "{bootstrap}",
        "protocol": "kafka",
        "description": "The Kafka cluster of one installation.",
        "variables": {
            "bootstrap": {
                "default": "127.0.0.1:9092",
                "description": "The setting KAFKA_BOOTSTRAP_SERVERS.",
            }
        },
    }


def _channel(topic: Topic) -> Node:
    days = "" if topic.retention_ms is None else f" for {topic.retention_ms // 86_400_000} days"
    return {
        "address": f"{_NAMESPACE}.{topic.name}",
        "description": f"Keyed by {topic.key}. {_KEEPS[topic.cleanup].format(days)}",
        "messages": {name: _ref(f"components/messages/{name}") for name in _names(topic)},
        "bindings": _kafka_topic(topic.partitions, topic.cleanup, topic.retention_ms),
    }


def _dead_letters(topic: Topic) -> Node:
    return {
        "address": f"{_NAMESPACE}.{topic.dead_letter}",
        "description": f"Messages of {topic.name} that a reader could not handle. "
        "One that was sent again is replaced by a tombstone (no body).",
        "messages": {_DEAD_LETTER: _ref(f"components/messages/{_DEAD_LETTER}")},
        "bindings": _kafka_topic(1, "compact", None),
    }


def _kafka_topic(partitions: int, cleanup: str, retention_ms: int | None) -> Node:
    return {
        "kafka": {
            "partitions": partitions,
            "topicConfiguration": {
                "cleanup.policy": [cleanup],
                "retention.ms": -1 if retention_ms is None else retention_ms,
            },
            "bindingVersion": _BINDING_VERSION,
        }
    }


def _operations(topic: Topic) -> Node:
    found = {f"{topic.owner}.sends.{topic.name}": _operation("send", topic.owner, topic)}
    for reader in topic.consumers:
        found[f"{reader}.receives.{topic.name}"] = _operation("receive", reader, topic)
    for reader in topic.consumers:
        found[f"{reader}.sends.{topic.dead_letter}"] = {
            "action": "send",
            "summary": f"{reader} puts aside what it cannot handle of {topic.name}",
            "channel": _ref(f"channels/{topic.dead_letter}"),
            "tags": [{"name": reader}],
            "messages": [_ref(f"channels/{topic.dead_letter}/messages/{_DEAD_LETTER}")],
        }
    return found


def _operation(action: str, service: str, topic: Topic) -> Node:
    node: Node = {
        "action": action,
        "summary": f"{service} {'tells' if action == 'send' else 'reads'} {topic.name}",
        "channel": _ref(f"channels/{topic.name}"),
        "tags": [{"name": service}],
        "messages": [_ref(f"channels/{topic.name}/messages/{name}") for name in _names(topic)],
    }
    if action == "receive":
        group = {"type": "string", "const": f"{_NAMESPACE}.{service}"}
        node["bindings"] = {"kafka": {"groupId": group, "bindingVersion": _BINDING_VERSION}}
    return node


def _message(event: type[Payload]) -> Node:
    event_type = type_of(event)
    summary, _, _ = inspect.cleandoc(event.__doc__ or "").partition("\n")
    return {
        "name": event_type,
        "title": event.__name__,
        "summary": summary,
        "traits": [_ref("components/messageTraits/event")],
        "payload": {
            "allOf": [
                {"$ref": "./schemas/envelope.json"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": event_type},
                        "dataschema": {"const": schema_of(event_type)},
                        "data": {"$ref": f"./schemas/{event_type}.json"},
                    },
                },
            ]
        },
        "examples": [
            {"name": event.__name__, "payload": {"$ref": f"./examples/{event_type}.json"}}
        ],
    }


def _event_trait() -> Node:
    return {
        "contentType": "application/cloudevents+json",
        "correlationId": {
            "description": "Groups what one command caused.",
            "location": "$message.payload#/correlationid",
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "The event's `subject`."},
                "bindingVersion": _BINDING_VERSION,
            }
        },
    }


def _dead_letter() -> Node:
    return {
        "name": "dead-letter",
        "title": _DEAD_LETTER,
        "summary": "A message that could not be handled, unchanged, with a label in its headers.",
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "required": list(_LABELS),
            "properties": {
                name: {"type": "string", "description": text} for name, text in _LABELS.items()
            },
        },
        "payload": {"description": "The bytes of the original message, event or not."},
        "bindings": {
            "kafka": {
                "key": {
                    "type": "string",
                    "description": "`<topic>/<partition>/<offset>/<group>` of the original: the "
                    "same message dead twice is one entry.",
                },
                "bindingVersion": _BINDING_VERSION,
            }
        },
    }


def _message_name(event: type[Payload]) -> str:
    return type_of(event).split(".", 2)[2]


def _names(topic: Topic) -> list[str]:
    return [_message_name(event) for event in EVENTS if event.__name__ in topic.events]


def _ref(place: str) -> Node:
    return {"$ref": f"#/{place}"}


class _Dumper(yaml.SafeDumper):
    """Says everything where it belongs: no anchors; long texts as blocks."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
