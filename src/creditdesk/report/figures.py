"""The figures of the report: counts and sums of one run, and the few customers worth naming.

Sums are kept per reporting currency. Every query is an aggregate or a short list, whatever the number of customers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.policy.document import Policy
from creditdesk.report.output import Output, Row

AGEING = (
    "not_due_amount",
    "overdue_1_30",
    "overdue_31_60",
    "overdue_61_90",
    "overdue_91_180",
    "overdue_over_180",
)
"""The columns of the profile that make up the open amount, by days past the effective due date."""

FOR_A_PERSON = (
    "needs_approval",
    "natural_person",
    "no_address",
    "data_problem",
    "credit_open",
    "invoice_not_delivered",
)
"""Holds that a person can end today; the others end by themselves."""

URGENT = 25
LISTED = 12
HARDLY = 10
"""A source of a criterion that fewer than one in ten customers were read from is not shown."""


@dataclass
class Group:
    """Some customers or actions taken together.

    Attributes:
        count: how many.
        sums: named sums, each minor units per currency.
    """

    count: int = 0
    sums: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Take in one row of an aggregate by currency."""
        self.count += row["n"]
        for name, value in row.items():
            if name.startswith("sum_"):
                per_currency = self.sums.setdefault(name[4:], {})
                per_currency[row["currency"]] = per_currency.get(row["currency"], 0) + int(value or 0)

    def join(self, other: Group) -> None:
        """Take in another group."""
        self.count += other.count
        for name, per_currency in other.sums.items():
            mine = self.sums.setdefault(name, {})
            for currency, amount in per_currency.items():
                mine[currency] = mine.get(currency, 0) + amount

    def __getitem__(self, name: str) -> dict[str, int]:
        return self.sums.get(name, {})


def total(groups: Iterable[Group]) -> Group:
    """All groups together."""
    together = Group()
    for group in groups:
        together.join(group)
    return together


def grouped(output: Output, table: ir.Table, keys: tuple[str, ...], *sums: str) -> dict[tuple, Group]:
    """Counts and sums by `keys`, largest group first."""
    wanted = {f"sum_{name}": table[name].sum() for name in sums}
    found = table.group_by([*keys, "currency"]).aggregate(n=table.count(), **wanted)
    groups: dict[tuple, Group] = {}
    for row in output.rows(found.order_by([ibis.desc("n"), *keys, "currency"])):
        groups.setdefault(tuple(row[key] for key in keys), Group()).add(row)
    return dict(sorted(groups.items(), key=lambda item: -item[1].count))


_MONEY = ("open_amount", "overdue_amount", "exposure", "uninsured_maximum_loss")


def sources(output: Output) -> dict[str, list[str]]:
    """Per criterion the columns it was read from, the most used first; one that hardly occurs is left out."""
    reason = output.decision.select(reason=_.reasons.unnest()).mutate(
        criterion=_.reason["criterion"],
        column=_.reason["rule"].split(":")[0],
        known=_.reason["band"].notnull(),
    )
    counted = reason.filter(_.known & (_.column != "")).group_by("criterion", "column").aggregate(n=_.count())
    found: dict[str, dict[str, int]] = {}
    for row in output.rows(counted.order_by([ibis.desc("n"), "column"])):
        found.setdefault(row["criterion"], {})[row["column"]] = row["n"]
    return {
        criterion: [column for column, n in columns.items() if n * HARDLY >= sum(columns.values())]
        for criterion, columns in found.items()
    }


def with_something_open(output: Output) -> int:
    """How many customers have anything open."""
    return output.rows(output.decided.aggregate(n=(_.open_amount > 0).sum()))[0]["n"] or 0


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix as drawn: its bands, its segment and the customers it placed."""

    row: str
    column: str
    segment: str
    group: Group


@dataclass(frozen=True)
class Matrix:
    """The matrix of the policy with the customers in it; `outside`: segments that rules and people gave."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: dict[tuple[str, str], Cell]
    outside: dict[str, Group]

    def row_total(self, row: str) -> Group:
        """All customers of one row."""
        return total(cell.group for cell in self.cells.values() if cell.row == row)

    def column_total(self, column: str) -> Group:
        """All customers of one column."""
        return total(cell.group for cell in self.cells.values() if cell.column == column)


