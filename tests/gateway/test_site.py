"""Pages and forms of signed-in people: cookies, who may send a form, what becomes of it."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

import services.gateway.store
from contracts.people.collaboration import MessageList
from contracts.people.exchange import Relation
from contracts.people.follows import FollowState
from contracts.people.signin import Issuer, SignedIn, SignInOptions, StartedEmail, StartedSignIn
from deploy.local.servers import Servers
from services.gateway.passing import csrf_token
from tests.gateway.personal import claim, invitation, options
from tests.gateway.standin import SECRET, TOKEN, Identity, stand_in
from tests.gateway.test_api import NOBODY_LISTENS, person, tell
from tests.support import System, client, unique

HTML = {"Accept": "text/html"}
ADA, PAGE = "Aada", "/researchers/Aada"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
async def system(servers: Servers) -> AsyncIterator[System]:
    made = System(servers, f"t{unique()}")
    await services.gateway.store.Store(made.service("gateway")).prepare()
    await tell(made, ADA, person("Ada", "W1"))
    yield made
    await made.drop()


@pytest.fixture(scope="module")
async def behind() -> AsyncIterator[Identity]:
    async with stand_in() as made:
        yield made


@pytest.fixture
async def identity(behind: Identity) -> Identity:
    behind.clear()
    both = SignInOptions(issuers=(Issuer(id="orcid", name="ORCID"),), email=True)
    behind.says("GET", "/signin", both)
    return behind


@pytest.fixture(scope="module")
def app(system: System, behind: Identity) -> FastAPI:
    """Built once: its many routes take a moment. It keeps nobody in mind between tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.gateway.people._EXCHANGE_SECONDS", 0)
        return system.app("gateway", identity_url=behind.address, consistency_wait=0.2)


@pytest.fixture
async def http(app: FastAPI, identity: Identity) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as made:
        made.headers.update(HTML)
        yield made


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
    system: System, identity: Identity
) -> None:
    identity.says("POST", "/signin/finish", session())
    for public_url, prefix, secure in (
        ("https://bzpeer.example", "__Host-", True),
        ("http://127.0.0.1:8000", "", False),
    ):
        app = system.app("gateway", identity_url=identity.address, public_url=public_url)
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
    identity.says("POST", "/signin/finish", session(next))
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


async def test_signing_out(http: httpx.AsyncClient, identity: Identity) -> None:
    sign_in(http, identity)
    identity.says("POST", "/me/sign-out", status=204)
    answer = await send(http, "/logout")
    assert "Max-Age=0" in cookie(answer, "bzpeer-session")
    assert identity.last("POST", "/me/sign-out").headers["authorization"] == f"Bearer {TOKEN}"


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


async def test_while_identity_is_away_everybody_reads(system: System) -> None:
    async with client(system.app("gateway", identity_url=NOBODY_LISTENS)) as http:
        http.cookies.set("bzpeer-session", SECRET)
        assert (await http.get(PAGE, headers=HTML)).status_code == 200
        for path in ("/inbox", "/login"):
            answer = await http.get(path, headers=HTML)
            assert answer.status_code == 503
            assert "Accounts do not answer just now" in answer.text


