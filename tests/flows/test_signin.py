"""Signing in to a stack of real processes: provider, mail, identity."""

import httpx
import pytest

from deploy.local.development import OPERATOR
from tests.signin import BOB, Person, sign_in_at_the_provider, sign_in_by_mail
from tests.stack import Stack


def me_of(stack: Stack, person: Person) -> dict[str, object]:
    answer = httpx.post(f"{stack.address('identity')}/exchange", json={"secret": person.secret})
    me: dict[str, object] = answer.raise_for_status().json()["me"]
    return me


def test_somebody_signs_in_with_orcid(stack: Stack) -> None:
    bob = sign_in_at_the_provider(stack, BOB)
    me = me_of(stack, bob)
    assert (me["orcid"], me["roles"]) == (BOB, ["member"])
    assert sign_in_at_the_provider(stack, BOB).account_id == bob.account_id


def test_whoever_the_settings_name_is_an_operator(stack: Stack) -> None:
    me = me_of(stack, sign_in_at_the_provider(stack, OPERATOR))
    assert (me["name"], me["roles"]) == ("Olga Operator", ["member", "operator"])


def test_somebody_signs_in_with_a_code_by_mail(stack: Stack) -> None:
    me = me_of(stack, sign_in_by_mail(stack, "ada@example.org"))
    assert me["email"] == "ada@example.org"
    with pytest.raises(AssertionError, match="no such mail"):
        stack.run("mail", "nobody@example.org")