def matrix(output: Output, policy: Policy) -> Matrix:
    """Customers and sums per cell, rows and columns in the policy's order of drawing.

    A customer stands in the cell of its segment: when a brake keeps it where it was, that is the former cell.
    """
    drawn = policy.matrix
    rows = tuple(drawn.draw_rows or drawn.cells)
    columns = tuple(drawn.draw_columns or next(iter(drawn.cells.values())))
    segment = {(row, column): drawn.cells[row][column] for row in rows for column in columns}
    home = {name: place for place, name in reversed(segment.items())}
    cells = {place: Group() for place in segment}
    outside: dict[str, Group] = {}
    by_place = grouped(output, output.decided, ("cell_row", "cell_column", "segment"), *_MONEY)
    for (row, column, name), group in by_place.items():
        if segment.get((row, column)) == name:
            cells[row, column].join(group)
        elif name in home:
            cells[home[name]].join(group)
        else:
            outside.setdefault(name, Group()).join(group)
    return Matrix(
        rows,
        columns,
        {place: Cell(*place, segment[place], group) for place, group in cells.items()},
        dict(sorted(outside.items(), key=lambda item: -item[1].count)),
    )


def segments(output: Output) -> dict[str, Group]:
    """Customers and sums per segment."""
    return {key[0]: group for key, group in grouped(output, output.decided, ("segment",), *_MONEY).items()}


@dataclass(frozen=True)
class Moves:
    """Customers who changed segment since the previous run, and those a brake kept.

    Attributes:
        by: (from, to) -> how many, with their exposure.
        largest: the largest of them by exposure.
        braked: what held a proposed move -> how many.
        to_discuss: moves that wait for approval, and moves of key accounts; a talk with Sales.
        arrived: customers that the previous run did not know.
    """

    by: dict[tuple[str, str], Group]
    largest: list[Row]
    braked: dict[str, Group]
    to_discuss: list[Row]
    arrived: int


def moves(output: Output, previous: bool) -> Moves:
    """Movements since the previous run; nothing moved when there was none."""
    decided = output.decided
    moved = decided.filter(_.moved)
    waiting = decided.filter(_.move_held.notnull() & _.proposed_segment.notnull())
    talk = decided.filter(
        (_.proposed_segment.notnull() & (_.move_held == "approval"))
        | (_.moved & _.key_account.fill_null(False))
    )
    by = grouped(output, moved, ("previous_segment", "segment"), "exposure") if previous else {}
    return Moves(
        by={(start, end): group for (start, end), group in by.items()},
        largest=_largest(output, moved, "exposure", LISTED) if previous else [],
        braked={key[0]: group for key, group in grouped(output, waiting, ("move_held",), "exposure").items()},
        to_discuss=_largest(output, talk, "exposure", LISTED),
        arrived=_arrived(output) if previous else 0,
    )


def _arrived(output: Output) -> int:
    first = output.decision.filter((_.segment_since == _.as_of) & _.previous_segment.isnull() & ~_.moved)
    return output.rows(first.aggregate(n=first.count()))[0]["n"]


def ageing(output: Output) -> dict[str, Group]:
    """Open amounts by days past due, with the number of customers that have any."""
    decided = output.decided
    columns = [*AGEING, "unallocated_amount", "credits_open"]
    counts = {f"n_{name}": (decided[name] > 0).sum() for name in columns}
    sums = {f"sum_{name}": decided[name].sum() for name in columns}
    found: dict[str, Group] = {name: Group() for name in columns}
    for row in output.rows(decided.group_by("currency").aggregate(**counts, **sums)):
        for name in columns:
            found[name].add(
                {"n": row[f"n_{name}"] or 0, "currency": row["currency"], "sum_amount": row[f"sum_{name}"]}
            )
    return found


def due_by(output: Output, *keys: str) -> dict[tuple, Group]:
    """Actions due today by some of their columns (`do`, `owner`, `procedure`, `step`, ...)."""
    return grouped(output, output.action_due, keys, "amount")


