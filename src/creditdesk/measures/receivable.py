"""What customers owe at the end of each period by age, what was invoiced, fell due and came in, and who owes most."""

from __future__ import annotations

from creditdesk.measures.bench import Bench
from creditdesk.measures.cells import GROUPS, balances, sums

YEAR = 365
"""Days of sales that DSO is measured against."""

TOP = 10
"""How many of the largest debtors are counted together."""

_ENDED = """
CREATE TEMP TABLE ended AS
-- documents and payments of which nothing is left, with the day since when: they are in no balance after it
WITH drawn AS (
    SELECT invoice_id AS id, 'doc' AS of, amount, from_day, to_day FROM entry
    UNION ALL SELECT credit_note_id, 'doc', amount, from_day, to_day FROM entry WHERE credit_note_id IS NOT NULL
    UNION ALL SELECT payment_id, 'payment', amount, from_day, to_day FROM used
),
summed AS (
    SELECT id, of, sum(amount) FILTER (to_day IS NULL OR to_day > $today) AS amount,
        max(greatest(from_day, CASE WHEN to_day <= $today THEN to_day END)) AS end_day
    FROM drawn GROUP BY ALL
)
SELECT s.id, s.of, s.end_day FROM summed s JOIN doc d ON s.of = 'doc' AND d.invoice_id = s.id AND d.amount = s.amount
UNION ALL
SELECT s.id, s.of, s.end_day FROM summed s JOIN paid p ON s.of = 'payment' AND p.payment_id = s.id AND p.amount = s.amount
    AND p.kind = 'receipt'
"""

_MOVES = """
CREATE TEMP TABLE move AS
-- what is open of invoices, by age; money and credit notes apart, as the ledger has them: together they are its balance
WITH event AS (
    SELECT invoice_id AS id, 'doc' AS of, customer_id, payer, currency, issued_day AS day,
        CASE WHEN kind = 'invoice' THEN eff_day END AS eff_day, CASE WHEN kind = 'invoice' THEN 'open' ELSE 'credits' END AS name,
        amount, 0 AS count
    FROM doc
    UNION ALL
    SELECT d.invoice_id, 'doc', d.customer_id, d.payer, d.currency, e.from_day, d.eff_day, 'open', -e.amount, 0
    FROM entry e JOIN doc d USING (invoice_id)
    UNION ALL
    SELECT d.invoice_id, 'doc', d.customer_id, d.payer, d.currency, e.to_day, d.eff_day, 'open', e.amount, 0
    FROM entry e JOIN doc d USING (invoice_id) WHERE e.to_day <= $today
    UNION ALL
    SELECT d.invoice_id, 'doc', d.customer_id, d.payer, d.currency, e.from_day, NULL, 'credits', -e.amount, 0
    FROM entry e JOIN doc d ON d.invoice_id = e.credit_note_id
    UNION ALL
    SELECT d.invoice_id, 'doc', d.customer_id, d.payer, d.currency, e.to_day, NULL, 'credits', e.amount, 0
    FROM entry e JOIN doc d ON d.invoice_id = e.credit_note_id WHERE e.to_day <= $today
    UNION ALL
    SELECT payment_id, 'payment', customer_id, customer_id, currency, booked_day, NULL, 'unapplied',
        CASE WHEN kind = 'receipt' THEN amount ELSE -amount END, 0
    FROM paid WHERE customer_id IS NOT NULL
    UNION ALL
    SELECT payment_id, 'payment', customer_id, customer_id, currency, from_day, NULL, 'unapplied', -amount, 0 FROM used
    UNION ALL
    SELECT payment_id, 'payment', customer_id, customer_id, currency, to_day, NULL, 'unapplied', amount, 0 FROM used
    WHERE to_day <= $today
)
SELECT e.customer_id, e.payer, e.currency, e.day, n.end_day, e.eff_day, e.name, e.amount, e.count
FROM event e LEFT JOIN ended n USING (id, of) WHERE n.end_day IS NULL OR e.day < n.end_day
"""

_USED = """
CREATE TEMP TABLE used AS
-- what allocations take of a payment, in the payment's currency at the day of payment
SELECT p.payment_id, p.customer_id, p.currency, e.from_day, e.to_day,
    CASE WHEN p.currency = d.currency THEN e.amount
        ELSE CAST(floor(e.amount * i.factor / nullif(m.factor, 0) + 0.5) AS BIGINT) END AS amount
FROM entry e JOIN paid p ON p.payment_id = e.payment_id AND p.customer_id IS NOT NULL
JOIN doc d USING (invoice_id)
LEFT JOIN rate_rows i ON i.currency = d.currency AND i.base = d.base AND i.day = p.value_day AND p.currency <> d.currency
LEFT JOIN rate_rows m ON m.currency = p.currency AND m.base = d.base AND m.day = p.value_day AND p.currency <> d.currency
WHERE e.kind = 'payment'
"""


