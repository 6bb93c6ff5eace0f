"""How late customers pay: the money that came, what became of what fell due, and the median that counts open items too."""

from __future__ import annotations

from creditdesk.measures.bench import Bench
from creditdesk.measures.cells import GROUPS, sums_of_days

EARLIEST, LATEST = -60, 180
"""Days beyond which a payment counts as this early or late: one payment of ten years ago must not move a mean."""

WINDOW = 365
"""Days of due days that the median looks back on."""

PARTS = ("on_time", "within_30", "later", "written_off", "open")
"""What became of what fell due: paid on or before the due day, up to 30 days after, later, written off, or open still."""


def lateness(bench: Bench) -> None:
    """Figures `late` (amount = sum of amount x days late; count = allocations), `late_money` (the amounts), `due` (part: what
    became of what fell due), `median`.

    Left out everywhere: customers of our own group, direct debits that were not returned, factored invoices.
    """
    bench.run(_PAYMENTS)
    sums_of_days(
        bench,
        "SELECT who, pay_day AS day, value * days AS late, value, 1 AS count FROM pay",
        "SELECT portfolio, segment, 'late', '', day, late, count FROM added "
        "UNION ALL SELECT portfolio, segment, 'late_money', '', day, value, count FROM added",
    )
    sums_of_days(
        bench,
        _COHORT,
        " UNION ALL ".join(
            f"SELECT portfolio, segment, 'due', '{part}', day, {part}_base, 0 FROM added" for part in PARTS
        ),
    )
    _median(bench)
    bench.drop("fallen")


_PAYMENTS = f"""
CREATE TEMP TABLE pay AS
SELECT d.who, e.pay_day, least(greatest(e.pay_day - d.eff_day, {EARLIEST}), {LATEST}) AS days,
    CASE WHEN d.currency = d.base THEN e.amount
        ELSE CAST(floor(e.amount * (d.amount_base / nullif(d.amount, 0)) + 0.5) AS BIGINT) END AS value
FROM entry e JOIN doc d ON d.rowid = e.doc
WHERE e.money AND NOT d.apart AND d.kind = 'invoice' AND d.amount > 0 AND (e.to_day IS NULL OR e.to_day > $today)
"""

_COHORT = """
WITH rounded AS (
    SELECT who, eff_day AS day, due_base, CAST(floor(on_time * factor + 0.5) AS BIGINT) AS on_time_base,
        CAST(floor(within_30 * factor + 0.5) AS BIGINT) AS within_30_base, CAST(floor(later * factor + 0.5) AS BIGINT) AS later_base,
        CAST(floor(written_off * factor + 0.5) AS BIGINT) AS written_off_base
    FROM fallen WHERE NOT apart AND eff_day <= $today
)
SELECT * EXCLUDE (due_base), due_base - on_time_base - within_30_base - later_base - written_off_base AS open_base FROM rounded
"""


def _median(bench: Bench) -> None:
    """`median`: the day after the due day by which half of the invoices of a year is paid, by Kaplan and Meier (amount; count =
    invoices). What is open counts with its age, so that nobody looks better by not paying; absent where less than half is paid.
    """
    bench.run(
        f"""
        INSERT INTO "grouped"
        WITH closed AS (
            SELECT f.who, f.eff_day,
                CASE WHEN f.written_off = 0 AND f.due - f.on_time - f.within_30 - f.later
                    <= greatest(coalesce(t.tolerance, 0), floor(f.due * 0.005)) THEN f.last_pay_day END AS paid_day
            FROM fallen f LEFT JOIN tolerance_rows t USING (currency) WHERE NOT f.apart AND f.eff_day <= $today
        ),
        counted AS (
            SELECT w.portfolio, w.segment, c.eff_day, CASE WHEN c.paid_day IS NULL THEN NULL
                ELSE least(greatest(c.paid_day - c.eff_day, {EARLIEST}), {LATEST}) END AS days, count(*) AS n
            FROM closed c JOIN who w ON w.rowid = c.who GROUP BY ALL
        ),
        daily AS ({GROUPS.format(table="counted", keys="eff_day, days", sums="sum(n) AS n")}),
        seen AS (
            -- as each period ended: paid until then, or open at its age
            SELECT d."group", s.grain, s.idx, least(coalesce(d.days, {LATEST + 1}), s.last - d.eff_day, {LATEST}) AS g,
                sum(CASE WHEN d.days <= s.last - d.eff_day AND d.days < {LATEST + 1} THEN d.n ELSE 0 END) AS events, sum(d.n) AS n
            FROM daily d JOIN span s ON s.shown AND s.grain = 'month' AND d.eff_day <= s.last AND d.eff_day > s.last - {WINDOW}
            GROUP BY ALL
        ),
        risk AS (
            SELECT *, sum(n) OVER (PARTITION BY "group", grain, idx ORDER BY g DESC) AS at_risk FROM seen
        ),
        curve AS (
            SELECT *, sum(CASE WHEN events >= at_risk THEN -60.0 ELSE ln((at_risk - events) / at_risk) END)
                OVER (PARTITION BY "group", grain, idx ORDER BY g) AS survival FROM risk
        )
        SELECT "group", grain, idx, 'median', '', coalesce(min(g) FILTER (survival <= ln(0.5) + 1e-9), {LATEST + 1}), sum(n)
        FROM curve GROUP BY ALL
        """
    )
