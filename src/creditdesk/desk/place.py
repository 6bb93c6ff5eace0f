"""Where a desk keeps its things, as its environment says: the data folder, the database, the secret key, the mail."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from datetime import date
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
DEMO_FILE = "demo.json"
URL = "CREDITDESK_URL"
PROXIES = "CREDITDESK_PROXIES"
OIDC = "CREDITDESK_OIDC"

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


def standing_day(environment: Mapping[str, str] = os.environ) -> date | None:
    """The day at which a demo stands still: its data folder says so. None = a desk whose days go on."""
    file = home(environment) / DEMO_FILE
    if not file.is_file():
        return None
    return date.fromisoformat(json.loads(file.read_text(encoding="utf-8"))["day"])


def write_standing_day(folder: Path, day: date) -> None:
    """Make a desk a demo: it stands still at that day, and its messages are files in the folder `mail`."""
    (folder / DEMO_FILE).write_text(json.dumps({"day": day.isoformat()}) + "\n", encoding="utf-8")


def address(environment: Mapping[str, str] = os.environ) -> str:
    """Where people reach the desk (`CREDITDESK_URL`): `https://` there says that it is reached encrypted."""
    return (environment.get(URL) or "http://127.0.0.1:8000").rstrip("/")


def encrypted(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether people reach the desk through TLS alone."""
    return address(environment).startswith("https://")


def sign_on(environment: Mapping[str, str] = os.environ) -> dict[str, Any] | None:
    """The company's own sign-on by OpenID Connect, as allauth is told of it; None when there is none.

    `CREDITDESK_OIDC` is the address of the provider, `CREDITDESK_OIDC_CLIENT` and `CREDITDESK_OIDC_SECRET` what it knows
    the desk by, `CREDITDESK_OIDC_NAME` what the button says.

    Raises:
        UnusableInput: the address comes without a client or a secret.
    """
    server = environment.get(OIDC)
    if not server:
        return None
    client, secret = environment.get(f"{OIDC}_CLIENT"), environment.get(f"{OIDC}_SECRET")
    if not client or not secret:
        raise UnusableInput(
            f"{OIDC} names a provider, but {OIDC}_CLIENT or {OIDC}_SECRET is empty; the way out: set both, as the provider gave them"
        )
    return {
        "provider_id": "oidc",
        "name": environment.get(f"{OIDC}_NAME") or urlsplit(server).hostname or "OpenID Connect",
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": server},
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
    this machine. Messages come from the address in `CREDITDESK_FROM`. `MAILS_PEOPLE` says that somebody named a server:
    only then a link that opens the desk is mailed.
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
        "MAILS_PEOPLE": bool(environment.get(SMTP)),
        "DEFAULT_FROM_EMAIL": environment.get(SENDER) or "creditdesk@localhost",
    }
