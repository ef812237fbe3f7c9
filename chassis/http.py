"""The HTTP side every service has: health, metrics, status, problems, traces."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse, Response
from opentelemetry.trace import SpanKind
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import problems, telemetry


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


class Traced:
    """ASGI middleware: a server span for each request that comes with a sampled trace."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        parent = _traceparent_of(scope) if scope["type"] == "http" else None
        if not telemetry.is_sampled(parent):
            await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        with telemetry.span(
            f"{method} {path}",
            parent,
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method, "url.path": path},
        ) as span:

            async def observed(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            await self._app(scope, receive, observed)


def _traceparent_of(scope: Scope) -> str | None:
    value: bytes | None = dict(scope["headers"]).get(b"traceparent")
    return None if value is None else value.decode("latin-1")


def make_app(title: str, description: str, present: problems.Present, **options: Any) -> FastAPI:
    """An application that answers errors as problems, the way ``present`` shows them."""
    app = FastAPI(title=title, description=description, docs_url=None, redoc_url=None, **options)
    problems.install(app, present)
    app.add_middleware(Traced)
    return app
