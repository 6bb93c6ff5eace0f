"""One stage as a list of steps over frames, built once from its expression and executed for every day.

A projection costs nothing but what it computes: names point at physical columns, and columns that are passed on stay
where they are. What several values share is computed once, in a column of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.operations as ops
import polars as pl

from creditdesk.engine.narrow import narrow
from creditdesk.engine.polars.reductions import REDUCTIONS, reduction
from creditdesk.engine.polars.steps import Add, Attach, Group, Join, Keep, Select, Step, Unique, Unite, Unnest
from creditdesk.engine.polars.tree import Node, count, parts_among
from creditdesk.engine.polars.types import polars_type
from creditdesk.engine.polars.values import UnknownOperation, all_of, expression
from creditdesk.engine.polars.windows import Window

_SPECIAL = (ops.WindowFunction, ops.ScalarSubquery, ops.Unnest)
_CHEAP = (ops.Field, ops.Literal)


@dataclass(frozen=True)
class Program:
    """A stage, ready to be executed.

    Attributes:
        tables: the tables it reads, in the first slots.
        steps: in their order, each with the slots it reads; what it makes is the next slot.
        last: per step, the slots that nothing reads after it.
    """

    tables: tuple[str, ...]
    steps: tuple[tuple[Step, tuple[int, ...]], ...]
    last: tuple[tuple[int, ...], ...]
    _nothing: dict[int, pl.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    def run(self, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        """Execute the steps over the tables of the backend."""
        slots: list[Any] = [tables[name] for name in self.tables]
        for number, ((step, sources), done) in enumerate(zip(self.steps, self.last, strict=True)):
            rows = [slots[source] for source in sources]
            if rows[0].height or not step.of_rows:
                slots.append(step(*rows))
            else:  # for one customer most frames are empty: what a step makes of nothing is made once
                if number not in self._nothing:
                    self._nothing[number] = step(*rows)
                slots.append(self._nothing[number])
            for slot in done:
                slots[slot] = None
        found: pl.DataFrame = slots[-1]
        return found


def program(table: Node, schema: ibis.Schema) -> Program:
    """Build a stage whose result has the columns and types of `schema`.

    Args:
        table: the node of the stage's expression.

    Raises:
        UnknownOperation: an operation has no meaning in Polars.
    """
    root = narrow(table)
    names = sorted({leaf.name for leaf in root.find(ops.UnboundTable)})
    builder = _Builder({name: slot for slot, name in enumerate(names)})
    shape = builder.relation(root)
    last = [
        pl.col(shape.columns[name]).cast(polars_type(dtype)).alias(name) for name, dtype in schema.items()
    ]
    builder.select(shape.slot, last)
    return Program(tuple(names), tuple(builder.steps), _last_uses(builder.steps, len(names)))


def _last_uses(steps: list[tuple[Step, tuple[int, ...]]], before: int) -> tuple[tuple[int, ...], ...]:
    """Per step the slots that are read for the last time: their frames are given back at once."""
    final = {source: number for number, (_, sources) in enumerate(steps) for source in sources}
    return tuple(
        tuple(slot for slot in set(sources) if slot >= before and final[slot] == number)
        for number, (_, sources) in enumerate(steps)
    )


@dataclass(frozen=True)
class _Shape:
    """A relation: the slot of its frame, and the physical column behind each of its names."""

    slot: int
    columns: dict[str, str]
    width: int


@dataclass
class _Builder:
    tables: dict[str, int]
    steps: list[tuple[Step, tuple[int, ...]]] = field(default_factory=list)
    _named: int = 0
    _shapes: dict[Node, _Shape] = field(default_factory=dict)

    # ------------------------------------------------------------------------------------------------- relations

    def relation(self, node: Node) -> _Shape:
        if node not in self._shapes:
            for kind, build in _RELATIONS.items():
                if isinstance(node, kind):
                    self._shapes[node] = build(self, node)
                    break
            else:
                raise UnknownOperation(f"{type(node).__name__} has no meaning in Polars")
        return self._shapes[node]

    def table(self, node: Node) -> _Shape:
        return _Shape(self.tables[node.name], {column: column for column in node.schema}, len(node.schema))

    def passed(self, node: Node) -> _Shape:
        return self.relation(node.parent)

    def dropped(self, node: Node) -> _Shape:
        shape = self.relation(node.parent)
        return _Shape(shape.slot, {name: shape.columns[name] for name in node.schema}, shape.width)

    def project(self, node: Node) -> _Shape:
        shape = self.relation(node.parent)
        return self._values(shape.slot, shape.width, {node.parent: shape.columns}, node.values)

    def filter(self, node: Node) -> _Shape:
        shape = self._live(self.relation(node.parent))
        scope = {node.parent: shape.columns}
        slot, found = self._computed(shape.slot, scope, node.predicates)
        condition = all_of([found[predicate] for predicate in node.predicates])
        slot = self._step(Keep(condition), slot)
        return _Shape(slot, shape.columns, shape.width)

    def join(self, node: Node) -> _Shape:
        links = [node.first, *[link.table for link in node.rest]]
        read: dict[Node, set[str]] = {table: set() for table in links}
        for value in [*node.values.values(), *[one for link in node.rest for one in link.predicates]]:
            for column in value.find(ops.Field, filter=ops.Value):
                read[column.rel].add(column.name)
        left = self.relation(node.first.parent)
        scope = {node.first: left.columns}
        left = self._live(
            _Shape(left.slot, {name: left.columns[name] for name in sorted(read[node.first])}, left.width)
        )
        slot, width = left.slot, left.width
        for link in node.rest:
            slot, columns = self._linked(slot, scope, link, read[link.table])
            scope[link.table] = columns
            width += len(columns)
        return self._values(slot, width, scope, node.values)

    def _linked(
        self, slot: int, scope: Mapping[Node, dict[str, str]], link: Node, read: set[str]
    ) -> tuple[int, dict[str, str]]:
        """One more table of a join: the slot of the result, and the physical columns of the table in it."""
        right = self.relation(link.table.parent)
        renamed = {name: self._fresh() for name in sorted(read)}
        taken = self.select(
            right.slot, [pl.col(right.columns[name]).alias(renamed[name]) for name in renamed]
        )
        if link.how == "cross":
            return self._step(Join("cross", [], []), slot, taken), renamed
        mine: list[str] = []
        theirs: list[str] = []
        for predicate in link.predicates:
            if not isinstance(predicate, ops.Equals) or not all(
                isinstance(side, ops.Field) for side in predicate.args
            ):
                raise UnknownOperation("a join on anything but equal columns has no meaning in Polars")
            one, two = predicate.left, predicate.right
            if one.rel is link.table:
                one, two = two, one
            mine.append(scope[one.rel][one.name])
            theirs.append(renamed[two.name])
        return self._step(Join(link.how, mine, theirs), slot, taken), renamed

    def aggregate(self, node: Node) -> _Shape:
        shape = self.relation(node.parent)
        scope = {node.parent: shape.columns}
        asked: list[Node] = []
        for metric in node.metrics.values():
            asked += [one for one in metric.find(REDUCTIONS, filter=ops.Value) if one not in asked]
        parts = [*node.groups.values()]
        for one in asked:
            parts += [part for part in (getattr(one, "arg", None), one.where) if isinstance(part, ops.Value)]
        slot, found = self._computed(shape.slot, scope, parts)
        keys = {name: self._fresh() for name in node.groups}
        before = [found[value].alias(keys[name]) for name, value in node.groups.items()]
        made: list[pl.Expr] = []
        after: dict[Node, pl.Expr] = {}
        for one in asked:
            what = reduction(one, found, self._fresh, grouped=bool(keys))
            before += what.before
            made += what.made
            after[one] = what.after
        if before:  # not a selection: of constants alone it would have one row, whatever there was
            slot = self._step(Add(before), slot)
        slot = self._step(Group(list(keys.values()), made), slot)
        results = {name: self._fresh() for name in node.metrics}
        last = [
            self._expression(metric, {}, after).alias(results[name]) for name, metric in node.metrics.items()
        ]
        if last:
            slot = self._step(Add(last), slot)
        return _Shape(slot, {**keys, **results}, len(keys) + len(made) + len(results))

    def union(self, node: Node) -> _Shape:
        names = {name: self._fresh() for name in node.schema}
        sides = []
        for side in (node.left, node.right):
            shape = self.relation(side)
            values = [
                pl.col(shape.columns[name]).cast(polars_type(dtype)).alias(names[name])
                for name, dtype in node.schema.items()
            ]
            sides.append(self.select(shape.slot, values))
        return _Shape(self._step(Unite(node.distinct), *sides), names, len(names))

    def distinct(self, node: Node) -> _Shape:
        shape = self.relation(node.parent)
        taken = self.select(shape.slot, [pl.col(name) for name in sorted(set(shape.columns.values()))])
        return _Shape(self._step(Unique(), taken), shape.columns, len(shape.columns))

    # ---------------------------------------------------------------------------------------------------- values

    def _values(
        self, slot: int, width: int, scope: Mapping[Node, dict[str, str]], values: Mapping[str, Node]
    ) -> _Shape:
        """The relation that a projection over `slot` gives."""
        columns: dict[str, str] = {}
        made: dict[str, Node] = {}
        for name, value in values.items():
            if isinstance(value, ops.Field):
                columns[name] = scope[value.rel][value.name]
            else:
                made[name] = value
        if not made:
            return _Shape(slot, columns, width)
        slot, found = self._computed(slot, scope, list(made.values()))
        for name in made:
            columns[name] = self._fresh()
        last = [found[value].alias(columns[name]) for name, value in made.items()]
        slot = self._step(Add(last), slot)
        return _Shape(slot, {name: columns[name] for name in values}, width + len(last))

    def _computed(
        self, slot: int, scope: Mapping[Node, dict[str, str]], values: Iterable[Node]
    ) -> tuple[int, dict[Node, pl.Expr]]:
        """Expressions of values over a slot, after what they share, and what is no expression, became columns."""
        wanted = list(values)
        counted: Counter[Node] = Counter()
        order: list[Node] = []
        for value in dict.fromkeys(wanted):
            count(value, counted, order)
        ready: dict[Node, pl.Expr] = {}
        waiting = [
            node
            for node in order
            if isinstance(node, _SPECIAL) or (counted[node] > 1 and not isinstance(node, _CHEAP))
        ]
        depth: dict[Node, int] = {}
        for node in waiting:  # parts come before what is made of them
            depth[node] = 1 + max((depth[part] for part in parts_among(node, depth)), default=0)
        for level in range(1, 1 + max(depth.values(), default=0)):
            slot = self._level(slot, scope, [node for node in waiting if depth[node] == level], ready)
        return slot, {value: self._expression(value, scope, ready) for value in wanted}

    def _level(
        self, slot: int, scope: Mapping[Node, dict[str, str]], nodes: list[Node], ready: dict[Node, pl.Expr]
    ) -> int:
        """Make columns of values that rest on nothing that is not ready."""
        named = {node: self._fresh() for node in nodes}
        plain = [node for node in nodes if not isinstance(node, _SPECIAL)]
        made = [self._expression(node, scope, ready).alias(named[node]) for node in plain]
        if made:
            slot = self._step(Add(made), slot)
        for node in nodes:
            if isinstance(node, ops.ScalarSubquery):
                slot = self._scalar(slot, node, named[node])
            elif isinstance(node, ops.Unnest):
                members = self._expression(node.arg, scope, ready).alias(named[node])
                slot = self._step(Unnest(named[node]), self._step(Add([members]), slot))
            elif isinstance(node, ops.WindowFunction):
                slot = self._window(slot, scope, node, named[node], ready)
        ready.update({node: pl.col(named[node]) for node in nodes})
        return slot

    def _scalar(self, slot: int, node: Node, name: str) -> int:
        shape = self.relation(node.rel)
        (column,) = shape.columns.values()
        return self._step(Attach(column, name), slot, shape.slot)

    def _window(
        self,
        slot: int,
        scope: Mapping[Node, dict[str, str]],
        node: Node,
        name: str,
        ready: Mapping[Node, pl.Expr],
    ) -> int:
        made: list[pl.Expr] = []

        def column(value: Node) -> str:
            if isinstance(value, ops.Field):
                return scope[value.rel][value.name]
            fresh = self._fresh()
            made.append(self._expression(value, scope, ready).alias(fresh))
            return fresh

        window = Window(
            name=name,
            node=node,
            groups=[column(key) for key in node.group_by],
            order=[(column(key.arg), key.ascending) for key in node.order_by],
            arg=column(node.func.arg) if isinstance(getattr(node.func, "arg", None), ops.Value) else None,
        )
        for step in [*([Add(made)] if made else []), *window.steps()]:
            slot = self._step(step, slot)
        return slot

    def _expression(
        self, node: Node, scope: Mapping[Node, dict[str, str]], ready: Mapping[Node, pl.Expr]
    ) -> pl.Expr:
        def of(part: Node) -> pl.Expr:
            if part in ready:
                return ready[part]
            if isinstance(part, ops.Field):
                return pl.col(scope[part.rel][part.name])
            return expression(part, of)

        return of(node)

    # ----------------------------------------------------------------------------------------------------- steps

    def select(self, slot: int, values: list[pl.Expr]) -> int:
        """A step that keeps some columns only."""
        return self._step(Select(values), slot)

    def _live(self, shape: _Shape) -> _Shape:
        """A relation without the columns that nothing names any more, where there are many."""
        names = sorted(set(shape.columns.values()))
        if shape.width < 12 or shape.width < 2 * len(names):
            return shape
        return _Shape(self.select(shape.slot, [pl.col(name) for name in names]), shape.columns, len(names))

    def _step(self, step: Step, *sources: int) -> int:
        self.steps.append((step, sources))
        return len(self.tables) + len(self.steps) - 1

    def _fresh(self) -> str:
        self._named += 1
        return f"_{self._named}"


_RELATIONS: dict[type, Callable[[_Builder, Node], _Shape]] = {
    ops.UnboundTable: _Builder.table,
    ops.SelfReference: _Builder.passed,
    ops.Project: _Builder.project,
    ops.DropColumns: _Builder.dropped,
    ops.Filter: _Builder.filter,
    ops.JoinChain: _Builder.join,
    ops.Aggregate: _Builder.aggregate,
    ops.Union: _Builder.union,
    ops.Distinct: _Builder.distinct,
}
