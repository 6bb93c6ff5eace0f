"""Clears away what nobody came back to: uploads that were left lying, files of those that are in the ledger, and what no row names."""

from __future__ import annotations

import shutil
import time
from datetime import datetime, timedelta
from typing import Any

from creditdesk.desk.intake.models import Upload, Work
from creditdesk.desk.intake.receiving import discard, folder

ABANDONED = timedelta(days=7)
"""How long an upload waits for somebody to go on with it."""

REMEMBERED = timedelta(days=30)
"""How long it is remembered what an upload became; the import itself stays."""

LOOSE = timedelta(days=1)
"""How old a folder is that no upload names and nobody can be writing any more."""

HOURLY = timedelta(hours=1)
_last: list[datetime] = []


def put_on_list(sender: Any, now: datetime, **_more: Any) -> list[str]:
    """Clear up once an hour; called at each turn of a worker."""
    del sender
    if _last and timedelta() <= now - _last[0] < HOURLY:
        return []
    _last[:] = [now]
    cleared = clear(now)
    return [f"cleared {cleared} uploads"] if cleared else []


def clear(now: datetime) -> int:
    """Clear up. Gives how many uploads were forgotten."""
    done = Upload.objects.filter(step=Upload.Step.DONE, touched_at__lt=now - REMEMBERED)
    left = Upload.objects.exclude(step=Upload.Step.DONE).filter(touched_at__lt=now - ABANDONED)
    busy = Work.objects.filter(state__in=(Work.State.WAITING, Work.State.WORKING)).exclude(upload=None)
    gone = [*done, *left.exclude(pk__in=busy.values("upload"))]
    for upload in gone:
        discard(upload)
    Work.objects.filter(upload=None, ended_at__lt=now - REMEMBERED).delete()
    _clear_loose()
    return len(gone)


def _clear_loose() -> None:
    """Folders that no upload names: of a request that was cut off, or of an upload that is in the ledger."""
    if not folder().is_dir():
        return
    kept = set(Upload.objects.exclude(step=Upload.Step.DONE).values_list("token", flat=True))
    before = time.time() - LOOSE.total_seconds()
    for path in folder().iterdir():
        if path.name in kept or path.stat().st_mtime > before:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
