"""Promises, disputes and what customers say of us, per period."""

from __future__ import annotations

from creditdesk.measures.bench import Bench, day
from creditdesk.measures.cells import balances, sums

AFTER_REMINDER = 30
"""A dispute within so many days after a reminder counts as one that the reminder brought out."""

_VALUE = """CASE WHEN {row}.currency = w.base THEN {row}.amount
    ELSE CAST(floor({row}.amount * r.factor + 0.5) AS BIGINT) END"""


def promises(bench: Bench) -> None:
    """`promise` (part: kept, partly_kept, broken), by the day that was promised; one that still runs or was withdrawn is left out."""
    sums(
        bench,
        f"""
        SELECT p.customer_id, 'promise' AS name, p.state AS part, p.due_day AS day, {_VALUE.format(row="p")} AS amount, 1 AS count
        FROM promise_rows p JOIN who w USING (customer_id)
        LEFT JOIN rate_rows r ON r.currency = p.currency AND r.base = w.base AND r.day = p.due_day AND p.currency <> w.base
        WHERE p.state IN ('kept', 'partly_kept', 'broken')
        """,
    )


_DISPUTES = f"""
CREATE TEMP TABLE argued AS
SELECT d.dispute_id, d.customer_id, d.reason, d.outcome, {day("d.opened_on")} AS opened_day,
    CASE WHEN {day("d.closed_on")} <= $today THEN {day("d.closed_on")} END AS closed_day, {_VALUE.format(row="d")} AS amount, w.base
FROM dispute_rows d JOIN who w USING (customer_id)
LEFT JOIN rate_rows r ON r.currency = d.currency AND r.base = w.base AND r.day = {day("d.opened_on")} AND d.currency <> w.base
WHERE {day("d.opened_on")} <= $today
"""


def disputes(bench: Bench) -> None:
    """By reason: `disputed` (open at the end of each period), `dispute_opened`, `dispute_closed`, `dispute_days` (amount = days that
    the closed ones were open), `dispute_right` (closed ones in which the customer was right, in whole or in part); and
    `dispute_reminded`: those opened within 30 days after a reminder.
    """
    bench.run(_DISPUTES)
    balances(
        bench,
        """
        SELECT customer_id, base AS currency, opened_day AS day, closed_day AS end_day, NULL::BIGINT AS eff_day,
            'disputed:' || reason AS name, amount, 1 AS count
        FROM argued
        """,
    )
    bench.run("UPDATE cell SET part = name[10:], name = 'disputed' WHERE starts_with(name, 'disputed:')")
    sums(
        bench,
        f"""
        SELECT customer_id, 'dispute_opened' AS name, reason AS part, opened_day AS day, amount, 1 AS count FROM argued
        UNION ALL SELECT customer_id, 'dispute_closed', reason, closed_day, amount, 1 FROM argued
        UNION ALL SELECT customer_id, 'dispute_days', reason, closed_day, closed_day - opened_day, 1 FROM argued
        UNION ALL SELECT customer_id, 'dispute_right', reason, closed_day, amount, 1 FROM argued
        WHERE outcome IN ('customer_right', 'partly_right')
        UNION ALL SELECT customer_id, 'dispute_reminded', '', opened_day, amount, 1 FROM argued a
        WHERE EXISTS (
            SELECT 1 FROM action_rows n WHERE n.customer_id = a.customer_id AND n.level >= 1
            AND a.opened_day - {day("n.done_on")} BETWEEN 0 AND {AFTER_REMINDER}
        )
        """,
    )


def satisfaction(bench: Bench) -> None:
    """`feedback`: what customers answered (amount = sum of scores, 1 to 5; count = answers)."""
    on = day('"on"')
    sums(
        bench,
        f"SELECT customer_id, 'feedback' AS name, '' AS part, {on} AS day, score AS amount, 1 AS count FROM feedback_rows",
    )