async def test_following_with_and_without_a_script(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    sign_in(http, identity)
    state = FollowState(author_id=ADA, following=True, followers=1)
    identity.says("PUT", f"/researchers/{ADA}/follow", state)
    identity.says("DELETE", f"/researchers/{ADA}/follow", state)
    answer = await send(http, f"{PAGE}/follow", do="follow")
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    scripted = await http.post(
        f"{PAGE}/follow",
        data={"csrf": csrf_token(SECRET), "do": "unfollow"},
        headers={"Accept": "application/json"},
    )
    assert scripted.json()["followers"] == 1
    assert identity.last("DELETE", f"/researchers/{ADA}/follow")


async def test_a_form_that_is_refused_comes_back_with_what_was_written(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    sign_in(http, identity, may_invite=True)
    identity.refuses("POST", f"/researchers/{ADA}/invitations", 429)
    path = f"{PAGE}/invitations"
    await tell_claimed(http, identity)
    answer = await send(http, path, purpose="review", message=f"Hello {HOSTILE}")
    assert answer.status_code == 429
    assert "It is 429." in answer.text
    assert HOSTILE not in answer.text
    assert "Hello &lt;script&gt;" in answer.text
    empty = await send(http, path, purpose="marriage", message="")
    assert empty.status_code == 422
    identity.says("POST", f"/researchers/{ADA}/invitations", invitation(id="i-9"), 201)
    sent = await send(http, path, purpose="review", message="One\r\ntwo")
    assert sent.headers["location"] == "/invitations/i-9"
    assert identity.last("POST", f"/researchers/{ADA}/invitations").json["message"] == "One\ntwo"


async def tell_claimed(http: httpx.AsyncClient, identity: Identity) -> None:
    """The form to invite is there."""
    assert "Send the invitation" in (await http.get(PAGE)).text


async def test_claiming_leads_to_the_claim(http: httpx.AsyncClient, identity: Identity) -> None:
    sign_in(http, identity)
    identity.says("GET", f"/researchers/{ADA}/claims", options())
    identity.says("POST", f"/researchers/{ADA}/claims", claim(id="c-7"), 201)
    page = (await http.get(f"{PAGE}/claim")).text
    assert "Claim this record" in page
    answer = await send(http, f"{PAGE}/claim", note="")
    assert answer.headers["location"] == "/claims/c-7"
    assert identity.last("POST", f"/researchers/{ADA}/claims").json == {}
    await send(http, f"{PAGE}/claim", note=" It is me. ")
    assert identity.last("POST", f"/researchers/{ADA}/claims").json == {"note": "It is me."}


async def test_who_is_signed_in_adds_an_issuer_unless_another_site_sent_them(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    sign_in(http, identity)
    started = StartedSignIn(authorize_url="https://orcid.example/", browser_secret="binds")
    identity.says("POST", "/signin/start", started)
    for site, adds in (("same-origin", True), ("cross-site", False)):
        await http.get("/login/with/orcid", headers={"Sec-Fetch-Site": site})
        assert ("authorization" in identity.last("POST", "/signin/start").headers) is adds


async def test_a_claim_says_where_it_stands(http: httpx.AsyncClient, identity: Identity) -> None:
    sign_in(http, identity)
    identity.says("GET", "/claims/c-1", claim(author_id=ADA, may=("evidence",)))
    identity.says("GET", f"/researchers/{ADA}/claims", options())
    page = (await http.get("/claims/c-1")).text
    words = " ".join(re.sub(r"<[^>]+>", "", page).split())
    for said in (
        "waits for a moderator. It is number 2 in the moderators’ queue.",
        "The name signed in with is unlike every spelling",
        "60 of 100 needed",
        "Link from your own page",
    ):
        assert said in words
    identity.says("POST", "/claims/c-1/evidence", claim(author_id=ADA))
    await send(http, "/claims/c-1/evidence", kind="email", email="a@b.org", code="", more="x")
    assert identity.last("POST", "/claims/c-1/evidence").json == {
        "kind": "email", "email": "a@b.org",
    }  # fmt: skip
    wrong = await send(http, "/claims/c-1/evidence", kind="rel-me", url="javascript:alert(1)")
    assert wrong.status_code == 422


async def test_a_message_that_is_sent_twice_carries_the_same_key(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    sign_in(http, identity)
    path = "/invitations/i-1"
    identity.says("GET", path, invitation(status="accepted"))
    identity.says("GET", f"{path}/messages", MessageList(items=()))
    identity.says("POST", f"{path}/messages", {}, 201)
    key = re.search(r'name="key" value="(\w{32})"', (await http.get(path)).text)
    assert key
    for _ in range(2):
        answer = await send(http, f"{path}/messages", text="Hello", key=key[1])
        assert answer.headers["location"] == f"{path}#latest"
        assert identity.last("POST", f"{path}/messages").headers["idempotency-key"] == key[1]


async def test_settings_are_saved(http: httpx.AsyncClient, identity: Identity) -> None:
    sign_in(http, identity)
    identity.says("PATCH", "/me", identity.knows(author_id=ADA))
    answer = await send(
        http,
        "/settings/profile",
        tagline="",
        links="https://a.example\r\n\r\n https://b.example ",
        featured_works=["W1", "W2"],
    )
    assert answer.headers["location"] == "/settings?said=profile"
    assert identity.last("PATCH", "/me").json == {
        "tagline": "", "pronouns": "", "affiliation": "",
        "links": ["https://a.example", "https://b.example"], "featured_works": ["W1", "W2"],
    }  # fmt: skip
    await send(http, "/settings/privacy", shown=["private_follows", "public_record"],
               private_follows="on")  # fmt: skip
    assert identity.last("PATCH", "/me").json == {"private_follows": True, "public_record": False}
    wrong = await send(http, "/settings/profile", links="javascript:alert(1)")
    assert wrong.status_code == 422
    assert "javascript:alert(1)</textarea>" in wrong.text


async def test_erasing_asks_twice_and_signs_out(
    http: httpx.AsyncClient, identity: Identity
) -> None:
    sign_in(http, identity)
    identity.says("DELETE", "/me", status=204)
    unsure = await send(http, "/settings/erase", sure="")
    assert unsure.status_code == 422
    assert "Nothing was erased" in unsure.text
    done = await send(http, "/settings/erase", sure="erase")
    assert done.headers["location"] == "/goodbye"
    assert "Max-Age=0" in cookie(done, "bzpeer-session")
    assert identity.last("DELETE", "/me")


async def test_too_long_a_form_is_refused(http: httpx.AsyncClient, identity: Identity) -> None:
    sign_in(http, identity)
    answer = await send(http, "/settings/profile", tagline="x" * 300_000)
    assert answer.status_code == 413
