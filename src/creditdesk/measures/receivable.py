"""What customers owe at the end of each period by age, what was invoiced, fell due and came in, and who owes most."""

from __future__ import annotations

from creditdesk.measures.bench import Bench
from creditdesk.measures.cells import GROUPS, balances, sums_of_days

YEAR = 365
"""Days of sales that DSO is measured against."""

TOP = 10
"""How many of the largest debtors are counted together."""

_USED = """
CREATE TEMP TABLE used AS
-- what allocations take of a payment, in the payment's currency at the day of payment
SELECT e.payment, e.from_day, e.to_day,
    CASE WHEN p.currency = d.currency THEN e.amount
        ELSE CAST(floor(e.amount * i.factor / nullif(m.factor, 0) + 0.5) AS BIGINT) END AS amount
FROM entry e JOIN paid p ON p.rowid = e.payment AND p.who IS NOT NULL
JOIN doc d ON d.rowid = e.doc
LEFT JOIN rate_rows i ON i.currency = d.currency AND i.base = d.base AND i.day = p.value_day AND p.currency <> d.currency
LEFT JOIN rate_rows m ON m.currency = p.currency AND m.base = d.base AND m.day = p.value_day AND p.currency <> d.currency
WHERE e.kind = 'payment'
"""

_ENDED = """
CREATE TEMP TABLE {of}_ended AS
-- of which nothing is left, with the day since when: they are in no balance after it
SELECT s.id, s.end_day FROM (
    SELECT id, sum(amount) FILTER (to_day IS NULL OR to_day > $today) AS amount,
        max(greatest(from_day, CASE WHEN to_day <= $today THEN to_day END)) AS end_day
    FROM ({drawn}) GROUP BY ALL
) s JOIN {of} o ON o.rowid = s.id AND o.amount = s.amount WHERE {which}
"""

_DRAWN = """
SELECT doc AS id, amount, from_day, to_day FROM entry WHERE doc IS NOT NULL
UNION ALL SELECT credit, amount, from_day, to_day FROM entry WHERE credit IS NOT NULL
"""

_SPENT = "SELECT payment AS id, amount, from_day, to_day FROM used"

_MOVES = """
CREATE TEMP TABLE move AS
-- what is open of invoices, by age; money and credit notes apart, as the ledger has them: together they are its balance
WITH of_doc AS (
    SELECT doc, day, name, amount, end_day FROM (
        SELECT rowid AS doc, issued_day AS day, CASE WHEN kind = 'invoice' THEN 'open' ELSE 'credits' END AS name, amount FROM doc
        UNION ALL SELECT doc, from_day, 'open', -amount FROM entry WHERE doc IS NOT NULL
        UNION ALL SELECT doc, to_day, 'open', amount FROM entry WHERE to_day <= $today AND doc IS NOT NULL
        UNION ALL SELECT credit, from_day, 'credits', -amount FROM entry WHERE credit IS NOT NULL
        UNION ALL SELECT credit, to_day, 'credits', amount FROM entry WHERE to_day <= $today AND credit IS NOT NULL
    ) LEFT JOIN doc_ended ON id = doc WHERE end_day IS NULL OR day < end_day
),
of_payment AS (
    SELECT payment, day, amount, end_day FROM (
        SELECT rowid AS payment, booked_day AS day, CASE WHEN kind = 'receipt' THEN amount ELSE -amount END AS amount
        FROM paid WHERE who IS NOT NULL
        UNION ALL SELECT payment, from_day, -amount FROM used
        UNION ALL SELECT payment, to_day, amount FROM used WHERE to_day <= $today
    ) LEFT JOIN paid_ended ON id = payment WHERE end_day IS NULL OR day < end_day
)
SELECT d.who, d.payer, d.currency, o.day, o.end_day,
    CASE WHEN o.name = 'open' THEN d.eff_day END AS eff_day, o.name, o.amount, 0 AS count
FROM of_doc o JOIN doc d ON d.rowid = o.doc
UNION ALL
SELECT p.who, p.who, p.currency, o.day, o.end_day, NULL, 'unapplied', o.amount, 0
FROM of_payment o JOIN paid p ON p.rowid = o.payment
"""


def receivables(bench: Bench) -> None:
    """`open` (part: age), `credits` and `unapplied` as balances; `sales`, `fell_due`, `collected`, and `collected_of` (part: collector) as
    sums; `sales_year`; `top`.
    """
    bench.run(_USED)
    bench.run(_ENDED.format(of="doc", drawn=_DRAWN, which="true"))
    bench.run(_ENDED.format(of="paid", drawn=_SPENT, which="o.kind = 'receipt'"))
    bench.run(_MOVES)
    bench.drop("used", "doc_ended", "paid_ended")
    balances(bench, "SELECT * FROM move", "w.rowid = e.who")
    _top(bench)
    bench.drop("move", "owed")
    bench.run(_DUE.format(since=bench.first - YEAR))
    for days, told in _FLOWS:
        sums_of_days(bench, days, told)
    bench.run(_CAME)
    bench.run(_COLLECTED)
    _year(bench)


