"""What routes of identity have in common: refusals as problems, consistency tokens."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import FastAPI, Path, Request, Response

from chassis.problems import Problem, problem_response
from services.identity.refusals import Refused, Why

CONSISTENCY = "Consistency-Token"

AnId = Annotated[str, Path(min_length=1, max_length=100)]

_STATUS: Mapping[Why, tuple[int, str]] = {
    "unknown": (404, "Not Found"),
    "forbidden": (403, "Forbidden"),
    "conflict": (409, "Conflict"),
    "gone": (410, "Gone"),
    "invalid": (422, "Unprocessable Content"),
    "later": (429, "Too Many Requests"),
}
PRIVATE = {"Cache-Control": "no-store"}
"""For what nobody but the one who asked may keep."""

_WHY = {
    400: "The request cannot be granted.",
    401: "Nobody is signed in, or not any more.",
    403: "The caller may not do this.",
    404: "There is no such thing.",
    409: "It does not fit what is there.",
    410: "It was erased.",
    429: "It was done too often.",
    503: "Something that is needed does not answer; try again.",
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The descriptions of error answers, for the OpenAPI document."""
    return open_errors(401, *statuses)


def open_errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The same, of routes that need no access token."""
    return {status: {"description": _WHY[status]} for status in statuses}


def install(app: FastAPI) -> None:
    """Answer what a rule refuses as a problem."""

    @app.exception_handler(Refused)
    async def _refused(request: Request, refused: Refused) -> Response:
        return problem_response(request, _problem(refused))


def _problem(refused: Refused) -> Problem:
    status, title = _STATUS[refused.why]
    headers, more = {}, {}
    if refused.code:
        more["reason"] = refused.code
    if refused.try_again_at:
        wait = (refused.try_again_at - datetime.now(UTC)).total_seconds()
        headers["Retry-After"] = str(max(1, math.ceil(wait)))
        more["try_again_at"] = refused.try_again_at.isoformat()
    return Problem(status, title, refused.detail, headers, **more)


def consistent(response: Response, topic: str, subject: str, position: int) -> None:
    """Say which event to wait for; a reader that has it shows what was done."""
    if position:
        response.headers[CONSISTENCY] = f"{topic}:{subject}:{position}"
