"""Every test of the desk runs on SQLite and on a real PostgreSQL, each on a database of its own.

`make test` asks PostgreSQL what differs there by nature: the ledger, imports, crashes, trouble of a day, the outbox, the
API's pushes. What is left on SQLite alone (views, commands, casework, stories) runs on both in `make test-all`.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from creditdesk.desk import place
from desk.databases import Desk, Postgres, point_to

from django.core.management import call_command  # isort: skip  needs the settings that databases makes
from django.db import connections  # isort: skip

__all__ = ["Desk", "point_to"]


ON_BOTH = {
    "test_bindings.py", "test_bulk.py", "test_crashes.py", "test_day_trouble.py", "test_facts_in.py",
    "test_full_server.py", "test_import.py", "test_import_crashes.py", "test_ledger.py", "test_ledger_commands.py",
    "test_outbox.py", "test_standing.py", "test_undo_property.py",
}  # fmt: skip
"""Files that `make test` runs on both databases."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave PostgreSQL's half of all others to the long run."""
    for item in items:
        asked = getattr(item, "callspec", None)
        if asked and "postgresql" in asked.params.values() and item.path.name not in ON_BOTH:
            item.add_marker(pytest.mark.long)


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


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def one_desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One database for all cases of a property."""
    if request.param == "sqlite":
        file = tmp_path_factory.mktemp("one") / "desk.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        point_to(str(file))
        yield
        connections.close_all()
    else:
        template = request.getfixturevalue("postgres_template")
        server = request.getfixturevalue("postgres")
        name = f"one_{uuid.uuid4().hex[:12]}"
        server.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        point_to(server.address(name))
        yield
        connections.close_all()


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
