"""What a caller may do: scopes, access tokens, and personal tokens for programs."""

from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, Field, StringConstraints

from contracts.people.shape import Line, Shape

Scope = Literal["read", "follow", "claim", "collaborate", "profile", "curate", "moderate"]
ALL_SCOPES: tuple[Scope, ...] = get_args(Scope)
"""What a browser session may do, as far as the roles of its account go."""

TOKEN_ISSUER = "bzpeer-identity"
TOKEN_AUDIENCE = "bzpeer"
PERSONAL_TOKEN = "bzp_"
"""How every personal token begins, so that one that leaked is recognised."""
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
"""RFC 8693 §2.1 and §3: how a personal token is asked to become an access token."""
JWKS_PATH = "/.well-known/jwks.json"
"""Of identity: the public keys of the access tokens it signs."""


class MakeToken(Shape):
    """A personal token for a program."""

    name: Annotated[Line, StringConstraints(min_length=1)]
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=7)]
    days: Annotated[int, Field(ge=1, le=365, description="Days until it ends.")] = 90


class Token(Shape):
    """A personal token; its secret is told once, when it is made."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime
    secret: str | None = None


class OpenSession(Shape):
    """A browser that is signed in; its secret is told to that browser alone."""

    id: str
    created_at: datetime
    used_at: Annotated[datetime, Field(description="Used last, to the hour.")]
    expires_at: datetime
    current: Annotated[bool, Field(description="Whether the caller came with it.")]


class SessionList(Shape):
    """Where the caller is signed in, used last first."""

    items: tuple[OpenSession, ...]


class LinkedSignIn(Shape):
    """A way of signing in that opens the account."""

    issuer: Annotated[str, Field(description="Address of the OpenID provider, or `email`.")]
    name: Annotated[str, Field(description="What people know the issuer as.")]
    subject: Annotated[str, Field(description="Who one is there: an ORCID iD, an address.")]


class LinkedSignIns(Shape):
    """In the order in which they were added."""

    items: tuple[LinkedSignIn, ...]


class TokenList(Shape):
    """The caller's personal tokens."""

    items: tuple[Token, ...]


class AccessToken(BaseModel):
    """RFC 6749 §5.1: a signed token for a short time."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: Annotated[int, Field(ge=0, description="Seconds.")]
    scope: str
    issued_token_type: str = ACCESS_TOKEN
