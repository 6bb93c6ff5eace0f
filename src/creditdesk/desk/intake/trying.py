"""Tries what was brought, as bringing it in would: what would be kept, what set apart and why. Then brings it in, when a person says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from creditdesk.desk.casework.audit import note
from creditdesk.desk.day.current import mark_stale
from creditdesk.desk.intake.looking import OWN_NAME, SAMPLE, file_of
from creditdesk.desk.intake.models import Upload
from creditdesk.desk.intake.receiving import FILES, folder_of
from creditdesk.desk.ledger.importing import (
    Checks,
    Result,
    examine_folder,
    examine_foreign,
    import_folder,
    import_foreign,
)
from creditdesk.desk.ledger.models import Import
from creditdesk.desk.ledger.touched import customers_of
from creditdesk.desk.ledger.versions import Laid
from creditdesk.facts.problem import ERROR, Problem
from creditdesk.facts.workbench import Progress

WORK = "check"
SHOWN = 200
"""Problems that are shown at once; all of them are in a file."""

DECIDED_AT_ONCE = 500
"""Customers that are decided anew as soon as they were told something; more of them wait for the day."""


def check(upload: Upload, progress: Progress) -> None:
    """Say what bringing it in would do. Writes nothing to the ledger.

    Raises:
        UnusableInput: it cannot be used at all.
    """
    place = folder_of(upload)
    work = place / WORK
    rmtree(work, ignore_errors=True)
    work.mkdir()
    if upload.kind == Upload.Kind.FOLDER:
        checks, laid = examine_folder(upload.company, place / FILES, work, progress)
    else:
        checks, laid = examine_foreign(upload.company, file_of(upload), mapping_file(upload), work, progress)
    upload.result = told(checks, laid)
    upload.step = Upload.Step.CHECKED


def mapping_file(upload: Upload) -> Path:
    """The mapping of an upload as a file."""
    path = folder_of(upload) / f"{OWN_NAME}.yaml"
    path.write_text(upload.document, encoding="utf-8")
    return path


def bring(
    upload: Upload,
    *,
    by: str,
    why: str,
    at: datetime,
    progress: Progress,
    beside: Callable[[Import, dict[str, Any]], None],
) -> None:
    """Bring it into the ledger, with its entry in the audit trail.

    Args:
        beside: called in the same transaction with the import and what is told of it.

    Raises:
        UnusableInput: it cannot be used; nothing is written.
    """
    place = folder_of(upload)

    def end(imported: Import) -> None:
        upload.imported = imported if imported.changed else None
        upload.step = Upload.Step.DONE
        upload.touched_at = at
        upload.save()
        waiting = 0
        if imported.changed:
            note(
                upload.company, by=by, at=at, what="import", ref=str(imported.pk), why=why,
                became={"source": imported.source, "counts": imported.counts, "quarantined": imported.quarantined},
            )  # fmt: skip
            waiting = decide_anew(imported, at)
        beside(imported, {"import": imported.pk, "waiting": waiting})

    if upload.kind == Upload.Kind.FOLDER:
        done = import_folder(
            upload.company,
            place / FILES,
            by=by,
            why=why,
            at=at,
            progress=progress,
            source=upload.name,
            beside=end,
        )
    else:
        done = import_foreign(
            upload.company, file_of(upload), mapping_file(upload), by=by, why=why, at=at, progress=progress,
            name=upload.name, beside=end,
        )  # fmt: skip
    _keep_result(upload, done)
    rmtree(place, ignore_errors=True)


def _keep_result(upload: Upload, done: Result) -> None:
    quarantined = done.imported.quarantined
    tables = {name: _counted(one) for name, one in done.laid.items()}
    upload.result = {**upload.result, "tables_done": tables, "quarantined": quarantined}
    Upload.objects.filter(pk=upload.pk).update(result=upload.result)


def decide_anew(imported: Import, at: datetime) -> int:
    """Have the customers decided anew of whom an import told something, where they are few. Gives how many wait for the day instead."""
    customers = customers_of(imported, DECIDED_AT_ONCE + 1)
    if len(customers) > DECIDED_AT_ONCE:
        return len(customers)
    mark_stale(imported.legal_entity, customers, imported.pk, at)
    return 0


def told(checks: Checks, laid: Mapping[str, Laid]) -> dict[str, Any]:
    """What a check found, as JSON can keep it."""
    read = checks.read
    counts = {name: result.rows_quarantined for name, result in checks.checked.tables.items()}
    problems = [*(read.problems if read else ()), *checks.checked.problems]
    return {
        "tables": {name: {**_counted(one), "apart": counts[name]} for name, one in laid.items()},
        "read": None
        if read is None
        else {"rows": read.rows_read, "used": read.rows_used, "skipped": read.rows_skipped, "apart": read.rows_quarantined},
        "quarantined": checks.quarantined,
        "rows_in": checks.checked.rows_in,
        "held": len(set(checks.checked.held_customers) | (read.held_customers if read else set())),
        "kinds": _kinds(checks),
        "problems": [_problem(one) for one in problems if one.line is not None][:SHOWN],
        "remarks": [_problem(one) for one in problems if one.line is None and one.code != "quarantined_before"][:20],
        "new": any(one.changed for one in laid.values()) or bool(checks.quarantined),
    }  # fmt: skip


def _counted(one: Laid) -> dict[str, int]:
    return {"new": one.new, "replaced": one.replaced, "same": one.same}


def _kinds(checks: Checks) -> list[dict[str, Any]]:
    """How often each kind of mistake occurs, the worst first, each with an example."""
    found: dict[tuple[str, str, str, str], dict[str, Any]] = {}

    def count(
        severity: str, table: str, column: str, code: str, times: int, example: Mapping[str, Any]
    ) -> None:
        kind = found.setdefault(
            (severity, table, column, code),
            {
                "severity": severity,
                "table": table,
                "column": column,
                "code": code,
                "times": 0,
                "example": dict(example),
            },
        )
        kind["times"] += times

    if checks.checked.quarantine is not None:
        keys, shown = ["severity", "table", "column", "code"], ["file", "line", "found", "allowed"]
        rows = pq.read_table(checks.checked.quarantine, columns=[*keys, *shown])
        rows = rows.filter(pc.is_valid(rows.column("line")))
        wanted = [("code", "count"), *((name, "first") for name in shown)]
        for row in rows.group_by(keys, use_threads=False).aggregate(wanted).to_pylist():
            example = {**row, **{name: row[f"{name}_first"] for name in shown}}
            count(row["severity"], row["table"], row["column"], row["code"], row["code_count"], example)
    if checks.read is not None:
        for one in checks.read.problems:
            if one.line is not None:
                count(one.severity, "", one.column, one.code, 1, _problem(one))
        rest = checks.read.rows_quarantined - sum(one.line is not None for one in checks.read.problems)
        if rest > 0:
            count(ERROR, "", "", "more", rest, {})
    return sorted(found.values(), key=lambda one: (one["severity"] != ERROR, -one["times"]))


def _problem(one: Problem) -> dict[str, Any]:
    names = ("severity", "code", "table", "file", "line", "column", "found", "reason", "allowed", "remedy")
    return {name: getattr(one, name) for name in names} | {"found": one.found[:300]}


def apart_file(upload: Upload) -> list[Path]:
    """The files with all rows that would be set apart."""
    work = folder_of(upload) / WORK
    found = [
        work / "quarantine.parquet",
        work / "check" / "quarantine.parquet",
        work / "facts" / "quarantine.csv",
    ]
    return [path for path in found if path.is_file()]


def read_sample(upload: Upload) -> dict[str, Any]:
    """The first rows of a list, as they were kept."""
    return json.loads((folder_of(upload) / SAMPLE).read_text(encoding="utf-8"))
