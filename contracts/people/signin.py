"""Signing in, between gateway and identity only."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from contracts.people.shape import Email, Id, Shape

CLIENT = "Client-Address"
"""Header of the gateway's requests: the network address of the person or program it asks for."""


def local_path(path: str) -> str:
    """The path when it stays on this site, else the start page: nobody is sent elsewhere."""
    plain = path.isprintable() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"


Next = Annotated[str, StringConstraints(max_length=2000), AfterValidator(local_path)]
"""Where to go once it is done; one that leads elsewhere becomes the start page."""


class Issuer(Shape):
    """Somewhere one can sign in."""

    id: Annotated[str, Field(description="`orcid`, …")]
    name: Annotated[str, Field(description="What people read on the button.")]


class SignInOptions(Shape):
    """How one can sign in here."""

    issuers: tuple[Issuer, ...]
    email: Annotated[bool, Field(description="Whether codes can be sent by e-mail.")]


class StartSignIn(Shape):
    """Begin at an issuer."""

    issuer: Id
    next: Next = "/"
    redirect_uri: Annotated[str, StringConstraints(max_length=2000)]


class StartedSignIn(Shape):
    """Where to send the browser, and the secret that binds the flow to it (a cookie)."""

    authorize_url: str
    browser_secret: str


class FinishSignIn(Shape):
    """What the issuer sent the browser back with."""

    state: Annotated[str, StringConstraints(max_length=500)]
    code: Annotated[str, StringConstraints(max_length=4000)]
    iss: Annotated[str | None, StringConstraints(max_length=500)] = None
    browser_secret: Annotated[str, StringConstraints(max_length=200)]


class StartEmail(Shape):
    """Ask for a code by e-mail. The answer never says whether an account exists."""

    email: Email
    next: Next = "/"


class StartedEmail(Shape):
    """What the browser keeps (a cookie) until the code is typed in."""

    browser_secret: str


class FinishEmail(Shape):
    """The code that was typed in."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
    browser_secret: Annotated[str, StringConstraints(max_length=200)]


class SignedIn(Shape):
    """A new session; ``session_secret`` becomes the HttpOnly cookie."""

    session_secret: str
    account_id: str
    next: Next
    expires_at: datetime
