"""How urgent a step is, 0 to 100, with the points that make it: amount, risk, age, a broken promise, nobody reached,
use of the limit, and willingness to pay (more for those at risk who still tend to pay).
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from creditdesk.engine.arith import Value, holds
from creditdesk.engine.day import Day
from creditdesk.facts.decisions import PRIORITY

AMOUNTS = ((100_000, 35), (25_000, 28), (5_000, 20), (1_000, 12), (0, 5))
"""Points by amount, in major units of the policy's currency."""

AGES = ((90, 15), (60, 12), (30, 8), (15, 4))
"""Points by days past due of the oldest invoice."""


def priority(day: Day, rows: ir.Table) -> ir.Table:
    """`rows` with priority and priority_reasons.

    Needs today, amount, risk_class, oldest_due, broken_promise, no_answers, limit_use, kept_promises_12m,
    paid_after_contact_share, level.
    """
    age = rows.today - rows.oldest_due
    points: list[tuple[str, Value]] = [
        ("amount", _steps(rows.amount, [(day.minor(edge), worth) for edge, worth in AMOUNTS])),
        ("risk", ibis.cases((rows.risk_class == "high", 20), (rows.risk_class == "medium", 10), else_=0)),
        ("age", _steps(age, [(edge + 1, worth) for edge, worth in AGES])),
        ("broken_promise", ibis.ifelse(holds(rows.broken_promise), 30, 0)),
        ("unreached", ibis.ifelse(rows.no_answers >= 2, 5, 0)),
        (
            "limit_use",
            ibis.cases((holds(rows.limit_use > 1), 8), (holds(rows.limit_use > 0.8), 4), else_=0),
        ),
        (
            "willing",
            ibis.ifelse(
                (rows.risk_class != "low")
                & (holds(rows.kept_promises_12m > 0) | holds(rows.paid_after_contact_share >= 0.5)),
                7,
                0,
            ),
        ),
    ]
    total = points[0][1]
    for _name, value in points[1:]:
        total = total + value
    one = f"{PRIORITY}"
    lists = [_reason(name, value, one) for name, value in points]
    return rows.mutate(
        priority=ibis.least(total, 100).cast("int64"), priority_reasons=lists[0].concat(*lists[1:])
    )


def _steps(value: Value, edges: list[tuple[int, int]]) -> Value:
    return ibis.cases(*[(holds(value >= edge), worth) for edge, worth in edges], else_=0)


def _reason(name: str, points: Value, kind: str) -> Value:
    given = ibis.array([ibis.struct({"reason": ibis.literal(name), "points": points.cast("int64")})])
    return ibis.ifelse(points > 0, given.cast(kind), ibis.literal([], type=kind))