def held_by(output: Output, *keys: str) -> dict[tuple, Group]:
    """Held actions by some of their columns."""
    return grouped(output, output.held, keys, "amount")


def urgent(output: Output, limit: int = URGENT) -> list[Row]:
    """The most urgent: due today, or waiting for a person's yes; by priority, then amount, then id.

    Columns: those of `action_due`, `hold` (null when due), and the customer's decision and profile as `who`.
    """
    shared = [name for name in output.action_due.columns if name in output.held.columns]
    due = output.action_due.select(*shared).mutate(
        hold=ibis.null("string"), hold_detail=ibis.null("string"), hold_until=ibis.null("date")
    )
    waiting = output.held.filter(_.hold.isin(FOR_A_PERSON)).select(
        *shared, "hold", "hold_detail", "hold_until"
    )
    first = due.union(waiting).order_by(
        [ibis.desc("priority"), ibis.desc("amount"), "customer_id", "company_id", "case_no", "step"]
    )
    rows = output.rows(first.limit(limit))
    who = by_customer(output, [row["customer_id"] for row in rows])
    return [{**row, "who": who.get(row["customer_id"], {})} for row in rows]


def biggest_held(output: Output, limit: int = LISTED) -> list[Row]:
    """The largest held actions, with their customers as `who`."""
    rows = output.rows(output.held.order_by([ibis.desc("amount"), "customer_id", "step"]).limit(limit))
    who = by_customer(output, [row["customer_id"] for row in rows])
    return [{**row, "who": who.get(row["customer_id"], {})} for row in rows]


def room_to_grow(output: Output, limit: int = LISTED) -> list[Row]:
    """Customers to whom more could be sold: low risk, nothing long overdue, room under the limit.

    The largest by what they might still buy: their pipeline, else the growth of the last year, within the headroom.
    """
    found = output.decided.filter(
        (_.risk_class == "low")
        & (_.headroom > 0)
        & (_.order_block == "none")
        & (_.acceptance == "open")
        & (_.turnover_12m > 0)
        & (_.oldest_overdue_days.fill_null(0) <= 15)
    )
    wish = ibis.greatest(
        _.pipeline_amount.fill_null(0),
        (_.turnover_12m * ibis.greatest(_.growth_12m.fill_null(0.0), 0.0)).cast("int64"),
    )
    found = found.mutate(room=ibis.least(_.headroom, ibis.greatest(wish, 0)))
    rank = [ibis.desc("room"), ibis.desc("headroom"), ibis.desc("turnover_12m"), "customer_id"]
    return output.rows(found.order_by(rank).limit(limit))


def to_watch(output: Output, limit: int = LISTED) -> list[Row]:
    """Customers on whom most could be lost: not of low risk, or beyond their limit; by expected loss."""
    found = output.decided.filter(
        ((_.risk_class != "low") | (_.headroom < 0))
        & (_.uninsured_maximum_loss > 0)
        # what is with a trustee or an agency is past watching
        & _.legal_status.isnull()
        & ~_.open_handover.fill_null(False)
    ).mutate(expected_loss=(_.uninsured_maximum_loss * _.risk_pd).cast("int64"))
    rank = [ibis.desc("expected_loss"), ibis.desc("uninsured_maximum_loss"), "customer_id"]
    return output.rows(found.order_by(rank).limit(limit))


def warnings(output: Output) -> dict[str, int]:
    """What is wrong or missing in the facts of customers: code -> customers."""
    listed = output.decision.select(code=_.data_warnings.unnest())
    found = listed.group_by("code").aggregate(n=_.count()).order_by([ibis.desc("n"), "code"])
    return {row["code"]: row["n"] for row in output.rows(found) if row["code"] is not None}


def by_customer(output: Output, ids: Iterable[str]) -> Mapping[str, Row]:
    """Decision and profile of a few customers by id."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {row["customer_id"]: row for row in output.rows(output.decided.filter(_.customer_id.isin(wanted)))}


def _largest(output: Output, table: ir.Table, column: str, limit: int) -> list[Row]:
    return output.rows(table.order_by([ibis.desc(column), "customer_id"]).limit(limit))
