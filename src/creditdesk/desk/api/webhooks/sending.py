"""One request to a receiver: to an address that was judged, within a time that it cannot stretch, without following it elsewhere."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress

from creditdesk.desk.api.webhooks.address import Target, resolve

CONNECT = 5.0
WHOLE = 15.0
"""Seconds for a connection, and for all of it."""

READ = 500
"""Bytes of an answer that are kept, for who looks why it was refused."""


class NotDelivered(Exception):
    """The receiver cannot be reached, or said nothing in time."""


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, that speaks to the host by its name."""

    def __init__(self, target: Target, address: str) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT)
        self._target = target
        self._address = address

    def connect(self) -> None:
        """Open the connection; the certificate must be that of the name."""
        self.sock = socket.create_connection((self._address, self._target.port), self.timeout)
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self._target.host)


def post(target: Target, body: bytes, headers: Mapping[str, str], whole: float = WHOLE) -> tuple[int, str]:
    """Send a body. Gives the status and the beginning of the answer.

    Raises:
        NotDelivered: no connection, no answer, or none in time.
        WrongAddress: nothing is sent there.
    """
    wrong: Exception | None = None
    for address in resolve(target)[:3]:
        connection = _Pinned(target, address)
        late = threading.Event()
        clock = threading.Timer(whole, _end, (connection, late))
        clock.daemon = True
        clock.start()
        try:
            connection.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
            for name, value in {
                "Host": target.shown, "Content-Length": str(len(body)), "Connection": "close", **headers,
            }.items():  # fmt: skip
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            text = _beginning(answer)
            if not late.is_set():  # one that was cut off is half an answer
                return answer.status, text
            break
        except (OSError, http.client.HTTPException, ValueError) as error:
            wrong = error
            if late.is_set():
                break
        finally:
            clock.cancel()
            connection.close()
    if late.is_set():
        raise NotDelivered(f"no answer within {whole:g} seconds")
    raise NotDelivered(f"{type(wrong).__name__}: {wrong}"[:READ]) from wrong


def _beginning(answer: http.client.HTTPResponse) -> str:
    """What an answer begins with; what is wrong with the rest of it does not matter."""
    with suppress(OSError, http.client.HTTPException, ValueError):
        text = answer.read(READ).decode("utf-8", "replace").replace("\0", "\ufffd")
        return " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return ""


def _end(connection: http.client.HTTPConnection, late: threading.Event) -> None:
    """The time is up: whatever the receiver is doing, the connection ends."""
    late.set()
    line = connection.sock
    if line is not None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
