"""The nearest change: the smallest change of one criterion that would move a customer whom the matrix placed.

Every band of every criterion is tried, in the column the criterion was read from: those of the matrix, and those that a
rule reads, which may come to hold by it. The value must leave its band by the margin and enter the other one; a rule that reads the criterion is asked again with the new value, so
that a customer is not told of a cell it would never reach. Distances are compared in steps of the criterion (`per`)
and told in its unit. Where the change is for the better, the criterion's remedy says what the customer could do: for
`pay_overdue`, pay its oldest undisputed overdue invoice, or, where nothing is overdue, pay sooner.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from decimal import Decimal

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from creditdesk.engine.arith import Value, attach, holds, rnd, to_day
from creditdesk.engine.bands import Gauge, Measure
from creditdesk.engine.book import Book
from creditdesk.engine.day import Day
from creditdesk.engine.segment import by_number, first_rule, severity
from creditdesk.engine.sheet import Sheet
from creditdesk.facts.decisions import NEAREST
from creditdesk.policy.columns import BAND

ROW, COLUMN = "row", "column"
STEPS = 1_000
"""Distances are compared in thousandths of a step; what is nearer than that is the same distance."""
SLOTS = 256
"""The number of a candidate is packed behind its distance: so many bands a matrix may have."""
READS = ("rule_no", "by_hand", "target", "oldest_undisputed_overdue_days", "oldest_invoice", "oldest_amount")
"""Columns that the nearest change is made of, beside those of the criteria and of the rules that read them."""


@dataclass(frozen=True)
class Candidate:
    """One band that a criterion might come to.

    Attributes:
        no: decides between equal distances: the rows of the matrix come first, then its columns.
        side: `row`, `column`, or `rule_<criterion>` for a criterion that only rules read.
    """

    no: int
    side: str
    gauge: Gauge
    band: str


def candidates(book: Book) -> list[Candidate]:
    """Everything that is tried."""
    pairs = [(side, gauge, band) for side, gauge in sides(book).items() for band in gauge.names]
    return [Candidate(no, side, gauge, band) for no, (side, gauge, band) in enumerate(pairs)]


def sides(book: Book) -> dict[str, Gauge]:
    """The criteria by the side on which they are tried."""
    matrix = book.policy.matrix
    by_name = {gauge.name: gauge for gauge in book.criteria}
    found = {ROW: by_name[matrix.rows], COLUMN: by_name[matrix.columns]}
    for name, gauge in by_name.items():
        own = {f"{BAND}{name}", *(measure.column for measure in gauge.measures)}
        if name not in (matrix.rows, matrix.columns) and any(own & reads for reads in book.rules.reads):
            found[f"rule_{name}"] = gauge
    return found


def reach(measure: Measure, held: str, wanted: str) -> Decimal:
    """The value at which a customer in band `held` comes to band `wanted`: past both edges, and past the margin."""
    one, other = measure.bands.interval(held), measure.bands.interval(wanted)
    up = one.high is not None and other.low is not None and other.low >= one.high
    if up:
        edge, margin, included = (
            other.low or Decimal(0),
            (one.high or Decimal(0)) + measure.margin,
            other.low_included,
        )
        return max(edge, margin) + (Decimal(0) if included else _grain(measure))
    edge, margin, included = (
        other.high or Decimal(0),
        (one.low or Decimal(0)) - measure.margin,
        other.high_included,
    )
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
        rest_base=ibis.ifelse(
            _.rest == _.open, _.open_base, rnd(_.rest * 1.0 * _.open_base / _.open.nullif(0))
        )
    )
    order = ibis.row_number().over(
        ibis.window(group_by=overdue.customer_id, order_by=[overdue.eff_day, overdue.invoice_id])
    )
    first = overdue.mutate(_rank=order).filter(_._rank == 0)
    return first.select("customer_id", oldest_invoice=first.invoice_id, oldest_amount=first.rest_base)


def put_reach(day: Day, side: str, gauge: Gauge) -> ir.Table:
    """How far it is to each band of one side, a row per column it may be read from and band held.

    Columns: source, held, place (of the band, where the column is a text), steps (per unit of the column), told (the
    factor to the unit in which it is told), unit, remedy, and per band `reach_<band>`: the value to come to.
    """
    names = list(gauge.names)
    rows = []
    for measure, held in itertools.product(gauge.measures, names):
        to = {
            band: float(reach(measure, held, band) if measure.numeric else names.index(band))
            for band in names
            if band != held
        }
        rows.append(
            {"source": measure.column, "held": held,
             "place": None if measure.numeric else float(names.index(held)),
             "steps": STEPS / float(measure.per), "told": 100.0 / measure.bands.scale, "unit": measure.unit, "remedy": measure.remedy,
             **{f"reach_{band}": to.get(band) for band in names}}
        )  # fmt: skip
    schema = pa.schema(
        [("source", pa.string()), ("held", pa.string()), ("place", pa.float64()), ("steps", pa.float64()),
         ("told", pa.float64()), ("unit", pa.string()), ("remedy", pa.string()), *((f"reach_{band}", pa.float64()) for band in names)]
    )  # fmt: skip
    return day.stages.backend.put(f"reach_{side}", pa.Table.from_pylist(rows, schema=schema))


def put_neighbours(day: Day, book: Book) -> ir.Table:
    """The segments around each cell: row, column, and per band `row_<band>` and `column_<band>`."""
    cells = book.policy.matrix.cells
    tried = [one for one in candidates(book) if one.side in (ROW, COLUMN)]
    rows = [
        {"row": row, "column": column,
         **{f"{one.side}_{one.band}": cells[one.band][column] if one.side == "row" else line[one.band]
            for one in tried}}
        for row, line in cells.items()
        for column in line
    ]  # fmt: skip
    names = ["row", "column", *(f"{one.side}_{one.band}" for one in tried)]
    schema = pa.schema([(name, pa.string()) for name in names])
    return day.stages.backend.put("neighbours", pa.Table.from_pylist(rows, schema=schema))


PARTS = ("criterion", "value", "distance", "unit", "band", "segment", "remedy", "invoice_id", "amount")
"""What is told of a change, in the order of the type NEAREST; each is a column `near_<part>` until the end."""


def nearest_change(day: Day, book: Book, sheet: Sheet) -> None:
    """Add `near_<part>` per part of PARTS; all null where the matrix did not place the customer.

    `value` is what the criterion must come to and `distance` how far that is, both in its unit.

    Args:
        sheet: the columns of READS, those of the criteria, and oldest_invoice and oldest_amount.
    """
    tried = candidates(book)
    if len(tried) > SLOTS:
        raise ValueError(f"found a matrix of {len(tried)} bands; allowed: {SLOTS}")
    _look_up(day, book, sheet, tried)
    sheet.let_all(
        {
            f"_at_{side}": ibis.coalesce(sheet[f"value_{gauge.name}"], sheet[f"_place_{side}"])
            for side, gauge in sides(book).items()
        }
        | {f"_to_{one.no}": _target(book, one, sheet) for one in tried}
    )
    keys = []
    for one in tried:
        far = (sheet[f"_reach_{one.no}"] - sheet[f"_at_{one.side}"]).abs() * sheet[f"_steps_{one.side}"]
        there = holds(sheet[f"_to_{one.no}"] != sheet["target"])
        keys.append(ibis.ifelse(there, rnd(far) * SLOTS + one.no, ibis.null("int64")))
    placed = (sheet["rule_no"] < 0) & sheet["by_hand"].isnull()
    sheet.let(_best=ibis.ifelse(placed, ibis.least(*keys), ibis.null("int64")))
    sheet.let(_no=sheet["_best"] % SLOTS)
    sheet.let(
        _to=_chosen(tried, sheet, "_to", "string"),
        _reach=_chosen(tried, sheet, "_reach", "float64"),
        _at=_of_side(tried, sheet, "_at", "float64"),
        _told=_of_side(tried, sheet, "_told", "float64"),
        _unit=_of_side(tried, sheet, "_unit", "string"),
        _way=_of_side(tried, sheet, "_remedy", "string"),
    )
    sheet.let(_remedy=ibis.ifelse(_better(book, sheet), sheet["_way"], ibis.null("string")))
    pay, overdue = (
        holds(sheet["_remedy"] == "pay_overdue"),
        holds(sheet["oldest_undisputed_overdue_days"] > 0),
    )
    known = sheet["_best"].notnull()
    change = {
        "criterion": ibis.cases(
            *((sheet["_no"] == one.no, one.gauge.name) for one in tried), else_=ibis.null("string")
        ),
        "value": rnd(sheet["_reach"] * sheet["_told"]) / 100.0,
        "distance": rnd((sheet["_reach"] - sheet["_at"]).abs() * sheet["_told"]) / 100.0,
        "unit": ibis.ifelse(known, sheet["_unit"], ibis.null("string")),
        "band": ibis.cases(*((sheet["_no"] == one.no, one.band) for one in tried), else_=ibis.null("string")),
        "segment": sheet["_to"],
        "remedy": ibis.ifelse(pay & ~overdue, "pay_sooner", sheet["_remedy"]),
        "invoice_id": ibis.ifelse(pay & overdue, sheet["oldest_invoice"], ibis.null("string")),
        "amount": ibis.ifelse(pay & overdue, sheet["oldest_amount"], ibis.null("int64")),
    }
    sheet.let_all({f"near_{part}": change[part] for part in PARTS})


def told(sheet: Sheet) -> Value:
    """The nearest change as one value, of the type NEAREST; null where there is none."""
    change = ibis.struct({part: sheet[f"near_{part}"] for part in PARTS})
    return ibis.ifelse(sheet["near_criterion"].notnull(), change, ibis.null(NEAREST))


def _look_up(day: Day, book: Book, sheet: Sheet, tried: list[Candidate]) -> None:
    """Attach the distances and the neighbours of the customer's cell."""
    matrix = book.policy.matrix
    rows, across = matrix.rows, matrix.columns
    for side, gauge in sides(book).items():
        name, table = gauge.name, put_reach(day, side, gauge)
        own = {f"_reach_{one.no}": table[f"reach_{one.band}"] for one in tried if one.side == side}
        table = table.select(
            **{f"source_{name}": table.source, f"cell_{name}": table.held, f"_place_{side}": table.place,
               f"_steps_{side}": table.steps, f"_told_{side}": table.told, f"_unit_{side}": table.unit,
               f"_remedy_{side}": table.remedy}, **own
        )  # fmt: skip
        sheet.table = attach(sheet.table, table, [f"source_{name}", f"cell_{name}"])
    around = put_neighbours(day, book)
    around = around.select(
        **{f"cell_{rows}": around.row, f"cell_{across}": around.column},
        **{f"_cell_{one.no}": around[f"{one.side}_{one.band}"] for one in tried if one.side in (ROW, COLUMN)},
    )
    sheet.table = attach(sheet.table, around, [f"cell_{rows}", f"cell_{across}"])


