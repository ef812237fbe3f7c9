"""HTTP of works: ingest, for operators."""

import secrets
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from chassis import telemetry
from chassis.problems import Problem
from services.works import api_authors, api_curation
from services.works.harvest import api as harvest
from services.works.ingest import ingest
from services.works.records import Outcome
from services.works.settings import WorksSettings
from services.works.sources import UnknownFormat, open_source
from services.works.spool import TooLarge, spooled
from services.works.store import Store


def routers(store: Store, settings: WorksSettings) -> tuple[APIRouter, ...]:
    """Everything that works answers."""
    may = partial(_authorise, settings=settings)
    return (
        router(store, settings),
        harvest.router(store.harvests, may),
        api_curation.router(store),
        api_authors.router(store),
    )


def router(store: Store, settings: WorksSettings) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["ingest"])

    @routes.post(
        "/ingest",
        response_class=StreamingResponse,
        responses={
            200: {"content": {"application/x-ndjson": {}}, "description": "Lines of `Progress`."},
            401: {"description": "No or a wrong token."},
            413: {"description": "The file is too large."},
            415: {"description": "No source has files like this."},
        },
    )
    async def post_ingest(
        request: Request,
        name: Annotated[str, Query(min_length=1, max_length=500, description="For messages.")],
        authorization: Annotated[str, Header()] = "",
    ) -> StreamingResponse:
        """Take a file of records (plain or gzip) as the request body."""
        _authorise(authorization, settings)
        parent = telemetry.traceparent()
        largest = settings.ingest_largest_upload
        try:
            spool = await spooled(request.stream(), largest)
        except TooLarge:
            detail = f"A file may have {largest} bytes at most."
            raise Problem(413, "Content Too Large", detail) from None
        try:
            items = open_source(spool, name, settings.ingest_largest_file)
        except UnknownFormat as error:
            spool.close()
            raise Problem(415, "Unsupported Media Type", str(error)) from error
        return StreamingResponse(
            _lines(store, items, parent, spool), media_type="application/x-ndjson"
        )

    return routes


def _authorise(authorization: str, settings: WorksSettings) -> None:
    if settings.ingest_token is None:
        raise Problem(403, "Forbidden", "This service has no INGEST_TOKEN, so nobody may ingest.")
    expected = f"Bearer {settings.ingest_token.get_secret_value()}"
    if not secrets.compare_digest(authorization.encode(), expected.encode()):
        raise Problem(
            401,
            "Unauthorized",
            "The ingest token is missing or wrong.",
            {"WWW-Authenticate": "Bearer"},
        )


async def _lines(
    store: Store, items: Iterator[Outcome], parent: str | None, spool: BinaryIO
) -> AsyncIterator[bytes]:
    with spool:
        async for progress in ingest(store, items, parent):
            yield progress.model_dump_json(exclude_none=True).encode() + b"\n"
