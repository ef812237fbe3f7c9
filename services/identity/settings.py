"""What the identity service reads from its environment."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from chassis.settings import Settings

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


class IssuerSettings(BaseModel):
    """An OpenID provider where people sign in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    name: Annotated[str, Field(min_length=1, max_length=60, description="On the button.")]
    issuer: Annotated[str, Field(pattern=r"^https?://\S+$", description="As it names itself.")]
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: SecretStr = SecretStr("")
    scope: str = "openid profile email"


class IdentitySettings(Settings):
    """The chassis' settings and the service's own."""

    environment: Annotated[
        Literal["production", "development"],
        Field(description="In production, nothing secret goes over unencrypted connections."),
    ] = "production"
    public_url: Annotated[str, Field(description="Where people reach the gateway.")] = (
        "http://127.0.0.1:8000"
    )
    operators: Annotated[
        str,
        Field(
            description="Who is an operator whatever the accounts say: ORCID iDs, e-mail addresses "
            "or `issuer|subject`, with spaces between."
        ),
    ] = ""
    orcid_issuer: str = "https://orcid.org"
    orcid_client_id: Annotated[str, Field(description="Without one, nobody uses ORCID.")] = ""
    orcid_client_secret: SecretStr = SecretStr("")
    issuers: Annotated[
        tuple[IssuerSettings, ...], Field(description="Further OpenID providers, as JSON.")
    ] = ()
    smtp_url: Annotated[
        SecretStr,
        Field(
            description="`smtps://user:password@host:465`, `smtp+starttls://…`, or in development "
            "`smtp://…`. Without one, nobody signs in by e-mail."
        ),
    ] = SecretStr("")
    mail_from: Annotated[str, Field(description="Sender of our mail.")] = (
        "BZPEER <no-reply@bzpeer.invalid>"
    )

    @property
    def providers(self) -> tuple[IssuerSettings, ...]:
        """ORCID, when it is set up, and the others."""
        if not self.orcid_client_id:
            return self.issuers
        orcid = IssuerSettings(
            id="orcid",
            name="ORCID",
            issuer=self.orcid_issuer,
            client_id=self.orcid_client_id,
            client_secret=self.orcid_client_secret,
            scope="openid",
        )
        return (orcid, *self.issuers)

    @model_validator(mode="after")
    def _sound(self) -> "IdentitySettings":
        ids = [provider.id for provider in self.providers]
        if len(set(ids)) < len(ids) or "email" in ids:
            raise ValueError(f"each issuer needs an id of its own, other than email: {ids}")
        mail = urlsplit(self.smtp_url.get_secret_value())
        if mail.scheme not in ("", "smtp", "smtps", "smtp+starttls") or (
            mail.scheme and not mail.hostname
        ):
            raise ValueError("SMTP_URL is not smtps://…, smtp+starttls://… or smtp://…")
        if self.environment == "production":
            plain = [one.issuer for one in self.providers if not one.issuer.startswith("https:")]
            if plain:
                raise ValueError(f"in production, issuers need https: {', '.join(plain)}")
            if mail.scheme == "smtp":
                raise ValueError("in production, SMTP_URL needs smtps:// or smtp+starttls://")
            site = urlsplit(self.public_url)
            if site.scheme != "https" and site.hostname not in _THIS_MACHINE:
                raise ValueError("in production, PUBLIC_URL needs https")
        return self
