"""The portfolio in the matrix: customers and amounts per cell and per segment outside of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from django.core.cache import cache
from django.db.models import Count, Q, Sum

from creditdesk.desk.access.scope import Scope
from creditdesk.desk.day import reassigning
from creditdesk.desk.day.profiling import Mark, mark_of
from creditdesk.desk.screens.customer.merged import merged_records
from creditdesk.desk.screens.matrix.cells import Cells, Place, cells_of
from creditdesk.policy.document import Policy

MEASURES = ("customers", "exposure", "overdue")
"""What the shade of a cell stands for."""
SHADES = 5
REMEMBERED = 3600
"""Seconds; what is remembered holds for one state of the customers alone."""

T = TypeVar("T")


@dataclass
class Group:
    """Some customers: how many, what is at stake per currency, and how many of them a brake keeps there."""

    count: int = 0
    exposure: dict[str, int] = field(default_factory=dict)
    overdue: dict[str, int] = field(default_factory=dict)
    waiting: int = 0

    def add(self, other: Group) -> None:
        """Take in another group."""
        self.count += other.count
        self.waiting += other.waiting
        for mine, theirs in ((self.exposure, other.exposure), (self.overdue, other.overdue)):
            for currency, amount in theirs.items():
                mine[currency] = mine.get(currency, 0) + amount

    def measure(self, name: str) -> int:
        """A number to compare with others by."""
        return self.count if name == "customers" else sum(getattr(self, name).values())


@dataclass(frozen=True)
class Cell:
    """One cell as drawn. `shade`: 0 to `SHADES`; `query`: what lists its customers."""

    row: str
    column: str
    segment: str
    group: Group
    shade: int
    query: str


@dataclass(frozen=True)
class Portfolio:
    """Everybody, by cell and outside.

    Attributes:
        as_of: the last day that was decided.
        merged: records of the ledger that were merged into others, and are counted with these.
        lines: per row of the matrix its cells and its total.
        across: totals of the columns.
        outside: segments that rules and people gave, largest first.
    """

    as_of: date
    cells: Cells
    lines: list[tuple[str, list[Cell], Group]]
    across: list[Group]
    inside: Group
    outside: list[tuple[str, Group]]
    everyone: Group
    merged: int


def remembered(scope: Scope, name: str, mark: Mark, make: Callable[[], T]) -> T:
    """What was made of the customers as they stand, kept until one of them is decided anew or given to another portfolio."""
    who = "all"
    if scope.portfolios is not None:
        who = f"{'-'.join(map(str, sorted(scope.portfolios)))}:{reassigning.drawn(scope.company)}"
    key = f"matrix:{scope.company.pk}:{who}:{name}:{mark.as_of}:{mark.ledger_no}:{mark.since}:{mark.latest}"
    found: T | None = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, REMEMBERED)
    return found


def portfolio(scope: Scope, policy: Policy, by: str) -> Portfolio | None:
    """The portfolio as this person may see it; None before the first day."""
    mark = mark_of(scope.company)
    if mark is None:
        return None
    rows = remembered(scope, "cells", mark, lambda: _counted(scope))
    cells = cells_of(policy)
    inside: dict[Place, Group] = {place: Group() for place in cells.segments}
    outside: dict[str, Group] = {}
    for segment, row, column, group in rows:
        place = cells.of(segment, row, column)
        (outside.setdefault(segment, Group()) if place is None else inside[place]).add(group)
    most = max((group.measure(by) for group in inside.values()), default=0)
    drawn = {
        place: Cell(
            *place, cells.segments[place], group, _shade(group.measure(by), most), _query(cells, place)
        )
        for place, group in inside.items()
    }
    lines = [
        (
            row,
            [drawn[row, column] for column in cells.columns],
            _total(drawn[row, one].group for one in cells.columns),
        )
        for row in cells.rows
    ]
    across = [_total(drawn[row, column].group for row in cells.rows) for column in cells.columns]
    within = _total(inside.values())
    return Portfolio(
        mark.as_of, cells, lines, across, within,
        sorted(outside.items(), key=lambda item: (-item[1].count, item[0])), _total([within, *outside.values()]),
        remembered(scope, "merged", mark, lambda: merged_records(scope)) if scope.portfolios is None else 0,
    )  # fmt: skip


def _counted(scope: Scope) -> list[tuple[str, str, str, Group]]:
    found = (
        scope.accounts()
        .order_by()
        .values("segment", "cell_row", "cell_column", "currency")
        .annotate(
            count=Count("id"), stake=Sum("exposure"), late=Sum("overdue"),
            waiting=Count("id", filter=~Q(proposed_segment="")),
        )
    )  # fmt: skip
    return [
        (
            one["segment"], one["cell_row"], one["cell_column"],
            Group(one["count"], {one["currency"]: int(one["stake"] or 0)}, {one["currency"]: int(one["late"] or 0)},
                  one["waiting"]),
        )
        for one in found
    ]  # fmt: skip


def _total(groups: Any) -> Group:
    whole = Group()
    for group in groups:
        whole.add(group)
    return whole


def _shade(amount: int, most: int) -> int:
    if amount <= 0 or most <= 0:
        return 0
    return min(SHADES, 1 + int(amount / most * (SHADES - 0.001)))


def _query(cells: Cells, place: Place) -> str:
    segment = cells.segments[place]
    alone = [one for one, name in cells.segments.items() if name == segment] == [place]
    return f"segment={segment}" if alone else f"segment={segment}&cell={place[0]}.{place[1]}"
