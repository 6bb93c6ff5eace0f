"""One day of a company at a time: a lock that the database holds, and gives back when its holder dies."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import DatabaseError, Error, connection

from creditdesk.desk.ledger.models import Company
from creditdesk.desk.problem import AnotherRun, LockLost

_AREA = 0x63726564  # "cred": the first half of our advisory locks in PostgreSQL
_here: set[str] = set()
_guard = threading.Lock()


@contextmanager
def one_day(company: Company) -> Iterator[Callable[[], None]]:
    """Hold the day of a company, in this process alone.

    Gives a function that raises LockLost when the lock is no longer held.

    Raises:
        AnotherRun: somebody else holds it.
    """
    name = f"{connection.settings_dict['NAME']}/{company.pk}"
    with _guard:
        if name in _here:
            raise AnotherRun(_busy(company))
        _here.add(name)
    try:
        hold = _postgresql if connection.vendor == "postgresql" else _sqlite
        with hold(company) as still:
            yield still
    finally:
        with _guard:
            _here.discard(name)


def _busy(company: Company) -> str:
    return f"the day of {company.code} is under way in another process; the way out: wait until it is done"


@contextmanager
def _postgresql(company: Company) -> Iterator[Callable[[], None]]:
    """An advisory lock on a connection of its own: it ends with that connection, whatever happens to the process."""
    own: Any = connection.copy()
    own.settings_dict = {**own.settings_dict, "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": False}

    def still() -> None:
        try:
            with own.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError as gone:
            raise LockLost("the database went away while the day was under way; run the day again") from gone

    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_AREA, company.pk])
            if not cursor.fetchone()[0]:
                raise AnotherRun(_busy(company))
        yield still
    finally:
        if own.connection is not None:  # a connection that closes gives its lock back a moment later only
            with suppress(Error), own.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_all()")
        with suppress(Error):
            own.close()


@contextmanager
def _sqlite(company: Company) -> Iterator[Callable[[], None]]:
    """An exclusive transaction on a small database beside the desk's own: its lock dies with the process."""
    beside = Path(str(connection.settings_dict["NAME"]))
    if not beside.parent.is_dir():  # a database in memory
        beside = Path(tempfile.gettempdir()) / "creditdesk"
    own = sqlite3.connect(f"{beside}.day-{company.pk}", timeout=0, isolation_level=None)
    try:
        try:
            own.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as busy:
            raise AnotherRun(_busy(company)) from busy
        yield lambda: None
    finally:
        own.close()
