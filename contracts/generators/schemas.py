"""JSON Schema 2020-12 of the envelope and of the data of every event."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from contracts.codec import schema_of
from contracts.envelope import Envelope
from contracts.events import CATALOGUE

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ENVELOPE = "envelope"
Schema = dict[str, Any]


class _WithoutFieldTitles(GenerateJsonSchema):
    """A field's title would only repeat its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schemas() -> dict[str, Schema]:
    """Every schema: ``envelope`` and each event type, by the name of its file."""
    data = {event_type: schema(event_type, model) for event_type, model in CATALOGUE.items()}
    return {ENVELOPE: _envelope(), **data}


def schema(name: str, model: type[BaseModel]) -> Schema:
    """The schema of a model, as a document of its own."""
    body = model.model_json_schema(schema_generator=_WithoutFieldTitles)
    return {"$schema": DIALECT, "$id": schema_of(name), **body}


def _envelope() -> Schema:
    envelope = schema(ENVELOPE, Envelope)
    envelope["description"] = "A CloudEvents 1.0 event, structured JSON."
    envelope["properties"]["data"] = {
        "description": "The event itself; the schema that `dataschema` names describes it.",
        "type": "object",
    }
    envelope["required"].append("data")
    return envelope
