"""Stage `trend`: how lateness changes from invoice to invoice, by the Theil-Sen estimator over the last twelve.

Invoices stand one step apart in the order of their due days, so that paying one today changes no slope. Differences
are multiplied by 27720 / distance, a whole number for every distance up to 12: no slope is ever rounded.
"""

from __future__ import annotations

from itertools import combinations

import ibis
import ibis.expr.types as ir

from creditdesk.engine.arith import rnd
from creditdesk.engine.behaviour import observed
from creditdesk.engine.day import Day

LAST = 12
LEAST = 4
STEP = 27_720
"""The least common multiple of 1 to 12."""

_NONE = 10**9
"""Sorts after every slope: stands where an invoice is missing."""


def trend(day: Day, item: ir.Table) -> ir.Table:
    """One row per customer with an observation of 24 months: `slope`, days per invoice (null below four)."""
    seen = observed(day, item)
    seen = seen.filter(seen.since < day.policy.measurement.index_window_days)
    latest = ibis.window(
        group_by="customer_id", order_by=[ibis.desc(seen.eff_day), ibis.desc(seen.invoice_id)]
    )
    ranked = seen.select("customer_id", "late", rank=ibis.row_number().over(latest))
    ranked = ranked.filter(ranked.rank < LAST)
    wide = ranked.group_by("customer_id").aggregate(
        n=ranked.count(), **{f"l{i}": ranked.late.max(where=ranked.rank == i) for i in range(LAST)}
    )
    slopes = [
        ((wide[f"l{i}"] - wide[f"l{j}"]) * (STEP // (j - i))).fill_null(_NONE)
        for i, j in combinations(range(LAST), 2)
    ]
    sorted_ = wide.select("customer_id", "n", slopes=ibis.array(slopes).sort())
    # n (n - 1) / 2 pairs: the lower of the two middle ones; no more than LAST invoices, so the place always exists
    lower = ibis.greatest((sorted_.n * (sorted_.n - 1) - 2) // 4, 0)
    slope = sorted_.slopes[lower]
    known = sorted_.select(
        "customer_id",
        slope=ibis.ifelse(sorted_.n >= LEAST, rnd(slope / STEP * 100) / 100, ibis.null("float64")),
    )
    return day.stages.run("trend", known)
