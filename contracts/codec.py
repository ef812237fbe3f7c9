"""Events to bytes and back; the same bytes in an outbox, on a topic and in a dead letter."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import uuid4

import orjson
from pydantic import ValidationError

from contracts.envelope import Event, Payload

Catalogue = Mapping[str, type[Payload]]
"""Event type (``bzpeer.works.WorkWasRecorded.v1``) to the model of its data."""


class Undecodable(ValueError):
    """The bytes are no event that the catalogue knows; ``str(error)`` says why."""


@cache
def _event_model(payload: type[Payload]) -> type[Event[Any]]:
    return Event[payload]  # type: ignore[valid-type]  # it is known only at run time


def type_of(payload: type[Payload]) -> str:
    """The event type of a payload class: its module names the publisher, its name the event.

    ``WorkWasRecorded`` is version 1, ``WorkWasRecordedV2`` version 2 of the same event.
    """
    return _type_of(payload.__module__, payload.__name__)


@cache
def _type_of(module: str, name: str) -> str:
    service = module.rsplit(".", 1)[-1]
    event, _, version = name.rpartition("V")
    if not (event and version.isdigit()):
        event, version = name, "1"
    return f"bzpeer.{service}.{event}.v{version}"


def schema_of(event_type: str) -> str:
    """The ``dataschema`` of an event type, a reference relative to the repository."""
    return f"contracts/schemas/{event_type}.json"


def decode(body: bytes, catalogue: Catalogue) -> Event[Payload]:
    """Read one event; one of a replaced version comes out as the newest.

    Raises:
        Undecodable: not JSON, not an envelope, an unknown type, or data that breaks its schema.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Undecodable(f"not JSON: {error}") from error
    if not isinstance(document, dict):
        raise Undecodable("not a CloudEvents object")
    payload = catalogue.get(str(document.get("type")))
    if payload is None:
        raise Undecodable(f"unknown event type {document.get('type')!r}")
    try:
        event: Event[Payload] = _event_model(payload).model_validate(document)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()
        )
        raise Undecodable(f"breaks its schema: {problems}") from error
    return _in_newest_version(event)


def _in_newest_version(event: Event[Payload]) -> Event[Payload]:
    newest = event.data.upcast()
    if newest is event.data:
        return event
    event_type = type_of(type(newest))
    return _event_model(type(newest)).model_validate(
        dict(event) | {"type": event_type, "dataschema": schema_of(event_type), "data": newest}
    )


def encode(
    data: Payload,
    *,
    subject: str,
    position: int,
    time: datetime | None = None,
    traceparent: str | None = None,
    correlationid: str | None = None,
    actor: str | None = None,
) -> bytes:
    """The bytes of a new event; absent optional attributes are left out, as CloudEvents asks."""
    event_type = type_of(type(data))
    attributes = {
        "specversion": "1.0",
        "id": f"{event_type}/{subject}/{position or uuid4()}",
        "source": f"/bzpeer/{event_type.split('.')[1]}",
        "type": event_type,
        "subject": subject,
        "time": time or datetime.now(UTC),
        "datacontenttype": "application/json",
        "dataschema": schema_of(event_type),
        "position": position,
        "traceparent": traceparent,
        "correlationid": correlationid,
        "actor": actor,
    }
    document = {name: value for name, value in attributes.items() if value is not None}
    written = orjson.Fragment(data.model_dump_json(exclude_none=True))
    return orjson.dumps({**document, "data": written})


def about_each(body: bytes, subjects: Iterable[str]) -> Iterator[bytes]:
    """The same event about each of some subjects; the same bytes whenever it is asked for."""
    event = orjson.loads(body)
    number = event["id"].rpartition("/")[2]
    for subject in subjects:
        known_by = f"{event['type']}/{subject}/{number}"
        yield orjson.dumps({**event, "id": known_by, "subject": subject})
