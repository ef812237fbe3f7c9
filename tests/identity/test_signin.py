"""Signing in at an OpenID provider: what is let in, what is not."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from joserfc.jwk import RSAKey

from contracts.people.signin import FinishSignIn, StartedSignIn, local_path
from deploy.local.servers import Servers
from services.identity.settings import IdentitySettings
from tests.identity.provider import CLIENT, Liar, lying_provider
from tests.signin import ADA, BOB, sign_in
from tests.support import System, client, new_system, unique
from tests.tokens import bearer

BACK = "http://127.0.0.1:8000/login/callback"


@pytest.fixture(scope="module")
async def system(servers: Servers) -> AsyncIterator[System]:
    async with new_system(servers) as made:
        yield made


@pytest.fixture
async def liar() -> AsyncIterator[Liar]:
    async with lying_provider() as made:
        yield made


@asynccontextmanager
async def identity_of(system: System, liar: Liar) -> AsyncIterator[httpx.AsyncClient]:
    other = {"id": "other", "name": "Other", "issuer": liar.issuer, "client_id": CLIENT}
    app = system.app(
        "identity",
        environment="development",
        orcid_issuer=liar.issuer,
        orcid_client_id=CLIENT,
        issuers=[other],
    )
    async with client(app) as http:
        yield http


@pytest.fixture
async def http(system: System, liar: Liar) -> AsyncIterator[httpx.AsyncClient]:
    async with identity_of(system, liar) as made:
        yield made


async def start(http: httpx.AsyncClient, **more: Any) -> StartedSignIn:
    asked = {"issuer": "orcid", "redirect_uri": BACK, "next": "/researchers/A1?x=1", **more}
    answer = await http.post("/signin/start", json=asked)
    assert answer.status_code == 200, answer.text
    return StartedSignIn.model_validate(answer.json())


async def finish(http: httpx.AsyncClient, back: FinishSignIn) -> httpx.Response:
    return await http.post("/signin/finish", json=back.model_dump())


async def test_one_signs_in_with_orcid(http: httpx.AsyncClient, liar: Liar) -> None:
    options = (await http.get("/signin")).json()
    assert options["issuers"][0] == {"id": "orcid", "name": "ORCID"}
    liar.claims = {"sub": ADA, "given_name": "Ada", "family_name": "Example"}
    started = await start(http)
    assert started.authorize_url.startswith(f"{liar.issuer}/authorize?")
    answer = await finish(http, liar.browse(started))
    assert liar.asked["code_challenge_method"] == "S256"
    assert liar.asked["scope"] == "openid"
    assert liar.asked["redirect_uri"] == BACK
    done = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert done["next"] == "/researchers/A1?x=1"
    told = await http.post("/exchange", json={"secret": done["session_secret"]})
    me = told.json()["me"]
    assert (me["account_id"], me["orcid"]) == (done["account_id"], ADA)
    assert me["name"] == "Ada Example"


async def test_every_sign_in_has_a_session_of_its_own_and_a_new_secret(
    http: httpx.AsyncClient, liar: Liar
) -> None:
    first = (await finish(http, liar.browse(await start(http)))).json()
    second = (await finish(http, liar.browse(await start(http)))).json()
    assert first["account_id"] == second["account_id"]
    assert first["session_secret"] != second["session_secret"]


async def test_an_answer_counts_once(http: httpx.AsyncClient, liar: Liar) -> None:
    back = liar.browse(await start(http))
    assert (await finish(http, back)).status_code == 200
    again = await finish(http, back)
    assert (again.status_code, again.json()["reason"]) == (400, "sign-in-expired")


async def test_an_answer_counts_only_in_the_browser_that_began(
    http: httpx.AsyncClient, liar: Liar
) -> None:
    """Login CSRF: somebody else's answer, given to this browser, signs nobody in."""
    mine, theirs = await start(http), await start(http)
    crossed = liar.browse(theirs).model_copy(update={"browser_secret": mine.browser_secret})
    refused = await finish(http, crossed)
    assert (refused.status_code, refused.json()["reason"]) == (400, "sign-in-expired")
    assert (await finish(http, liar.browse(theirs))).status_code == 200  # nothing was used up


