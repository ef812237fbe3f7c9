"""The public JSON API of curation; works answers."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request, Response

from chassis.problems import Problem
from contracts.curations import Curation, History, MakeCuration, Mine, WorkHistory
from contracts.people.account import Me
from services.gateway.answers import answer, page_of
from services.gateway.passing import PREFIX, Callers, Id, Passing, problems
from services.gateway.people import People, read
from services.gateway.profiles import Profiles
from services.gateway.store import MovedTo


def router(callers: Callers, works: People, profiles: Profiles) -> APIRouter:
    """The routes."""
    passing = Depends(callers.somebody)
    routes = APIRouter(prefix=PREFIX, tags=["curation"])

    @routes.post(
        "/curations",
        response_model=Curation,
        status_code=201,
        responses=problems(401, 403, 404, 409),
    )
    async def make(body: Annotated[MakeCuration, Body()], to: Passing = passing) -> Response:
        """Merge or split records, or say whose a work is. It holds until it is reversed."""
        if isinstance(body, Mine) and not await _moderates(to):
            await nobody_elses(profiles, body)
        return await to.on(works)

    @routes.delete(
        "/curations/{curation_id}", response_model=Curation, responses=problems(401, 403, 404)
    )
    async def reverse(curation_id: Id, to: Passing = passing) -> Response:
        """Take a decision back, in one step."""
        return await to.on(works)

    @routes.get(
        "/researchers/{author_id}/history", response_model=History, responses=problems(404, 410)
    )
    async def history(request: Request, author_id: Id) -> Response:
        """What people decided about a record, and the ids that lead to it."""
        profile = await profiles.profile(author_id, None, 1, prefix=PREFIX, part="/history")
        return answer(request, page_of(await history_of(works, profile.id)))

    @routes.get(
        "/works/{work_id}/history", response_model=WorkHistory, responses=problems(404, 410)
    )
    async def work_history(request: Request, work_id: Id) -> Response:
        """What people decided about a work."""
        work = await profiles.work(work_id, prefix=PREFIX, part="/history")
        return answer(request, page_of(await work_history_of(works, work.id)))

    return routes


async def nobody_elses(profiles: Profiles, mine: Mine) -> None:
    """Let somebody say that a place is theirs, unless a record that was claimed holds it.

    The work may be named by an id that leads to it.

    Raises:
        Problem: 409.
    """
    work = await profiles.store.find_work(mine.work, 0)
    now = work.id if isinstance(work, MovedTo) else mine.work
    holder = await profiles.store.holder(now, mine.place)
    if holder is not None and holder != mine.author and await profiles.is_claimed(holder):
        detail = "That place is in a record that somebody has claimed. A moderator can decide."
        raise Problem(409, "Conflict", detail)


async def _moderates(to: Passing) -> bool:
    try:
        return "moderator" in (await to.read("/me", Me)).roles
    except Problem:
        return False


async def history_of(works: People, author_id: str) -> History:
    """The history of a record that there is.

    Raises:
        Problem: 503, works is away.
    """
    return read(await works.ask("GET", f"/authors/{author_id}/history"), History)


async def work_history_of(works: People, work_id: str) -> WorkHistory:
    """The history of a work that there is.

    Raises:
        Problem: 503, works is away.
    """
    return read(await works.ask("GET", f"/works/{work_id}/history"), WorkHistory)
