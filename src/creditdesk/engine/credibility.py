"""Stage `prior`: what the whole portfolio says of a customer about whom little is known.

`estimate = (n x + k p) / (n + k)`: p the portfolio's mean, k the variance within customers over the variance between
them, by the method of moments for groups of unequal size (Bühlmann-Straub). All sums are of whole numbers.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from creditdesk.engine.arith import Value, rnd
from creditdesk.engine.day import Day

LEAST_CUSTOMERS = 10
"""Below so many customers with observations k is not estimated."""

DAYS_K, SHARE_K = 1.0, 4.0
"""k where it cannot be estimated: about what two public invoice files gave."""

K_RANGE = (0.25, 20.0)

_FIXED = 10**6


def prior(day: Day, behaviour: ir.Table) -> ir.Table:
    """One row: `days12`, `days24`, `late12` (portfolio means; null without observations), `days_k`, `late_k`."""
    seen = behaviour.filter(behaviour.n12 > 0)
    seen = seen.select(
        "n12", "days12", "squares12", "late12",
        own_days=rnd(seen.days12.cast("float64") * seen.days12 / seen.n12 * _FIXED),
        own_late=rnd(seen.late12.cast("float64") * seen.late12 / seen.n12 * _FIXED),
        n_squared=seen.n12 * seen.n12,
    )  # fmt: skip
    sums = seen.aggregate(
        g=seen.count(), n=seen.n12.sum(), n_squared=seen.n_squared.sum(),
        days=seen.days12.sum(), squares=seen.squares12.sum(), own_days=seen.own_days.sum(),
        late=seen.late12.sum(), own_late=seen.own_late.sum(),
    )  # fmt: skip
    longer = behaviour.aggregate(n24=behaviour.n24.sum(), days24=behaviour.days24.sum())
    row = sums.cross_join(longer)
    row = row.mutate(**{name: row[name].cast("float64") for name in row.columns})
    return day.stages.run(
        "prior",
        row.select(
            days12=row.days / row.n.nullif(0),
            days24=row.days24 / row.n24.nullif(0),
            late12=row.late / row.n.nullif(0),
            days_k=_k(row, row.days, row.squares, row.own_days, DAYS_K),
            late_k=_k(row, row.late, row.late, row.own_late, SHARE_K),
        ),
    )


def _k(row: ir.Table, total: Value, squares: Value, own: Value, otherwise: float) -> Value:
    """Variance within over variance between customers, on a grid of 1/1000."""
    own = own / _FIXED
    within = (squares - own) / (row.n - row.g).nullif(0)
    between_mean = (own - total * total / row.n.nullif(0)) / (row.g - 1).nullif(0)
    size = (row.n - row.n_squared / row.n.nullif(0)) / (row.g - 1).nullif(0)
    between = (between_mean - within) / size.nullif(0)
    found = ibis.cases(
        ((row.g < LEAST_CUSTOMERS) | (row.n - row.g < LEAST_CUSTOMERS), otherwise),
        (between <= 0, K_RANGE[1]),
        else_=within / between.nullif(0),
    )
    # least and greatest name their argument once; clip would write this whole expression nine times
    return rnd(ibis.greatest(ibis.least(found, K_RANGE[1]), K_RANGE[0]) * 1000) / 1000


def credible(n: Value, x: Value, k: Value, p: Value, digits: int = 2) -> Value:
    """The careful estimate on a grid of `digits` decimals; the prior itself where there is no observation."""
    count = n.fill_null(0)
    known = ibis.ifelse(count > 0, count * x, 0.0)
    scale = 10**digits
    return rnd((known + k * p) / (count + k) * scale) / scale
