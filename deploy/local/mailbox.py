"""A mail server for development: what is sent is kept in a folder, and goes nowhere.

``python -m deploy.local.mailbox PORT FOLDER``; ``bzpeer mail`` shows what came.
"""

import signal
import sys
import time
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.mails import files
from deploy.local.ports import HOST

MOST_KEPT = 200


class _Keep:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        name = f"{time.time_ns()}.eml"
        part = self._folder / f"{name}.part"
        part.write_bytes(content if isinstance(content, bytes) else content.encode())
        part.rename(self._folder / name)
        for old in files(self._folder)[MOST_KEPT:]:
            old.unlink(missing_ok=True)
        return "250 kept"


def main() -> None:
    """Serve until SIGTERM."""
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    server = Controller(_Keep(Path(sys.argv[2])), hostname=HOST, port=int(sys.argv[1]))
    server.start()
    signal.sigwait(signals)
    server.stop()


if __name__ == "__main__":
    main()
