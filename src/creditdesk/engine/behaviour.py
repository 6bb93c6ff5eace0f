"""Stage `behaviour`: per customer the sums behind its payment figures.

An observation is a settled invoice, or one past due today with the age of its open rest. It counts from the day it
was settled, the open one from today: paying today therefore changes no sum, and leaving it open never looks better.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from creditdesk.engine.arith import Value, rnd
from creditdesk.engine.day import Day

GRID = 1024
"""Weights by age are whole numbers of 1/1024, so that sums do not depend on the order of rows."""

DEFAULT_DAYS = 60
"""More days late than this is the default that `risk_pd` is about."""


def recency(age: Value, half_life: int) -> Value:
    """Weight by age on the grid: 1024 today, half of it a half-life ago."""
    return rnd(GRID * (2.0 ** (-(age / half_life))))


def observed(day: Day, item: ir.Table) -> ir.Table:
    """Every observation, with `since`: days since it was settled, 0 while it is open."""
    now = day.clock.day
    seen = item.filter(item.experience)
    return seen.mutate(since=ibis.ifelse(seen.settled, now - seen.closed_day, 0))


def _large(total: Value) -> Value:
    """A sum of money x days, which outgrows 64 bits: engines sum it wider, and only its ratio to another is asked for."""
    return total.cast("float64")


def behaviour(day: Day, item: ir.Table) -> ir.Table:
    """One row per customer with an observation.

    Columns: customer_id; counts `n`, `settled_n`, `n12`, `n24`, `late12`, `late12_30`, `settled12`, `settled12_late`,
    `default12`, `on_time`; sums of whole days `days12`, `squares12`, `days24`; of money x days `money_days12`,
    `money_days24`, `recent_days`, `since_issue12`, `capital12`; of money `money12`, `money24`, `recent_money`;
    `risk_weight`, `default_weight` (1/1024); `last_paid_day`, `last_bad_day`, `first_settled_day`.
    """
    policy, now = day.policy, day.clock.day
    window, longer = policy.measurement.window_days, policy.measurement.index_window_days
    seen = observed(day, item)
    seen = seen.select(
        "customer_id", "late", "settled", "since", "last_pay_day", "closed_day",
        year=seen.since < window,
        years=seen.since < longer,
        money=seen.weight_base,
        issue=seen.late + seen.eff_day - seen.issued_day,
        weight=recency(seen.since, policy.measurement.half_life_days),
        risk=recency(seen.since, policy.risk.half_life_days),
        bad_day=ibis.ifelse(~seen.settled, now, ibis.ifelse(seen.late > 0, seen.closed_day, ibis.null("int64"))),
    )  # fmt: skip
    late = seen.late > 0
    summed = seen.group_by("customer_id").aggregate(
        n=seen.count(),
        settled_n=seen.count(where=seen.settled),
        on_time=seen.count(where=seen.settled & ~late),
        n12=seen.count(where=seen.year),
        n24=seen.count(where=seen.years),
        late12=seen.count(where=seen.year & late),
        late12_30=seen.count(where=seen.year & (seen.late > 30)),
        default12=seen.count(where=seen.year & (seen.late > DEFAULT_DAYS)),
        settled12=seen.count(where=seen.year & seen.settled),
        settled12_late=seen.count(where=seen.year & seen.settled & late),
        days12=seen.late.sum(where=seen.year),
        days24=seen.late.sum(where=seen.years),
        squares12=(seen.late * seen.late).sum(where=seen.year),
        money12=seen.money.sum(where=seen.year),
        money24=seen.money.sum(where=seen.years),
        money_days12=_large((seen.money * seen.late).sum(where=seen.year)),
        money_days24=_large((seen.money * seen.late).sum(where=seen.years)),
        since_issue12=_large((seen.money * seen.issue).sum(where=seen.year)),
        capital12=_large((seen.money * ibis.greatest(seen.late, 0)).sum(where=seen.year)),
        recent_money=_large((seen.money * seen.weight).sum(where=seen.years)),
        recent_days=_large((seen.money * seen.weight * seen.late).sum(where=seen.years)),
        risk_weight=seen.risk.sum(),
        default_weight=seen.risk.sum(where=seen.late > DEFAULT_DAYS),
        last_paid_day=seen.last_pay_day.max(),
        last_bad_day=seen.bad_day.max(),
        first_settled_day=seen.closed_day.min(),
    )
    return day.stages.run("behaviour", summed)


def open_disputes(day: Day) -> ir.Table:
    """Per invoice what of it is in dispute today: (invoice_id, disputed) in minor units of its currency."""
    dispute, now = day.facts["dispute"], day.clock.day
    known = dispute.filter(dispute.invoice_id.notnull() & (dispute.opened_on.epoch_days() <= now))
    known = known.filter(known.closed_on.isnull() | (known.closed_on.epoch_days() > now))
    return known.group_by("invoice_id").aggregate(disputed=known.amount.sum())
