"""Mail to people, by SMTP."""

from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog

from chassis.problems import Problem

_log = structlog.get_logger(__name__)
_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
_PATIENCE = 10.0


class Mailer:
    """Sends mail through one server; ``url`` is that of the settings, and without one it cannot."""

    def __init__(self, url: str, sender: str) -> None:
        self._server = urlsplit(url)
        self._sender = sender

    def __bool__(self) -> bool:
        """Whether there is a server."""
        return bool(self._server.hostname)

    async def send(self, to: str, subject: str, text: str) -> None:
        """Hand a message over to the server.

        That the server refuses this one address is not told: the caller could learn from it who
        has a mailbox there.

        Raises:
            Problem: 503, the server cannot be reached or takes no mail.
        """
        if not self:
            raise Problem(503, "Service Unavailable", "No mail can be sent from here.")
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = formatdate(usegmt=True)
        message["Message-ID"] = make_msgid(domain="bzpeer.invalid")
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        try:
            await aiosmtplib.send(
                message,
                hostname=self._server.hostname,
                port=self._server.port or _PORTS[self._server.scheme],
                username=unquote(self._server.username) if self._server.username else None,
                password=unquote(self._server.password) if self._server.password else None,
                use_tls=self._server.scheme == "smtps",
                start_tls=self._server.scheme == "smtp+starttls",
                timeout=_PATIENCE,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            _log.info("an address was refused", codes=codes)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            _log.error("mail was not sent", error=type(error).__name__)
            detail = "The mail could not be sent; try again in a few minutes."
            raise Problem(503, "Service Unavailable", detail, {"Retry-After": "60"}) from error
