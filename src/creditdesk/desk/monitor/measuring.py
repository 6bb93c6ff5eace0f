"""The stage `measure`: the figures of every period, from the facts of a run, written as differences to what stood before."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pyarrow as pa
from django.db import transaction

from creditdesk.desk import place
from creditdesk.desk.beside import apart, beside
from creditdesk.desk.day.outcome import Outcome
from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.filed import Source
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.monitor.models import Figure, Measured
from creditdesk.desk.standing.models import Account
from creditdesk.facts.money import minor
from creditdesk.measures.bench import CUSTOMERS, READS
from creditdesk.measures.series import FIGURES, first_day, series

MEMORY = "800MB"
"""What figures are made in, beside the engine, before it goes to the disk."""


def measure(company: Company, outcome: Outcome, number: int, now: datetime) -> int:
    """Make the figures of a company anew, as of the day of a run. Gives how many rows changed.

    Customers are grouped as they stand now: the stage `record` comes before.

    Args:
        number: of the last import that the run knew.
    """
    currency, costs = _money(outcome)
    place.home().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="measure-", dir=place.home()) as name:
        folder = Path(name)
        rows: dict[str, Source] = {
            one: outcome.decided.filed(query, folder / f"{one}.parquet") for one, query in READS.items()
        }
        rows["customer_rows"] = _customers(company)
        with apart(folder, rows, MEMORY) as con:
            figures = series(con, outcome.as_of, costs)
            first = first_day(con)
    with transaction.atomic():
        changed = _lay(company, figures)
        Measured.objects.update_or_create(
            company=company,
            defaults={
                "as_of": outcome.as_of, "ledger_no": number, "made_at": now, "currency": currency, "first_on": first, "error": "",
            },
        )  # fmt: skip
    return changed


def _customers(company: Company) -> pa.Table:
    table = bulk.quoted(Account._meta.db_table)
    return bulk.fetch(
        f"SELECT customer, portfolio, segment, collector FROM {table} WHERE company_id = %s", [company.pk],
        pa.schema([field.with_name("customer") if field.name == "customer_id" else field for field in CUSTOMERS]),
    ).rename_columns(CUSTOMERS.names)  # fmt: skip


def _money(outcome: Outcome) -> tuple[str, Mapping[str, int]]:
    """The reporting currency, and what one action costs in minor units of it."""
    policy = outcome.decided.policy
    (row,) = outcome.rows("SELECT min(base) AS base FROM our_company")
    base: str = row["base"]
    costs = {str(do): minor(amount, policy.currency) for do, amount in policy.costs.items()}
    if base != policy.currency:
        (found,) = outcome.rows(
            "SELECT max(factor) AS factor FROM rate WHERE currency = $currency AND base = $base "
            "AND day = (SELECT day FROM clock)",
            currency=policy.currency, base=base,
        )  # fmt: skip
        factor = found["factor"] or 0
        costs = {do: int(cost * factor + 0.5) for do, cost in costs.items()}
    return base, costs


def _lay(company: Company, figures: pa.Table) -> int:
    """Make the table hold these figures and no others; what is equal already is left alone."""
    table = bulk.quoted(Figure._meta.db_table)
    names = ["id", *FIGURES.names]
    schema = pa.schema([("id", pa.int64()), *FIGURES])
    columns = ", ".join(bulk.quoted(name) for name in names)
    standing = bulk.fetch(f"SELECT {columns} FROM {table} WHERE company_id = %s", [company.pk], schema)
    with beside(given=figures, standing=standing) as con:
        same = " AND ".join(f'g."{name}" = s."{name}"' for name in FIGURES.names)
        gone = con.sql(
            f"SELECT s.id FROM standing s WHERE NOT EXISTS (SELECT 1 FROM given g WHERE {same})"
        ).fetchall()
        fresh = con.sql(
            f"SELECT g.* FROM given g WHERE NOT EXISTS (SELECT 1 FROM standing s WHERE {same})"
        ).to_arrow_table()
    if gone:
        bulk.update_each(
            f"DELETE FROM {table} WHERE company_id = %s AND id", company.pk, [row[0] for row in gone]
        )
    if fresh.num_rows:
        fresh = fresh.append_column("company_id", pa.array([company.pk] * fresh.num_rows, pa.int64()))
        bulk.store(Figure._meta.db_table, fresh.to_reader(bulk.BATCH))
    return len(gone) + fresh.num_rows
