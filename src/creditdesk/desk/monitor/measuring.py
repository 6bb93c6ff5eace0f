"""The stage `measure`: the figures of every period, from the facts of a run, written as differences to what stood before."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import date, datetime
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
from creditdesk.measures.bench import CUSTOMERS, OF_ONE, READS
from creditdesk.measures.series import FIGURES, first_day, series

MEMORY = "800MB"
"""What figures are made in, beside the engine, before it goes to the disk."""


class Figures:
    """The figures of a company in the making: a thread sums while the day goes on, since what they are made of has been read."""

    def __init__(
        self, company: Company, as_of: date, currency: str, made: Future[tuple[pa.Table, date | None]]
    ) -> None:
        self._company, self._as_of, self._currency, self._made = company, as_of, currency, made

    def keep(self, number: int, now: datetime) -> int:
        """Write them once they are made. Gives how many rows changed.

        Args:
            number: of the last import that the run knew.
        """
        figures, first = self._made.result()
        with transaction.atomic():
            changed = _lay(self._company, figures)
            Measured.objects.update_or_create(
                company=self._company,
                defaults={
                    "as_of": self._as_of, "ledger_no": number, "made_at": now, "currency": self._currency, "first_on": first,
                    "error": "",
                },
            )  # fmt: skip
        return changed


@contextmanager
def making(
    company: Company, outcome: Outcome, customers: pa.Table, folder: Path, facts: Mapping[str, Source]
) -> Iterator[Figures]:
    """Begin to make the figures of a company anew, as of the day of a run.

    Args:
        customers: as they are grouped, rows of `CUSTOMERS`.
        folder: where what is summed stands meanwhile; made here, taken away at the end.
        facts: what the run decided from; tables in files are read there.
    """
    currency, costs = _money(outcome)
    folder.mkdir(parents=True)
    try:
        there = {one: name for one, name in OF_ONE.items() if isinstance(facts.get(name), list)}
        rows: dict[str, Source] = {
            one: outcome.decided.filed(query, folder / f"{one}.parquet")
            for one, query in READS.items()
            if one not in there
        }
        rows["customer_rows"] = customers
        rows |= {f"fact_{name}": facts[name] for name in there.values()}
        with apart(folder, rows, MEMORY) as con, ThreadPoolExecutor(1, "figures") as pool:
            con.execute(
                "SET threads = 1"
            )  # the day itself goes on beside; and threads leave each other no memory
            for one in there:
                con.execute(f"CREATE TEMP VIEW {one} AS {READS[one]}")
            made = pool.submit(lambda: (series(con, outcome.as_of, costs), first_day(con)))
            try:
                yield Figures(company, outcome.as_of, currency, made)
            finally:
                while not made.done():  # the day ended early: nobody waits for them
                    con.interrupt()
                    wait([made], 0.1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(
    company: Company, outcome: Outcome, number: int, now: datetime, facts: Mapping[str, Source]
) -> int:
    """Make the figures of a company at once, its customers grouped as they stand now; see `making` and `Figures.keep`."""
    place.home().mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="measure-", dir=place.home()) as name,
        making(company, outcome, _customers(company), Path(name) / "figures", facts) as figures,
    ):
        return figures.keep(number, now)


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
