"""An import that is killed, that finds its disk full or its database away: after the next run nothing is missing or doubled."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.utils import OperationalError

from creditdesk.desk import place
from creditdesk.desk.ledger import importing, reading, writing
from creditdesk.desk.ledger.models import Company, Import
from desk.databases import Desk, Postgres, point_to

KILLS = int(os.environ.get("CREDITDESK_KILLS", "5"))
"""How many imports are killed on each database."""

INVOICES = 1_500
CHANGED = 500
DRIVER = Path(__file__).with_name("import_driver.py")


def books(folder: Path, amount: int, *, invoices: int = INVOICES, due: str = "2026-02-04") -> Path:
    """Three hundred customers and their invoices; one third of the invoices bears the amount."""
    folder.mkdir(parents=True)
    customers = ["customer_id,name,kind", *(f"c{n},Customer {n},company" for n in range(300))]
    rows = ["invoice_id,customer_id,number,kind,issued,due,amount,currency"]
    rows += [
        f"i{n},c{n % 300},{n},invoice,2026-01-05,{due if n == 1 else '2026-02-04'},{amount if n % 3 == 0 else 700},EUR"
        for n in range(invoices)
    ]
    (folder / "customer.csv").write_text("\n".join(customers) + "\n")
    (folder / "invoice.csv").write_text("\n".join(rows) + "\n")
    return folder


def drive(desk: Desk, **trial: Any) -> dict[str, int]:
    command = [sys.executable, str(DRIVER), json.dumps(trial)]
    done = subprocess.run(
        command, env={**desk.environment, "PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_imports_killed_at_random_moments_lose_and_double_nothing(desk: Desk, tmp_path: Path) -> None:
    Company.objects.create(code="acme", name="Acme")
    connections.close_all()
    both = [
        str(books(tmp_path / "even" / "books", 100)),
        str(books(tmp_path / "odd" / "books", 200, due="soon")),
    ]
    seen = drive(desk, folders=both, kills=KILLS, seed=1, news=CHANGED)
    assert seen["killed"] > KILLS / 4, "most kills must come while the import is at work"
    assert seen["before"] + seen["after"] == KILLS


@pytest.fixture
def small_disk(desk: Desk) -> Any:
    """A desk whose database cannot grow beyond some megabytes; gives its address and what makes a process obey."""
    room = 4 << 20
    if desk.vendor == "sqlite":
        yield desk, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        return
    server = Postgres(largest_file=room)
    try:
        server.sql("CREATE DATABASE small")
        point_to(server.address("small"))
        call_command("migrate", verbosity=0)
        yield Desk("postgresql", server.address("small"), desk.home), lambda: None
        connections.close_all()
    finally:
        server.close()


def test_a_full_disk_leaves_the_ledger_as_it_was(small_disk: Any, tmp_path: Path) -> None:
    desk, obey = small_disk
    company = Company.objects.create(code="acme", name="Acme")
    importing.import_folder(company, books(tmp_path / "few", 100), by="anna")
    before = reading.facts(company)
    connections.close_all()
    many = books(tmp_path / "many", 100, invoices=40_000)
    command = [sys.executable, "-m", "creditdesk.cli", "import", str(many), "--company", "acme"]
    done = subprocess.run(
        command, env=desk.environment, capture_output=True, text=True, check=False, preexec_fn=obey
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("the database: ")
    assert done.stderr.endswith("Nothing of this step was written.\n")
    assert {name: rows.num_rows for name, rows in reading.facts(company).items()} == {
        name: rows.num_rows for name, rows in before.items()
    }
    assert Import.objects.count() == 1
    writing.add(company, "customer", [{"customer_id": "new", "name": "N", "kind": "company"}], by="anna")


def test_a_database_that_was_away_and_came_back(desk: Desk, postgres: Postgres, tmp_path: Path) -> None:
    if desk.vendor == "sqlite":
        pytest.skip("an SQLite file is never away; the lock of another writer is the next test")
    company = Company.objects.create(code="acme", name="Acme")
    importing.import_folder(company, books(tmp_path / "few", 100), by="anna")
    postgres.stop("immediate")
    try:
        with pytest.raises(OperationalError):
            importing.import_folder(company, books(tmp_path / "more", 200), by="anna")
        connections.close_all()
        done = subprocess.run([sys.executable, "-m", "creditdesk.cli", "imports", "list"], env=desk.environment,
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 2
        assert "the way out" in done.stderr or done.stderr.startswith("the database: ")
    finally:
        postgres.start()
    assert importing.import_folder(company, tmp_path / "more", by="anna").laid["invoice"].replaced == 500


def test_the_server_restarts_between_two_imports_of_one_process(
    desk: Desk, postgres: Postgres, tmp_path: Path
) -> None:
    if desk.vendor == "sqlite":
        pytest.skip("an SQLite file has no server")
    company = Company.objects.create(code="acme", name="Acme")
    importing.import_folder(company, books(tmp_path / "few", 100), by="anna")
    postgres.stop("immediate")
    postgres.start()
    assert (
        importing.import_folder(company, books(tmp_path / "more", 200), by="anna").laid["invoice"].replaced
        == 500
    )


def test_another_writer_is_waited_for_and_then_named(desk: Desk, tmp_path: Path, monkeypatch: Any) -> None:
    if desk.vendor != "sqlite":
        pytest.skip("PostgreSQL waits at the company, as long as it takes")
    import sqlite3

    monkeypatch.setattr(place, "BUSY_SECONDS", 0.2)
    point_to(desk.address)
    company = Company.objects.create(code=uuid.uuid4().hex, name="Acme")
    other = sqlite3.connect(desk.address, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        importing.import_folder(company, books(tmp_path / "few", 100), by="anna")
    other.execute("ROLLBACK")
    other.close()
    assert importing.import_folder(company, tmp_path / "few", by="anna").imported.changed
