"""Reads ``topics.yaml``."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from contracts.codec import type_of
from contracts.events import EVENTS

TOPICS_FILE = Path(__file__).with_name("topics.yaml")
_MS_PER_DAY = 86_400_000


def _to_ms(retention: Any) -> Any:
    if retention == "forever":
        return None
    return retention * _MS_PER_DAY if isinstance(retention, int) else retention


class Topic(BaseModel):
    """One topic of ``topics.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    name: str
    owner: str
    consumers: tuple[str, ...]
    key: str
    events: Annotated[tuple[str, ...], Field(min_length=1)]
    partitions: Annotated[int, Field(ge=1)]
    cleanup: Literal["compact", "delete"]
    retention_ms: Annotated[
        int | None, BeforeValidator(_to_ms), Field(alias="retention", description="None: forever.")
    ]
    dead_letter: str


@cache
def load_topics() -> dict[str, Topic]:
    """All topics by name, in the order of the file."""
    document = yaml.safe_load(TOPICS_FILE.read_text(encoding="utf-8"))
    return {
        name: Topic.model_validate({**document["defaults"], "name": name, **fields})
        for name, fields in document["topics"].items()
    }


@cache
def topic_of_event() -> dict[str, str]:
    """Event type to the name of the topic that carries it."""
    topic_by_event = {
        event: topic.name for topic in load_topics().values() for event in topic.events
    }
    return {type_of(event): topic_by_event[event.__name__] for event in EVENTS}


def consumed_by(service: str) -> tuple[str, ...]:
    """Names of the topics that a service reads."""
    return tuple(topic.name for topic in load_topics().values() if service in topic.consumers)