def _target(book: Book, one: Candidate, sheet: Sheet) -> Value:
    """Where the customer would go: by a rule that reads the criterion, else its new cell, or the one it is in."""
    name = one.gauge.name
    cell = sheet[f"_cell_{one.no}"] if one.side in (ROW, COLUMN) else sheet["target"]
    changed: dict[str, Value] = {f"{BAND}{name}": ibis.literal(one.band)}
    for measure in one.gauge.measures:
        if any(measure.column in reads for reads in book.rules.reads):
            changed[measure.column] = _new_value(one, measure, sheet)
    # rules before the matrix did not hold; only those that read what changes can hold now
    asked = frozenset(no for no, reads in enumerate(book.rules.reads) if reads & set(changed))
    if not asked:
        return cell
    return by_number(first_rule(book.rules, sheet.instead(changed), asked), book.rules.segments, cell)


def _new_value(one: Candidate, measure: Measure, sheet: Sheet) -> Value:
    """The column with the value it would come to, where the criterion was read from it."""
    column = sheet[measure.column]
    if measure.numeric:
        to = sheet[f"_reach_{one.no}"]
        value: Value = to if column.type().is_floating() else rnd(to)
    else:
        own = dict(measure.bands.values).get(one.band)
        if own is None:
            return column
        value = ibis.literal(own[0].rstrip("*"))
    return ibis.ifelse(holds(sheet[f"source_{one.gauge.name}"] == measure.column), value, column)


