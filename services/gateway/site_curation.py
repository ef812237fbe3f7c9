"""Curation, for people: what happened to a record, and what its owner or a moderator decides."""

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.datastructures import FormData

from chassis.problems import Problem
from contracts.curations import MergeAuthors, MergeWorks, Mine, NotMine, SplitAuthor, SplitWork
from services.gateway.api_curation import history_of, nobody_elses, work_history_of
from services.gateway.desk import Desk, asked, go
from services.gateway.pages.view.paths import researcher_path, work_path
from services.gateway.passing import Id
from services.gateway.people import People
from services.gateway.profile_store import WORKS_PER_PAGE
from services.gateway.profiles import Profiles
from services.gateway.questions import Cursor

Shown = Callable[[Problem, FormData], Awaitable[Response]]
"""Shows the page of a form again, with what was wrong."""


async def refused(problem: Problem, _: FormData) -> Response:
    """The problem by itself, of a form that has nothing to fill in."""
    raise problem


def router(profiles: Profiles, desk: Desk, works: People) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)

    async def decided(
        request: Request, path: str, command: Callable[[FormData], BaseModel], shown: Shown
    ) -> Response:
        """Do what a form asks for; what is wrong with it is said above it, as it was filled in."""
        viewer, form = await desk.submitted(request)
        try:
            body = command(form)
            if isinstance(body, Mine) and not viewer.moderates:
                await nobody_elses(profiles, body)
            content = body.model_dump_json().encode()
            await works.ask("POST", "/curations", token=viewer.token, content=content)
        except Problem as problem:
            return await shown(problem, form)
        return go(f"{path}/history")

    async def reverse(request: Request, curation_id: str) -> None:
        viewer, _ = await desk.submitted(request)
        await works.ask("DELETE", f"/curations/{curation_id}", token=viewer.token)

    async def page(
        request: Request,
        author_id: str,
        cursor: str | None = None,
        problem: Problem | None = None,
        form: FormData | None = None,
    ) -> Response:
        """What was decided; the owner and moderators also see what can be."""
        viewer = await desk.viewer(request, author_id)
        moderates = viewer is not None and viewer.moderates
        shown = WORKS_PER_PAGE if moderates else 1
        profile = await profiles.profile(author_id, cursor, shown, part="/history")
        alike = []
        if moderates:
            found = await profiles.search(profile.name, None, None)
            alike = [each for each in found.items if each.id != profile.id]
        return desk.page(
            "history.html",
            viewer,
            problem=problem,
            form=form,
            profile=profile,
            alike=alike,
            history=await history_of(works, profile.id),
        )

    @routes.get("/researchers/{author_id}/history")
    async def history(
        request: Request,
        author_id: Id,
        cursor: Cursor = None,
        work: Annotated[str, Query(max_length=100)] = "",
    ) -> Response:
        form = FormData({"work": work}) if work else None
        return await page(request, author_id, cursor, form=form)

    @routes.post("/researchers/{author_id}/not-mine")
    async def not_mine(request: Request, author_id: Id) -> Response:
        def command(form: FormData) -> BaseModel:
            return asked(NotMine, kind="not-mine", author=author_id, work=form.get("work"))

        return await decided(request, researcher_path(author_id), command, refused)

    @routes.post("/researchers/{author_id}/mine")
    async def mine(request: Request, author_id: Id) -> Response:
        def command(form: FormData) -> BaseModel:
            work, place = _work(form), _place(form)
            return asked(
                Mine, kind="mine", author=author_id, work=work, place=place, note=_note(form)
            )

        shown = partial(page, request, author_id, None)
        return await decided(request, researcher_path(author_id), command, shown)

    @routes.post("/researchers/{author_id}/merge")
    async def merge(request: Request, author_id: Id) -> Response:
        def command(form: FormData) -> BaseModel:
            together = _together(author_id, form)
            return asked(MergeAuthors, kind="merge", authors=together, note=_note(form))

        shown = partial(page, request, author_id, None)
        return await decided(request, researcher_path(author_id), command, shown)

    @routes.post("/researchers/{author_id}/split")
    async def split(request: Request, author_id: Id) -> Response:
        def command(form: FormData) -> BaseModel:
            chosen = _chosen(form, "works", "Choose the works of the other person.")
            return asked(
                SplitAuthor, kind="split", author=author_id, works=chosen, note=_note(form)
            )

        shown = partial(page, request, author_id, None)
        return await decided(request, researcher_path(author_id), command, shown)

    @routes.post("/researchers/{author_id}/curations/{curation_id}/reverse")
    async def reverse_about(request: Request, author_id: Id, curation_id: Id) -> Response:
        await reverse(request, curation_id)
        return go(f"{researcher_path(author_id)}/history")

    async def work_page(
        request: Request,
        work_id: str,
        problem: Problem | None = None,
        form: FormData | None = None,
    ) -> Response:
        work = await profiles.work(work_id, part="/history")
        return desk.page(
            "work_history.html",
            await desk.viewer(request),
            problem=problem,
            form=form,
            work=work,
            records={each.key: each for each in work.provenance},
            history=await work_history_of(works, work.id),
        )

    @routes.get("/works/{work_id}/history")
    async def work_history(request: Request, work_id: Id) -> Response:
        return await work_page(request, work_id)

    @routes.post("/works/{work_id}/merge")
    async def merge_works(request: Request, work_id: Id) -> Response:
        def command(form: FormData) -> BaseModel:
            together = _together(work_id, form)
            return asked(MergeWorks, kind="merge-works", works=together, note=_note(form))

        shown = partial(work_page, request, work_id)
        return await decided(request, work_path(work_id), command, shown)

    @routes.post("/works/{work_id}/split")
    async def split_work(request: Request, work_id: Id) -> Response:
        def command(form: FormData) -> BaseModel:
            chosen = _chosen(form, "records", "Choose the records of the other work.")
            return asked(
                SplitWork, kind="split-work", work=work_id, records=chosen, note=_note(form)
            )

        shown = partial(work_page, request, work_id)
        return await decided(request, work_path(work_id), command, shown)

    @routes.post("/works/{work_id}/curations/{curation_id}/reverse")
    async def reverse_naming(request: Request, work_id: Id, curation_id: Id) -> Response:
        await reverse(request, curation_id)
        return go(f"{work_path(work_id)}/history")

    return routes


