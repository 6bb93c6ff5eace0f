"""The yardstick: one hand-written DuckDB query over the same files, for three figures per customer.

Turnover, open amount and money-weighted lateness; nothing of a decision. Whatever an engine adds to this, it adds
for the decision. `python benchmarks/bare.py FACTS AS_OF MEMORY_LIMIT`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import duckdb

QUERY = """
with settled as (
    select
        allocation.invoice_id,
        sum(allocation.amount) as paid,
        sum(allocation.amount * date_diff('day', invoice.due, coalesce(payment.value_date, allocation.allocated_on)))
            as weighted_days
    from {allocation} as allocation
    join {invoice} as invoice using (invoice_id)
    left join {payment} as payment using (payment_id)
    where allocation.allocated_on <= $as_of and (allocation.reversed_on is null or allocation.reversed_on > $as_of)
    group by allocation.invoice_id
)
select
    invoice.customer_id,
    sum(invoice.amount) filter (invoice.issued > $as_of - interval 12 months) as turnover,
    sum(invoice.amount - coalesce(settled.paid, 0)) as open,
    sum(settled.weighted_days) / nullif(sum(settled.paid), 0) as weighted_lateness
from {invoice} as invoice
left join settled using (invoice_id)
where invoice.issued <= $as_of and invoice.kind = 'invoice'
group by invoice.customer_id
"""


def files(facts: Path, table: str) -> str:
    """A table of the facts folder as DuckDB reads it."""
    part = f"{table}/*.parquet" if (facts / table).is_dir() else f"{table}.parquet"
    return f"read_parquet('{facts / part}')"


def main(facts: Path, as_of: str, memory_limit: str) -> None:
    """Run the query, write its result to a Parquet file as the engine does, and print the seconds that took."""
    tables = {table: files(facts, table) for table in ("invoice", "payment", "allocation")}
    with tempfile.TemporaryDirectory() as scratch, duckdb.connect() as connection:
        connection.execute(f"set memory_limit = '{memory_limit}'; set temp_directory = '{scratch}'")
        connection.execute("set preserve_insertion_order = false")
        query = QUERY.format(**tables).replace("$as_of", f"date '{as_of}'")
        began = time.perf_counter()
        connection.execute(f"copy ({query}) to '{scratch}/bare.parquet' (format parquet)")
        print(time.perf_counter() - began)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
