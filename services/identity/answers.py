"""What answers have in common."""

from typing import Any

PRIVATE = {"Cache-Control": "no-store"}
"""For what nobody but the one who asked may keep."""

_WHY = {
    400: "The request cannot be granted.",
    401: "Nobody is signed in, or not any more.",
    403: "The caller may not do this.",
    404: "There is no such thing.",
    409: "It does not fit what is there.",
    410: "It was erased.",
    429: "Too often; the headers say when to try again.",
    503: "Something that is needed does not answer; try again.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Answers other than success, for the OpenAPI document."""
    return {status: {"description": _WHY[status]} for status in statuses}
