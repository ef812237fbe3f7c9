"""Errors of an HTTP API as RFC 9457 problem details."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from opentelemetry import trace
from starlette.exceptions import HTTPException as StarletteHTTPException

from chassis.documents import Contended
from chassis.mongo import is_transient

_log = structlog.get_logger(__name__)


class Problem(Exception):
    """An answer other than success, for people and programs."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more


Present = Callable[[Request, Problem], Response]
"""Shows a problem to whoever asked."""


def problem_response(request: Request, problem: Problem) -> Response:
    """The ``application/problem+json`` answer."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.url.path,
        **problem.more,
    }
    trace_id = current_trace_id()
    if trace_id:
        body["trace_id"] = trace_id
    return JSONResponse(
        body, problem.status, problem.headers, media_type="application/problem+json"
    )


def current_trace_id() -> str | None:
    """The id of the trace that is current, for people to quote."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def install(app: FastAPI, present: Present) -> None:
    """Answer every error of an application as a problem."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> Response:
        return present(request, error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        errors = [
            {"pointer": "/".join(map(str, item["loc"])), "detail": item["msg"]}
            for item in error.errors()
        ]
        detail = "; ".join(f"{item['pointer']}: {item['detail']}" for item in errors)
        return present(request, Problem(422, "Unprocessable Content", detail, errors=errors))

    @app.exception_handler(StarletteHTTPException)
    async def _http(request: Request, error: StarletteHTTPException) -> Response:
        title = HTTPStatus(error.status_code).phrase
        headers = dict(error.headers or {})
        return present(request, Problem(error.status_code, title, str(error.detail), headers))

    @app.exception_handler(Exception)
    async def _fault(request: Request, error: Exception) -> Response:
        if isinstance(error, Contended) or is_transient(error):
            detail = "The database does not answer; try again in a moment."
            away = Problem(503, "Service Unavailable", detail, {"Retry-After": "2"})
            return present(request, away)
        _log.error("request failed", path=request.url.path, exc_info=error)
        detail = "Something broke on our side; it has been logged."
        return present(request, Problem(500, "Internal Server Error", detail))
