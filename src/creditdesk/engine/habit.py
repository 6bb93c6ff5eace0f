"""Stage `habit`: the day on which a customer always pays, found in its payment dates or declared by itself.

Every date adds one to a packed counter per habit that it hits; the habit with most hits is tested against chance. A habit
lapses when the last two dates missed it, or when two habitual days pass while something undisputed stays past due.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import ibis
import ibis.expr.types as ir

from creditdesk.engine import habit_days as days
from creditdesk.engine.arith import Value, attach, share
from creditdesk.engine.day import Day
from creditdesk.engine.pay_days import LOOKED_BACK, latest_dates
from creditdesk.engine.status import payment_runs
from creditdesk.engine.workdays import with_day, with_next, with_no
from creditdesk.facts.calendar import Changes

BACK = 120
"""What is past due for longer is looked at as if for so many days: two habitual days have passed by then."""

BEYOND = 760
"""Days that calendars reach past the last day of a run."""

LAG = -1
"""Stands for a constant lag where others have their place in HYPOTHESES."""


@dataclass(frozen=True)
class HabitDays:
    """The small tables of habit_days.py, on the engine."""

    hits: ir.Table
    hit: ir.Table
    kind: ir.Table
    least: ir.Table
    token: ir.Table
    next: ir.Table


def habit(
    day: Day, debtor: ir.Table, statistic: ir.Table, pay_day: ir.Table | None, open_sum: ir.Table
) -> ir.Table | None:
    """One row per customer with a habit; None when neither payment nor wish is known.

    Columns: customer_id, habit, code, declared, evidence, hit_share (null when declared); days: next_day,
    start_day (the first habitual day on or after the oldest undisputed overdue, plus bank days), lapse_day.
    """
    declares = day.facts.has("preference")
    if pay_day is None and not declares:
        return None
    tables = _tables(day)
    parts = []
    if pay_day is not None:
        parts.append(_found(day, debtor, statistic, pay_day, tables))
    if declares:
        parts.append(_declared(day, debtor, tables))
    rows = parts[0].union(parts[1]) if len(parts) > 1 else parts[0]
    if declares:
        # what the customer says itself goes before what was found
        said = ibis.window(group_by="customer_id")
        rows = rows.mutate(says=rows.declared.cast("int64").max().over(said))
        rows = rows.filter((rows.says == 0) | rows.declared).drop("says")
    return day.stages.run("habit", _dated(day, rows, open_sum, tables))


def _tables(day: Day) -> HabitDays:
    """Habitual days of the bank calendars in use, from two years before the first day to the last that may be decided."""
    backend = day.stages.backend
    until = max(day.since, day.last - timedelta(days=BEYOND))
    bases = backend.fetch(day.company.select("base").distinct()).column("base").to_pylist()
    places = [f"@{base}" for base in sorted({*bases, day.base})]
    changes = {
        place: Changes(frozenset(change.works_on), tuple(change.works_on_named), frozenset(change.closed_on))
        for place, change in day.policy.calendars.items()
    }
    hits, hit = days.hit_rows(places, day.since - timedelta(days=LOOKED_BACK), until, changes)
    following = days.next_rows(
        places, day.since - timedelta(days=BACK), until, day.policy.conduct.habit_bank_days, changes
    )
    return HabitDays(
        hits=backend.put("habit_hits", hits),
        hit=backend.put("habit_hit", hit),
        kind=backend.put("habit_kind", days.kind_rows()),
        least=backend.put("habit_least", days.least_hits_rows()),
        token=backend.put("habit_token", days.declared_rows()),
        next=backend.put("habit_next", following),
    )


def _found(day: Day, debtor: ir.Table, statistic: ir.Table, pay_day: ir.Table, tables: HabitDays) -> ir.Table:
    """Rows customer_id, bank, idx, lag, declared, evidence, hit_share, last_hit (day), run: one per customer with a habit."""
    bank = debtor.select("customer_id", "bank")
    counted = _counted(day, bank, pay_day, tables)
    best = _best(counted, statistic, tables)
    pays = best.filter(best.idx != LAG).select("customer_id", "bank", "idx").join(pay_day, "customer_id")
    pays = attach(pays, tables.hit.mutate(hit=True), ["bank", "pay_day", "idx"])
    newest = ibis.window(group_by="customer_id", order_by=ibis.desc("pay_day"))
    pays = pays.mutate(hit=pays.hit.fill_null(False), rank=ibis.row_number().over(newest))
    recent = pays.group_by("customer_id").aggregate(
        recent=pays.count(where=(pays.rank < 2) & pays.hit), last_hit=pays.pay_day.max(where=pays.hit)
    )
    best = attach(best, recent, "customer_id")
    best = best.filter((best.idx == LAG) | (best.recent > 0))
    return best.select(
        "customer_id", "bank", "idx", "lag", "evidence", "hit_share", "last_hit",
        declared=ibis.literal(False), run=ibis.null("string"),
    )  # fmt: skip


def _counted(day: Day, bank: ir.Table, pay_day: ir.Table, tables: HabitDays) -> ir.Table:
    """Stage `habit_count`: per customer with enough dates the packed counters, number and span of its last dates."""
    dates = attach(latest_dates(pay_day, days.MOST_DATES), bank, "customer_id")
    dates = dates.join(tables.hits, ["bank", "pay_day"])
    packed = [f"{kind}{i}" for kind in ("near", "exact") for i in range(days.COLUMNS)]
    counted = dates.group_by("customer_id", "bank").aggregate(
        n=dates.count(),
        span=dates.pay_day.max() - dates.pay_day.min(),
        **{name: dates[name].sum() for name in packed},
    )
    counted = counted.filter((counted.n >= days.LEAST_DATES) & (counted.span >= days.LEAST_SPAN))
    return day.stages.run("habit_count", counted)


def _best(counted: ir.Table, statistic: ir.Table, tables: HabitDays) -> ir.Table:
    """The habit with most hits of each customer, if chance does not explain it; a constant lag goes first on a tie."""
    counted = attach(counted, tables.least, "n")
    # hits, then hits on the very day, then the order of HYPOTHESES: one whole number decides
    marks = []
    for index, (kind, _number) in enumerate(days.HYPOTHESES):
        near, exact = _hits(counted, "near", index), _hits(counted, "exact", index)
        least = counted.least_weekday if kind == "weekday" else counted.least
        marks.append(ibis.ifelse(near >= least, near * 2**16 + exact * 2**8 + (255 - index), 0))
    counted = counted.select("customer_id", "bank", "n", mark=ibis.greatest(*marks))
    counted = counted.mutate(hits=counted.mark // 2**16, idx=255 - counted.mark % 2**8)
    lag = statistic.filter((statistic.lag_n >= days.LEAST_DATES) & (statistic.lag >= 1))
    lag = lag.select("customer_id", "lag", "lag_hits", "lag_n")
    lag = attach(lag, tables.least.select(lag_n="n", lag_least="least"), "lag_n")
    lag = lag.filter((lag.lag_hits >= lag.lag_least.fill_null(0)) & (lag.lag_hits * 4 >= lag.lag_n * 3))
    both = attach(counted, lag.drop("lag_least"), "customer_id")
    by_lag = both.lag.notnull() & (both.lag_hits * both.n >= both.hits * both.lag_n)
    both = both.filter((both.mark > 0) | both.lag.notnull())
    none = ibis.null("int64")
    return both.select(
        "customer_id", "bank",
        idx=ibis.ifelse(by_lag, LAG, both.idx),
        lag=ibis.ifelse(by_lag, both.lag, none),
        evidence=ibis.ifelse(by_lag, both.lag_n, both.n),
        hit_share=ibis.ifelse(by_lag, share(both.lag_hits, both.lag_n, 2), share(both.hits, both.n, 2)),
    )  # fmt: skip


def _hits(counted: ir.Table, kind: str, index: int) -> Value:
    column, place = divmod(index, days.PER_COLUMN)
    # a division by a power of two below 2^53 would lose digits here: shift
    return (counted[f"{kind}{column}"] >> (days.BITS * place)) & (2**days.BITS - 1)


def _declared(day: Day, debtor: ir.Table, tables: HabitDays) -> ir.Table:
    """The same rows for the payment runs that customers declared, one per day named: `5,20`, `last`, `friday`."""
    wish = payment_runs(day, debtor)
    wish = wish.mutate(run=wish.run.lower().replace(" ", ""))
    tokens = wish.select("customer_id", "run", token=wish.run.split(",").unnest()).join(tables.token, "token")
    tokens = attach(
        tokens.select("customer_id", "run", "idx"), debtor.select("customer_id", "bank"), "customer_id"
    )
    none = ibis.null("int64")
    return tokens.select(
        "customer_id", "bank", "idx", lag=none, evidence=none, hit_share=ibis.null("float64"), last_hit=none,
        declared=ibis.literal(True), run=tokens.run,
    )  # fmt: skip


def _dated(day: Day, rows: ir.Table, open_sum: ir.Table, tables: HabitDays) -> ir.Table:
    """One row per customer: the habit in words, and its next days, the nearest where a run names several."""
    now = day.clock.day
    rows = attach(rows, open_sum.select("customer_id", "oldest_day"), "customer_id")
    rows = attach(rows, tables.kind, "idx")
    rows = rows.mutate(today=ibis.literal(0, "int64") + now)
    begin = ibis.greatest(rows.oldest_day, rows.last_hit + 1)
    late = rows.oldest_day.notnull()
    rows = rows.mutate(
        # with nothing past due nothing waits for a habit, and nothing can lapse
        from_day=ibis.ifelse(late, ibis.greatest(rows.oldest_day, rows.today - BACK), ibis.null("int64")),
        miss_day=ibis.ifelse(late, ibis.greatest(begin, rows.today - BACK), ibis.null("int64")),
        lag_day=rows.oldest_day + rows.lag,
    )
    following = tables.next
    rows = attach(rows, following.select("bank", "idx", "next", today="on_day"), ["bank", "idx", "today"])
    rows = attach(
        rows, following.select("bank", "idx", "release", from_day="on_day"), ["bank", "idx", "from_day"]
    )
    rows = attach(
        rows, following.select("bank", "idx", "lapse", miss_day="on_day"), ["bank", "idx", "miss_day"]
    )
    rows = with_next(rows, day, "bank", "lag_day", "lag_bank_day")
    rows = with_no(rows, day, "bank", "lag_bank_day", "lag_no")
    rows = rows.mutate(lag_no=rows.lag_no + day.policy.conduct.habit_bank_days)
    rows = with_day(rows, day, "bank", "lag_no", "lag_release")
    upcoming = ibis.ifelse(rows.lag_bank_day >= rows.today, rows.lag_bank_day, ibis.null("int64"))
    rows = rows.mutate(
        next=rows.next.coalesce(upcoming),
        release=rows.release.coalesce(rows.lag_release),
        # a lag has no second day: it lapses when the first has passed by two weeks
        lapse=rows.lapse.coalesce(rows.lag_release + 14),
        habit=ibis.ifelse(rows.idx == LAG, "lag", rows.habit),
        code=ibis.ifelse(
            rows.idx == LAG, ibis.literal("+") + rows.lag.cast("string"), rows.run.coalesce(rows.code)
        ),
    )
    summed = rows.group_by("customer_id").aggregate(
        found=rows.habit.max(),
        code=rows.code.max(),
        declared=rows.declared.any(),
        evidence=rows.evidence.max(),
        hit_share=rows.hit_share.max(),
        next_day=rows.next.min(),
        start_day=rows.release.min(),
        lapse_day=rows.lapse.max(),
    )
    summed = summed.filter(summed.lapse_day.isnull() | (summed.lapse_day >= now))
    return summed.select(
        "customer_id", "code", "declared", "evidence", "hit_share", "next_day", "start_day", "lapse_day",
        habit=ibis.ifelse(summed.declared, "declared", summed.found),
    )  # fmt: skip
