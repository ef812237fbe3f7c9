"""HTTP of curation: what people decide about authors and works, and a record's history."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path

from chassis import telemetry
from chassis.documents import Cause
from chassis.tokens import Caller, needs
from contracts.curations import Curation, History, MakeCuration, WorkHistory
from services.works.deciding import Deciding
from services.works.store import Store

_Id = Annotated[str, Path(min_length=1, max_length=100)]
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No or a wrong access token."},
    403: {"description": "Not the caller's to decide."},
    404: {"description": "No such record."},
    409: {"description": "It does not fit how the records stand."},
}


def router(store: Store) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["curation"])
    deciding = Deciding(store)
    curator = Depends(needs(scope="curate"))

    @routes.post("/curations", status_code=201, responses=_PROBLEMS)
    async def make(command: Annotated[MakeCuration, Body()], caller: Caller = curator) -> Curation:
        """Decide; it holds whatever is ingested later, until it is reversed."""
        return await deciding.make(command, caller, _cause(caller))

    @routes.delete("/curations/{curation_id}", responses=_PROBLEMS)
    async def reverse(curation_id: _Id, caller: Caller = curator) -> Curation:
        """Take a decision back, in one step: evidence decides again."""
        return await deciding.reverse(curation_id, caller, _cause(caller))

    @routes.get("/authors/{author_id}/history", responses={404: _PROBLEMS[404]})
    async def history(author_id: _Id) -> History:
        """What was decided about an author's record, and the ids that lead to it."""
        return await deciding.history(author_id)

    @routes.get("/works/{work_id}/history", responses={404: _PROBLEMS[404]})
    async def work_history(work_id: _Id) -> WorkHistory:
        """What was decided about a work."""
        return await deciding.work_history(work_id)

    return routes


def _cause(caller: Caller) -> Cause:
    return Cause(telemetry.traceparent(), actor=caller.account_id)
