"""Who gives roles, and what is written down about it."""

import httpx

from tests.signin import CY, Person, sign_in
from tests.support import System


async def test_an_operator_sets_roles_and_they_count_at_once(
    databases: System, http: httpx.AsyncClient, ada: Person
) -> None:
    operator = await sign_in(databases, orcid=CY)
    path = f"/accounts/{ada.account_id}/roles"
    asked = {"roles": ["moderator"]}
    before = await ada.bearer(http)
    assert (await http.put(path, json=asked, headers=before)).status_code == 403
    headers = await operator.bearer(http)
    answer = await http.put(path, json=asked, headers=headers)
    assert answer.json() == {"roles": ["member", "moderator"]}
    me = (await http.post("/exchange", json={"secret": ada.secret})).json()["me"]
    assert me["roles"] == ["member", "moderator"]
    await http.put(path, json={"roles": ["operator"]}, headers=headers)
    grown = await ada.bearer(http)
    await http.put(path, json={"roles": []}, headers=headers)
    assert (await http.put(path, json=asked, headers=grown)).status_code == 403
    assert (await http.put("/accounts/no/roles", json=asked, headers=headers)).status_code == 404
    mine = f"/accounts/{operator.account_id}/roles"
    kept = await http.put(mine, json={"roles": []}, headers=headers)
    assert kept.json() == {"roles": ["member", "operator"]}  # the settings say so


async def test_what_was_done_is_in_the_log_of_its_person(
    databases: System, http: httpx.AsyncClient, ada: Person
) -> None:
    operator = await sign_in(databases, orcid=CY)
    await http.put(
        f"/accounts/{ada.account_id}/roles",
        json={"roles": ["moderator"]},
        headers=await operator.bearer(http),
    )
    await http.post("/me/sign-out", headers=await ada.bearer(http))
    async with databases.database("identity") as database:
        rows = [row async for row in database["audit"].find({"account_id": ada.account_id})]
    assert sorted((row["what"], row["by"]) for row in rows) == [
        ("roles set: moderator", "somebody else"),
        ("signed in", "you"),
        ("signed out", "you"),
    ]
