"""The rules of accounts and of the keys that sign for them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.identity import keys
from services.identity.accounts import Identity, normalised_email, roles_of, scopes_of
from services.identity.keys import PUBLISHED_AHEAD, ROTATE_AFTER, TOKEN_LIFETIME, SigningKey

NOW = datetime(2026, 9, 1, tzinfo=UTC)


def account(*identities: str, **more: Any) -> dict[str, Any]:
    return {"_id": "U1", "identities": list(identities), "roles": [], "orcid": None, **more}


def test_issuer_and_subject_together_tell_people_apart() -> None:
    assert Identity("https://a.example", "1").key != Identity("https://b.example", "1").key
    assert Identity("https://a.example", "1", email="x@y.org").key == (
        Identity("https://a.example", "1").key
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ada@Example.ORG ", "ada@example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("a.b+c@example.org", "a.b+c@example.org"),
    ],
)
def test_an_address_has_one_spelling(typed: str, kept: str) -> None:
    assert normalised_email(typed) == kept


@pytest.mark.parametrize("typed", ["@example.org", "ada@", "ada@a..b", "a\x00b@example.org"])
def test_what_can_be_no_address_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        normalised_email(typed)


def test_an_operator_of_the_settings_is_one_and_no_address_of_an_issuer_makes_one() -> None:
    orcid = account("https://orcid.org|0000-0002-1825-0097", orcid="0000-0002-1825-0097")
    assert roles_of(orcid, {"0000-0002-1825-0097"}) == ("member", "operator")
    mailed = account("email|ada@example.org", email="ada@example.org")
    assert roles_of(mailed, {"ada@example.org"}) == ("member", "operator")
    told = account("https://elsewhere.example|7", email="ada@example.org")
    assert roles_of(told, {"ada@example.org"}) == ("member",)
    assert roles_of(told, {"https://elsewhere.example|7"}) == ("member", "operator")
    assert roles_of({**told, "roles": ["moderator"]}, frozenset()) == ("member", "moderator")


def test_only_moderators_and_operators_moderate_and_a_token_goes_no_further_than_asked() -> None:
    assert "moderate" not in scopes_of({"member"})
    assert "moderate" in scopes_of({"member", "moderator"})
    assert scopes_of({"member"}, {"read", "moderate"}) == ("read",)


def key(number: int, created_at: datetime) -> SigningKey:
    return SigningKey(number, {}, created_at)


def test_the_first_key_signs_at_once_and_the_next_only_when_everybody_knows_it() -> None:
    assert keys.due([], NOW) == 1
    first = key(1, NOW)
    assert keys.signing([first], NOW) is first
    assert keys.due([first], NOW + ROTATE_AFTER - timedelta(seconds=1)) is None
    assert keys.due([first], NOW + ROTATE_AFTER) == 2
    second = key(2, NOW + ROTATE_AFTER)
    both = [first, second]
    assert keys.signing(both, second.created_at) is first
    assert keys.signing(both, second.created_at + PUBLISHED_AHEAD) is second


def test_an_old_key_stays_published_until_its_last_token_has_expired() -> None:
    first, second = key(1, NOW), key(2, NOW + ROTATE_AFTER)
    last_signed = second.signs_from
    assert keys.outlived([first, second], last_signed + TOKEN_LIFETIME) == []
    assert keys.outlived([first, second], last_signed + 2 * TOKEN_LIFETIME) == [first]
    assert keys.outlived([second], last_signed + 2 * ROTATE_AFTER) == []
