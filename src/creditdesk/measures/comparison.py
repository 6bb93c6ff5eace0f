"""Before and after, beside customers who were alike and stayed: what a change of treatment did not cause is seen in those.

Who pays worst in one quarter pays less badly in the next, whatever anybody does (regression to the mean). A figure "after" against one
"before" therefore says nothing by itself; against customers who paid alike before and were left where they were it says a little, and
only chance decides who is treated how in an experiment that proves it.
"""

from __future__ import annotations

from creditdesk.measures.bench import Bench, day

QUARTER = 90
SETTLED = 30
"""A move is looked at once so many days have passed since."""

BANDS = ((5, "to_5"), (15, "to_15"), (30, "to_30"))
"""Days late before, up to which customers count as alike; above: `over_30`."""

LEAST = 3
"""Payments that a customer must have made both before and after."""


def comparison(bench: Bench) -> None:
    """`compared` (part: band:who:when), of everybody, as of the last day alone: amount = sum of amount x days late; `compared_money` the
    amounts, count = customers. `who` is `moved` (into another segment 30 to 180 days ago) or `stayed` (in one segment for a year);
    `when` is `before` or `after` the 90 days around the move, for those who stayed around the middle of all moves.
    """
    bands = " ".join(f"WHEN days <= {most} THEN '{name}'" for most, name in BANDS)
    bench.run(
        f"""
        CREATE TEMP TABLE alike AS
        WITH moved AS (
            SELECT w.rowid AS who, {day("segment_since")} AS since FROM moved_rows JOIN who w USING (customer_id)
            WHERE {day("segment_since")} BETWEEN $today - {2 * QUARTER} AND $today - {SETTLED}
        ),
        middle AS (SELECT quantile_disc(since, 0.5) AS since FROM moved),
        chosen AS (
            SELECT who, 'moved' AS way, since FROM moved
            UNION ALL
            SELECT w.rowid, 'stayed', m.since FROM who w CROSS JOIN middle m
            WHERE m.since IS NOT NULL
                AND w.customer_id NOT IN (SELECT customer_id FROM moved_rows WHERE {day("segment_since")} > $today - 365)
        ),
        summed AS (
            SELECT c.who, c.way, CASE WHEN p.pay_day < c.since THEN 'before' ELSE 'after' END AS era,
                sum(p.value * p.days) AS late, sum(p.value) AS money, count(*) AS n
            FROM chosen c JOIN pay p ON p.who = c.who AND p.pay_day >= c.since - {QUARTER} AND p.pay_day < c.since + {QUARTER}
            GROUP BY ALL HAVING count(*) >= {LEAST} AND sum(p.value) > 0
        ),
        twice AS (
            SELECT who, way, max(late / money) FILTER (era = 'before') AS days FROM summed GROUP BY ALL HAVING count(*) = 2
        )
        SELECT s.*, CASE {bands} ELSE 'over_30' END AS band FROM summed s JOIN twice USING (who, way)
        """
    )
    bench.run(
        """
        INSERT INTO "grouped"
        WITH last AS (SELECT max(idx) AS idx FROM span WHERE grain = 'month'),
        added AS (
            SELECT band || ':' || way || ':' || era AS part, sum(late) AS late, sum(money) AS money, count(*) AS n FROM alike GROUP BY ALL
        )
        SELECT '', 'month', idx, 'compared', part, late, n FROM added, last
        UNION ALL SELECT '', 'month', idx, 'compared_money', part, money, n FROM added, last
        """
    )
    bench.run(_REGRESSION)


_REGRESSION = f"""
INSERT INTO "grouped"
-- the quarters of payers in one quarter of a year, and the same customers in the next: what happens by itself
WITH summed AS (
    SELECT who, CASE WHEN pay_day > $today - {QUARTER} THEN 'after' ELSE 'before' END AS era,
        sum(value * days) AS late, sum(value) AS money, count(*) AS n
    FROM pay WHERE pay_day > $today - {2 * QUARTER} AND pay_day <= $today GROUP BY ALL HAVING count(*) >= {LEAST} AND sum(value) > 0
),
twice AS (
    SELECT who, max(late / money) FILTER (era = 'before') AS days FROM summed GROUP BY ALL HAVING count(*) = 2
),
placed AS (
    SELECT t.who, ntile(4) OVER (ORDER BY t.days, w.customer_id) AS place FROM twice t JOIN who w ON w.rowid = t.who
),
added AS (
    SELECT p.place || ':' || s.era AS part, sum(s.late) AS late, sum(s.money) AS money, count(*) AS n
    FROM summed s JOIN placed p USING (who) GROUP BY ALL
),
last AS (SELECT max(idx) AS idx FROM span WHERE grain = 'month')
SELECT '', 'month', idx, 'by_itself', part, late, n FROM added, last
UNION ALL SELECT '', 'month', idx, 'by_itself_money', part, money, n FROM added, last
"""
