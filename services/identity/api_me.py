"""HTTP of one's own data: settings, log, export, erasure."""

from typing import Any

from fastapi import APIRouter, Response

from contracts.people.account import AuditLog, Me, Settings
from services.identity.callers import Owner, Reader
from services.identity.claim_store import Done
from services.identity.own_data import OwnData
from services.identity.paging import Cursor, Limit
from services.identity.replies import consistent, errors

TOPIC = "identity.profile"


def router(own: OwnData) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["own account"])

    @routes.get("/me", responses=errors(403, 410))
    async def get_me(who: Reader) -> Me:
        """The caller's own account."""
        return await own.me(who.account_id)

    @routes.patch("/me", responses=errors(403, 409, 410))
    async def change_me(asked: Settings, who: Owner, response: Response) -> Me:
        """Change settings: those that are given; an empty text takes a thing away."""
        _told(await own.change(who.account_id, asked), response)
        return await own.me(who.account_id)

    @routes.delete("/me", status_code=204, responses=errors(403))
    async def erase_me(who: Owner, response: Response) -> None:
        """Erase the account and everything that is kept of it, at once and for good."""
        _told(await own.erase(who), response)

    @routes.get("/me/audit", responses=errors(403))
    async def get_log(who: Owner, cursor: Cursor = None, limit: Limit = 50) -> AuditLog:
        """What was done by the caller and to them, newest first."""
        return await own.log(who.account_id, cursor, limit)

    @routes.get("/me/export", responses=errors(403, 410))
    async def export(who: Owner, response: Response) -> dict[str, Any]:
        """Everything that is kept about the caller."""
        response.headers["Content-Disposition"] = 'attachment; filename="bzpeer-export.json"'
        return await own.export(who.account_id)

    return routes


def _told(done: Done | None, response: Response) -> None:
    if done is not None:
        consistent(response, TOPIC, done.author_id, done.positions.get(TOPIC, 0))