def _chosen(tried: list[Candidate], sheet: Sheet, column: str, dtype: str) -> Value:
    """The column of the candidate that is nearest."""
    return ibis.cases(
        *((sheet["_no"] == one.no, sheet[f"{column}_{one.no}"]) for one in tried), else_=ibis.null(dtype)
    )


def _of_side(tried: list[Candidate], sheet: Sheet, column: str, dtype: str) -> Value:
    """The column of the side on which the nearest candidate stands."""
    last: dict[str, int] = {one.side: one.no for one in tried}
    return ibis.cases(
        *((sheet["_no"] <= no, sheet[f"{column}_{side}"]) for side, no in last.items()),
        else_=ibis.null(dtype),
    )


def _better(book: Book, sheet: Sheet) -> Value:
    """Whether the change leads to a segment that is easier on the customer."""
    rank = severity(book.policy)

    def ranked(segment: Value) -> Value:
        return ibis.cases(*((segment == name, no) for name, no in rank.items()), else_=ibis.null("int64"))

    return holds(ranked(sheet["_to"]) < ranked(sheet["target"]))


def changed_by_criteria(book: Book) -> set[str]:
    """The columns read by rules that a change of a criterion may make hold."""
    names = {
        name
        for gauge in book.criteria
        for name in (f"{BAND}{gauge.name}", *(measure.column for measure in gauge.measures))
    }
    return {column for reads in book.rules.reads if reads & names for column in reads}
