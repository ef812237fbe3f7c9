"""Who may do what: every route of identity and gateway, asked by everybody.

The expected answers are in ``authorisation.txt``, one line a route, for people to read.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local.servers import Servers
from deploy.openapi import FOLDER
from tests.flows.commune import CALLERS, OWN, WORK, Commune, commune
from tests.support import new_system

TABLE = Path(__file__).with_name("authorisation.txt")
OPERATIONS = ("/health/", "/metrics", "/status")
METHODS = {"get", "put", "post", "delete", "patch"}
HELLO = {"purpose": "data", "message": "Shall we?"}
BODIES: dict[str, Any] = {
    "POST /researchers/{author_id}/claims": {"json": {}},
    "POST /claims/{claim_id}/evidence": {"json": {"kind": "orcid"}},
    "POST /claims/{claim_id}/dispute": {"json": {"reason": "That is me."}},
    "POST /claims/{claim_id}/appeal": {"json": {"reason": "Look again."}},
    "POST /claims/{claim_id}/decision": {"json": {"outcome": "approve"}},
    "POST /researchers/{author_id}/invitations": {"json": HELLO},
    "POST /invitations/{invitation_id}/report": {"json": {"reason": "Rude."}},
    "POST /invitations/{invitation_id}/messages": {"json": {"text": "Hello."}},
    "PATCH /me": {"json": {"tagline": "Reads."}},
    "POST /me/tokens": {"json": {"name": "script", "scopes": ["read"]}},
    "PUT /accounts/{account_id}/roles": {"json": {"roles": ["member"]}},
    "POST /curations": {"json": {"kind": "not-mine", "author": OWN, "work": WORK}},
    "POST /exchange": {"json": {"secret": "nobody's"}},
    "POST /token": {"data": {"grant_type": "password", "subject_token": "nobody's"}},
    "POST /signin/start": {"json": {"issuer": "none", "redirect_uri": "http://x.example/"}},
    "POST /signin/finish": {"json": {"state": "x", "code": "x", "browser_secret": "x"}},
    "POST /signin/email": {"json": {"email": "no@mail.example"}},
    "POST /signin/email/finish": {"json": {"code": "000000", "browser_secret": "x"}},
}
"""What is sent, by method and path without `/api/v1`."""
INSTEAD = {
    "POST /claims/{claim_id}/decision": ("{claim_id}", "{queued}"),
    "POST /invitations/{invitation_id}/accept": ("{invitation_id}", "{sent}"),
    "POST /invitations/{invitation_id}/decline": ("{invitation_id}", "{sent}"),
}
"""Another thing than usual to ask for, where the usual one cannot be asked for that any more."""


def table() -> dict[tuple[str, str, str], list[str]]:
    """Service, method and path to the expected statuses, one a caller."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        cells = line.split()
        if cells and not line.startswith("#"):
            route = (cells[0], cells[1], cells[2])
            assert route not in found, f"{route} is there twice"
            found[route] = cells[3:]
    return found


def routes() -> set[tuple[str, str, str]]:
    """Every route of both services, but for those of operators that all services have."""
    documents = {
        service: json.loads((FOLDER / f"{service}.json").read_bytes())
        for service in ("identity", "gateway")
    }
    return {
        (service, method.upper(), path)
        for service, document in documents.items()
        for path, methods in document["paths"].items()
        for method in methods.keys() & METHODS
        if not path.startswith(OPERATIONS)
    }


@pytest.fixture(scope="module")
async def world(servers: Servers) -> AsyncIterator[Commune]:
    """Everybody, for all tests here: each request finds the world as it was."""
    async with new_system(servers) as system, commune(system) as made:
        yield made


def test_every_route_is_in_the_table_and_no_other() -> None:
    assert table().keys() == routes()


def test_every_caller_has_an_answer() -> None:
    header = TABLE.read_text(encoding="utf-8").splitlines()[0].split()
    assert header[-len(CALLERS) :] == list(CALLERS)
    assert {len(expected) for expected in table().values()} == {len(CALLERS)}


@pytest.mark.parametrize(("service", "method", "path"), table())
async def test_everybody_gets_the_answer_of_the_table(
    world: Commune, service: str, method: str, path: str
) -> None:
    name = f"{method} {path.removeprefix('/api/v1')}"
    asked = path.replace(*INSTEAD[name]) if name in INSTEAD else path
    told = [
        str((await world.ask(service, caller, method, asked, BODIES.get(name, {}))).status_code)
        for caller in CALLERS
    ]
    assert dict(zip(CALLERS, told, strict=True)) == dict(
        zip(CALLERS, table()[service, method, path], strict=True)
    )
