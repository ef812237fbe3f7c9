"""Who may send a form, and whose page it is."""

import httpx
import pytest

from services.gateway.passing import csrf_token
from tests.gateway.asking import HTML, NOBODY_LISTENS
from tests.gateway.site.browser import PAGE, sign_in
from tests.gateway.standin import SECRET, TOKEN, Identity
from tests.support import System, client

FORMS = [
    f"{PAGE}/follow", f"{PAGE}/claim", f"{PAGE}/invitations", f"{PAGE}/mute", "/logout",
    "/claims/c-1/evidence", "/claims/c-1/withdraw", "/claims/c-1/appeal",
    "/invitations/i-1/accept", "/invitations/i-1/messages", "/invitations/i-1/report",
    "/invitations/i-1/block", "/confirmations/f-1/confirm", "/moderation/claims/c-1",
    "/moderation/reports/r-1/close",
    "/settings/profile", "/settings/privacy", "/settings/tokens", "/settings/erase",
    "/settings/tokens/t-1/revoke", "/settings/sign-out-everywhere",
]  # fmt: skip


@pytest.mark.parametrize("path", FORMS)
async def test_no_other_site_can_send_a_form(
    http: httpx.AsyncClient, identity: Identity, path: str
) -> None:
    token = {"csrf": csrf_token(SECRET)}
    nobody = await http.post(path, data=token, headers={"Sec-Fetch-Site": "same-origin"})
    assert nobody.status_code == 303
    assert nobody.headers["location"].startswith("/login?next=/")
    sign_in(http, identity)
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        assert (await http.post(path, data=token, headers=headers)).status_code == 403
    for fields in ({}, {"csrf": ""}, {"csrf": csrf_token("of another session")}, {"csrf": "é"}):
        assert (await http.post(path, data=fields)).status_code == 403
    assert {each.path for each in identity.asked} <= {"/exchange", "/signin"}


async def test_no_other_site_can_log_somebody_in(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    http.cookies.set("bzpeer-sign-in", "binds")
    for path, fields in (("/login/email", {"email": "a@b.c"}), ("/login/code", {"code": "123456"})):
        answer = await http.post(path, data=fields, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
    assert identity.asked == []


PERSONAL = ["/inbox", "/settings", "/settings/tokens", "/settings/activity", "/moderation",
            "/settings/following", "/settings/export", "/claims/c-1", "/invitations/i-1",
            f"{PAGE}/claim"]  # fmt: skip


@pytest.mark.parametrize("path", PERSONAL)
async def test_who_is_not_signed_in_is_asked_to_and_comes_back(
    http: httpx.AsyncClient, path: str
) -> None:
    answer = await http.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")


async def test_the_page_of_nobody_is_the_same_for_all_and_of_somebody_for_them_alone(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    nobodys = await http.get(PAGE)
    assert nobodys.headers["cache-control"] == "no-cache"
    assert nobodys.headers["vary"] == "Cookie"
    stale = await http.get(PAGE, headers={"Cookie": "bzpeer-session=stale; other=1"})
    assert (stale.content, stale.headers["etag"]) == (nobodys.content, nobodys.headers["etag"])
    sign_in(http, identity, following=True)
    known = {"If-None-Match": nobodys.headers["etag"]}
    for path in (PAGE, f"{PAGE}?cursor=", "/", "/topics/none"):
        answer = await http.get(path, headers=known)
        assert answer.status_code != 304
    own = await http.get(PAGE, headers=known)
    assert own.headers["cache-control"] == "private, no-store"
    assert "etag" not in own.headers
    assert "Following" in own.text
    assert SECRET not in own.text
    assert TOKEN not in own.text
    http.cookies.clear()
    assert (await http.get(PAGE)).content == nobodys.content


async def test_while_identity_is_away_everybody_reads(databases: System) -> None:
    async with client(databases.app("gateway", identity_url=NOBODY_LISTENS)) as http:
        http.cookies.set("bzpeer-session", SECRET)
        assert (await http.get(PAGE, headers=HTML)).status_code == 200
        for path in ("/inbox", "/login"):
            answer = await http.get(path, headers=HTML)
            assert answer.status_code == 503
            assert "Accounts do not answer just now" in answer.text
