"""Signing in and out: cookies, and where people are led."""

import httpx
import pytest

from contracts.people.signin import StartedEmail, StartedSignIn
from tests.gateway.site.browser import HOSTILE, PAGE, cookie, send, session, sign_in
from tests.gateway.standin import TOKEN, Identity
from tests.support import System, client


async def test_signing_in_at_an_issuer_gives_the_browser_a_new_session(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    started = StartedSignIn(authorize_url="https://orcid.example/a?b=c", browser_secret="binds")
    identity.says("POST", "/signin/start", started)
    identity.says("POST", "/signin/finish", session(PAGE))
    page = (await http.get(f"/login?next={PAGE}")).text
    assert f'href="/login/with/orcid?next={PAGE}"' in page
    http.cookies.set("bzpeer-session", "planted-by-somebody-else")
    there = await http.get(f"/login/with/orcid?next={PAGE}")
    assert (there.status_code, there.headers["location"]) == (303, started.authorize_url)
    asked = identity.last("POST", "/signin/start").json
    assert asked["next"] == PAGE
    assert asked["redirect_uri"].endswith("/login/callback")
    back = await http.get("/login/callback?state=s&code=c&iss=https://orcid.example")
    assert identity.last("POST", "/signin/finish").json["browser_secret"] == "binds"
    assert (back.status_code, back.headers["location"]) == (303, PAGE)
    assert cookie(back, "bzpeer-session").startswith("bzpeer-session=a-new-secret;")
    assert "Max-Age=0" in cookie(back, "bzpeer-sign-in")


async def test_cookies_are_out_of_reach_of_scripts_and_other_sites(
    databases: System, identity: Identity
) -> None:
    identity.says("POST", "/signin/finish", session())
    for public_url, prefix, secure in (
        ("https://bzpeer.example", "__Host-", True),
        ("http://127.0.0.1:8000", "", False),
    ):
        app = databases.app("gateway", identity_url=identity.address, public_url=public_url)
        async with client(app) as http:
            headers = {"Cookie": f"{prefix}bzpeer-sign-in=binds"}
            back = await http.get("/login/callback?state=s&code=c", headers=headers)
        given = cookie(back, f"{prefix}bzpeer-session")
        assert "HttpOnly" in given
        assert "SameSite=lax" in given
        assert "Path=/" in given
        assert "Domain" not in given
        assert ("Secure" in given) is secure


async def test_a_sign_in_ends_only_in_the_browser_that_began_it(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    identity.says("POST", "/signin/finish", session())
    for path in ("/login/callback?state=s&code=c", "/login/callback?error=access_denied"):
        answer = await http.get(path)
        assert answer.status_code in (400, 403)
        assert "set-cookie" not in answer.headers
        assert 'role="alert"' in answer.text
    assert not [each for each in identity.asked if each.path == "/signin/finish"]


@pytest.mark.parametrize("next", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_nobody_is_sent_to_another_site(
    http: httpx.AsyncClient, identity: Identity, next: str
) -> None:
    started = StartedSignIn(authorize_url="https://orcid.example/", browser_secret="binds")
    identity.says("POST", "/signin/start", started)
    identity.says("POST", "/signin/finish", {**session().model_dump(mode="json"), "next": next})
    await http.get("/login/with/orcid", params={"next": next})
    assert identity.last("POST", "/signin/start").json["next"] == "/"
    back = await http.get("/login/callback?state=s&code=c")
    assert back.headers["location"] == "/"
    sign_in(http, identity)
    assert (await http.get("/login", params={"next": next})).headers["location"] == "/"


async def test_where_to_go_next_is_never_markup(http: httpx.AsyncClient) -> None:
    page = await http.get("/login", params={"next": f'/"{HOSTILE}'})
    assert page.status_code == 200
    assert "<script>alert" not in page.text


async def test_signing_in_with_a_code(http: httpx.AsyncClient, identity: Identity) -> None:
    identity.says("POST", "/signin/email", StartedEmail(browser_secret="binds"))
    identity.says("POST", "/signin/email/finish", session(PAGE))
    wrong = await send(http, "/login/email", email="nowhere", next=PAGE)
    assert wrong.status_code == 422
    assert 'value="nowhere"' in wrong.text
    asked = await send(http, "/login/email", email="ada@example.org", next=PAGE)
    assert asked.headers["location"] == "/login/code"
    assert "Look at your mail" in (await http.get("/login/code")).text
    assert (await send(http, "/login/code", code="12")).status_code == 422
    identity.refuses("POST", "/signin/email/finish", 401)
    assert "It is 401." in (await send(http, "/login/code", code="000000")).text
    identity.says("POST", "/signin/email/finish", session(PAGE))
    done = await send(http, "/login/code", code="123 456")
    assert identity.last("POST", "/signin/email/finish").json["code"] == "123456"
    assert done.headers["location"] == PAGE
    assert "a-new-secret" in cookie(done, "bzpeer-session")


async def test_who_asks_too_often_reads_when_they_may_again(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    problem = {"title": "Too Many Requests", "detail": "Try again in 5 minutes."}
    limit = {"retry_after": "300", "ratelimit": '"codes-from-here";r=0;t=300'}
    identity.says("POST", "/signin/email", problem, 429, **limit)
    answer = await send(http, "/login/email", email="ada@example.org")
    assert identity.last("POST", "/signin/email").headers["client-address"] == "127.0.0.1"
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "300")
    assert answer.headers["ratelimit"] == '"codes-from-here";r=0;t=300'
    assert "Try again in 5 minutes." in answer.text


async def test_signing_out(http: httpx.AsyncClient, identity: Identity) -> None:
    sign_in(http, identity)
    identity.says("POST", "/me/sign-out", status=204)
    answer = await send(http, "/logout")
    assert "Max-Age=0" in cookie(answer, "bzpeer-session")
    assert "Max-Age=0" in cookie(answer, "bzpeer-late")
    assert identity.last("POST", "/me/sign-out").headers["authorization"] == f"Bearer {TOKEN}"


async def test_who_is_signed_in_adds_an_issuer_unless_another_site_sent_them(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    sign_in(http, identity)
    started = StartedSignIn(authorize_url="https://orcid.example/", browser_secret="binds")
    identity.says("POST", "/signin/start", started)
    for site, adds in (("same-origin", True), ("cross-site", False)):
        await http.get("/login/with/orcid", headers={"Sec-Fetch-Site": site})
        assert ("authorization" in identity.last("POST", "/signin/start").headers) is adds
