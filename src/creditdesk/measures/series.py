"""All figures of a company on one day, with their history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb
import pyarrow as pa

from creditdesk.measures.bench import lay
from creditdesk.measures.casework import disputes, promises, satisfaction
from creditdesk.measures.cells import add_up
from creditdesk.measures.comparison import comparison
from creditdesk.measures.lateness import lateness
from creditdesk.measures.receivable import receivables
from creditdesk.measures.work import work, wrong_reminders

FIGURES = pa.schema(
    [
        ("group", pa.string()), ("grain", pa.string()), ("on", pa.date32()), ("name", pa.string()),
        ("part", pa.string()), ("amount", pa.int64()), ("count", pa.int64()),
    ]
)  # fmt: skip
"""One figure: of which customers, of which period (its last day), which one, which part of it; amounts in minor units of the
reporting currency. What is 0 has no row."""


def series(con: duckdb.DuckDBPyConnection, as_of: date, costs: Mapping[str, int]) -> pa.Table:
    """The figures of every period up to a day: rows of `FIGURES`.

    Args:
        con: holds the tables that `bench.READS` names, and `customer_rows`.
        costs: what one action costs, by channel, in minor units of the reporting currency.
    """
    bench = lay(con, as_of, costs)
    receivables(bench)
    lateness(bench)
    promises(bench)
    disputes(bench)
    satisfaction(bench)
    work(bench)
    wrong_reminders(bench)
    comparison(bench)
    add_up(bench)
    found = con.sql(
        """
        SELECT g."group", g.grain, DATE '1970-01-01' + s.last::INTEGER AS "on", g.name, g.part, g.amount, g.count
        FROM "grouped" g JOIN span s USING (grain, idx)
        """
    )
    return found.to_arrow_table().cast(FIGURES)


def first_day(con: duckdb.DuckDBPyConnection) -> date | None:
    """The day of the first document in the ledger: before it there are no figures, and sales of a year begin there."""
    (found,) = con.sql("SELECT DATE '1970-01-01' + min(issued_day)::INTEGER FROM doc").fetchall()
    first: date | None = found[0]
    return first
