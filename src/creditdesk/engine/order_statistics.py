"""Stage `order_statistic`: median, quartiles and the Kaplan-Meier median of lateness, and the commonest lag.

One histogram of whole days per customer and one pass of windows over it: no sort of a customer's invoices, nothing
that cannot spill. Quantiles are observed values, the lower one.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from creditdesk.engine.arith import rnd
from creditdesk.engine.behaviour import observed
from creditdesk.engine.day import Day

LN_HALF = -693_147_181
"""ln(1/2) in 1e-9."""

SLACK = 1000
"""Far above the noise of the logarithm, far below the step of any survival curve."""


def order_statistics(day: Day, item: ir.Table) -> ir.Table:
    """One row per customer with an observation of the window of 12 months.

    Columns: customer_id; median, q1, q3, p80, km_median (null when less than half is paid); settled_median; and of
    the settled ones `lag_n`, with the three-day span that holds most of them: `lag` (its middle), `lag_hits`.
    """
    seen = observed(day, item)
    seen = seen.filter(seen.since < day.policy.measurement.window_days)
    rows = seen.select("customer_id", g=seen.late, d=seen.settled.cast("int64"))
    h = rows.group_by("customer_id", "g").aggregate(n=rows.count(), d=rows.d.sum())
    up = ibis.window(group_by="customer_id", order_by="g", preceding=None, following=0)
    every = ibis.window(group_by="customer_id")
    # one row per whole day: what lies a day before or after is the row before or after, or nothing
    in_order = ibis.window(group_by="customer_id", order_by="g")
    before, after = h.g.lag().over(in_order), h.g.lead().over(in_order)
    h = h.mutate(
        cn=h.n.sum().over(up), cd=h.d.sum().over(up),
        before=ibis.ifelse(before == h.g - 1, h.d.lag().over(in_order), 0),
        after=ibis.ifelse(after == h.g + 1, h.d.lead().over(in_order), 0),
        tn=h.n.sum().over(every), td=h.d.sum().over(every),
    )  # fmt: skip
    h = h.mutate(near=h.before + h.d + h.after)
    h = h.mutate(at_risk=h.tn - h.cn + h.n)
    step = ((h.at_risk - h.d) / h.at_risk).nullif(0).ln() * 1e9
    h = h.mutate(step=ibis.ifelse(h.d == h.at_risk, -60 * 10**9, rnd(step)))
    h = h.mutate(survival=h.step.sum().over(up))
    # most hits, then most on the middle day, then the earliest: one whole number decides
    h = h.mutate(span=ibis.ifelse(h.d > 0, h.near * 2**40 + h.d * 2**16 + (1000 - h.g), ibis.null("int64")))
    h = h.mutate(best=h.span.max().over(every))
    return day.stages.run(
        "order_statistic",
        h.group_by("customer_id").aggregate(
            q1=h.g.min(where=h.cn * 4 >= h.tn),
            median=h.g.min(where=h.cn * 2 >= h.tn),
            q3=h.g.min(where=h.cn * 4 >= h.tn * 3),
            p80=h.g.min(where=h.cn * 5 >= h.tn * 4),
            km_median=h.g.min(where=h.survival <= LN_HALF + SLACK),
            settled_median=h.g.min(where=(h.td > 0) & (h.cd * 2 >= h.td)),
            lag=h.g.min(where=h.span == h.best),
            lag_hits=h.near.max(where=h.span == h.best),
            lag_n=h.td.max(),
        ),
    )