def _together(own: str, form: FormData) -> tuple[str, ...]:
    """The record and those that were chosen or named, by id or by the address of their page.

    Raises:
        Problem: 422, it is alone.
    """
    found = dict.fromkeys([own, *map(str, form.getlist("alike")), *_ids(form, "others")])
    if len(found) == 1:
        detail = "Choose the other record, or give the address of its page."
        raise Problem(422, "Nothing was merged", detail)
    return tuple(found)


def _ids(form: FormData, name: str) -> list[str]:
    """Ids, or those in addresses of pages."""
    named = re.split(r"[\s,]+", str(form.get(name, "")))
    ids = (unquote(each.rstrip("/").rpartition("/")[2]) for each in named)
    return [each for each in ids if each]


def _work(form: FormData) -> str:
    """The only work that is named.

    Raises:
        Problem: 422, none or several.
    """
    named = _ids(form, "work")
    if len(named) != 1:
        raise Problem(422, "Nothing was added", "Give the address of the page of one work.")
    return named[0]


def _place(form: FormData) -> int:
    """The place in the author list, from 0; people count from 1.

    Raises:
        Problem: 422, it is no such number.
    """
    number = str(form.get("place", "")).strip()
    if not re.fullmatch("[1-9][0-9]{0,4}", number):
        detail = "Which of its authors? Give a number: 1 is the first."
        raise Problem(422, "Nothing was added", detail)
    return int(number) - 1


def _chosen(form: FormData, name: str, otherwise: str) -> tuple[str, ...]:
    """What was checked.

    Raises:
        Problem: 422, nothing.
    """
    chosen = tuple(map(str, form.getlist(name)))
    if not chosen:
        raise Problem(422, "Nothing was split off", otherwise)
    return chosen


def _note(form: FormData) -> str:
    return str(form.get("note", ""))
