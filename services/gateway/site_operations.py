"""Who moderates, for operators."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from chassis.problems import Problem
from contracts.people.account import Account, AccountList, Role, SetRoles
from services.gateway.desk import Desk, go
from services.gateway.pages.viewer import Viewer
from services.gateway.passing import Id
from services.gateway.people import read

_MODERATOR: Role = "moderator"


def router(desk: Desk) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)

    async def accounts(viewer: Viewer, who: str) -> tuple[Account, ...]:
        query = urlencode({"who": who}) if who else ""
        found = await desk.people.ask("GET", "/accounts", token=viewer.token, query=query)
        return read(found, AccountList).items

    @routes.get("/operations/roles")
    async def roles(request: Request, who: Annotated[str, Query(max_length=100)] = "") -> Response:
        viewer = await desk.somebody(request)
        who = who.strip()
        found = await accounts(viewer, who) if who else None
        have = await accounts(viewer, "")
        return desk.page("roles.html", viewer, form={"who": who}, found=found, have=have)

    @routes.post("/operations/roles/{account_id}")
    async def moderates(request: Request, account_id: Id) -> Response:
        viewer, form = await desk.submitted(request)
        account = next(iter(await accounts(viewer, account_id)), None)
        if account is None:
            raise Problem(404, "Not Found", f"No account {account_id} is known.")
        others = {*account.given} - {_MODERATOR}
        given = others | {_MODERATOR} if form.get("do") == "give" else others
        body = SetRoles(roles=tuple(sorted(given)))
        await desk.command(viewer, "PUT", f"/accounts/{account_id}/roles", body)
        return go("/operations/roles")

    return routes
