"""The figures of the report: counts and sums of one run.

Sums are kept per reporting currency. All customers are counted in one pass, by what the page cuts them by; the page, the
terminal and `summary.json` add up the groups that pass gave, so that they cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.policy.document import Policy
from creditdesk.policy.load import read_policy
from creditdesk.report.output import POLICY, Output, Row

AGEING = (
    "not_due_amount",
    "overdue_1_30",
    "overdue_31_60",
    "overdue_61_90",
    "overdue_91_180",
    "overdue_over_180",
)
"""The columns of the profile that make up the open amount, by days past the effective due date."""

LESS = ("unallocated_amount", "credits_open")
"""What is to be taken off the open amount."""

MONEY = ("open_amount", "overdue_amount", "exposure", "uninsured_maximum_loss")
SOLD = "turnover_12m"
CUT = ("segment", "cell_row", "cell_column", "came_from", "waits", "arrived")
"""What customers are counted by: segment, cell, the segment they came from today, the brake, new in this run."""

YEAR = 365

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

    def add(self, row: Row, count: str = "n") -> None:
        """Take in one row of an aggregate by currency; `count` names its column that counts."""
        self.count += row[count]
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


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix as drawn: its bands, its segment and the customers in it."""

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


class Figures:
    """What one run came to, each figure made once.

    Attributes:
        output: the tables of the run.
        policy: the policy of the run.
        previous: whether there was a previous run; without it nothing is said of movements.
    """

    def __init__(self, output: Output, policy: Policy) -> None:
        self.output = output
        self.policy = policy
        self.previous = output.summary.get("previous") is not None

    @cached_property
    def _counted(self) -> list[Row]:
        """All customers, counted by `CUT` and currency: a few hundred rows."""
        first = (_.segment_since == _.as_of) & _.previous_segment.isnull() & ~_.moved
        cut = self.output.decided.mutate(
            came_from=ibis.ifelse(_.moved, _.previous_segment, ibis.null("string")),
            waits=ibis.ifelse(_.proposed_segment.notnull(), _.move_held, ibis.null("string")),
            arrived=first,
        )
        buckets = (*AGEING, *LESS)
        sums = {f"sum_{name}": cut[name].sum() for name in (*MONEY, *buckets, SOLD)}
        counts = {f"n_{name}": (cut[name] > 0).sum() for name in (*MONEY, *buckets)}
        keys = [*CUT, "currency"]
        found = cut.group_by(keys).aggregate(n=cut.count(), **sums, **counts)
        return self.output.rows(found.order_by(keys))

    def _by(self, key: Callable[[Row], object], only: tuple[str, ...] = MONEY) -> dict:
        """Customers by a key, largest group first; rows whose key is None are left out."""
        groups: dict[object, Group] = {}
        kept = {"n", "currency", *(f"sum_{name}" for name in only)}
        for row in self._counted:
            of = key(row)
            if of is not None:
                groups.setdefault(of, Group()).add({name: row[name] for name in row if name in kept})
        return dict(sorted(groups.items(), key=lambda item: -item[1].count))

    @cached_property
    def segments(self) -> dict[str, Group]:
        """Customers and sums per segment."""
        return self._by(lambda row: row["segment"])

    @cached_property
    def everyone(self) -> Group:
        """All customers."""
        return total(self.segments.values())

    @cached_property
    def owing(self) -> int:
        """How many customers have anything open."""
        return sum(row["n_open_amount"] or 0 for row in self._counted)

    @cached_property
    def matrix(self) -> Matrix:
        """Customers and sums per cell, rows and columns in the policy's order of drawing.

        A customer stands in the cell of its segment: when a brake keeps it where it was, that is the former cell.
        """
        drawn = self.policy.matrix
        rows = tuple(drawn.draw_rows or drawn.cells)
        columns = tuple(drawn.draw_columns or next(iter(drawn.cells.values())))
        segment = {(row, column): drawn.cells[row][column] for row in rows for column in columns}
        home = {name: place for place, name in reversed(segment.items())}

        def place(row: Row) -> tuple[str, str] | None:
            own = (row["cell_row"], row["cell_column"])
            return own if segment.get(own) == row["segment"] else home.get(row["segment"])

        inside = self._by(place)
        cells = {at: Cell(*at, segment[at], inside.get(at, Group())) for at in segment}
        outside = self._by(lambda row: None if row["segment"] in home else row["segment"])
        return Matrix(rows, columns, cells, outside)

    @cached_property
    def moves(self) -> dict[tuple[str, str], Group]:
        """(from, to) -> customers who changed segment since the previous run."""
        if not self.previous:
            return {}
        return self._by(lambda row: (row["came_from"], row["segment"]) if row["came_from"] else None)

    @cached_property
    def braked(self) -> dict[str, Group]:
        """What holds a proposed move -> customers."""
        return self._by(lambda row: row["waits"])

    @cached_property
    def arrived(self) -> int:
        """Customers that the previous run did not know."""
        return sum(row["n"] for row in self._counted if row["arrived"]) if self.previous else 0

    @cached_property
    def ageing(self) -> dict[str, Group]:
        """Open amounts by days past due, with the number of customers that have any, as the sum `amount`."""
        found: dict[str, Group] = {}
        for name in (*AGEING, *LESS):
            group = found.setdefault(name, Group())
            for row in self._counted:
                group.add(
                    {
                        "n": row[f"n_{name}"] or 0,
                        "currency": row["currency"],
                        "sum_amount": row[f"sum_{name}"],
                    }
                )
        return found

    @cached_property
    def outstanding(self) -> dict[str, tuple[float, float]]:
        """Per currency the days that sales are outstanding, and at best: what is open, and of it not due, over a year's sales."""
        sums: dict[str, list[int]] = {}
        for row in self._counted:
            found = sums.setdefault(row["currency"], [0, 0, 0])
            for place, name in enumerate(("open_amount", "not_due_amount", SOLD)):
                found[place] += int(row[f"sum_{name}"] or 0)
        return {
            currency: (opened * YEAR / sold, early * YEAR / sold)
            for currency, (opened, early, sold) in sorted(sums.items())
            if sold > 0
        }

    @cached_property
    def due(self) -> dict[tuple, Group]:
        """(procedure, step, do, owner, level) -> actions due today."""
        return grouped(self.output, self.output.action_due, ("procedure", "step", "do", "owner", "level"))

    def due_by(self, *places: int) -> dict[tuple, Group]:
        """The actions due by some parts of the key of `due`."""
        groups: dict[tuple, Group] = {}
        for key, group in self.due.items():
            groups.setdefault(tuple(key[place] for place in places), Group()).join(group)
        return dict(sorted(groups.items(), key=lambda item: -item[1].count))

    @cached_property
    def held(self) -> dict[str, Group]:
        """The first hold -> actions that it holds."""
        return {key[0]: group for key, group in grouped(self.output, self.output.held, ("hold",)).items()}

    @cached_property
    def warnings(self) -> dict[str, int]:
        """What is wrong or missing in the facts of customers: code -> customers."""
        listed = self.output.decision.select(code=_.data_warnings.unnest())
        found = listed.group_by("code").aggregate(n=_.count()).order_by([ibis.desc("n"), "code"])
        return {row["code"]: row["n"] for row in self.output.rows(found) if row["code"] is not None}

    @cached_property
    def sources(self) -> dict[str, list[str]]:
        """Per criterion the columns it was read from, the most used first; one that hardly occurs is left out."""
        reason = self.output.decision.select(reason=_.reasons.unnest()).mutate(
            criterion=_.reason["criterion"],
            column=_.reason["rule"].split(":")[0],
            known=_.reason["band"].notnull(),
        )
        counted = (
            reason.filter(_.known & (_.column != "")).group_by("criterion", "column").aggregate(n=_.count())
        )
        found: dict[str, dict[str, int]] = {}
        for row in self.output.rows(counted.order_by([ibis.desc("n"), "column"])):
            found.setdefault(row["criterion"], {})[row["column"]] = row["n"]
        return {
            criterion: [column for column, n in columns.items() if n * HARDLY >= sum(columns.values())]
            for criterion, columns in found.items()
        }


def figures_of(output: Output) -> Figures:
    """The figures of an output folder, with the policy that stands in it."""
    text = (output.folder / POLICY).read_text(encoding="utf-8")
    return Figures(output, read_policy(text, POLICY))


def grouped(output: Output, table: ir.Table, keys: tuple[str, ...]) -> dict[tuple, Group]:
    """Actions and their amounts by some columns, largest group first."""
    found = table.group_by([*keys, "currency"]).aggregate(n=table.count(), sum_amount=table.amount.sum())
    groups: dict[tuple, Group] = {}
    for row in output.rows(found.order_by([ibis.desc("n"), *keys, "currency"])):
        groups.setdefault(tuple(row[key] for key in keys), Group()).add(row)
    return dict(sorted(groups.items(), key=lambda item: -item[1].count))
