"""The cookies of the site: the session, a sign-in under way, and what pages are still to show."""

from fastapi import Request, Response

_SIGN_IN_SECONDS = 900
_LATE_SECONDS = 30
_LONGEST = 500


class Cookies:
    """HttpOnly, SameSite=Lax; over https also Secure, under names that only this host can set."""

    def __init__(self, public_url: str) -> None:
        self._secure = public_url.startswith("https://")
        prefix = "__Host-" if self._secure else ""
        self._session = f"{prefix}bzpeer-session"
        self._sign_in = f"{prefix}bzpeer-sign-in"
        self._late = f"{prefix}bzpeer-late"

    def session(self, request: Request) -> str | None:
        """The secret of the session, if the browser has one."""
        return _read(request, self._session)

    def sign_in(self, request: Request) -> str | None:
        """The secret of the sign-in that this browser began."""
        return _read(request, self._sign_in)

    def late(self, request: Request) -> str | None:
        """The consistency token of what this browser changed and pages did not show in time."""
        return _read(request, self._late)

    def begin(self, response: Response, secret: str) -> None:
        """Bind a sign-in to this browser."""
        self._set(response, self._sign_in, secret, _SIGN_IN_SECONDS)

    def enter(self, response: Response, secret: str, seconds: int) -> None:
        """Begin a session: always with a new secret, whatever the browser brought."""
        self._set(response, self._session, secret, seconds)
        self._set(response, self._sign_in, "", 0)

    def wait_for(self, response: Response, token: str) -> None:
        """Let pages wait for a change, whichever copy of the gateway makes them."""
        self._set(response, self._late, token, _LATE_SECONDS)

    def leave(self, response: Response) -> None:
        """End the session in this browser: the next person there waits for nothing."""
        self._set(response, self._session, "", 0)
        self._set(response, self._late, "", 0)

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, httponly=True, samesite="lax", secure=self._secure
        )


def _read(request: Request, name: str) -> str | None:
    value = request.cookies.get(name)
    return value if value and len(value) <= _LONGEST else None