NOBODY = RSAKey.generate_key(2048, {"kid": "k1"})
LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "replayed"},
    "no nonce": {"nonce": None},
    "another issuer": {"iss": "https://elsewhere.example"},
    "another client": {"aud": "elsewhere"},
    "two clients and none named": {"aud": [CLIENT, "elsewhere"]},
    "another authorized party": {"azp": "elsewhere"},
    "expired": {"exp": 1_000_000_000},
    "no end": {"exp": None},
    "of another access token": {"at_hash": "AAAA"},
    "nobody": {"sub": None},
    "a number": {"sub": 7},
}


@pytest.mark.parametrize("lie", LIES)
async def test_an_id_token_that_does_not_hold_signs_nobody_in(
    http: httpx.AsyncClient, liar: Liar, lie: str
) -> None:
    liar.claims = LIES[lie]
    answer = await finish(http, liar.browse(await start(http)))
    assert (answer.status_code, answer.json()["reason"]) == (400, "issuer-refused")


async def test_an_id_token_of_another_key_signs_nobody_in(
    http: httpx.AsyncClient, liar: Liar
) -> None:
    liar.signs_with = NOBODY
    answer = await finish(http, liar.browse(await start(http)))
    assert answer.json()["reason"] == "issuer-refused"


@pytest.mark.parametrize(("seconds", "status"), [(50, 200), (120, 400)])
async def test_clocks_may_differ_by_a_minute(
    http: httpx.AsyncClient, liar: Liar, seconds: int, status: int
) -> None:
    now = int(time.time())
    for claims in ({"exp": now - seconds}, {"iat": now + seconds, "exp": now + 600}):
        liar.claims = claims
        assert (await finish(http, liar.browse(await start(http)))).status_code == status


async def test_an_answer_of_another_issuer_is_refused(
    system: System, http: httpx.AsyncClient, liar: Liar
) -> None:
    back = liar.browse(await start(http))
    mixed = back.model_copy(update={"iss": "https://elsewhere.example"})
    assert (await finish(http, mixed)).json()["reason"] == "issuer-refused"
    liar.metadata = {"authorization_response_iss_parameter_supported": True}
    async with identity_of(system, liar) as fresh:
        back = liar.browse(await start(fresh))
        assert (await finish(fresh, back.model_copy(update={"iss": None}))).status_code == 400
        assert (await finish(fresh, liar.browse(await start(fresh)))).status_code == 200


async def test_a_code_the_issuer_does_not_know_is_refused(
    http: httpx.AsyncClient, liar: Liar
) -> None:
    back = liar.browse(await start(http)).model_copy(update={"code": "used-already"})
    assert (await finish(http, back)).json()["reason"] == "issuer-refused"


@pytest.mark.parametrize(
    "lie", [{"issuer": "https://elsewhere.example"}, {"token_endpoint": None}, {"jwks_uri": 7}]
)
async def test_a_provider_that_is_not_what_it_says_is_not_used(
    http: httpx.AsyncClient, liar: Liar, lie: dict[str, Any]
) -> None:
    liar.metadata = lie
    answer = await http.post("/signin/start", json={"issuer": "orcid", "redirect_uri": BACK})
    assert (answer.status_code, answer.json()["reason"]) == (503, "issuer-away")
    assert answer.headers["retry-after"]


async def test_a_provider_that_is_away_is_told(system: System) -> None:
    liar = Liar("http://127.0.0.1:9")
    async with identity_of(system, liar) as http:
        answer = await http.post("/signin/start", json={"issuer": "orcid", "redirect_uri": BACK})
        assert (answer.status_code, answer.json()["reason"]) == (503, "issuer-away")


