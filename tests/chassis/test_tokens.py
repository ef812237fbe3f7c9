"""Who may come in with an access token, and what the others are told."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey

from chassis import problems, tokens
from chassis.tokens import Caller, Invalid, KeySource, Verifier, caller, caller_or_none, needs
from contracts.people.access import TOKEN_AUDIENCE, TOKEN_ISSUER
from tests.support import client
from tests.tokens import Mint, bearer

BAD = sorted(Mint().bad_tokens())


@pytest.fixture
def mint() -> Mint:
    return Mint()


def app_of(verifier: Verifier) -> FastAPI:
    app = FastAPI()
    problems.install(app, problems.problem_response)
    tokens.install(app, verifier)

    @app.get("/me")
    async def me(who: Annotated[Caller, Depends(caller)]) -> dict[str, Any]:
        return {"id": who.account_id, "authors": who.authors, "session": who.session_id}

    @app.get("/anybody")
    async def anybody(who: Annotated[Caller | None, Depends(caller_or_none)]) -> str:
        return who.account_id if who else "nobody"

    @app.get("/follow")
    async def follow(who: Annotated[Caller, Depends(needs(scope="follow"))]) -> str:
        return who.account_id

    @app.get("/queue")
    async def queue(who: Annotated[Caller, Depends(needs(role="moderator"))]) -> str:
        return who.account_id

    return app


@pytest.fixture
async def http(mint: Mint) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app_of(mint.verifier())) as made:
        yield made


async def test_a_good_token_says_who_calls(mint: Mint, http: httpx.AsyncClient) -> None:
    answer = await http.get("/me", headers=bearer(mint.token("U7", authors=["A1"])))
    assert answer.json() == {"id": "U7", "authors": ["A1"], "session": "S1"}


@pytest.mark.parametrize("path", ["/me", "/anybody", "/follow"])
@pytest.mark.parametrize("kind", BAD)
async def test_a_bad_token_is_refused_everywhere(
    mint: Mint, http: httpx.AsyncClient, kind: str, path: str
) -> None:
    answer = await http.get(path, headers=bearer(mint.bad_tokens()[kind]))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert answer.headers["content-type"] == "application/problem+json"


async def test_without_a_token_one_is_nobody(http: httpx.AsyncClient) -> None:
    assert (await http.get("/anybody")).json() == "nobody"
    answer = await http.get("/me")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    basic = await http.get("/anybody", headers={"Authorization": "Basic dTpw"})
    assert basic.status_code == 401


async def test_a_scope_or_a_role_that_is_missing_is_forbidden(
    mint: Mint, http: httpx.AsyncClient
) -> None:
    reader = bearer(mint.token(scopes=["read"]))
    answer = await http.get("/follow", headers=reader)
    assert answer.status_code == 403
    challenge = 'Bearer error="insufficient_scope", scope="follow"'
    assert answer.headers["www-authenticate"] == challenge
    assert (await http.get("/queue", headers=bearer(mint.token()))).status_code == 403
    moderator = bearer(mint.token(roles=["member", "moderator"]))
    assert (await http.get("/queue", headers=moderator)).status_code == 200


async def test_a_small_difference_of_clocks_does_no_harm(
    mint: Mint, http: httpx.AsyncClient
) -> None:
    for ago in (605, -5):
        assert (await http.get("/me", headers=bearer(mint.token(ago=ago)))).status_code == 200


async def test_keys_are_fetched_again_for_an_unknown_one_but_not_for_every_token(
    mint: Mint, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    published = Mint()

    async def keys() -> dict[str, Any]:
        nonlocal asked
        asked += 1
        return await published.keys()

    async with client(app_of(Verifier(keys, issuer=TOKEN_ISSUER, audience=TOKEN_AUDIENCE))) as http:
        assert (await http.get("/me", headers=bearer(published.token()))).status_code == 200
        for _ in range(5):
            assert (await http.get("/me", headers=bearer(mint.token()))).status_code == 401
        assert asked == 1  # just fetched
        monkeypatch.setattr(tokens, "_BETWEEN_FETCHES", 0.0)
        published = mint
        assert (await http.get("/me", headers=bearer(mint.token()))).status_code == 200
        assert asked == 2


async def test_a_new_key_is_found_where_keys_have_no_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tokens, "_BETWEEN_FETCHES", 0.0)
    published = ECKey.generate_key("P-256")

    async def keys() -> dict[str, Any]:
        return {"keys": [published.as_dict(private=False)]}

    source = KeySource(keys)
    for _ in range(2):
        token = jwt.encode({"alg": "ES256"}, {"sub": "U1"}, published)
        assert (await source.decode(token, ["ES256"])).claims == {"sub": "U1"}
        published = ECKey.generate_key("P-256")
    stranger = jwt.encode({"alg": "ES256"}, {"sub": "U1"}, ECKey.generate_key("P-256"))
    with pytest.raises(Invalid):
        await source.decode(stranger, ["ES256"])


async def test_a_token_that_was_known_is_refused_once_its_key_is_withdrawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published = first = ECKey.generate_key("P-256")

    async def keys() -> dict[str, Any]:
        return {"keys": [published.as_dict(private=False)]}

    source = KeySource(keys)
    token = jwt.encode({"alg": "ES256"}, {"sub": "U1"}, first)
    for _ in range(2):
        assert (await source.decode(token, ["ES256"])).claims == {"sub": "U1"}
    published = ECKey.generate_key("P-256")
    monkeypatch.setattr(tokens, "_KEYS_FOR", 0.0)
    monkeypatch.setattr(tokens, "_BETWEEN_FETCHES", 0.0)
    with pytest.raises(Invalid):
        await source.decode(token, ["ES256"])


async def test_without_keys_it_is_our_fault_and_passes(
    mint: Mint, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = True
    monkeypatch.setattr(tokens, "_BETWEEN_FIRST_TRIES", 0.0)

    async def keys() -> dict[str, Any]:
        if away:
            raise httpx.ConnectError("refused")
        return await mint.keys()

    async with client(app_of(Verifier(keys, issuer=TOKEN_ISSUER, audience=TOKEN_AUDIENCE))) as http:
        answer = await http.get("/me", headers=bearer(mint.token()))
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        away = False
        assert (await http.get("/me", headers=bearer(mint.token()))).status_code == 200
        away = True
        monkeypatch.setattr(tokens, "_KEYS_FOR", 0.0)
        monkeypatch.setattr(tokens, "_BETWEEN_FETCHES", 0.0)
        assert (await http.get("/me", headers=bearer(mint.token()))).status_code == 200


async def test_a_token_that_was_taken_back_is_refused(mint: Mint) -> None:
    async def ended(_: Caller) -> None:
        return None

    verifier = Verifier(mint.keys, issuer=TOKEN_ISSUER, audience=TOKEN_AUDIENCE, current=ended)
    async with client(app_of(verifier)) as http:
        answer = await http.get("/me", headers=bearer(mint.token()))
        assert answer.status_code == 401
        assert "ended" in answer.json()["detail"]
