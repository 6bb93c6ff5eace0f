"""The worker's third hand: does what people ask of the intake while they wait, one thing after the other, and says how far it is.

Work is a row that one worker takes by a conditional UPDATE. While it is at it, it touches a file every few seconds; work whose
file has not been touched for long was left by a worker that died, and is taken again. That does no harm: looking and trying
write nothing, and what writes to the ledger says in the same transaction that it is done.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import DatabaseError, close_old_connections, transaction
from django.db.models import F

from creditdesk.desk.casework.audit import note
from creditdesk.desk.day.clock import moment
from creditdesk.desk.intake import looking, trying
from creditdesk.desk.intake.models import Upload, Work
from creditdesk.desk.intake.receiving import folder
from creditdesk.desk.intake.wrong import as_dict
from creditdesk.desk.ledger.dependence import NotUndone
from creditdesk.desk.ledger.models import Import, Quarantined
from creditdesk.desk.ledger.repairing import AT_ONCE, repair, rows_apart
from creditdesk.desk.ledger.undoing import undo
from creditdesk.facts.problem import UnusableInput

log = logging.getLogger(__name__)

BEAT = 5.0
DEAD = timedelta(seconds=60)
TRIES = 3
"""How often work is taken that a worker died at; then it is told that it cannot be done."""

TOLD_EVERY = 0.4


def ask(kind: str, *, by: str, now: datetime, upload: Upload | None = None, number: int | None = None, company: Any = None, why: str = "", **given: Any) -> Work:  # fmt: skip
    """Ask the worker for something. What waits already is not asked twice."""
    owner = upload.company if upload is not None else company
    waiting = Work.objects.filter(
        company=owner,
        kind=kind,
        upload=upload,
        number=number,
        state__in=(Work.State.WAITING, Work.State.WORKING),
    ).first()
    if waiting is not None:
        return waiting
    return Work.objects.create(
        company=owner, kind=kind, upload=upload, number=number, by=by, why=why, given=given, asked_at=now
    )


def progress_of(work: Work) -> dict[str, Any]:
    """How far a piece of work is: what is being done, the step and the number of steps; empty before it begins."""
    try:
        return json.loads(_file(work.pk).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _file(number: int) -> Path:
    return folder() / f".work-{number}.json"


def work_off() -> int:
    """Do all that waits. Gives how much."""
    done = 0
    while (work := claim(moment())) is not None:
        do(work)
        done += 1
    return done


def keep_working(stop: threading.Event, every: float = 0.5) -> None:
    """Do what is asked, until told to stop."""
    while not stop.is_set():
        close_old_connections()
        try:
            work = claim(moment())
            if work is not None:
                do(work)
                continue
        except DatabaseError:  # the database is away: what waits is still there when it is back
            log.exception("work of the intake waits")
            stop.wait(10)
            continue
        stop.wait(every)


def claim(now: datetime) -> Work | None:
    """Take the oldest work that waits, or that a worker died at."""
    for one in Work.objects.filter(state__in=(Work.State.WAITING, Work.State.WORKING)).order_by("id")[:50]:
        if one.state == Work.State.WORKING and not _is_dead(one, now):
            continue
        if one.tries >= TRIES:
            _failed(one, {"code": "crashed", "said": f"given up after {TRIES} tries"}, now)
            continue
        ours = Work.objects.filter(pk=one.pk, state=one.state, claimed_at=one.claimed_at)
        if ours.update(state=Work.State.WORKING, claimed_at=now, tries=F("tries") + 1) == 1:
            return Work.objects.select_related("company", "upload__company").get(pk=one.pk)
    return None


def _is_dead(work: Work, now: datetime) -> bool:
    """Whether nobody is at work on it any more."""
    if work.claimed_at is not None and now - work.claimed_at < DEAD:
        return False
    try:
        silent = time.time() - _file(work.pk).stat().st_mtime
    except OSError:
        return True
    return silent > DEAD.total_seconds()


def do(work: Work) -> None:
    """Do it, and write down what came of it."""
    try:
        with _telling(work.pk) as tell:
            DOING[work.kind](work, tell)
    except NotUndone as refused:
        more = {name: getattr(refused, name) for name in ("code", "first", "later", "table", "rows", "ref")}
        _failed(work, {"said": str(refused), **more}, moment())
    except UnusableInput as wrong:
        _failed(work, as_dict(wrong), moment())
    except DatabaseError:
        raise
    except BaseException as broken:
        # a reader of spreadsheets may end a thread, not only a call: the next work is done all the same
        if isinstance(broken, KeyboardInterrupt | SystemExit):
            raise
        log.exception("%s", work)
        _failed(work, {"code": "broken", "said": f"{type(broken).__name__}: {broken}"[:2000]}, moment())


def _failed(work: Work, wrong: dict[str, Any], now: datetime) -> None:
    with transaction.atomic():
        Work.objects.filter(pk=work.pk).update(state=Work.State.FAILED, wrong=wrong, ended_at=now)
        if work.upload_id:
            Upload.objects.filter(pk=work.upload_id).update(
                step=Upload.Step.FAILED, wrong=wrong, touched_at=now
            )


def _done(work: Work, result: dict[str, Any]) -> None:
    Work.objects.filter(pk=work.pk).update(state=Work.State.DONE, result=result, ended_at=moment())


@contextmanager
def _telling(number: int) -> Iterator[Callable[[str, int, int], None]]:
    """Says how far it is, and that somebody is still at it, in a file: the database may be held by the work itself."""
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    file = _file(number)
    file.write_text("{}", encoding="utf-8")
    ended = threading.Event()
    last = [0.0]

    def beat() -> None:
        while not ended.wait(BEAT):
            with suppress(OSError):
                file.touch()

    def tell(what: str, step: int, steps: int) -> None:
        if time.monotonic() - last[0] < TOLD_EVERY:
            return
        last[0] = time.monotonic()
        fresh = file.with_suffix(".new")
        with suppress(OSError):
            fresh.write_text(json.dumps({"what": what, "step": step, "steps": steps}), encoding="utf-8")
            fresh.replace(file)

    beating = threading.Thread(target=beat, name="beat", daemon=True)
    beating.start()
    try:
        yield tell
    finally:
        ended.set()
        beating.join()
        file.unlink(missing_ok=True)


Tell = Callable[[str, int, int], None]


def _read(work: Work, _tell: Tell) -> None:
    upload = work.upload
    looking.look(upload, work.given, now=moment())
    _keep(work, upload)


def _check(work: Work, tell: Tell) -> None:
    upload = work.upload
    trying.check(upload, tell)
    _keep(work, upload)


def _keep(work: Work, upload: Upload) -> None:
    with transaction.atomic():
        upload.touched_at = moment()
        upload.wrong = {}
        upload.save()
        _done(work, {})


def _bring(work: Work, tell: Tell) -> None:
    trying.bring(
        work.upload, by=work.by, why=work.why, at=moment(), progress=tell, beside=lambda _imported, told: _done(work, told)
    )  # fmt: skip


def _undo(work: Work, _tell: Tell) -> None:
    """Take an import back, with its entry in the audit trail."""
    with transaction.atomic():
        wrong = Import.objects.get(pk=work.number, legal_entity=work.company)
        undone = undo(wrong.pk, by=work.by, why=work.why, at=moment())
        note(
            work.company, by=work.by, at=moment(), what="import", ref=str(wrong.pk), why=work.why,
            was={"source": wrong.source}, became={"undone by": undone.pk, "counts": undone.counts},
        )  # fmt: skip
        waiting = trying.decide_anew(undone, moment())
        _done(work, {"import": undone.pk, "waiting": waiting})


def _retry(work: Work, _tell: Tell) -> None:
    """Try the quarantined rows of an import again as they are."""
    standing = Quarantined.objects.filter(legal_entity=work.company, brought_by=work.number, replaced_by=None)
    rows = rows_apart(standing.select_related("brought_by").order_by("id")[: 2 * AT_ONCE])[:AT_ONCE]

    def end(imported: Import) -> None:
        note(
            work.company, by=work.by, at=moment(), what="quarantine", ref=str(work.number), why=work.why,
            became={"import": imported.pk, "tried": len(rows)},
        )  # fmt: skip
        trying.decide_anew(imported, moment())

    tried = repair(work.company, rows, {}, by=work.by, why=work.why, at=moment(), beside=end)
    brought = tried.imported.pk if tried.imported else None
    _done(work, {"import": brought, "good": len(tried.good), "tried": len(rows)})


DOING: dict[str, Callable[[Work, Tell], None]] = {
    Work.Kind.READ: _read,
    Work.Kind.CHECK: _check,
    Work.Kind.BRING: _bring,
    Work.Kind.UNDO: _undo,
    Work.Kind.RETRY: _retry,
}