def receivables(bench: Bench) -> None:
    """`open` (part: age), `credits` and `unapplied` as balances; `sales`, `fell_due`, `collected`, and `collected_of` (part: collector) as
    sums; `sales_year`; `top`.
    """
    bench.run(_USED)
    bench.run(_ENDED)
    bench.run(_MOVES)
    balances(bench, "SELECT * FROM move")
    bench.run(_DUE)
    bench.run(_MONEY)
    sums(bench, _FLOWS)
    _year(bench)
    _top(bench)


_DUE = """
CREATE TEMP TABLE fallen AS
-- invoices by what became of them until today, in the invoice's currency and in the reporting one at the day of issue
WITH taken AS (
    SELECT e.invoice_id,
        sum(e.amount) FILTER (NOT e.money AND e.kind <> 'write_off') AS reduced,
        sum(e.amount) FILTER (e.kind = 'write_off') AS written_off,
        sum(e.amount) FILTER (e.money AND e.pay_day <= d.eff_day) AS on_time,
        sum(e.amount) FILTER (e.money AND e.pay_day > d.eff_day AND e.pay_day <= d.eff_day + 30) AS within_30,
        sum(e.amount) FILTER (e.money AND e.pay_day > d.eff_day + 30) AS later,
        max(e.pay_day) FILTER (e.money) AS last_pay_day
    FROM entry e JOIN doc d USING (invoice_id) WHERE e.to_day IS NULL OR e.to_day > $today GROUP BY ALL
)
SELECT d.invoice_id, d.customer_id, d.currency, d.eff_day, d.apart, t.last_pay_day, d.amount_base / nullif(d.amount, 0) AS factor,
    greatest(d.amount - coalesce(t.reduced, 0), 0) AS due,
    coalesce(t.on_time, 0) AS on_time, coalesce(t.within_30, 0) AS within_30, coalesce(t.later, 0) AS later,
    coalesce(t.written_off, 0) AS written_off,
    CAST(floor(greatest(d.amount - coalesce(t.reduced, 0), 0) * (d.amount_base / nullif(d.amount, 0)) + 0.5) AS BIGINT) AS due_base
FROM doc d LEFT JOIN taken t USING (invoice_id)
WHERE d.kind = 'invoice' AND d.amount > coalesce(t.reduced, 0)
"""

_MONEY = """
CREATE TEMP TABLE came AS
-- money that came in, less what was returned; refunds give back what was credited or paid twice and collect nothing
SELECT p.customer_id, p.value_day AS day, w.collector,
    CASE WHEN p.kind = 'receipt' THEN 1 ELSE -1 END
        * CASE WHEN p.currency = w.base THEN p.amount ELSE CAST(floor(p.amount * r.factor + 0.5) AS BIGINT) END AS amount,
    CASE WHEN p.kind = 'receipt' THEN 1 ELSE 0 END AS count
FROM paid p JOIN who w USING (customer_id)
LEFT JOIN rate_rows r ON r.currency = p.currency AND r.base = w.base AND r.day = p.value_day AND p.currency <> w.base
WHERE p.kind IN ('receipt', 'return')
"""

_FLOWS = """
    SELECT customer_id, 'sales' AS name, '' AS part, issued_day AS day,
        CASE WHEN kind = 'invoice' THEN amount_base ELSE -amount_base END AS amount, 1 AS count FROM doc
    UNION ALL SELECT customer_id, 'fell_due', '', eff_day, due_base, 1 FROM fallen
    UNION ALL SELECT customer_id, 'collected', '', day, amount, count FROM came
    UNION ALL SELECT customer_id, 'collected_of', collector, day, amount, count FROM came WHERE collector <> ''
"""


def _year(bench: Bench) -> None:
    """`sales_year`: what was sold in the 365 days up to the end of each period; `count` = how many of these days the ledger knows."""
    bench.run(
        f"""
        INSERT INTO cell
        WITH daily AS (
            SELECT w.portfolio, w.segment, d.issued_day AS day,
                sum(CASE WHEN d.kind = 'invoice' THEN d.amount_base ELSE -d.amount_base END) AS amount
            FROM doc d JOIN who w USING (customer_id) GROUP BY ALL
        )
        SELECT d.portfolio, d.segment, s.grain, s.idx, 'sales_year', '', sum(d.amount), 0
        FROM span s JOIN daily d ON d.day <= s.last AND d.day > s.last - {YEAR} AND s.shown
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
            FROM move m JOIN who w USING (customer_id)
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
        WITH ranked AS (
            SELECT *, row_number() OVER (PARTITION BY "group", idx ORDER BY amount DESC, payer) AS place FROM ({owed}) WHERE amount > 0
        )
        SELECT "group", 'month', idx, 'top', 'all', sum(amount), count(*) FROM ranked GROUP BY ALL
        UNION ALL
        SELECT "group", 'month', idx, 'top', 'ten', sum(amount), count(*) FROM ranked WHERE place <= {TOP} GROUP BY ALL
        """
    )
