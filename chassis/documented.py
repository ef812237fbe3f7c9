"""The errors of an OpenAPI document as what they are: problem details (RFC 9457)."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

MEDIA_TYPE = "application/problem+json"
_NAME = "ProblemDetails"
_REFERENCE = {"$ref": f"#/components/schemas/{_NAME}"}
_REPLACED = {f"#/components/schemas/{name}" for name in (_NAME, "HTTPValidationError")}
_SCHEMA: dict[str, Any] = {
    "title": _NAME,
    "description": "RFC 9457. A problem may have further members of its own.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "description": "`about:blank`: the status says it all."},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 300, "maximum": 599},
        "detail": {"type": "string", "description": "What is wrong, in words."},
        "instance": {"type": "string", "description": "The path that was asked for."},
        "trace_id": {"type": "string", "description": "To quote to whoever runs this."},
        "errors": {
            "type": "array",
            "description": "With 422: what is wrong, one by one.",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


class Documented(FastAPI):
    """An application whose document names its errors as they are answered."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        return _with_problems(super().openapi())


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """The document, changed in place; a second time changes nothing."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas[_NAME] = _SCHEMA
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    for response in _errors(document):
        kinds = response.get("content", {}).values()
        if all(kind.get("schema", {}).get("$ref") in _REPLACED for kind in kinds):
            response["content"] = {MEDIA_TYPE: {"schema": _REFERENCE}}
    return document


def _errors(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        for operation in methods.values():
            responses: dict[str, Any] = operation["responses"]
            if "requestBody" in operation:
                responses.setdefault("400", {"description": "The body cannot be read."})
            for status, response in responses.items():
                if status[0] in "45" or status == "308":
                    yield response
