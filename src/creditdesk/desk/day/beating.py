"""A worker says that it is there, and others ask whether one is."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, close_old_connections, connection

from creditdesk.desk.casework.models import WorkerSeen
from creditdesk.desk.day.clock import moment

EVERY = 20.0
"""Seconds between two words of a worker."""

SILENT = timedelta(minutes=5)
"""After so long without a word there is no worker."""

FORGOTTEN = timedelta(days=1)

AWAY = (OperationalError, InterfaceError)
"""SQLite while an import writes, PostgreSQL while it restarts: the next word will do."""


def name_of_this() -> str:
    """Host and process."""
    return f"{socket.gethostname()}:{os.getpid()}"[:200]


def beat(now: datetime, name: str = "") -> None:
    """Say that this worker is there, and forget those that have been silent for a day."""
    WorkerSeen.objects.update_or_create(
        name=name or name_of_this(), defaults={"seen_at": now}, create_defaults={"started_at": now, "seen_at": now}
    )  # fmt: skip
    WorkerSeen.objects.filter(seen_at__lt=now - FORGOTTEN).delete()


def keep_beating(stop: threading.Event, clock: Callable[[], datetime] = moment, every: float = EVERY) -> None:
    """Say it until told to stop, in a thread of its own: a long day keeps nobody from knowing."""
    while not stop.is_set():
        close_old_connections()
        try:
            beat(clock())
        except (
            OperationalError
        ):  # SQLite while an import writes, PostgreSQL while it restarts: the next word will do
            connection.close()
        stop.wait(every)
    with suppress(*AWAY):
        WorkerSeen.objects.filter(name=name_of_this()).delete()
    connection.close()


def workers(now: datetime) -> list[WorkerSeen]:
    """Those that are there."""
    return list(WorkerSeen.objects.filter(seen_at__gt=now - SILENT))


def last_word() -> datetime | None:
    """When any worker was last seen; None when none has been for a day, or one ended as it was told to."""
    return WorkerSeen.objects.values_list("seen_at", flat=True).first()
