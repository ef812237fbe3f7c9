"""The envelope of every message: CloudEvents 1.0 attributes, structured JSON in the message body.

Source: CloudEvents 1.0.2 (https://github.com/cloudevents/spec), JSON event format, with four
extension attributes of our own: ``position``, ``traceparent`` (W3C Trace Context),
``correlationid`` and ``actor``.
"""

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field


class Payload(BaseModel):
    """The ``data`` of an event. Unknown fields are ignored: a newer publisher may add some."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    def upcast(self) -> "Payload":
        """The same fact in the newest version of its event; a replaced version says how."""
        return self


class Envelope(BaseModel):
    """CloudEvents attributes of one event, without its ``data``."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    specversion: Literal["1.0"]
    id: Annotated[str, Field(min_length=1, description="Unique within `source`.")]
    source: Annotated[str, Field(description="The publishing service, `/bzpeer/<service>`.")]
    type: Annotated[str, Field(description="`bzpeer.<service>.<EventName>.v<n>`.")]
    subject: Annotated[
        str, Field(min_length=1, description="Id of the record that changed; also the Kafka key.")
    ]
    time: Annotated[datetime, Field(description="When it happened, UTC.")]
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: Annotated[str, Field(description="URI reference of the JSON Schema of `data`.")]
    position: Annotated[
        int,
        Field(
            ge=0,
            description="Raised by one with every event about this subject on this topic, "
            "from 1. A reader that holds a greater or equal position has seen the event. "
            "0: the event has no place in an order.",
        ),
    ]
    traceparent: Annotated[str | None, Field(description="W3C Trace Context.")] = None
    correlationid: Annotated[str | None, Field(description="Groups what one command caused.")] = (
        None
    )
    actor: Annotated[str | None, Field(description="Who caused it; absent for the system.")] = None


D = TypeVar("D", bound=Payload, covariant=True)


class Event(Envelope, Generic[D]):
    """An envelope with the data it carries."""

    data: D
