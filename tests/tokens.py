"""Access tokens for tests: good ones, and bad ones of every kind."""

import time
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.tokens import ALGORITHM, TYPE, Verifier
from contracts.people.access import ALL_SCOPES, TOKEN_AUDIENCE, TOKEN_ISSUER


class Mint:
    """Signs access tokens with a key of its own, as identity does with its keys.

    ``app.state.verifier = mint.verifier()`` makes an application take its tokens.
    """

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": uuid4().hex, "alg": ALGORITHM, "use": "sig"})

    async def keys(self) -> dict[str, Any]:
        """The JWKS."""
        return {"keys": [self.key.as_dict(private=False)]}

    def verifier(self) -> Verifier:
        """Takes the tokens of this mint."""
        return Verifier(self.keys, issuer=TOKEN_ISSUER, audience=TOKEN_AUDIENCE)

    def token(
        self,
        account_id: str = "U1",
        *,
        roles: Iterable[str] = ("member",),
        scopes: Iterable[str] = ALL_SCOPES,
        authors: Iterable[str] = (),
        ago: float = 0,
        typ: str = TYPE,
        **claims: Any,
    ) -> str:
        """A token signed ``ago`` seconds ago, for ten minutes; ``claims`` replaces any claim."""
        issued = int(time.time() - ago)
        whole = {
            "iss": TOKEN_ISSUER,
            "aud": TOKEN_AUDIENCE,
            "sub": account_id,
            "iat": issued,
            "exp": issued + 600,
            "jti": uuid4().hex,
            "sid": "S1",
            "roles": list(roles),
            "scope": " ".join(scopes),
            "authors": list(authors),
            **claims,
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self.key.kid, "typ": typ}, whole, self.key)

    def bad_tokens(self, account_id: str = "U1", **more: Any) -> dict[str, str]:
        """One token of each kind that must be refused, by what is wrong with it."""
        good = self.token(account_id, **more)
        head, body, signature = good.split(".")
        other = self.token("somebody-else", **more).split(".")[1]
        return {
            "expired": self.token(account_id, ago=700, **more),
            "other issuer": self.token(account_id, iss="https://elsewhere.example", **more),
            "wrong audience": self.token(account_id, aud="elsewhere", **more),
            "tampered": f"{head}.{other}.{signature}",
            "signed by another key": Mint().token(account_id, **more),
            "unsigned": f"eyJhbGciOiJub25lIn0.{body}.",
            "an ID token": self.token(account_id, typ="JWT", **more),
            "of the future": self.token(account_id, ago=-3600, **more),
            "nonsense": "nonsense",
        }


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}
