"""Fewer, narrower steps in the SQL of a stage: projections in a row become as few as their values allow.

`Sheet.let` and `mutate` name values step by step, and every step of SQL lists every column again: thirty steps over
ninety columns cost an engine more to read and plan than to run. `level` rewrites a chain of projections without
changing any value:

- a value that nothing reads is left out;
- a value that is read once stands where it is read;
- every other one is computed at the first level at which its parts are known, beside the others of that level.

No value is ever written out twice: that is what the steps were for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.common.graph import Graph

from creditdesk.engine.narrow import narrow

Node = Any
"""A node of an Ibis expression; its classes are untyped."""

_STEP = (ops.Project, ops.DropColumns)
_FIXED = (ops.Unnest, ops.Impure)
"""What multiplies rows or differs from call to call stays in the step where it was written."""
_WINDOW = (ops.WindowFunction, ops.Analytic, ops.Reduction)
"""What cannot stand inside a window function."""


def level(expression: ir.Table) -> ir.Table:
    """The same table, by fewer and narrower projections."""
    root = narrow(expression.op())
    readers = _readers(root)
    steps = {node for node in readers if _is_step(node)}
    merged = (ops.JoinChain, *_STEP)
    inner = {
        step.parent for step in steps
        if readers[step.parent] == 1 and isinstance(step.parent, merged) and (step.parent in steps or isinstance(step.parent, ops.JoinChain))
    }  # fmt: skip
    new_of: dict[Node, Node] = {}

    def rewrite(node: Node, changed: Mapping[str, Any] | None) -> Node:
        if node in steps and node not in inner:
            result = _Chain(node, inner, new_of).projected()
        else:
            result = node if changed is None else node.__class__(**changed)
        new_of[node] = result
        return result

    return root.replace(rewrite).to_expr()


def _readers(root: Node) -> Counter[Node]:
    """Every relation, with how many relations and subqueries read it."""
    found: Counter[Node] = Counter()
    for node in root.find((ops.Relation, ops.Subquery)):
        found.update({child for child in node.__children__ if isinstance(child, ops.Relation)})
        if isinstance(node, ops.Relation):
            found[node] += 0
    return found


def _is_step(node: Node) -> bool:
    return isinstance(node, _STEP) and not any(
        value.find(_FIXED, filter=ops.Value) for value in node.values.values()
    )


@dataclass(eq=False)
class _Named:
    """A value of a chain: written in one step and read by later ones, or a column of what is below the chain."""

    name: str
    value: Node
    parts: dict[Node, tuple[_Named, int]] = field(default_factory=dict)
    """The columns it reads, as written: the value behind each, and how often it would be written out."""
    base: bool = False
    window: bool = False
    read: int = 0
    """How often it would be written out by everything that is needed."""
    in_window: bool = False
    depth: int = 0
    last: int = 0
    """The last level that reads it."""

    @property
    def inlined(self) -> bool:
        """Whether it stands where it is read instead of becoming a column."""
        if self.base:
            return False
        if isinstance(self.value, ops.Literal):
            return True
        return self.read == 1 and not (self.window and self.in_window)

    def leaves(self) -> list[_Named]:
        """The columns that it reads in the end."""
        found: list[_Named] = []
        for part, _ in self.parts.values():
            found += part.leaves() if part.inlined else [part]
        return found


class _Chain:
    """Projections in a row, from `top` down to what is no projection or is read by others too.

    The last of them may be a join: what it selects is a step like another.
    """

    def __init__(self, top: Node, inner: set[Node], new_of: Mapping[Node, Node]) -> None:
        self.steps = [top]
        while isinstance(self.steps[-1], _STEP) and self.steps[-1].parent in inner:
            self.steps.append(self.steps[-1].parent)
        self.new_of = new_of
        self.named: dict[tuple[int, Node], _Named] = {}

    def projected(self) -> Node:
        """The chain as few projections."""
        result = {name: self._behind(0, value, name) for name, value in self.steps[0].values.items()}
        self._count(list(result.values()))
        columns = [named for named in self.named.values() if named.read and not named.inlined]
        depth = max((self._depth(named) for named in columns), default=0)
        # where every value of the result is a column, the last level is the result
        final = depth + 1 if depth == 0 or any(named.inlined for named in result.values()) else depth
        for named in columns:
            for leaf in named.leaves():
                leaf.last = max(leaf.last, named.depth)
        for named in result.values():
            for leaf in named.leaves() if named.inlined else [named]:
                leaf.last = max(leaf.last, final)
        self._name(columns)
        relation = None
        for number in range(1, final):
            kept = [named for named in columns if named.depth <= number < named.last]
            relation = self._select(
                relation, {named.name: self._value(named, relation, number) for named in kept}
            )
        return self._select(
            relation, {name: self._value(named, relation, final) for name, named in result.items()}
        )

    def _select(self, relation: Node | None, values: dict[str, Node]) -> Node:
        """One level: over the level below, or over what is below the chain."""
        if relation is not None:
            return ops.Project(relation, values)
        last = self.steps[-1]
        if isinstance(last, ops.JoinChain):
            joined = [self.new_of[part] for part in (last.first, *last.rest)]
            return ops.JoinChain(joined[0], joined[1:], values)
        return ops.Project(self.new_of[last.parent], values)

    def _below(self, number: int) -> set[Node]:
        """What step `number` (0 = the top) reads."""
        step = self.steps[number]
        return {*step.tables} if isinstance(step, ops.JoinChain) else {step.parent}

    def _behind(self, number: int, value: Node, name: str) -> _Named:
        """What a value of step `number` (0 = the top) stands for."""
        while True:
            below = self._below(number)
            if isinstance(value, ops.StructField) and isinstance(value.arg, ops.Field):
                packed = self._packed(number, value.arg)
                if packed is not None:
                    number, struct = packed
                    value = struct.values[struct.names.index(value.field)]
                    continue
            if not (isinstance(value, ops.Field) and value.rel in below):
                break
            name = value.name
            if number + 1 == len(self.steps):
                key = (len(self.steps), value)
                column = ops.Field(self.new_of[value.rel], name)
                return self.named.setdefault(key, _Named(name, column, base=True))
            number, value = number + 1, self.steps[number + 1].values[name]
        if (number, value) in self.named:
            return self.named[number, value]
        made = _Named(name, value, window=bool(value.find(_WINDOW, filter=ops.Value)))
        for column, times in _columns(value, below).items():
            made.parts[column] = self._behind(number, column, name), times
        self.named[number, value] = made
        return made

    def _packed(self, number: int, column: Node) -> tuple[int, Node] | None:
        """The step and the struct that a column stands for, if it is one that was packed in this chain."""
        value = column
        while isinstance(value, ops.Field) and value.rel in self._below(number):
            if number + 1 == len(self.steps):
                return None
            number, value = number + 1, self.steps[number + 1].values[value.name]
        return (number, value) if isinstance(value, ops.StructColumn) else None

    def _count(self, result: list[_Named]) -> None:
        """How often each value is read, from the result down."""
        waiting = list(result)
        for named in result:
            named.read += 1
        seen: set[int] = set()
        while waiting:
            named = waiting.pop()
            if id(named) in seen:
                continue
            seen.add(id(named))
            for part, times in named.parts.values():
                part.read += times
                part.in_window |= named.window
                waiting.append(part)

    def _depth(self, named: _Named) -> int:
        if not named.base and not named.depth:
            named.depth = 1 + max((self._depth(leaf) for leaf in named.leaves()), default=0)
        return named.depth

    def _name(self, columns: list[_Named]) -> None:
        """A name of its own for every column."""
        taken: set[str] = set()
        for named in columns:
            name, number = named.name, 2
            while name in taken:
                name, number = f"{named.name}__{number}", number + 1
            named.name = name
            taken.add(name)

    def _value(self, named: _Named, relation: Node | None, number: int) -> Node:
        """A value as it is written at level `number`, over the level below."""
        if named.base and relation is None:
            return named.value
        if not named.inlined and named.depth < number:
            return ops.Field(relation, named.name)
        put = {column: self._part(part, relation, number) for column, (part, _) in named.parts.items()}
        for query in named.value.find(ops.Subquery, filter=ops.Value):
            put[query] = self.new_of.get(query, query)
        return named.value.replace(put, filter=ops.Value) if put else named.value

    def _part(self, part: _Named, relation: Node | None, number: int) -> Node:
        """A part as it stands in a value of level `number`."""
        if part.inlined or (part.base and relation is None):
            return self._value(part, relation, number)
        return ops.Field(relation, part.name)


def _columns(value: Node, below: set[Node]) -> dict[Node, int]:
    """The columns of what is `below` that a value reads, each with how often it stands in the value written out."""
    graph, _ = Graph.from_bfs(value, filter=ops.Value).toposort()
    times: Counter[Node] = Counter({value: 1})
    for node in reversed(list(graph)):
        for child in node.__children__:
            if isinstance(child, ops.Value):
                times[child] += times[node]
    return {
        node: number for node, number in times.items() if isinstance(node, ops.Field) and node.rel in below
    }
