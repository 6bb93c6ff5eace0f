"""A receiver of webhooks: a real HTTP server that counts, checks signatures, fails, hangs and leads elsewhere as it is told."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from standardwebhooks import Webhook


class Receiver:
    """Listens on this machine.

    Attributes:
        says: the status it answers, or `hang`, `drip`, `drop`, `nonsense`.
        taken: how often it got each webhook-id.
    """

    def __init__(self) -> None:
        self.says: Any = 204
        self.secret = ""
        self.taken: Counter[str] = Counter()
        self.events: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.stop = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver.got(self)

            def do_GET(self) -> None:
                receiver.requests.append((f"GET {self.path}", {}))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_words: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop.set()
        self.server.shutdown()
        self.server.server_close()

    def got(self, request: Any) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        sent = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append((f"POST {request.path}", sent))
        if self.secret:
            try:
                Webhook(self.secret).verify(body, sent)
            except Exception as wrong:  # noqa: BLE001  whatever the library says
                self.refused.append(repr(wrong))
        self.taken[sent["webhook-id"]] += 1
        self.events.append(json.loads(body))
        self._answer(request)

    def _answer(self, request: Any) -> None:
        if self.says == "hang":
            self.stop.wait(60)
        elif self.says == "drip":
            request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self.stop.is_set():
                try:
                    request.wfile.write(b"x")
                    request.wfile.flush()
                except OSError:
                    break
                time.sleep(0.05)
        elif self.says == "drop":
            request.connection.shutdown(socket.SHUT_RDWR)
        elif self.says == "nonsense":
            request.wfile.write(b"what?\r\n\r\n")
        else:
            text = b"out of \x00order\n" if self.says >= 400 else b""
            request.send_response(self.says)
            if 300 <= self.says < 400:
                request.send_header("Location", f"{self.origin}/elsewhere")
            request.send_header("Content-Length", str(len(text)))
            request.end_headers()
            request.wfile.write(text)
        request.close_connection = True
