"""Every test of the desk runs on SQLite and on a real PostgreSQL, each on a database of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from creditdesk.desk import place, starting

_HOME = tempfile.mkdtemp(prefix="creditdesk-desk-tests-")
os.environ[place.HOME] = _HOME
os.environ.pop(place.DATABASE, None)
starting.start()

from django.core.management import call_command  # noqa: E402  needs the settings
from django.db import connections  # noqa: E402


def pytest_unconfigure() -> None:
    shutil.rmtree(_HOME, ignore_errors=True)


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

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="creditdesk-pg-"))
        self.folder.chmod(0o755)
        self.user = "creditdesk"
        self._as = []
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(self.folder, "postgres", "postgres")
            self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self.data = self.folder / "data"
        self._run("initdb", "-D", self.data, "-U", self.user, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        self.start()

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=50"
        self._run("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", options, "start")

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

    def _run(self, program: str, *words: Any) -> None:
        subprocess.run(
            [*self._as, postgres_program(program), *map(str, words)],
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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.close()


TEMPLATE = "template_desk"


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    postgres.sql(f"CREATE DATABASE {TEMPLATE}")
    point_to(postgres.address(TEMPLATE))
    call_command("migrate", verbosity=0)
    connections.close_all()
    return TEMPLATE


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "desk.sqlite3"
    point_to(str(file))
    call_command("migrate", verbosity=0)
    connections.close_all()
    return file


def point_to(address: str) -> None:
    """Make Django's connection lead to another database from now on."""
    connections["default"].close()
    del connections["default"]
    connections.settings = connections.configure_settings(
        {"default": place.database({place.DATABASE: address})}
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """An empty desk: on each of the two databases."""
    home = tmp_path / "home"
    home.mkdir()
    if request.param == "sqlite":
        file = home / place.SQLITE_FILE
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        point_to(str(file))
        yield Desk("sqlite", str(file), home)
        connections.close_all()
    else:
        template = request.getfixturevalue("postgres_template")
        server = request.getfixturevalue("postgres")
        name = f"desk_{uuid.uuid4().hex[:12]}"
        server.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        point_to(server.address(name))
        yield Desk("postgresql", server.address(name), home)
        connections.close_all()
        server.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The engine of this session: its statements are built once."""
    from creditdesk.desk.day.decider import Decider

    decider = Decider({"threads": "1"}, tmp_path_factory.getbasetemp().parent / "creditdesk-plans")
    yield decider
    decider.close()


@pytest.fixture
def peer() -> Iterator[Any]:
    """A real mail server that counts."""
    from desk.office import Peer

    server = Peer().start()
    yield server
    server.stop()
