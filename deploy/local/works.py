"""Where the works service takes files, and the secret that it asks for."""

import os
from itertools import count

from deploy.local import processes, services
from deploy.local.errors import NotRunning
from deploy.local.home import Home

_turns = count()


def works_url(home: Home) -> str:
    """BZPEER_WORKS_URL, else the living copies of works of this stack in turn.

    Raises:
        NotRunning: works was not started.
    """
    elsewhere = os.environ.get("BZPEER_WORKS_URL")
    if elsewhere:
        return elsewhere.rstrip("/")
    copies = services.copies_of("works", processes.known(home))
    if not copies:
        raise NotRunning("the works service")
    living = [one for one in copies if one.alive] or copies
    return services.address(living[next(_turns) % len(living)].port)


def works_token(home: Home) -> str:
    """INGEST_TOKEN, else the secret of this home."""
    return os.environ.get("INGEST_TOKEN") or home.ingest_token()
