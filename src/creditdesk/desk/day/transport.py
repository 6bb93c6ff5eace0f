"""How a message leaves the house: SMTP, or a folder for a desk that shows what it would send."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from django.core.mail import get_connection


class Refused(Exception):
    """The other side said no for good: another channel, another address."""


class NotNow(Exception):
    """It was certainly not taken, and may be tried again later."""


class Unclear(Exception):
    """The connection broke when the message may have been taken: nobody can tell."""


class Transport(Protocol):
    """One connection over which messages go one after the other."""

    def send(self, sender: str, to: str, raw: bytes) -> str:
        """Send the bytes; gives the other side's answer. Raises Refused, NotNow or Unclear."""

    def close(self) -> None:
        """Give the connection back."""


class Smtp:
    """The mail server of the settings, through Django's connection, spoken to line by line.

    Whatever breaks before the last line of the message was on its way is `NotNow`; what breaks between that and the
    server's answer is `Unclear`.
    """

    def __init__(self) -> None:
        self._connection: Any = None

    def send(self, sender: str, to: str, raw: bytes) -> str:
        """Send the bytes; gives the server's answer."""
        server = self._open()
        try:
            server.ehlo_or_helo_if_needed()
            code, answer = server.mail(sender)
            if code != 250:
                raise _no(code, answer)
            code, answer = server.rcpt(to)
            if code not in (250, 251):
                raise _no(code, answer)
            code, answer = server.docmd("DATA")
            if code != 354:
                raise _no(code, answer)
        except (Refused, NotNow):
            self._reset()
            raise
        except (smtplib.SMTPException, OSError) as broken:
            self.close()
            raise NotNow(f"the mail server broke off: {broken}") from broken
        try:
            server.send(_dotted(raw))
            code, answer = server.getreply()
        except (smtplib.SMTPException, OSError) as broken:
            self.close()
            raise Unclear(f"the mail server broke off after the message was sent: {broken}") from broken
        if code != 250:
            self._reset()
            raise _no(code, answer)
        return f"{code} {_text(answer)}"

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.close()
            self._connection = None

    def _open(self) -> smtplib.SMTP:
        if self._connection is None:
            connection: Any = get_connection("django.core.mail.backends.smtp.EmailBackend")
            try:
                connection.open()
            except (smtplib.SMTPException, OSError) as absent:
                raise NotNow(f"the mail server cannot be reached: {absent}") from absent
            self._connection = connection
        return self._connection.connection

    def _reset(self) -> None:
        try:
            self._connection.connection.rset()
        except (smtplib.SMTPException, OSError):
            self.close()


class Folder:
    """Writes each message as a file: for a desk that is tried out and must not write to anybody."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def send(self, sender: str, to: str, raw: bytes) -> str:
        """Write the bytes under their digest: the same message again is the same file."""
        del sender, to
        name = f"{sha256(raw).hexdigest()[:32]}.eml"
        (self._folder / name).write_bytes(raw)
        return f"250 written as {name}"

    def close(self) -> None:
        """Nothing to give back."""


def _no(code: int, answer: bytes) -> Refused | NotNow:
    text = f"{code} {_text(answer)}"
    return Refused(text) if 500 <= code < 600 else NotNow(text)


def _text(answer: bytes) -> str:
    return answer.decode("utf-8", "replace").strip()[:1000]


def _dotted(raw: bytes) -> bytes:
    """The bytes as SMTP wants them: a line that begins with a dot gets a second one, and a lone dot ends."""
    body = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in raw.split(b"\r\n"))
    return body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n"
