"""The two databases of a test: an SQLite file, and a real PostgreSQL server of its own."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from creditdesk.desk import place, starting

_HOME = tempfile.mkdtemp(prefix="creditdesk-desk-tests-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ[place.HOME] = _HOME
os.environ["CREDITDESK_HOSTS"] = "localhost,127.0.0.1,testserver"  # as Django's test client calls itself
os.environ.pop(place.DATABASE, None)
starting.start()

from django.db import connections  # noqa: E402  needs the settings


@dataclass(frozen=True)
class Desk:
    """A database of its own.

    Attributes:
        vendor: `sqlite` or `postgresql`.
        address: what `CREDITDESK_DATABASE` says, for commands in a process of their own.
        home: the data folder.
    """

    vendor: str
    address: str
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, place.HOME: str(self.home), place.DATABASE: self.address}


class Postgres:
    """A PostgreSQL server of its own in a temporary folder, reached through a socket there."""

    def __init__(self, *, durable: bool = False, largest_file: int | None = None) -> None:
        """A server that waits for the disk (`durable`), or whose files may not grow beyond some bytes."""
        self.durable = durable
        self.limit = [f"--fsize={largest_file}"] if largest_file else []
        self.folder = Path(tempfile.mkdtemp(prefix="creditdesk-pg-"))
        self.folder.chmod(0o755)
        self.user = "creditdesk"
        self._as = []
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(self.folder, "postgres", "postgres")
            self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self.data = self.folder / "data"
        self._run(
            "initdb",
            "-D",
            self.data,
            "-U",
            self.user,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
            # small files are made fast; a server that is measured keeps the log as Debian ships it, which goes with it
            *([] if durable else ["--wal-segsize=1"]),
        )
        self.start()

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses= -c max_connections=50"
        if not self.durable:
            options += " -c fsync=off -c full_page_writes=off"
        limited = ["prlimit", *self.limit] if self.limit else []
        self._run(
            "pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", options, "start", before=limited
        )

    def stop(self, how: str = "fast") -> None:
        self._run("pg_ctl", "-D", self.data, "-w", "-m", how, "stop")

    def close(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, name: str) -> str:
        return f"postgresql://{self.user}@/{name}?host={self.folder}"

    def sql(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, program: str, *words: Any, before: Sequence[str] = ()) -> None:
        subprocess.run(
            [*self._as, *before, postgres_program(program), *map(str, words)],
            check=True,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            cwd=self.folder,
        )


def postgres_program(name: str) -> str:
    """A program of PostgreSQL: on the path, or where Debian puts it."""
    found = shutil.which(name)
    if found:
        return found
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    if not versions:
        pytest.fail(f"{name} of PostgreSQL is missing; scripts/test-machine installs it")
    return str(versions[-1])


def point_to(address: str) -> None:
    """Make Django's connection lead to another database from now on."""
    connections["default"].close()
    del connections["default"]
    connections.settings = connections.configure_settings(
        {"default": place.database({place.DATABASE: address})}
    )
