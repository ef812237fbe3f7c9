"""What a person's browser does: sign in, send forms, keep cookies."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from contracts.people.exchange import Relation
from contracts.people.signin import SignedIn
from services.gateway.passing import csrf_token
from tests.gateway.standin import SECRET, Identity

ADA, PAGE = "Aada", "/researchers/Aada"
HOSTILE = "<script>alert(1)</script>"


def sign_in(http: httpx.AsyncClient, identity: Identity, **relation: Any) -> None:
    """A browser with a session."""
    identity.knows()
    identity.relations[ADA] = Relation(author_id=ADA, **relation)
    http.cookies.set("bzpeer-session", SECRET)


async def send(http: httpx.AsyncClient, path: str, **fields: Any) -> httpx.Response:
    """Send a form as its page would."""
    ours = {"Sec-Fetch-Site": "same-origin"}
    return await http.post(path, data={"csrf": csrf_token(SECRET), **fields}, headers=ours)


def cookie(response: httpx.Response, name: str) -> str:
    found = [each for each in response.headers.get_list("set-cookie") if each.startswith(name)]
    assert found, response.headers
    return found[-1]


def session(next: str = "/") -> SignedIn:
    until = datetime.now(UTC) + timedelta(days=1)
    return SignedIn(session_secret="a-new-secret", account_id="U1", next=next, expires_at=until)
