"""Stage `trend`: how lateness changes from invoice to invoice, by the Theil-Sen estimator over the last twelve.

Invoices stand one step apart in the order of their due days (those of one day in the order of their lateness), so that
paying one today changes no slope. Differences are multiplied by 27720 / distance, a whole number for every distance up to
12: no slope is ever rounded before the last.
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

_SHIFT = 1024
"""Room for a lateness beside its day in one whole number."""


def trend(day: Day, item: ir.Table) -> ir.Table:
    """One row per customer with an observation of 24 months: `slope`, days per invoice (null below four)."""
    seen = observed(day, item)
    seen = seen.filter(seen.since < day.policy.measurement.index_window_days)
    # day and lateness in one number: a customer's list sorts cheaper than all rows of all customers
    both = ibis.greatest(seen.eff_day, 0) * _SHIFT + (seen.late + _SHIFT // 2)
    seen = seen.select("customer_id", both=both)
    sorted_ = seen.group_by("customer_id").aggregate(n=seen.count(), rows=seen.both.collect().sort())
    # the place always exists: what is not there is taken from the first and left out again; Spark counts places in int32
    last = {
        f"l{i}": ibis.ifelse(
            sorted_.n > i,
            sorted_.rows[ibis.greatest(sorted_.n - 1 - i, 0).cast("int32")] % _SHIFT - _SHIFT // 2,
            ibis.null("int64"),
        )
        for i in range(LAST)
    }
    wide = sorted_.select("customer_id", n=ibis.least(sorted_.n, LAST), **last)
    slopes = [
        ((wide[f"l{i}"] - wide[f"l{j}"]) * (STEP // (j - i))).fill_null(_NONE)
        for i, j in combinations(range(LAST), 2)
    ]
    slope = wide.select("customer_id", "n", slopes=ibis.array(slopes).sort())
    # n (n - 1) / 2 pairs: the lower of the two middle ones
    lower = ibis.greatest((slope.n * (slope.n - 1) - 2) // 4, 0).cast("int32")
    known = slope.select(
        "customer_id",
        slope=ibis.ifelse(
            slope.n >= LEAST, rnd(slope.slopes[lower] / STEP * 100) / 100, ibis.null("float64")
        ),
    )
    return day.stages.run("trend", known)
