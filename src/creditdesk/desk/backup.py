"""A copy of everything a desk keeps, in one file, and the way back from it.

The file is a tar archive: `manifest.json` (version, database, rows per table), the database (a copy of the SQLite file, or a
dump in PostgreSQL's own format) and the secret key. It is taken while the desk goes on working, as of one moment, and appears whole or not
at all. A restored database is counted, table by table, against the manifest before it takes its place.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

import creditdesk
from creditdesk.desk import place
from creditdesk.facts.problem import UnusableInput

MANIFEST = "manifest.json"
FORMAT = 1
_NAMES = {"sqlite": "desk.sqlite3", "postgresql": "desk.dump"}


class NoRestore(UnusableInput):
    """A backup that cannot be restored here; nothing was changed."""


def backup(target: Path, now: datetime) -> dict[str, Any]:
    """Write a backup; gives its manifest.

    Raises:
        UnusableInput: the target exists, or a program of PostgreSQL is missing or fails.
    """
    if target.exists():
        raise UnusableInput(f"{target}: exists already; the way out: name a new file")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".creditdesk-backup-", dir=target.parent) as work:
        copy = Path(work) / _NAMES[connection.vendor]
        rows = _copy_sqlite(copy) if connection.vendor == "sqlite" else _dump_postgres(copy)
        manifest = {
            "format": FORMAT,
            "creditdesk": creditdesk.__version__,
            "made_at": now.isoformat(),
            "database": connection.vendor,
            "rows": rows,
        }
        (Path(work) / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        whole = Path(work) / "whole"
        with tarfile.open(whole, "w:gz", compresslevel=1) as archive:
            archive.add(Path(work) / MANIFEST, MANIFEST)
            archive.add(copy, copy.name)
            key = place.home() / place.KEY_FILE
            if key.is_file():
                archive.add(key, place.KEY_FILE)
        whole.chmod(0o600)
        with whole.open("rb") as file:
            os.fsync(file.fileno())
        whole.rename(target)
    return manifest


def restore(source: Path, *, replace: bool = False) -> dict[str, Any]:
    """Put a backup in the place of the configured database; gives its manifest.

    Args:
        replace: also where a desk stands already, which is lost then.

    Raises:
        NoRestore: it is no backup, one of the other database, damaged, or a desk stands there; nothing was changed.
    """
    if not replace and _stands():
        raise NoRestore(
            "the database holds a desk already; the way out: name another one in CREDITDESK_DATABASE, or say --replace to "
            "lose what it holds"
        )
    home = place.home()
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".creditdesk-restore-", dir=home) as work:
        manifest = _unpack(source, Path(work))
        vendor = manifest["database"]
        if vendor != connection.vendor:
            raise NoRestore(
                f"{source}: is a backup of {vendor}; found {connection.vendor} in CREDITDESK_DATABASE; the way out: name a "
                f"{vendor} database"
            )
        copy = Path(work) / _NAMES[vendor]
        if vendor == "sqlite":
            _put_sqlite(copy, manifest["rows"])
        else:
            _put_postgres(copy, manifest["rows"])
        key = Path(work) / place.KEY_FILE
        if key.is_file():
            key.chmod(0o600)
            key.replace(home / place.KEY_FILE)
    return manifest


def _stands() -> bool:
    try:
        return "ledger_company" in connection.introspection.table_names()
    finally:
        connection.close()


def _unpack(source: Path, work: Path) -> dict[str, Any]:
    try:
        with tarfile.open(source) as archive:
            archive.extractall(work, filter="data")
        manifest: dict[str, Any] = json.loads((work / MANIFEST).read_text(encoding="utf-8"))
        known = manifest["format"] == FORMAT and (work / _NAMES[manifest["database"]]).is_file()
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError) as wrong:
        raise NoRestore(
            f"{source}: is no backup, or damaged ({wrong}); the way out: name another file"
        ) from wrong
    if not known:
        raise NoRestore(f"{source}: was written by another version of Creditdesk ({manifest['creditdesk']})")
    return manifest


# ------------------------------------------------------------------------------------------------------------ SQLite


def _copy_sqlite(copy: Path) -> dict[str, int]:
    with (
        closing(sqlite3.connect(connection.settings_dict["NAME"])) as live,
        closing(sqlite3.connect(copy)) as target,
    ):
        live.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
        return _count_sqlite(target)


def _count_sqlite(database: sqlite3.Connection) -> dict[str, int]:
    names = [
        row[0]
        for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    ]
    return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def _put_sqlite(copy: Path, rows: dict[str, int]) -> None:
    try:
        with closing(sqlite3.connect(copy)) as database:
            state = database.execute("PRAGMA integrity_check").fetchone()[0]
            found = _count_sqlite(database)
    except sqlite3.DatabaseError as wrong:
        raise NoRestore(f"the database in the backup is damaged: {wrong}") from wrong
    if state != "ok" or found != rows:
        raise NoRestore(
            f"the database in the backup is damaged: {state if state != 'ok' else 'rows are missing'}"
        )
    connection.close()
    target = Path(connection.settings_dict["NAME"])
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.restored")
    shutil.move(copy, fresh)
    for beside in ("-wal", "-shm"):  # they belong to the file that goes
        target.with_name(target.name + beside).unlink(missing_ok=True)
    fresh.replace(target)


# -------------------------------------------------------------------------------------------------------- PostgreSQL


def _dump_postgres(copy: Path) -> dict[str, int]:
    """A dump and the counts of one and the same moment: the dump joins the snapshot of the transaction that counts."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
            rows = _count_postgres(cursor)
            _postgres("pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={copy}")
        finally:
            cursor.execute("ROLLBACK")
    return rows


def _count_postgres(cursor: Any) -> dict[str, int]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
    counts = {}
    for (name,) in cursor.fetchall():
        cursor.execute(f'SELECT count(*) FROM "{name}"')
        counts[name] = cursor.fetchone()[0]
    return counts


def _put_postgres(copy: Path, rows: dict[str, int]) -> None:
    """All in one transaction: it is there as a whole, or the old one is."""
    connection.close()
    _postgres(
        "pg_restore",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--single-transaction",
        "--exit-on-error",
        str(copy),
    )
    with connection.cursor() as cursor:
        found = _count_postgres(cursor)
        cursor.execute("ANALYZE")
    if {name: found.get(name) for name in rows} != rows:
        raise NoRestore("the database was restored, but rows are missing in it: the backup is damaged")


def _postgres(program: str, *words: str) -> None:
    wanted = connection.get_connection_params()
    names = {"dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD", "host": "PGHOST", "port": "PGPORT",
             "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}  # fmt: skip
    environment = {
        **os.environ,
        **{names[key]: str(value) for key, value in wanted.items() if key in names and value},
    }
    words = (f"--dbname={wanted['dbname']}", *words)
    try:
        done = subprocess.run([program, *words], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError as absent:
        raise UnusableInput(
            f"{program} is not on the path; the way out: install PostgreSQL's client programs (Debian: postgresql-client)"
        ) from absent
    if done.returncode:
        raise UnusableInput(f"{program} failed: {done.stderr.strip()[:1000]}")