async def test_a_name_and_a_verified_address_may_be_told_beside(
    http: httpx.AsyncClient, liar: Liar
) -> None:
    liar.user_info = {"sub": "7", "name": "Ada", "email": "A@B.org", "email_verified": True}
    done = (await finish(http, liar.browse(await start(http, issuer="other")))).json()
    told = await http.post("/exchange", json={"secret": done["session_secret"]})
    assert (told.json()["me"]["name"], told.json()["me"]["email"]) == ("Ada", "a@b.org")
    liar.claims = {"sub": "8"}
    done = (await finish(http, liar.browse(await start(http, issuer="other")))).json()
    me = (await http.post("/exchange", json={"secret": done["session_secret"]})).json()["me"]
    assert (me["name"], me["email"]) == (None, None)  # it was told of somebody else
    liar.user_info = {"sub": "8", "email": "root@b.org", "email_verified": "no"}
    done = (await finish(http, liar.browse(await start(http, issuer="other")))).json()
    me = (await http.post("/exchange", json={"secret": done["session_secret"]})).json()["me"]
    assert me["email"] is None


async def test_only_the_orcid_issuer_and_a_right_check_digit_give_an_orcid_id(
    http: httpx.AsyncClient, liar: Liar
) -> None:
    for issuer, sub in (("other", BOB), ("orcid", "0000-0002-1825-0098"), ("orcid", "ada")):
        liar.claims = {"sub": sub}
        done = (await finish(http, liar.browse(await start(http, issuer=issuer)))).json()
        told = await http.post("/exchange", json={"secret": done["session_secret"]})
        assert told.json()["me"]["orcid"] is None


@pytest.mark.parametrize(
    "uri",
    ["https://evil.example/login/callback", "http://127.0.0.1:8000.evil.example/", "/login", "x"],
)
async def test_the_browser_comes_back_to_this_site_only(http: httpx.AsyncClient, uri: str) -> None:
    answer = await http.post("/signin/start", json={"issuer": "orcid", "redirect_uri": uri})
    assert answer.status_code == 422


async def test_an_issuer_nobody_set_up_is_unknown(http: httpx.AsyncClient) -> None:
    answer = await http.post("/signin/start", json={"issuer": "evil", "redirect_uri": BACK})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "evil",
        "",
        "/\t/evil.example",
        "/a\r\nSet-Cookie: x",
        "javascript:alert(1)",
        "\\\\evil.example",
    ],
)
async def test_nobody_is_sent_elsewhere_afterwards(path: str) -> None:
    assert local_path(path) == "/"
    assert local_path("/researchers/A1?tab=1#x") == "/researchers/A1?tab=1#x"


async def test_a_sign_in_is_added_to_the_account_that_asked(
    system: System, http: httpx.AsyncClient, liar: Liar
) -> None:
    liar.claims = {"sub": "0000-0001-5109-3700"}
    mailed = await sign_in(system, email=f"{unique()}@example.org")
    asked = {"issuer": "orcid", "redirect_uri": BACK}
    headers = await mailed.bearer(http)
    answer = await http.post("/signin/start", json=asked, headers=headers)
    started = StartedSignIn.model_validate(answer.json())
    done = (await finish(http, liar.browse(started))).json()
    assert done["account_id"] == mailed.account_id
    made = {"name": "script", "scopes": ["profile"]}
    secret = (await http.post("/me/tokens", json=made, headers=headers)).json()["secret"]
    token = (await http.post("/exchange", json={"secret": secret})).json()["token"]
    program = bearer(token["access_token"])
    refused = await http.post("/signin/start", json=asked, headers=program)
    assert refused.status_code == 403


@pytest.mark.parametrize(
    "settings",
    [
        {"orcid_client_id": "x", "orcid_issuer": "http://127.0.0.1:1"},
        {"issuers": [{"id": "a", "name": "A", "issuer": "http://a.example", "client_id": "x"}]},
        {"smtp_url": "smtp://127.0.0.1:25"},
        {"issuers": [{"id": "email", "name": "A", "issuer": "https://a.org", "client_id": "x"}]},
        {"smtp_url": "mail.example.org:25"},
        {"public_url": "http://researchers.example.org"},
    ],
)
def test_production_takes_nothing_meant_for_development(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"https|smtps|id of its own"):
        IdentitySettings(**settings)
