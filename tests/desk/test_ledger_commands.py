"""The commands that make a desk, fill its ledger, take an import back, and copy everything away and back."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import tarfile
import uuid
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from creditdesk.cli import app
from creditdesk.desk import place
from desk.books import Books
from desk.databases import point_to

pytestmark = pytest.mark.usefixtures("desk")


def creditdesk(desk: Any, *words: object, status: int = 0) -> Any:
    """A command on a desk; its result, or what it said on standard error."""
    point_to(desk.address)
    done = CliRunner(env={place.HOME: str(desk.home)}).invoke(app, [*map(str, words), "--json"])
    assert done.exit_code == status, done.output + repr(done.exception)
    return json.loads(done.stdout) if done.stdout else done.stderr


def alone(desk: Any, *words: object) -> Any:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "creditdesk.cli", *map(str, words), "--json"]
    done = subprocess.run(command, env=desk.environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path / "books")


def fresh(desk: Any, postgres_server: Any, tmp_path: Path) -> Any:
    """Another, empty database of the same kind, on a machine that has no folder for it yet."""
    home = tmp_path / "other" / "desk"
    if desk.vendor == "sqlite":
        return type(desk)("sqlite", str(home / "desk.sqlite3"), home)
    name = f"other_{uuid.uuid4().hex[:12]}"
    postgres_server.sql(f"CREATE DATABASE {name}")
    return type(desk)("postgresql", postgres_server.address(name), home)


def test_a_contact_is_shown_and_erased_from_the_command_line(desk, tmp_path) -> None:
    folder = Books(tmp_path / "books")
    folder.write()
    (folder.folder / "contact.csv").write_text(
        "contact_id,customer_id,role,name,email,until_on\n"
        "k1,c1,buyer,Peeters,peeters@example.org,\nk2,c1,buyer,Janssens,j@example.org,2018-12-31\n"
        "k1,c1,seller,Peeters,peeters@example.org,\n"  # no such role: set apart
    )
    assert creditdesk(desk, "import", folder.folder, "--new", status=1)["quarantined"] == 1
    shown = creditdesk(desk, "contacts", "export", "k1")
    assert shown["versions"][0]["email"] == "peeters@example.org"
    assert "allowed: a contact of" in creditdesk(desk, "contacts", "export", "k9", status=2)
    assert creditdesk(desk, "contacts", "erase", "k1", "--why", "asked by the person") == {"erased": ["k1"]}
    assert creditdesk(desk, "contacts", "retire", "--before", "2020-01-01") == {"erased": ["k2"]}
    assert "Peeters" not in json.dumps(creditdesk(desk, "contacts", "export", "k1"))
    assert "peeters" not in json.dumps(creditdesk(desk, "imports", "quarantine"))


def test_init_makes_a_desk_once_and_keeps_its_key_to_itself(desk, postgres, tmp_path) -> None:
    other = fresh(desk, postgres, tmp_path)
    assert alone(other, "init", "--admin", "anna")["password"]
    key = other.home / "secret-key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    written = key.read_text()
    assert creditdesk(other, "init")["password"] is None
    assert key.read_text() == written
    assert creditdesk(other, "imports", "list", status=2).startswith(
        "--company: found none named; allowed: none yet"
    )


def test_a_command_without_a_desk_says_how_to_make_one(desk, postgres, tmp_path) -> None:
    said = creditdesk(fresh(desk, postgres, tmp_path), "imports", "list", status=2)
    assert said.rstrip().endswith("the way out: creditdesk init")


def test_import_list_and_undo(desk, books) -> None:
    done = creditdesk(desk, "import", books.write(), "--by", "anna")
    assert done["company"] == "main"
    assert done["tables"]["invoice"] == {"new": 3, "replaced": 0, "same": 0}
    assert creditdesk(desk, "import", books.folder)["import"] is None
    bad = creditdesk(
        desk, "import", books.write(invoice=books.invoices.replace("2026-02-05", "soon")), status=1
    )
    assert bad["quarantined"] == 1
    (row,) = creditdesk(desk, "imports", "quarantine")
    assert (row["file"], row["line"], row["found"]) == ("invoice.csv", 3, "soon")
    said = creditdesk(desk, "imports", "undo", done["import"], "--why", "wrong", status=2)
    assert said.startswith(f"import {done['import']} cannot be undone: import {bad['import']} brought")
    creditdesk(desk, "imports", "undo", bad["import"], "--why", "to be corrected")
    undone = creditdesk(desk, "imports", "undo", done["import"], "--why", "wrong company")
    assert undone["counts"]["invoice"] == {"gone": 3, "back": 0}
    assert [row["undone"] for row in creditdesk(desk, "imports", "list")] == [True, True, False, False]
    assert "found import 99" in creditdesk(desk, "imports", "undo", 99, "--why", "x", status=2)


def test_facts_go_into_the_ledger_of_the_company_they_are_about(desk, books) -> None:
    company = "company_id,name,country,currency,language\nacme,Acme NV,BE,EUR,nl\n"
    assert creditdesk(desk, "import", books.write(company=company))["company"] == "acme"
    assert "allowed: 'acme'" in creditdesk(desk, "import", books.folder, "--company", "beta", status=2)
    beta = books.write(company=company.replace("acme", "beta"))
    assert "say --new" in creditdesk(desk, "import", beta, status=2)
    assert creditdesk(desk, "import", beta, "--new")["company"] == "beta"
    both = books.write(company=company + "beta,Beta NV,BE,EUR,nl\n")
    assert "one folder per company" in creditdesk(desk, "import", both, status=2)


def test_a_backup_is_restored_as_it_was(desk, books, postgres, tmp_path) -> None:
    place.write_secret_key(desk.home)
    alone(desk, "import", books.write())
    file = tmp_path / "backups" / "monday.backup"
    manifest = creditdesk(desk, "backup", file)
    assert manifest["rows"]["fact_invoice"] == 3
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "exists already" in creditdesk(desk, "backup", file, status=2)
    creditdesk(desk, "import", books.write(invoice=books.invoices.replace("20000", "25000")))

    other = fresh(desk, postgres, tmp_path)
    assert creditdesk(other, "restore", file)["rows"] == manifest["rows"]
    assert len(creditdesk(other, "imports", "list")) == 1
    assert (other.home / "secret-key").read_text() == (desk.home / "secret-key").read_text()
    assert creditdesk(other, "import", books.write(invoice=books.invoices))["import"] is None

    assert "holds a desk already" in creditdesk(desk, "restore", file, status=2)
    assert len(creditdesk(desk, "imports", "list")) == 2
    creditdesk(desk, "restore", file, "--replace")
    assert len(creditdesk(desk, "imports", "list")) == 1


def test_a_damaged_backup_changes_nothing(desk, books, tmp_path) -> None:
    creditdesk(desk, "import", books.write())
    file = tmp_path / "monday.backup"
    creditdesk(desk, "backup", file)
    torn = tmp_path / "torn.backup"
    torn.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert "damaged" in creditdesk(desk, "restore", torn, "--replace", status=2)
    with tarfile.open(file) as archive:
        archive.extractall(tmp_path / "parts", filter="data")
    inside = next((tmp_path / "parts").glob("desk.*"))
    inside.write_bytes(inside.read_bytes()[: inside.stat().st_size // 2])
    spoilt = tmp_path / "spoilt.backup"
    with tarfile.open(spoilt, "w:gz") as archive:
        for part in (tmp_path / "parts").iterdir():
            archive.add(part, part.name)
    creditdesk(desk, "restore", spoilt, "--replace", status=2)
    assert len(creditdesk(desk, "imports", "list")) == 1


def test_the_ledger_of_the_other_database_is_refused(desk, tmp_path) -> None:
    other = "postgresql" if desk.vendor == "sqlite" else "sqlite"
    name = {"sqlite": "desk.sqlite3", "postgresql": "desk.dump"}[other]
    (tmp_path / name).touch()
    (tmp_path / "manifest.json").write_text(
        json.dumps({"format": 1, "creditdesk": "0", "made_at": "", "database": other, "rows": {}})
    )
    file = tmp_path / "file.backup"
    with tarfile.open(file, "w:gz") as archive:
        for part in (name, "manifest.json"):
            archive.add(tmp_path / part, part)
    assert f"is a backup of {other}" in creditdesk(desk, "restore", file, "--replace", status=2)
