"""The rules of accounts: as whom somebody signed in, which roles and scopes that gives."""

import re
import unicodedata
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, get_args

from stdnum.iso7064 import mod_11_2

from contracts.people.access import ALL_SCOPES, Scope
from contracts.people.account import Account, Me, Role, Settings

EMAIL_ISSUER = "email"
"""The issuer of those who proved an address by a code that we sent there."""

BROWSER = "s-"
PROGRAM = "t-"
"""Beginnings of the ids of sessions and of personal tokens."""

ROLES: tuple[Role, ...] = get_args(Role)
MOST_IDENTITIES = 10
MOST_TOKENS = 20


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom somebody signed in. Only issuer and subject tell people apart."""

    issuer: str
    subject: str
    name: str | None = None
    email: str | None = None
    """An address that the issuer has verified."""
    orcid: str | None = None

    @property
    def key(self) -> str:
        """Names the identity among all."""
        return f"{self.issuer}|{self.subject}"


def normalised_email(address: str) -> str:
    """One spelling for what is one mailbox in practice.

    Raises:
        ValueError: there can be no such address.
    """
    local, _, domain = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    host = domain.encode("idna").decode("ascii").lower()
    if not local or not host or not (local + host).isprintable():
        raise ValueError(address)
    return f"{local.lower()}@{host}"


def is_orcid(text: str) -> bool:
    """Whether it is an ORCID iD with its right check digit (ISO 7064 11,2)."""
    return re.fullmatch(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", text) is not None and (
        mod_11_2.is_valid(text.replace("-", ""))
    )


def email_identity(address: str) -> Identity:
    """Somebody who typed in the code that was sent to the address."""
    return Identity(EMAIL_ISSUER, address, email=address)


def roles_of(account: Mapping[str, Any], operators: Set[str]) -> tuple[Role, ...]:
    """The roles given to an account, and `operator` where the settings name it.

    ``operators`` holds ``issuer|subject``, ORCID iDs and e-mail addresses. An address counts only
    when a code was sent there by us.
    """
    names = set(account["identities"])
    names |= {name.removeprefix(f"{EMAIL_ISSUER}|") for name in names}
    if account.get("orcid"):
        names.add(account["orcid"])
    given = {"member", *account["roles"]}
    if names & operators:
        given.add("operator")
    return tuple(role for role in ROLES if role in given)


def named_by(operators: Set[str]) -> dict[str, Any]:
    """The query for accounts that the settings name as operators; see ``roles_of``."""
    names = sorted(operators)
    identities = [*names, *(f"{EMAIL_ISSUER}|{name}" for name in names)]
    return {"$or": [{"orcid": {"$in": names}}, {"identities": {"$in": identities}}]}


def seen_by_operators(account: Mapping[str, Any], operators: Set[str]) -> Account:
    """An account without what is nobody's business."""
    return Account(
        account_id=account["_id"],
        name=account["name"],
        orcid=account["orcid"],
        roles=roles_of(account, operators),
        given=tuple(role for role in ROLES if role in account["roles"]),
        created_at=account["created_at"],
    )


def scopes_of(roles: Set[str], asked: Set[str] | None = None) -> tuple[Scope, ...]:
    """What somebody of these roles may do, of what was asked for (a browser asks for all)."""
    moderates = bool(roles & {"moderator", "operator"})
    return tuple(
        scope
        for scope in ALL_SCOPES
        if (asked is None or scope in asked) and (moderates or scope != "moderate")
    )


def me_of(account: Mapping[str, Any], operators: Set[str]) -> Me:
    """What the account itself knows of its person."""
    return Me(
        account_id=account["_id"],
        name=account["name"],
        email=account["email"],
        orcid=account["orcid"],
        roles=roles_of(account, operators),
        settings=Settings(),
        created_at=account["created_at"],
    )
