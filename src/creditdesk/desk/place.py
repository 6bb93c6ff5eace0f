"""Where a desk keeps its things, as its environment says: the data folder, the database, the secret key, the mail."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from creditdesk.facts.problem import UnusableInput

HOME = "CREDITDESK_HOME"
DATABASE = "CREDITDESK_DATABASE"
SMTP = "CREDITDESK_SMTP"
SENDER = "CREDITDESK_FROM"
KEY_FILE = "secret-key"
SQLITE_FILE = "desk.sqlite3"

BUSY_SECONDS = 30
"""How long SQLite waits for another writer before it gives up."""

_SQLITE_PRAGMAS = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;"


def home(environment: Mapping[str, str] = os.environ) -> Path:
    """The data folder of the desk (`CREDITDESK_HOME`, else `creditdesk-data` where one stands)."""
    return Path(environment.get(HOME) or "creditdesk-data").absolute()


def database(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Django's settings of the database.

    `CREDITDESK_DATABASE` is the path of an SQLite file (default: one in the data folder) or
    `postgresql://user:password@host:port/name`; what else libpq understands may follow after `?`
    (`?host=/run/postgresql&sslmode=require`).

    Raises:
        UnusableInput: for an address of another kind.
    """
    said = environment.get(DATABASE) or str(home(environment) / SQLITE_FILE)
    if "://" not in said:
        return sqlite(Path(said))
    address = urlsplit(said)
    if address.scheme == "sqlite":
        return sqlite(Path(said.removeprefix("sqlite://")))
    if address.scheme not in {"postgresql", "postgres"}:
        raise UnusableInput(
            f"{DATABASE}: found an address that begins with {address.scheme!r}; allowed: the path of an SQLite file, or "
            f"postgresql://user@host/name; the way out: correct the variable or leave it out"
        )
    options: dict[str, Any] = dict(parse_qsl(address.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(address.path.lstrip("/")) or "creditdesk",
        "USER": unquote(address.username or options.pop("user", "")),
        "PASSWORD": unquote(address.password or ""),
        "HOST": unquote(address.hostname or "") or options.pop("host", ""),
        "PORT": str(address.port or options.pop("port", "")),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def sqlite(path: Path) -> dict[str, Any]:
    """Django's settings of an SQLite file: readers never wait, and a transaction is a writer from its first word on."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path.absolute()),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": BUSY_SECONDS,
            "init_command": _SQLITE_PRAGMAS,
        },
    }


def secret_key(environment: Mapping[str, str] = os.environ) -> str:
    """The key that signs sessions: the file that `init` wrote; before there is one, a key of this process alone."""
    file = home(environment) / KEY_FILE
    if file.is_file():
        return file.read_text(encoding="ascii").strip()
    return secrets.token_urlsafe(50)


def write_secret_key(folder: Path) -> bool:
    """Write a key that only its owner can read; False when there was one already."""
    try:
        handle = os.open(folder / KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(50) + "\n")
    return True


def mail(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Django's settings of the mail server, from `CREDITDESK_SMTP`.

    `smtp://user:password@host:port`; `smtp+starttls://` and `smtps://` encrypt. Without it mail goes to port 25 of
    this machine. Messages come from the address in `CREDITDESK_FROM`.
    """
    address = urlsplit(environment.get(SMTP) or "smtp://localhost:25")
    ports = {"smtps": 465, "smtp+starttls": 587}
    return {
        "EMAIL_HOST": address.hostname or "localhost",
        "EMAIL_PORT": address.port or ports.get(address.scheme, 25),
        "EMAIL_HOST_USER": unquote(address.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(address.password or ""),
        "EMAIL_USE_SSL": address.scheme == "smtps",
        "EMAIL_USE_TLS": address.scheme == "smtp+starttls",
        "EMAIL_TIMEOUT": 30,
        "DEFAULT_FROM_EMAIL": environment.get(SENDER) or "creditdesk@localhost",
    }
