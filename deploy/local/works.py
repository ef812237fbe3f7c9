"""Where the works service takes files, and the secret that it asks for."""

import os

from deploy.local import processes, services
from deploy.local.errors import NotRunning
from deploy.local.home import Home


def works_url(home: Home) -> str:
    """BZPEER_WORKS_URL, else the works of this stack; NotRunning when it was not started."""
    elsewhere = os.environ.get("BZPEER_WORKS_URL")
    if elsewhere:
        return elsewhere.rstrip("/")
    process = processes.known(home).get("works")
    if process is None:
        raise NotRunning("the works service")
    return services.address(process.port)


def works_token(home: Home) -> str:
    """INGEST_TOKEN, else the secret of this home."""
    return os.environ.get("INGEST_TOKEN") or home.ingest_token()