_DUE = """
CREATE TEMP TABLE fallen AS
-- invoices by what became of them until today, in the invoice's currency and in the reporting one at the day of issue; those that
-- were due before all that looks back on them are left out
WITH taken AS (
    SELECT e.doc,
        sum(e.amount) FILTER (NOT e.money AND e.kind <> 'write_off') AS reduced,
        sum(e.amount) FILTER (e.kind = 'write_off') AS written_off,
        sum(e.amount) FILTER (e.money AND e.pay_day <= d.eff_day) AS on_time,
        sum(e.amount) FILTER (e.money AND e.pay_day > d.eff_day AND e.pay_day <= d.eff_day + 30) AS within_30,
        sum(e.amount) FILTER (e.money AND e.pay_day > d.eff_day + 30) AS later,
        max(e.pay_day) FILTER (e.money) AS last_pay_day
    FROM entry e JOIN doc d ON d.rowid = e.doc
    WHERE (e.to_day IS NULL OR e.to_day > $today) AND d.eff_day > {since} GROUP BY ALL
)
SELECT d.who, d.currency, d.eff_day, d.apart, t.last_pay_day, d.amount_base / nullif(d.amount, 0) AS factor,
    greatest(d.amount - coalesce(t.reduced, 0), 0) AS due,
    coalesce(t.on_time, 0) AS on_time, coalesce(t.within_30, 0) AS within_30, coalesce(t.later, 0) AS later,
    coalesce(t.written_off, 0) AS written_off,
    CAST(floor(greatest(d.amount - coalesce(t.reduced, 0), 0) * (d.amount_base / nullif(d.amount, 0)) + 0.5) AS BIGINT) AS due_base
FROM doc d LEFT JOIN taken t ON t.doc = d.rowid
WHERE d.kind = 'invoice' AND d.amount > coalesce(t.reduced, 0) AND d.eff_day > {since}
"""

_CAME = """
CREATE TEMP TABLE came AS
-- money that came in, less what was returned; refunds give back what was credited or paid twice and collect nothing
SELECT w.portfolio, w.segment, w.collector, p.value_day AS day,
    sum(CASE WHEN p.kind = 'receipt' THEN 1 ELSE -1 END
        * CASE WHEN p.currency = w.base THEN p.amount ELSE CAST(floor(p.amount * r.factor + 0.5) AS BIGINT) END) AS amount,
    count(*) FILTER (p.kind = 'receipt') AS count
FROM paid p JOIN who w ON w.rowid = p.who
LEFT JOIN rate_rows r ON r.currency = p.currency AND r.base = w.base AND r.day = p.value_day AND p.currency <> w.base
WHERE p.kind IN ('receipt', 'return') GROUP BY ALL
"""

_COLLECTED = """
INSERT INTO daily
SELECT portfolio, segment, 'collected', '', day, sum(amount), sum(count) FROM came GROUP BY ALL
UNION ALL
SELECT portfolio, segment, 'collected_of', collector[:200], day, sum(amount), sum(count) FROM came WHERE collector <> '' GROUP BY ALL
"""

_FLOWS = (
    (
        """
        SELECT who, issued_day AS day, CASE WHEN kind = 'invoice' THEN amount_base ELSE -amount_base END AS amount, 1 AS count FROM doc
        """,
        "SELECT portfolio, segment, 'sales', '', day, amount, count FROM added",
    ),
    (
        "SELECT who, eff_day AS day, due_base AS amount, 1 AS count FROM fallen",
        "SELECT portfolio, segment, 'fell_due', '', day, amount, count FROM added",
    ),
)
"""Sums of days: what is added up, and as what."""


def _year(bench: Bench) -> None:
    """`sales_year`: what was sold in the 365 days up to the end of each period; `count` = how many of these days the ledger knows."""
    bench.run(
        f"""
        INSERT INTO cell
        SELECT d.portfolio, d.segment, s.grain, s.idx, 'sales_year', '', sum(d.amount), 0
        FROM span s JOIN daily d ON d.name = 'sales' AND d.day <= s.last AND d.day > s.last - {YEAR} AND s.shown
        GROUP BY ALL HAVING sum(d.amount) <> 0
        """
    )


def _top(bench: Bench) -> None:
    """`top` by month (part `ten`: what the ten payers that owe most owe together; part `all`: what all owe; count = payers that owe)."""
    bench.run(
        f"""
        CREATE TEMP TABLE owed AS
        WITH early AS (
            SELECT m.payer, w.portfolio, w.segment, m.currency, w.base, a.month AS since, z.month AS until, sum(m.amount) AS amount
            FROM move m JOIN who w ON w.rowid = m.who
            JOIN ending a ON a.day = greatest(m.day, {bench.first})
            JOIN ending z ON z.day = greatest(coalesce(m.end_day, $today + 1), {bench.first})
            WHERE m.name = 'open' AND a.month < z.month
            GROUP BY ALL HAVING sum(m.amount) <> 0
        )
        SELECT e.payer, e.portfolio, e.segment, s.idx, sum(CASE WHEN e.currency = e.base THEN e.amount
            ELSE CAST(floor(e.amount * r.factor + 0.5) AS BIGINT) END) AS amount
        FROM early e JOIN span s ON s.grain = 'month' AND s.idx >= e.since AND s.idx < e.until AND s.shown
        LEFT JOIN rate_rows r ON r.currency = e.currency AND r.base = e.base AND r.day = s.last AND e.currency <> e.base
        GROUP BY ALL HAVING sum(e.amount) <> 0
        """
    )
    owed = GROUPS.format(table="owed", keys="payer, idx", sums="sum(amount) AS amount")
    bench.run(
        f"""
        INSERT INTO "grouped"
        WITH counted AS (
            SELECT "group", idx, sum(amount) AS amount, count(*) AS count, max(amount, {TOP}) AS largest
            FROM ({owed}) WHERE amount > 0 GROUP BY ALL
        )
        SELECT "group", 'month', idx, 'top', 'all', amount, count FROM counted
        UNION ALL
        SELECT "group", 'month', idx, 'top', 'ten', list_sum(largest), len(largest) FROM counted
        """
    )
