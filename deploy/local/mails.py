"""The mails that the stack sent while one develops."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path


def newest(folder: Path, address: str | None = None) -> EmailMessage | None:
    """The newest mail, or the newest to an address."""
    for file in files(folder):
        message = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
        if isinstance(message, EmailMessage) and (
            address is None or address.lower() in str(message["To"]).lower()
        ):
            return message
    return None


def files(folder: Path) -> list[Path]:
    """All of them, newest first."""
    return sorted(folder.glob("*.eml"), reverse=True)
