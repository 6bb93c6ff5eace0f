"""The nearest change: the smallest change of one criterion that would move a customer whom the matrix placed.

Every band of both criteria of the matrix is tried, over the column the criterion was read from. The value must leave
its band by the margin and enter the other one; a rule that reads the criterion is asked again with the new value, so
that a customer is not told of a cell it would never reach. Distances are compared in steps of the criterion (`per`)
and told in its unit. Where the change is for the better, the criterion's remedy says what the customer could do: for
`pay_overdue`, pay its oldest undisputed overdue invoice, or, where nothing is overdue, pay sooner.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import Value, attach, holds, rnd, to_day
from creditdesk.engine.bands import Gauge, Measure
from creditdesk.engine.day import Day
from creditdesk.engine.placing import Book
from creditdesk.engine.segment import by_number, first_rule, in_cell, severity
from creditdesk.engine.sheet import Sheet
from creditdesk.facts.decisions import NEAREST
from creditdesk.policy.columns import BAND

STEPS = 1_000
"""Distances are compared in thousandths of a step; what is nearer than that is the same distance."""
SLOTS = 1_024
"""Most candidates of one policy: the number of the candidate is packed behind its distance."""


@dataclass(frozen=True)
class Candidate:
    """One band that a criterion might come to, read from one of its columns."""

    gauge: Gauge
    measure: Measure
    band: str


def candidates(book: Book) -> list[Candidate]:
    """Everything that is tried, in the order that decides between equal distances: rows, then columns."""
    sides = (book.policy.matrix.rows, book.policy.matrix.columns)
    by_name = {gauge.name: gauge for gauge in book.criteria}
    return [
        Candidate(by_name[side], measure, band)
        for side in sides
        for measure in by_name[side].measures
        for band in by_name[side].names
    ]


def reach(measure: Measure, held: str, wanted: str) -> Decimal:
    """The value at which a customer in band `held` comes to band `wanted`: past both edges, and past the margin."""
    one, other = measure.bands.interval(held), measure.bands.interval(wanted)
    up = one.high is not None and other.low is not None and other.low >= one.high
    if up:
        edge, margin, included = other.low or Decimal(0), (one.high or Decimal(0)) + measure.margin, other.low_included
        return max(edge, margin) + (Decimal(0) if included else _grain(measure))
    edge, margin, included = other.high or Decimal(0), (one.low or Decimal(0)) - measure.margin, other.high_included
    return min(edge, margin) - (Decimal(0) if included else _grain(measure))


def _grain(measure: Measure) -> Decimal:
    """The least step of a column: what `more than 50 persons` means is 51."""
    return Decimal(1) if measure.whole else Decimal(0)


def oldest_overdue(day: Day, item: ir.Table) -> ir.Table:
    """Rows (customer_id, oldest_invoice, oldest_amount): the oldest overdue invoice that is not wholly disputed.

    `oldest_amount`: its undisputed rest, in minor units of the reporting currency.
    """
    overdue = item.filter(item.overdue)
    if day.facts.has("dispute"):
        now = day.clock.day
        disputed = (
            day.facts["dispute"]
            .filter((to_day(_.opened_on) <= now) & (_.closed_on.isnull() | (to_day(_.closed_on) > now)))
            .filter(_.invoice_id.notnull())
            .group_by("invoice_id")
            .aggregate(disputed=_.amount.sum())
        )
        overdue = attach(overdue, disputed, "invoice_id")
        overdue = overdue.mutate(rest=ibis.greatest(_.open - _.disputed.fill_null(0), 0))
    else:
        overdue = overdue.mutate(rest=_.open)
    overdue = overdue.filter(_.rest > 0).mutate(
        # the share of the open amount, so that the rate of the day need not be looked up again
        rest_base=ibis.ifelse(_.rest == _.open, _.open_base, rnd(_.rest * 1.0 * _.open_base / _.open.nullif(0)))
    )
    order = ibis.row_number().over(
        ibis.window(group_by=overdue.customer_id, order_by=[overdue.eff_day, overdue.invoice_id])
    )
    first = overdue.mutate(_rank=order).filter(_._rank == 0)
    return first.select("customer_id", oldest_invoice=first.invoice_id, oldest_amount=first.rest_base)


def nearest_change(day: Day, book: Book, sheet: Sheet, item: ir.Table | None) -> None:
    """Add `nearest_change`, of the type NEAREST; null where the matrix did not place the customer.

    `value` is what the criterion must come to and `distance` how far that is, both in its unit.

    Args:
        sheet: the columns of stage `placed`.
        item: stage `item`; without it no invoice is named.
    """
    tried = candidates(book)
    if len(tried) > SLOTS:
        raise ValueError(f"found {len(tried)} bands to try; allowed: {SLOTS}")
    step: dict[str, Value] = {}
    for no, one in enumerate(tried):
        step[f"_reach_{no}"] = _reach(one, sheet)
    sheet.let_all(step)
    step = {}
    for no, one in enumerate(tried):
        step[f"_far_{no}"] = _distance(one, sheet, sheet[f"_reach_{no}"])
        step[f"_to_{no}"] = _target(book, one, sheet, sheet[f"_reach_{no}"])
    sheet.let_all(step)
    keys = []
    for no, one in enumerate(tried):
        there = (
            holds(sheet[f"source_{one.gauge.name}"] == one.measure.column)
            & holds(sheet[f"cell_{one.gauge.name}"] != one.band)
            & holds(sheet[f"_to_{no}"] != sheet["target"])
        )
        steps = rnd(sheet[f"_far_{no}"] * (STEPS / float(one.measure.per)))
        keys.append(ibis.ifelse(there, steps * SLOTS + no, ibis.null("int64")))
    placed = (sheet["rule_no"] < 0) & sheet["by_hand"].isnull()
    best = ibis.least(*keys) if keys else ibis.null("int64")
    sheet.let(_best=ibis.ifelse(placed, best, ibis.null("int64")))
    sheet.let(_no=sheet["_best"] % SLOTS)
    sheet.let(
        _value=_chosen(tried, sheet, lambda no, one: _told(one, sheet[f"_reach_{no}"]), "float64"),
        _distance=_chosen(tried, sheet, lambda no, one: _told(one, sheet[f"_far_{no}"]), "float64"),
        _to=_chosen(tried, sheet, lambda no, _one: sheet[f"_to_{no}"], "string"),
    )
    _remedy(book, tried, sheet)
    if item is not None:
        sheet.table = attach(sheet.table, oldest_overdue(day, item), "customer_id")
    else:
        sheet.let(oldest_invoice=ibis.null("string"), oldest_amount=ibis.null("int64"))
    pay, overdue = sheet["_remedy"] == "pay_overdue", holds(sheet["oldest_undisputed_overdue_days"] > 0)
    sheet.let(_pay=holds(pay & overdue))
    change = ibis.struct(
        {
            "criterion": _chosen(tried, sheet, lambda _no, one: ibis.literal(one.gauge.name), "string"),
            "value": sheet["_value"],
            "distance": sheet["_distance"],
            "unit": _chosen(tried, sheet, lambda _no, one: ibis.literal(one.measure.unit), "string"),
            "band": _chosen(tried, sheet, lambda _no, one: ibis.literal(one.band), "string"),
            "segment": sheet["_to"],
            "remedy": ibis.ifelse(holds(pay & ~overdue), "pay_sooner", sheet["_remedy"]),
            "invoice_id": ibis.ifelse(sheet["_pay"], sheet["oldest_invoice"], ibis.null("string")),
            "amount": ibis.ifelse(sheet["_pay"], sheet["oldest_amount"], ibis.null("int64")),
        }
    )
    sheet.let(nearest_change=ibis.ifelse(sheet["_best"].notnull(), change, ibis.null(NEAREST)))
    sheet.forget(["oldest_invoice", "oldest_amount"])


def _reach(one: Candidate, sheet: Sheet) -> Value:
    """The value to come to, in units of the column; for a text the place of the band among the bands."""
    held, names = sheet[f"cell_{one.gauge.name}"], one.gauge.names
    if not one.measure.numeric:
        return ibis.literal(float(names.index(one.band)), type="float64")
    branches = [
        (held == band, ibis.literal(float(reach(one.measure, band, one.band)), type="float64"))
        for band in names
        if band != one.band
    ]
    return ibis.cases(*branches, else_=ibis.null("float64"))


def _distance(one: Candidate, sheet: Sheet, to: Value) -> Value:
    if one.measure.numeric:
        return (to - sheet[one.measure.column].cast("float64")).abs()
    held, names = sheet[f"cell_{one.gauge.name}"], one.gauge.names
    place = ibis.cases(*((held == band, float(no)) for no, band in enumerate(names)), else_=ibis.null("float64"))
    return (to - place).abs()


def _target(book: Book, one: Candidate, sheet: Sheet, to: Value) -> Value:
    """Where the customer would go: by a rule that reads the criterion, else its new cell."""
    matrix, name, column = book.policy.matrix, one.gauge.name, one.measure.column
    band = ibis.literal(one.band)
    row = band if matrix.rows == name else sheet[f"cell_{matrix.rows}"]
    across = band if matrix.columns == name else sheet[f"cell_{matrix.columns}"]
    cell = in_cell(book.policy, row, across)
    # rules before the matrix did not hold; only those that read what changes can hold now
    asked = frozenset(no for no, reads in enumerate(book.rules.reads) if f"{BAND}{name}" in reads or column in reads)
    if not asked:
        return cell
    if one.measure.numeric:
        value: Value = to if sheet[column].type().is_floating() else rnd(to)
    else:
        value = ibis.literal(next(own for band_name, own in one.measure.bands.values if band_name == one.band)[0])
    changed = sheet.instead({f"{BAND}{name}": band, column: value})
    return by_number(first_rule(book.rules, changed, asked), book.rules.segments, cell)


def _told(one: Candidate, value: Value) -> Value:
    """A value in the unit in which it is told: money in whole units of the currency; two decimals."""
    return rnd(value * (100.0 / one.measure.bands.scale)) / 100.0


def _chosen(tried: list[Candidate], sheet: Sheet, make: object, dtype: str) -> Value:
    if not tried:
        return ibis.null(dtype)
    branches = [(sheet["_no"] == no, make(no, one)) for no, one in enumerate(tried)]  # type: ignore[operator]
    return ibis.cases(*branches, else_=ibis.null(dtype))


def _remedy(book: Book, tried: list[Candidate], sheet: Sheet) -> None:
    """The remedy of the criterion, where the change is for the better."""
    rank = severity(book.policy)

    def ranked(segment: Value) -> Value:
        return ibis.cases(*((segment == name, no) for name, no in rank.items()), else_=ibis.null("int64"))

    better = holds(ranked(sheet["_to"]) < ranked(sheet["target"]))
    remedies = _chosen(
        tried,
        sheet,
        lambda _no, one: ibis.null("string") if one.gauge.criterion.remedy is None else ibis.literal(one.gauge.criterion.remedy),
        "string",
    )
    sheet.let(_remedy=ibis.ifelse(better, remedies, ibis.null("string")))
