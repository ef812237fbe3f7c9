"""Who gives roles, and what is written down about it."""

import httpx

from tests.signin import ADA, CY, Person, access, sign_in
from tests.support import System

Found = tuple[str, list[str], list[str]]
"""Account, its roles, those that were given."""


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


async def test_operators_find_accounts_and_whoever_has_a_role(
    databases: System, http: httpx.AsyncClient, ada: Person
) -> None:
    operator = await sign_in(databases, orcid=CY)
    by_mail = await sign_in(databases, email="root@example.org")
    headers = await operator.bearer(http)

    async def found(who: str | None = None) -> list[Found]:
        answer = await http.get("/accounts", params={"who": who} if who else {}, headers=headers)
        assert answer.status_code == 200, answer.text
        assert "email" not in answer.text
        items = answer.json()["items"]
        return [(item["account_id"], item["roles"], item["given"]) for item in items]

    operators: list[Found] = [
        (operator.account_id, ["member", "operator"], []),
        (by_mail.account_id, ["member", "operator"], []),
    ]
    assert await found() == operators  # the settings name them
    hers: list[Found] = [(ada.account_id, ["member"], [])]
    for who in (ADA, f"https://orcid.org/{ADA}", ada.account_id):
        assert await found(who) == hers
    assert await found("0000-0000-0000-0000") == []
    path = f"/accounts/{ada.account_id}/roles"
    await http.put(path, json={"roles": ["moderator"]}, headers=headers)
    moderator = (ada.account_id, ["member", "moderator"], ["moderator"])
    assert sorted(await found()) == sorted([*operators, moderator])
    assert (await http.get("/accounts", headers=await ada.bearer(http))).status_code == 403
    async with access(databases) as made:
        await made.accounts.erase(ada.account_id)
    assert await found(ADA) == []
    assert await found() == operators
