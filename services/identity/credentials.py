"""Secrets that people and browsers hold; we keep only what checks them."""

import hashlib
import secrets


def new_secret(prefix: str = "") -> str:
    """A secret that cannot be guessed: 256 random bits."""
    return prefix + secrets.token_urlsafe(32)


def new_code() -> str:
    """Six digits for a person to type in."""
    return f"{secrets.randbelow(1_000_000):06d}"


def hashed(*secret: str) -> str:
    """What is kept of secrets.

    A code of six digits is kept with a secret that only the browser holds, or else all codes could
    be tried on what is kept.
    """
    return hashlib.sha256("\0".join(secret).encode()).hexdigest()
