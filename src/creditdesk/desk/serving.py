"""Serves the desk: granian before Django, and beside it the worker in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

STOPPING = 30
"""Seconds that the worker has to finish what is under way."""


def collect() -> None:
    """Gather the files of all packages, each under a name with its fingerprint, in the data folder."""
    from django.conf import settings
    from django.core.management import call_command
    from django.test.utils import override_settings

    manifest = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    with override_settings(STORAGES=manifest):
        call_command("collectstatic", interactive=False, verbosity=0)


def serve(host: str, port: int, processes: int, threads: int) -> None:
    """Answer until told to stop."""
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "creditdesk.desk.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()


@contextmanager
def worker() -> Iterator[None]:
    """The worker as long as the desk is served; ended, it finishes what is under way."""
    beside = subprocess.Popen([sys.executable, "-m", "creditdesk.cli", "worker"])
    try:
        yield
    finally:
        beside.terminate()
        try:
            beside.wait(STOPPING)
        except subprocess.TimeoutExpired:
            beside.kill()
