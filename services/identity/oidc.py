"""Signing in at an OpenID provider: the relying party's side (OpenID Connect Core 1.0).

Authorization code flow with PKCE (RFC 7636), state, nonce and the issuer in the answer (RFC 9207).
"""

import time
from typing import Any

import httpx
import httpx2
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core.util import create_half_hash
from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry
from pydantic import BaseModel, ValidationError

from chassis.problems import Problem
from chassis.tokens import Invalid, KeySource, keys_at
from services.identity.accounts import Identity, is_orcid, normalised_email
from services.identity.settings import IssuerSettings

_log = structlog.get_logger(__name__)
LEEWAY = 60
"""Seconds by which the provider's clock may differ from ours."""
_METADATA_FOR = 3600.0
_PATIENCE = 5.0
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
_LONGEST_NAME = 200


class _Metadata(BaseModel):
    """What a provider says of itself (OpenID Connect Discovery 1.0 §3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Refused(Exception):
    """The provider did not vouch for anybody; the text says why, for the log."""


class Provider:
    """One OpenID provider, asked as the client that the settings name."""

    def __init__(self, settings: IssuerSettings) -> None:
        self.settings = settings
        self._held: tuple[_Metadata, KeySource] | None = None
        self._read_at = 0.0

    async def authorize_url(
        self, *, state: str, nonce: str, verifier: str, redirect_uri: str
    ) -> str:
        """Where to send the browser."""
        metadata, _ = await self._known()
        async with self._client(metadata, redirect_uri) as client:
            url, _ = client.create_authorization_url(
                metadata.authorization_endpoint, state=state, nonce=nonce, code_verifier=verifier
            )
            return str(url)

    async def identity(
        self, *, code: str, verifier: str, nonce: str, redirect_uri: str, issuer: str | None
    ) -> Identity:
        """Who signed in, when the provider vouches for it.

        Raises:
            Refused: it does not, or what it says does not hold.
            Problem: 503, it does not answer.
        """
        metadata, keys = await self._known()
        if issuer is None and metadata.authorization_response_iss_parameter_supported:
            raise Refused("the answer names no issuer")
        if issuer is not None and issuer != metadata.issuer:
            raise Refused("the answer is of another issuer")
        async with self._client(metadata, redirect_uri) as client:
            try:
                answer = await client.fetch_token(
                    metadata.token_endpoint, code=code, code_verifier=verifier
                )
            except OAuthError as error:
                raise Refused(f"no token: {error.error}") from error
            except (httpx2.HTTPError, ValueError) as error:
                raise self._away(error) from error
            claims = await self._claims(answer, keys, nonce)
            more = await self._more(client, metadata, claims)
        return self._identity({**more, **claims})

    async def _claims(self, answer: dict[str, Any], keys: KeySource, nonce: str) -> dict[str, Any]:
        """What the ID token says, checked (OpenID Connect Core 1.0 §3.1.3.7)."""
        client_id = self.settings.client_id
        registry = JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.settings.issuer},
            sub={"essential": True},
            aud={"essential": True, "value": client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            token = await keys.decode(str(answer.get("id_token", "")), _ALGORITHMS)
            registry.validate(token.claims)
        except (Invalid, JoseError) as error:
            raise Refused(f"the ID token does not hold: {error}") from error
        claims: dict[str, Any] = token.claims
        audience = claims["aud"]
        party = claims.get("azp")
        if party not in (None, client_id) or (
            isinstance(audience, list) and len(audience) > 1 and party is None
        ):
            raise Refused("the ID token was made for another client")
        half = create_half_hash(str(answer.get("access_token", "")), token.header["alg"])
        if "at_hash" in claims and half is not None and claims["at_hash"] != half.decode():
            raise Refused("the access token is not that of the ID token")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise Refused("the ID token has no subject")
        return claims

    async def _more(
        self, client: AsyncOAuth2Client, metadata: _Metadata, claims: dict[str, Any]
    ) -> dict[str, Any]:
        """What else the provider tells when asked; it may well not."""
        if metadata.userinfo_endpoint is None or "name" in claims:
            return {}
        try:
            response = await client.get(metadata.userinfo_endpoint)
            told: Any = response.json() if response.status_code == 200 else {}
        except (httpx2.HTTPError, OAuthError, ValueError) as error:
            _log.info("no user info", issuer=metadata.issuer, error=type(error).__name__)
            return {}
        return told if isinstance(told, dict) and told.get("sub") == claims["sub"] else {}

    def _identity(self, claims: dict[str, Any]) -> Identity:
        given = (claims.get("given_name"), claims.get("family_name"))
        name = claims.get("name") or " ".join(part for part in given if part)
        subject = claims["sub"]
        return Identity(
            issuer=self.settings.issuer,
            subject=subject,
            name=str(name)[:_LONGEST_NAME].strip() or None,
            email=_verified_email(claims),
            orcid=subject if self.settings.id == "orcid" and is_orcid(subject) else None,
        )

    async def _known(self) -> tuple[_Metadata, KeySource]:
        held = self._held
        if held is None or time.monotonic() - self._read_at > _METADATA_FOR:
            metadata = await self._discover()
            same_keys = held is not None and held[0].jwks_uri == metadata.jwks_uri
            keys = held[1] if held and same_keys else KeySource(keys_at(metadata.jwks_uri))
            held = self._held = metadata, keys
            self._read_at = time.monotonic()
        return held

    async def _discover(self) -> _Metadata:
        issuer = self.settings.issuer
        url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE) as http:
                response = await http.get(url)
                response.raise_for_status()
                metadata = _Metadata.model_validate(response.json())
        except (httpx.HTTPError, ValidationError, ValueError) as error:
            raise self._away(error) from error
        places = (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri)
        secure = issuer.startswith("https:")
        if metadata.issuer != issuer or (
            secure and not all(place.startswith("https:") for place in places)
        ):
            raise self._away(ValueError("it names itself otherwise, or sends to http"))
        return metadata

    def _client(self, metadata: _Metadata, redirect_uri: str) -> AsyncOAuth2Client:
        secret = self.settings.client_secret.get_secret_value()
        known = metadata.token_endpoint_auth_methods_supported
        how = "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"
        return AsyncOAuth2Client(
            self.settings.client_id,
            secret or None,
            token_endpoint_auth_method=how if secret else "none",
            scope=self.settings.scope,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=_PATIENCE,
        )

    def _away(self, error: Exception) -> Problem:
        _log.warning("issuer does not answer", issuer=self.settings.issuer, error=repr(error))
        detail = f"{self.settings.name} does not answer at the moment; try again soon."
        return Problem(
            503, "Service Unavailable", detail, {"Retry-After": "10"}, reason="issuer-away"
        )


def _verified_email(claims: dict[str, Any]) -> str | None:
    if claims.get("email_verified") is not True:
        return None
    try:
        return normalised_email(str(claims.get("email")))
    except ValueError:
        return None
