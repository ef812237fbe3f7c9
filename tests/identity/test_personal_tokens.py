"""Tokens for programs, and what they are exchanged for."""

import httpx
import pytest

from services.identity import api_accounts
from services.identity.limits import Limit
from tests.signin import Person
from tests.tokens import bearer

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"


async def test_a_personal_token_does_what_it_was_made_for_and_no_more(
    http: httpx.AsyncClient, ada: Person
) -> None:
    headers = await ada.bearer(http)
    asked = {"name": "script", "scopes": ["read", "follow"], "days": 1}
    made = (await http.post("/me/tokens", json=asked, headers=headers)).json()
    assert made["secret"].startswith("bzp_")
    form = {"grant_type": GRANT, "subject_token": made["secret"]}
    answer = await http.post("/token", data=form)
    assert answer.status_code == 200
    assert set(answer.json()["scope"].split()) == {"read", "follow"}
    narrow = (await http.post("/token", data={**form, "scope": "read"})).json()
    assert narrow["scope"] == "read"
    wide = await http.post("/token", data={**form, "scope": "read claim"})
    assert (wide.status_code, wide.json()["error"]) == (400, "invalid_scope")
    programs = bearer(answer.json()["access_token"])
    assert (await http.get("/me/tokens", headers=programs)).status_code == 403
    (listed,) = (await http.get("/me/tokens", headers=headers)).json()["items"]
    assert listed["name"] == "script"
    assert listed["secret"] is None
    gone = await http.delete(f"/me/tokens/{made['id']}", headers=headers)
    assert gone.status_code == 204
    assert (await http.post("/token", data=form)).json()["error"] == "invalid_grant"
    assert (await http.delete(f"/me/tokens/{made['id']}", headers=headers)).status_code == 404


async def test_a_program_cannot_give_itself_another_token(
    http: httpx.AsyncClient, ada: Person
) -> None:
    asked = {"name": "script", "scopes": ["profile"]}
    headers = await ada.bearer(http)
    secret = (await http.post("/me/tokens", json=asked, headers=headers)).json()["secret"]
    program = bearer(await Person(ada.account_id, secret).token(http))
    assert (await http.post("/me/tokens", json=asked, headers=program)).status_code == 403


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:saml2"}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"grant_type": ""}, "unsupported_grant_type"),
        ({}, "invalid_grant"),
    ],
)
async def test_what_cannot_be_exchanged_is_told_as_the_standard_says(
    http: httpx.AsyncClient, ada: Person, change: dict[str, str], error: str
) -> None:
    """A session of a browser is no personal token."""
    form = {"grant_type": GRANT, "subject_token": ada.secret, **change}
    answer = await http.post("/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["cache-control"] == "no-store"


async def test_who_tries_tokens_is_stopped_and_nobody_elsewhere(
    http: httpx.AsyncClient, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_accounts, "WRONG_TOKENS", Limit("wrong-tokens-from-here", 3, 86_400))
    asked = {"name": "script", "scopes": ["read"]}
    made = (await http.post("/me/tokens", json=asked, headers=await ada.bearer(http))).json()
    right = {"grant_type": GRANT, "subject_token": made["secret"]}

    async def exchange(form: dict[str, str], address: str) -> int:
        answer = await http.post("/token", data=form, headers={"Client-Address": address})
        return answer.status_code

    assert [await exchange(right, "192.0.2.1") for _ in range(5)] == [200] * 5
    wrong = {**right, "subject_token": "bzp_guessed"}
    assert [await exchange(wrong, "192.0.2.1") for _ in range(4)] == [400, 400, 400, 429]
    assert await exchange(right, "192.0.2.1") == 429
    assert await exchange(right, "192.0.2.2") == 200
