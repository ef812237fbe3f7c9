"""An OpenID provider that says what a test wants it to say, and checks PKCE."""

import asyncio
import base64
import hashlib
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

import uvicorn
from fastapi import FastAPI, Form
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

from contracts.people.signin import FinishSignIn, StartedSignIn

CLIENT = "bzpeer-tests"
_KEY = RSAKey.generate_key(2048, {"kid": "k1"})


@dataclass
class Liar:
    """The provider. What is in ``claims`` and ``metadata`` replaces what an honest one says."""

    issuer: str
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    user_info: dict[str, Any] = field(default_factory=dict)
    signs_with: RSAKey = field(default_factory=lambda: _KEY)
    asked: dict[str, str] = field(default_factory=dict)
    """The parameters of the last authorization request."""

    def browse(self, started: StartedSignIn) -> FinishSignIn:
        """What a browser does that is sent to the provider and back."""
        query = parse_qs(urlsplit(started.authorize_url).query)
        self.asked = {name: values[0] for name, values in query.items()}
        return FinishSignIn(
            state=self.asked["state"],
            code="a-code",
            iss=self.issuer,
            browser_secret=started.browser_secret,
        )

    def id_token(self) -> str:
        """The ID token."""
        now = int(time.time())
        honest = {"iss": self.issuer, "sub": "7", "aud": CLIENT, "iat": now, "exp": now + 300}
        claims = {**honest, "nonce": self.asked["nonce"], **self.claims}
        told = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": "k1"}, told, self.signs_with)

    def app(self) -> FastAPI:
        """Its HTTP."""
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def metadata() -> dict[str, Any]:
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "userinfo_endpoint": f"{self.issuer}/me",
                **self.metadata,
            }

        @app.get("/jwks")
        async def jwks() -> dict[str, Any]:
            return {"keys": [_KEY.as_dict(private=False)]}

        @app.get("/me")
        async def me() -> dict[str, Any]:
            return self.user_info

        @app.post("/token")
        async def token(
            code: Annotated[str, Form()], code_verifier: Annotated[str, Form()]
        ) -> JSONResponse:
            digest = hashlib.sha256(code_verifier.encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if code != "a-code" or challenge != self.asked["code_challenge"]:
                return JSONResponse({"error": "invalid_grant"}, 400)
            answer = {"access_token": "at", "token_type": "Bearer", "id_token": self.id_token()}
            return JSONResponse(answer)

        return app


@asynccontextmanager
async def lying_provider() -> AsyncIterator[Liar]:
    """A provider that runs until the end."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    liar = Liar(f"http://127.0.0.1:{listener.getsockname()[1]}")
    server = uvicorn.Server(uvicorn.Config(liar.app(), log_config=None, lifespan="off"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield liar
    finally:
        server.should_exit = True
        await running
        listener.close()
