"""Writing a sample company: a facts folder with realistic shapes, and the truth behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from creditdesk.sample import company
from creditdesk.sample.bank_days import BankDays, day_number
from creditdesk.sample.block import Setting, blocks, make_block
from creditdesk.sample.customers import HISTORY_DAYS
from creditdesk.sample.stories import write_stories
from creditdesk.sample.writing import TRUTH, TableFiles, complete_folder, put_in_date_order

HORIZON = date(2026, 6, 30)
ROW_GROUP_ROWS = 120_000
MOST_CUSTOMERS = 9_000_000
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class SampleSummary:
    """What was written.

    Attributes:
        folder: the facts folder, with `truth.parquet` beside its tables.
        customers: number of customers.
        seed: the seed; with the same seed, size and horizon the same rows are written.
        as_of: the horizon: the last day of the history, and the day to decide on.
        history_from: the first day of the history.
        rows: number of rows per table.
        bytes: size of all files.
    """

    folder: Path
    customers: int
    seed: int
    as_of: date
    history_from: date
    rows: dict[str, int] = field(default_factory=dict)
    bytes: int = 0


def write_sample(
    out: Path,
    customers: int = 400,
    seed: int = 7,
    as_of: date = HORIZON,
    progress: Progress | None = None,
    *,
    invoices_per_customer: float = 20.0,
    date_order: bool = False,
    row_group_rows: int = ROW_GROUP_ROWS,
) -> SampleSummary:
    """Writes a facts folder of a made-up company whose true behaviour is known.

    Two years of history end on `as_of`; nothing in the facts is dated later but dates of payment, promises,
    instalments and the like. The rows depend on the other arguments alone, never on the clock or the machine.

    Args:
        out: the folder; an earlier sample there is replaced once the new one is complete.
        customers: how many; from about 300 on every type of payer and every oddity occurs.
        seed: of the chance.
        as_of: the horizon.
        progress: called with the customers done and to do, after each block.
        invoices_per_customer: their mean number in the whole history.
        date_order: write the large tables by date, as a real export is, instead of customer by customer.
        row_group_rows: rows gathered before a row group is written: what bounds the memory.

    Raises:
        ValueError: a number of customers or invoices that cannot be made.
        OutputFolderError: `out` holds something that no sample wrote.
    """
    if not 1 <= customers <= MOST_CUSTOMERS:
        raise ValueError(f"customers is {customers}; allowed are 1 to {MOST_CUSTOMERS}")
    if not 1 <= invoices_per_customer <= 200:
        raise ValueError(f"invoices_per_customer is {invoices_per_customer}; allowed are 1 to 200")
    horizon = day_number(as_of)
    bank = BankDays(as_of.year - 3, as_of.year + 3)
    written = write_stories(as_of, bank, customers)
    drawn = customers - written.customers()
    setting = Setting(seed, drawn, horizon, invoices_per_customer)
    statements = company.Statements(horizon)
    with complete_folder(out) as folder:
        files = TableFiles(folder, row_group_rows)
        of_company = np.random.default_rng([seed, MOST_CUSTOMERS])
        files.add("company", company.company_table())
        files.add("company_account", company.company_account_table())
        files.add("fx_rate", company.fx_rate_table(of_company, horizon, bank))
        files.add("market", company.market_table(of_company, horizon))
        for name, table in written.tables():
            files.add(name, table)
        files.add(TRUTH, written.truth())
        statements.add(written.moved())
        done = written.customers()
        for number, rows in blocks(drawn):
            block = make_block(setting, number, rows, bank)
            for name, table in block.tables:
                files.add(name, table)
            files.add(TRUTH, block.truth)
            statements.add(block.moved)
            done += rows
            if progress:
                progress(done, customers)
        files.add("bank_statement", statements.table(horizon, bank))
        files.close()
        if date_order:
            put_in_date_order(folder)
        size = sum(path.stat().st_size for path in folder.iterdir())
    return SampleSummary(
        folder=out,
        customers=customers,
        seed=seed,
        as_of=as_of,
        history_from=date.fromordinal(as_of.toordinal() - HISTORY_DAYS),
        rows=files.rows,
        bytes=size,
    )
