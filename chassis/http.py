"""The HTTP side every service has: health, metrics, status, problems, keys of commands.

Server spans and metrics are FastAPI's own. Steps within a request (dependencies, serialization) get
no spans: making them took a third of the time of a small request, sampled or not.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Header
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

from chassis import problems
from chassis.documented import Documented

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        description="The caller's own name for this command. Sent again with the same body, it "
        "does nothing again and answers what was made then; with another body it is a 422.",
    ),
]


class Health(BaseModel):
    """Whether a copy of a service can do its work."""

    status: Annotated[str, Field(description="`ok` or `not ready`.")]
    problems: Annotated[list[str], Field(description="Why not, in words.")] = []


class Status(BaseModel):
    """What a service holds and still has to do."""

    service: str
    records: Annotated[dict[str, int], Field(description="Documents per collection.")]
    outbox: Annotated[int, Field(description="Documents with events not yet on the broker.")]
    pending: Annotated[int, Field(description="Work noted but not yet done by this service.")]


def operations(
    troubles: Callable[[], Awaitable[list[str]]], status: Callable[[], Awaitable[Status]]
) -> APIRouter:
    """The routes for operators."""
    router = APIRouter(tags=["operations"])

    @router.get("/health/live")
    async def live() -> Health:
        """The process runs and its event loop turns."""
        return Health(status="ok")

    @router.get("/health/ready", responses={503: {"model": Health}})
    async def ready() -> Response:
        """Database and broker answer, and consumption moves."""
        found = await troubles()
        health = Health(status="not ready" if found else "ok", problems=found)
        return JSONResponse(health.model_dump(), 503 if found else 200)

    @router.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """OpenTelemetry metrics in the Prometheus text format."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @router.get("/status")
    async def get_status() -> Status:
        """What the service holds and still has to do."""
        return await status()

    return router


def make_app(title: str, description: str, present: problems.Present, **options: Any) -> FastAPI:
    """An application that answers errors as problems, the way ``present`` shows them."""
    app = Documented(
        title=title,
        description=description,
        docs_url=None,
        redoc_url=None,
        telemetry={"auto_configure": False, "operation_spans": False},
        **options,
    )
    problems.install(app, present)
    return app
