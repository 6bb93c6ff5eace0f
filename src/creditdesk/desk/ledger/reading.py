"""Reads the ledger: every table in the shape of the contract, as it stands now or as it was known at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db.models import Q

from creditdesk.desk.ledger import bulk, filed, kept, quarantine
from creditdesk.desk.ledger.family import family
from creditdesk.desk.ledger.models import FACTS, Company, Import
from creditdesk.desk.ledger.rows import db_table
from creditdesk.desk.ledger.versions import arrow_schema
from creditdesk.facts.column import Table
from creditdesk.facts.schema import TABLES

Known = datetime | Import | int | None
"""What was known: at a moment, after an import (or its number); None = now."""

THROUGH = {
    "allocation": ("invoice", "invoice_id"),
    "collection": ("invoice", "invoice_id"),
    "invoice_line": ("invoice", "invoice_id"),
    "instalment": ("plan", "plan_id"),
    "insurance_event": ("cover", "cover_id"),
}
"""Tables without a customer: the table, and the column, through which their rows are a customer's."""


DECIDES_NOTHING = frozenset(
    {"insurance_event", "insurance_policy", "invoice_line", "lead", "mandate", "market", "payer_link", "payment_candidate",
     "product_group"}
)  # fmt: skip
"""Tables that no decision asks: they are not read for a few customers."""


def of_customers(table: str) -> bool:
    """Whether the rows of a table are some customer's."""
    return table in THROUGH or any(column.name == "customer_id" for column in TABLES[table].columns)


def has_rows(company: Company, number: int, table: str, column: str = "") -> bool:
    """Whether a company has any row of a table, or one with a value in a column, as known after import `number`."""
    rows = FACTS[table].objects.filter(legal_entity=company, brought_by__lte=number)
    if column:
        rows = rows.exclude(**{column: None})
    return rows.filter(Q(replaced_by=None) | Q(replaced_by__gt=number)).exists()


def facts(
    company: Company, *, known: Known = None, customers: Iterable[str] | None = None
) -> dict[str, pa.Table]:
    """The facts of a company, per table that has rows, ready for the engine.

    All tables are of the same moment, also while an import is under way.

    Args:
        known: what was known; now by default.
        customers: only what decides about these: their own rows, and those of their `family`. Tables about no
            customer (rates, companies) come whole, those that decide nothing not at all.
    """
    number = known_import(company, known)
    if customers is None:
        many = bulk.large_tables()
        found = {
            name: _read(table, company, number, large=db_table(name) in many)
            for name, table in TABLES.items()
        }
    else:
        found = _of_customers(company, number, family(company, number, customers))
    return {name: rows for name, rows in found.items() if rows.num_rows}


def filed_facts(
    company: Company, number: int, folder: Path, keeping: Path | None = None
) -> dict[str, filed.Source]:
    """As `facts` of the whole company after import `number`; tables of many rows are files in a folder, never whole in memory.

    Args:
        keeping: the folder in which files of the largest tables are kept for the next time; see `kept`.
    """
    many = bulk.large_tables()
    files = kept.Kept(company, keeping, number) if keeping else None
    found: dict[str, filed.Source] = {}
    for name, table in TABLES.items():
        large = db_table(name) in many
        if files is not None and name in kept.KEPT:
            found[name] = files.find(name) or _keep(files, table, company, number, large)
        else:
            query, parameters = _query(table, company, number)
            rows = bulk.stream(query, parameters, arrow_schema(table), large=large)
            found[name] = filed.hold(rows, arrow_schema(table), folder / f"{name}.parquet")
    if files is not None:
        files.stamp()
    return {name: source for name, source in found.items() if filed.count(source)}


def _keep(files: kept.Kept, table: Table, company: Company, number: int, large: bool) -> filed.Source:
    """Read a table whole, and keep it where it is large enough for a file."""
    condition, parameters = holding(company, number)
    query = f"SELECT {kept.columns(table.name)} FROM {bulk.quoted(db_table(table.name))} WHERE {condition}"
    shape, path = kept.schema(table.name), files.target(table.name)
    source = filed.hold(bulk.stream(query, parameters, shape, large=large), shape, path)
    if isinstance(source, pa.Table):
        return source.drop_columns([kept.VERSION])
    files.take(table.name, path)
    return source


def known_rows(company: Company, number: int, table: str, column: str, values: Sequence[str]) -> pa.Table:
    """Rows of one table, as known after import `number`, whose column has one of the values; all where none is named."""
    if column and not values:
        return arrow_schema(TABLES[table]).empty_table()
    return _read(TABLES[table], company, number, column, values)


def held_customers(company: Company, *, known: Known = None) -> list[str]:
    """Customers with a quarantined invoice, payment, credit note or allocation: they are held `data_problem`, sorted."""
    return quarantine.held_customers(company, known_import(company, known))


def known_import(company: Company, known: Known) -> int:
    """Number of the last import that was known; 0 before the first."""
    if isinstance(known, Import):
        return known.pk
    if isinstance(known, int):
        return known
    imports = Import.objects.filter(legal_entity=company)
    if known is not None:
        imports = imports.filter(made_at__lte=known)
    return imports.order_by("-id").values_list("id", flat=True).first() or 0


def holding(company: Company, number: int) -> tuple[str, list[Any]]:
    """A condition on versions: known after import `number`, and its parameters."""
    return (
        "legal_entity_id = %s AND brought_by_id <= %s AND (replaced_by_id IS NULL OR replaced_by_id > %s)",
        [company.pk, number, number],
    )


def _read(
    table: Table,
    company: Company,
    number: int,
    column: str = "",
    values: Sequence[str] = (),
    *,
    large: bool = False,
) -> pa.Table:
    query, parameters = _query(table, company, number, column, values)
    return bulk.fetch(query, parameters, arrow_schema(table), large=large)


def _query(
    table: Table, company: Company, number: int, column: str = "", values: Sequence[str] = ()
) -> tuple[str, list[Any]]:
    names = ", ".join(bulk.quoted(one.name) for one in table.columns)
    condition, parameters = holding(company, number)
    if column:
        among, value = bulk.among(column, values)
        condition, parameters = f"{condition} AND {among}", [*parameters, value]
    return f"SELECT {names} FROM {bulk.quoted(db_table(table.name))} WHERE {condition}", parameters


def _of_customers(company: Company, number: int, customers: list[str]) -> dict[str, pa.Table]:
    found: dict[str, pa.Table] = {}
    for name, table in TABLES.items():
        if name in THROUGH or name in DECIDES_NOTHING:
            continue
        if of_customers(name):
            found[name] = _read(table, company, number, "customer_id", customers)
        else:
            found[name] = _read(table, company, number)
    for name, (through, column) in THROUGH.items():
        if name in DECIDES_NOTHING:
            continue
        ids = found[through].column(column).unique().to_pylist()
        found[name] = _read(TABLES[name], company, number, column, ids)
    return found
