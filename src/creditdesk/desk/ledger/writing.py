"""Writes facts into the ledger: one import, one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeAlias

import duckdb
import pyarrow as pa
from django.db import connection, transaction
from django.utils import timezone

from creditdesk.desk.beside import beside
from creditdesk.desk.ledger import few, quarantine, versions
from creditdesk.desk.ledger.models import Company, Confirmation, Import
from creditdesk.desk.ledger.row_check import check_rows
from creditdesk.facts.schema import TABLES

Rows: TypeAlias = pa.Table | Sequence[Mapping[str, Any]]


def add(
    company: Company,
    table: str,
    rows: Rows,
    *,
    by: str,
    why: str = "",
    kind: str = Import.Kind.DESK,
    at: datetime | None = None,
) -> Import:
    """Add rows of one table, or new versions of rows with the same key, as one import in one transaction.

    Inside a transaction of the caller it is part of that. Rows that the ledger holds already are no news.

    Args:
        by: who says so.
        at: the moment it becomes known; now by default.

    Returns:
        The import; one without a number (`changed` is false) when nothing was new.

    Raises:
        WrongRows: rows that break the contract; nothing is written.
        KeyError: for a table that the contract does not know.
    """
    return add_all(company, {table: rows}, by=by, why=why, kind=kind, at=at)


def add_all(
    company: Company,
    rows: Mapping[str, Rows],
    *,
    by: str,
    why: str = "",
    kind: str = Import.Kind.DESK,
    at: datetime | None = None,
) -> Import:
    """As `add`, for several tables at once: a plan with its instalments."""
    shaped = {name: check_rows(TABLES[name], given) for name, given in rows.items()}
    reconnect()
    if all(few.suits(TABLES[name], given) for name, given in shaped.items()):
        with transaction.atomic():
            return _add_few(begin(company, kind=kind, by=by, why=why, at=at), shaped)
    with transaction.atomic(), working() as con:
        imported = begin(company, kind=kind, by=by, why=why, at=at)
        laid = {}
        for name, table in TABLES.items():
            if name not in shaped:
                continue
            con.register("given", shaped[name])
            versions.take_in(con, table, "given")
            laid[name] = versions.compare(con, table, company.pk)
            if laid[name].changed:
                keep(imported)
                versions.lay(con, table, imported, laid[name], lambda *_told: None)
                quarantine.settle(con, table, imported)
        if imported.pk is None:
            return imported
        quarantine.release(imported)
        return finish(imported, laid)


def _add_few(imported: Import, shaped: Mapping[str, pa.Table]) -> Import:
    compared = {
        name: few.compare(table, imported.legal_entity_id, shaped[name])
        for name, table in TABLES.items()
        if name in shaped
    }
    laid = {name: one.laid for name, one in compared.items()}
    if not any(one.changed for one in laid.values()):
        return imported
    imported.counts = _counts(laid)
    keep(imported)
    for name, one in compared.items():
        if one.laid.changed:
            few.lay(TABLES[name], imported, one)
            quarantine.settle_keys(
                TABLES[name], imported, [few.key_text(TABLES[name], row) for row in shaped[name].to_pylist()]
            )
    quarantine.release(imported)
    _confirm(imported, laid)
    return imported


def reconnect() -> None:
    """Begin with a connection that works: the database may have been away since the last statement."""
    if not connection.in_atomic_block:
        connection.health_check_done = False
        connection.close_if_health_check_failed()


@contextmanager
def working() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB for one import."""
    with beside() as con:
        yield con


def begin(company: Company, *, kind: str, by: str, why: str = "", source: str = "", at: datetime | None = None) -> Import:  # fmt: skip
    """An import that is not kept yet; from here to the end of the transaction no other import of the company begins.

    Its moment is never before that of an earlier import, whatever the clock says.
    """
    # not against whoever only names the company: a long import would hold up every task and message
    locked = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    moment = at or timezone.now()
    last = (
        Import.objects.filter(legal_entity=locked).order_by("-id").values_list("made_at", flat=True).first()
    )
    return Import(
        legal_entity=locked,
        kind=kind,
        by=by,
        why=why,
        source=source,
        made_at=max(moment, last) if last else moment,
    )


def keep(imported: Import) -> None:
    """Give an import its number."""
    if imported.pk is None:
        imported.save(force_insert=True)


def finish(imported: Import, laid: Mapping[str, versions.Laid]) -> Import:
    """Write down what an import did."""
    imported.counts = _counts(laid)
    imported.save()
    _confirm(imported, laid)
    return imported


def _counts(laid: Mapping[str, versions.Laid]) -> dict[str, dict[str, int]]:
    return {name: {"new": one.new, "replaced": one.replaced, "same": one.same} for name, one in laid.items()}


def _confirm(imported: Import, laid: Mapping[str, versions.Laid]) -> None:
    Confirmation.objects.bulk_create(
        Confirmation(by=imported, of_id=earlier, table=name, rows=count)
        for name, one in laid.items()
        for earlier, count in one.confirmed.items()
    )
