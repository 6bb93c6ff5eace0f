"""Balances at the end of each period and sums of each period, per portfolio and segment, and added up per group."""

from __future__ import annotations

from creditdesk.measures.bench import Bench

EVERYBODY = ""
"""The group of all customers; the others are `portfolio:<number>` and `segment:<code>`."""

GROUPS = """
    SELECT '' AS "group", {keys}, {sums} FROM {table} GROUP BY {keys}
    UNION ALL SELECT 'portfolio:' || portfolio, {keys}, {sums} FROM {table} WHERE portfolio <> 0 GROUP BY portfolio, {keys}
    UNION ALL SELECT 'segment:' || segment, {keys}, {sums} FROM {table} WHERE segment <> '' GROUP BY segment, {keys}
"""
"""Cells added up per group."""


def sums(bench: Bench, events: str) -> None:
    """Sums of days, to be added up per period.

    Args:
        events: a query that gives customer_id, name, part, day, amount (minor units of the reporting currency) and count.
    """
    bench.run(
        f"""
        INSERT INTO daily
        SELECT w.portfolio, w.segment, e.name, e.part[:200], e.day, sum(e.amount), sum(e.count)
        FROM ({events}) e JOIN who w USING (customer_id) WHERE e.day <= $today GROUP BY ALL
        """
    )


def sums_of_days(bench: Bench, days: str, told: str) -> None:
    """Several sums of the same days: what is many is read once.

    Args:
        days: a query that gives `who`, `day`, and amounts and counts to be added up per day, as columns.
        told: a query over `added` (portfolio, segment, day and these sums) that gives portfolio, segment, name, part, day, amount, count.
    """
    bench.run(
        f"""
        CREATE OR REPLACE TEMP TABLE added AS
        SELECT w.portfolio, w.segment, e.day, sum(COLUMNS(e.* EXCLUDE (who, day)))
        FROM ({days}) e JOIN who w ON w.rowid = e.who WHERE e.day <= $today GROUP BY w.portfolio, w.segment, e.day
        """
    )
    bench.run(f"INSERT INTO daily {told}")


def balances(bench: Bench, events: str, by: str = "w.customer_id = e.customer_id") -> None:
    """Balances at the end of each period, at the rate of that day.

    Args:
        events: a query that gives customer_id, currency, day, end_day (from which on it counts no more; null = it counts on), eff_day
            (day from which its age counts; null = it has none), name, amount (minor units of `currency`, with its sign) and count.
        by: how a row of it (`e`) names its customer (`w`).
    """
    bench.run(
        f"""
        INSERT INTO cell
        WITH event AS ({events}),
        -- an event counts from the first period that ends on or after its day, up to the one that ends on or after its end
        placed AS (
            SELECT w.portfolio, w.segment, w.base, e.currency, e.name, e.eff_day, a.month AS first_month, a.week AS first_week,
                z.month AS end_month, z.week AS end_week, sum(e.amount) AS amount, sum(e.count) AS count
            FROM event e JOIN who w ON {by}
            JOIN ending a ON a.day = greatest(e.day, {bench.first})
            JOIN ending z ON z.day = greatest(coalesce(e.end_day, $today + 1), {bench.first})
            WHERE a.week < z.week OR a.month < z.month
            GROUP BY ALL
        ),
        early AS (
            SELECT * EXCLUDE (first_month, first_week, end_month, end_week), 'month' AS grain, first_month AS since, end_month AS until
            FROM placed WHERE first_month < end_month
            UNION ALL BY NAME
            SELECT * EXCLUDE (first_month, first_week, end_month, end_week), 'week' AS grain, first_week AS since, end_week AS until
            FROM placed WHERE first_week < end_week
        ),
        aged AS (
            SELECT e.portfolio, e.segment, e.base, e.currency, e.grain, s.idx, s.last, e.name,
                CASE WHEN e.eff_day IS NULL THEN '' WHEN s.last <= e.eff_day THEN 'not_due' WHEN s.last - e.eff_day <= 30 THEN '1_30'
                    WHEN s.last - e.eff_day <= 60 THEN '31_60' WHEN s.last - e.eff_day <= 90 THEN '61_90'
                    WHEN s.last - e.eff_day <= 180 THEN '91_180' ELSE 'over_180' END AS part,
                sum(e.amount) AS amount, sum(e.count) AS count
            FROM early e JOIN span s ON s.grain = e.grain AND s.idx >= e.since AND s.idx < e.until AND s.shown
            GROUP BY ALL
        ),
        counted AS (
            SELECT a.*, CASE WHEN a.currency = a.base THEN a.amount ELSE CAST(floor(a.amount * r.factor + 0.5) AS BIGINT) END AS value
            FROM aged a LEFT JOIN rate_rows r ON r.currency = a.currency AND r.base = a.base AND r.day = a.last
        )
        SELECT portfolio, segment, grain, idx, name, part, sum(value), sum(count) FROM counted
        GROUP BY ALL HAVING sum(value) <> 0 OR sum(count) <> 0
        """
    )


FURTHER = ("sales",)
"""Figures that are kept further back than they are shown, for counting back."""


def add_up(bench: Bench) -> None:
    """Add the days up per period, and the cells per group, into `grouped`."""
    kept = ", ".join(f"'{name}'" for name in FURTHER)
    bench.run(
        f"""
        INSERT INTO cell
        SELECT d.portfolio, d.segment, i.grain, i.idx, d.name, d.part, sum(d.amount), sum(d.count)
        FROM daily d JOIN during i USING (day) JOIN span s USING (grain, idx) WHERE s.shown OR d.name IN ({kept})
        GROUP BY ALL HAVING sum(d.amount) <> 0 OR sum(d.count) <> 0
        """
    )
    keys = "grain, idx, name, part"
    bench.run(
        'INSERT INTO "grouped" ' + GROUPS.format(table="cell", keys=keys, sums="sum(amount), sum(count)")
    )
