"""Where figures are made: a DuckDB with the rows of a run, and the tables that every figure is made of.

All figures are sums of whole numbers over rows of the ledger, so that a figure of a group is the sum of those of its customers.
A sum of a day or of a period is a *cell*: per portfolio and segment, so that it can be added up either way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from creditdesk.measures.spans import GRAINS, spans

EPOCH = date(1970, 1, 1).toordinal()

READS: dict[str, str] = {
    "doc_rows": """
        SELECT i.invoice_id, CASE WHEN i.is_invoice THEN 'invoice' ELSE 'credit_note' END AS kind, i.customer_id, o.payer, f.currency,
            o.base, i.issued_day, i.eff_day, i.amount, i.amount_base,
            coalesce(f.factored_on - DATE '1970-01-01' <= (SELECT day FROM clock), false) OR coalesce(d.intercompany, false)
                OR (coalesce(f.payment_method = 'direct_debit', false) AND c.invoice_id IS NULL) AS apart
        FROM item i
        JOIN fact_invoice f ON f.invoice_id = i.invoice_id
        LEFT JOIN debtor o ON o.customer_id = f.customer_id
        LEFT JOIN debtor d ON d.customer_id = i.customer_id
        LEFT JOIN (SELECT DISTINCT invoice_id FROM fact_collection WHERE returned_on IS NOT NULL) c ON c.invoice_id = i.invoice_id
    """,
    "debtor_rows": "SELECT customer_id, survivor_id, base FROM debtor",
    "rate_rows": "SELECT currency, base, day, factor FROM rate",
    "tolerance_rows": "SELECT currency, tolerance FROM currency",
    "allocation_rows": """
        SELECT invoice_id, kind, payment_id, credit_note_id, allocated_on, amount, reversed_on FROM fact_allocation
    """,
    "payment_rows": """
        SELECT payment_id, customer_id, kind, value_date, entry_date, amount, currency, reverses_payment_id FROM fact_payment
    """,
    "action_rows": """
        SELECT action_id, customer_id, channel, level, done_on, invoice_ids, amount, "by", outcome FROM fact_action
        WHERE direction = 'out' AND (outcome IS NULL OR outcome NOT IN ('skipped', 'failed'))
    """,
    "promise_rows": "SELECT payer AS customer_id, currency, amount, due_day, state FROM promise_state",
    "dispute_rows": """
        SELECT d.dispute_id, d.customer_id, coalesce(i.currency, b.base) AS currency, d.opened_on, d.closed_on, d.amount,
            d.reason, d.outcome, d.owner, d.deadline
        FROM fact_dispute d LEFT JOIN fact_invoice i ON i.invoice_id = d.invoice_id
        LEFT JOIN debtor b ON b.customer_id = d.customer_id
    """,
    "feedback_rows": 'SELECT customer_id, "on", score FROM fact_feedback',
    "moved_rows": """
        SELECT customer_id, segment_since FROM decision WHERE previous_segment IS NOT NULL
    """,
}
"""What is read of a run, by the name under which it is found here: queries over its stages and facts."""

OF_ONE = {"allocation_rows": "allocation", "payment_rows": "payment", "action_rows": "action"}
"""Those that read one table of facts alone: where that is in files, it is read there (as `fact_<table>`)."""

CUSTOMERS = pa.schema(
    [
        ("customer_id", pa.string()),
        ("portfolio", pa.int64()),
        ("segment", pa.string()),
        ("collector", pa.string()),
    ]
)
"""The customers as they are grouped today; the rows are registered as `customer_rows`."""


@dataclass(frozen=True)
class Bench:
    """A connection on which figures are made.

    Attributes:
        con: with the rows of `READS` and `customer_rows` as tables, and those that `lay` made.
        as_of: the day; nothing later counts.
        costs: what one action costs, by channel, in minor units of the reporting currency.
    """

    con: duckdb.DuckDBPyConnection
    as_of: date
    costs: Mapping[str, int]

    @property
    def today(self) -> int:
        """The day as days since 1970-01-01."""
        return self.as_of.toordinal() - EPOCH

    @property
    def first(self) -> int:
        """The first day of all periods that are shown."""
        return (
            min(span.first for grain in GRAINS for span in spans(self.as_of, grain) if span.shown).toordinal()
            - EPOCH
        )

    def run(self, statement: str, **values: object) -> None:
        """Execute one statement; `$today` is the day."""
        if "$today" in statement:
            values["today"] = self.today
        self.con.execute(statement, values or None)

    def drop(self, *tables: str) -> None:
        """Give back what nothing more is made of."""
        for table in tables:
            self.con.execute(f"DROP TABLE {table}")


def lay(con: duckdb.DuckDBPyConnection, as_of: date, costs: Mapping[str, int]) -> Bench:
    """Make the tables that every figure is made of.

    - `span` (grain, idx, first, last, shown): the periods; days since 1970-01-01.
    - `ending` (day, month, week): for balances the number of the first month and week that ends on or after a day, from the first day of
      all periods that are shown on; tomorrow is in one that is none.
    - `during` (grain, day, idx): the period in which a day lies, for sums of periods that are shown or further back.
    - `who` (customer_id, portfolio, segment, collector): by the customer's own id and by those that were merged into it.
    - `doc`: invoices and credit notes. `paid`: payments. `entry`: allocations with the days from which and up to which they are in force.
      Their columns `who`, `payer`, `doc`, `credit` and `payment` are the numbers of rows of those tables (`rowid`): of millions of rows
      numbers are matched in a third of the time of texts.
    - `daily`, `cell`, `grouped`: where figures go, see `cells.py`.
    """
    bench = Bench(con, as_of, costs)
    rows = [
        {"grain": grain, "idx": number, "first": span.first.toordinal() - EPOCH, "last": span.last.toordinal() - EPOCH,
         "shown": span.shown}
        for grain in GRAINS
        for number, span in enumerate(spans(as_of, grain))
    ]  # fmt: skip
    con.register("span_rows", pa.Table.from_pylist(rows, _SPAN))
    for statement in _TABLES:
        bench.run(statement)
    return bench


_SPAN = pa.schema(
    [("grain", pa.string()), ("idx", pa.int64()), ("first", pa.int64()), ("last", pa.int64()), ("shown", pa.bool_())]
)  # fmt: skip

_DAY = "CAST({} - DATE '1970-01-01' AS BIGINT)"


def day(column: str) -> str:
    """A date as days since 1970-01-01, in SQL."""
    return _DAY.format(column)


_TABLES = (
    "CREATE TEMP TABLE span AS SELECT * FROM span_rows",
    "CREATE TEMP TABLE during AS SELECT grain, idx, unnest(range(first, last + 1)) AS day FROM span",
    """
    CREATE TEMP TABLE ending AS
    WITH days AS (SELECT unnest(range((SELECT min(first) FROM span WHERE shown), $today + 2)) AS day),
    until AS (SELECT grain, idx, last, idx + 1 AS beyond FROM span WHERE shown)
    SELECT d.day,
        coalesce((SELECT min(idx) FROM until WHERE grain = 'month' AND last >= d.day), (SELECT max(beyond) FROM until WHERE grain = 'month')) AS month,
        coalesce((SELECT min(idx) FROM until WHERE grain = 'week' AND last >= d.day), (SELECT max(beyond) FROM until WHERE grain = 'week')) AS week
    FROM days d
    """,
    """
    CREATE TEMP TABLE who AS
    SELECT d.customer_id, coalesce(c.portfolio, 0) AS portfolio, coalesce(c.segment, '') AS segment,
        coalesce(c.collector, '') AS collector, d.base
    FROM debtor_rows d LEFT JOIN customer_rows c ON c.customer_id = d.survivor_id
    """,
    """
    CREATE TEMP TABLE doc AS
    SELECT r.* EXCLUDE (customer_id, payer), w.rowid::INTEGER AS who, p.rowid::INTEGER AS payer
    FROM doc_rows r LEFT JOIN who w ON w.customer_id = r.customer_id LEFT JOIN who p ON p.customer_id = r.payer
    """,
    # a payment counts once it is booked and value-dated; one that was returned in full counts no more
    f"""
    CREATE TEMP TABLE paid AS
    WITH known AS (
        SELECT payment_id, customer_id, coalesce(kind, 'receipt') AS kind, amount, currency, reverses_payment_id,
            {day("value_date")} AS value_day, greatest({day("coalesce(entry_date, value_date)")}, {day("value_date")}) AS booked_day
        FROM payment_rows
    ),
    back AS (
        SELECT reverses_payment_id AS payment_id, booked_day,
            sum(amount) OVER (PARTITION BY reverses_payment_id ORDER BY booked_day, payment_id) AS returned
        FROM known WHERE kind = 'return' AND reverses_payment_id IS NOT NULL
    )
    SELECT k.* EXCLUDE (customer_id, reverses_payment_id), w.rowid::INTEGER AS who, b.gone_day
    FROM known k LEFT JOIN who w USING (customer_id) LEFT JOIN (
        SELECT b.payment_id, min(b.booked_day) AS gone_day FROM back b JOIN known k USING (payment_id)
        WHERE b.returned >= k.amount GROUP BY ALL
    ) b USING (payment_id)
    WHERE k.booked_day <= $today
    """,
    f"""
    CREATE TEMP TABLE entry AS
    SELECT * FROM (
        SELECT d.rowid::INTEGER AS doc, c.rowid::INTEGER AS credit, p.rowid::INTEGER AS payment, a.kind, a.amount, a.kind IN ('payment', 'set_off') AS money,
            coalesce(p.value_day, {day("a.allocated_on")}) AS pay_day, coalesce(p.booked_day, {day("a.allocated_on")}) AS booked_day,
            greatest({day("a.allocated_on")}, p.booked_day) AS from_day,
            least({day("a.reversed_on")}, p.gone_day) AS to_day
        FROM allocation_rows a LEFT JOIN paid p USING (payment_id) LEFT JOIN doc d USING (invoice_id)
        LEFT JOIN (
            SELECT rowid, invoice_id FROM doc
            WHERE invoice_id IN (SELECT credit_note_id FROM allocation_rows WHERE credit_note_id IS NOT NULL)
        ) c ON c.invoice_id = a.credit_note_id
        WHERE a.kind <> 'payment' OR p.amount > 0
    )
    WHERE from_day <= $today AND (to_day IS NULL OR to_day > from_day)
    """,
    """
    CREATE TEMP TABLE daily (portfolio BIGINT, segment VARCHAR, name VARCHAR, part VARCHAR, day BIGINT, amount BIGINT, count BIGINT)
    """,
    """
    CREATE TEMP TABLE cell (portfolio BIGINT, segment VARCHAR, grain VARCHAR, idx BIGINT, name VARCHAR, part VARCHAR,
        amount BIGINT, count BIGINT)
    """,
    'CREATE TEMP TABLE "grouped" ("group" VARCHAR, grain VARCHAR, idx BIGINT, name VARCHAR, part VARCHAR, amount BIGINT, count BIGINT)',
)
