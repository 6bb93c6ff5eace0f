"""Columns that nothing reads are left out, from the result of a stage down to its tables.

A projection or a join that names ninety columns costs an engine buffers for ninety, in every operator above it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ibis.expr.operations as ops
from ibis.common.graph import Graph

Node = Any
"""A node of an Ibis expression; its classes are untyped."""


def narrow(root: Node) -> Node:
    """The same relation, whose parts select only what is read of them."""
    needed = _needed(root)

    def rewrite(node: Node, changed: Mapping[str, Any] | None) -> Node:
        if isinstance(node, ops.Field):
            relation = changed["rel"] if changed else node.rel
            # a column that is gone is read only by values that are left out themselves
            return ops.Field(relation, node.name) if changed and node.name in relation.schema else node
        arguments = changed or dict(zip(node.__argnames__, node.__args__, strict=True))
        if isinstance(node, ops.DropColumns):
            parent = arguments["parent"]
            return ops.Project(parent, {name: ops.Field(parent, name) for name in _kept(node, needed)})
        if isinstance(node, (ops.Project, ops.JoinChain)) and needed.get(node) is not None:
            values = {name: arguments["values"][name] for name in _kept(node, needed)}
            return node.__class__(**{**arguments, "values": values})
        names = needed.get(node)
        if isinstance(node, ops.Aggregate) and names is not None:
            metrics = {name: value for name, value in arguments["metrics"].items() if name in names}
            return ops.Aggregate(**{**arguments, "metrics": metrics})
        return node if changed is None else node.__class__(**changed)

    return root.replace(rewrite)


def _kept(node: Node, needed: Mapping[Node, set[str] | None]) -> list[str]:
    names = needed.get(node)
    found = [name for name in node.values if names is None or name in names]
    return found or [next(iter(node.values))]


def _needed(root: Node) -> dict[Node, set[str] | None]:
    """The names read of each relation; None = all of them."""
    needed: dict[Node, set[str] | None] = {root: None}
    order, _ = Graph.from_bfs(root).toposort()
    for node in reversed(list(order)):
        if isinstance(node, ops.Relation):
            _ask(node, needed)
    return needed


def _ask(node: Node, needed: dict[Node, set[str] | None]) -> None:
    """Note what `node` reads of the relations below it."""
    names = needed.setdefault(node, None)

    def wanted(values: Mapping[str, Node]) -> Iterable[Node]:
        if names is None:
            return values.values()
        kept = [value for name, value in values.items() if name in names]
        return kept or list(values.values())[:1]

    if isinstance(node, (ops.Project, ops.DropColumns)):
        _add(needed, node.parent, set())
        _read(needed, wanted(node.values))
    elif isinstance(node, ops.JoinChain):
        for table in node.tables:
            _add(needed, table, set())
        _read(needed, wanted(node.values))
        _read(needed, [predicate for link in node.rest for predicate in link.predicates])
    elif isinstance(node, (ops.JoinReference, ops.SelfReference)):
        _add(needed, node.parent, names)
    elif isinstance(node, ops.Filter):
        _add(needed, node.parent, names)
        _read(needed, node.predicates)
    elif isinstance(node, ops.Aggregate):
        _add(needed, node.parent, set())
        metrics = [value for name, value in node.metrics.items() if names is None or name in names]
        _read(needed, [*node.groups.values(), *metrics])
    else:
        for child in node.__children__:
            if isinstance(child, ops.Relation):
                _add(needed, child, None)
        _read(needed, [child for child in node.__children__ if isinstance(child, ops.Value)])


def _add(needed: dict[Node, set[str] | None], relation: Node, names: set[str] | None) -> None:
    if names is None or needed.get(relation, set()) is None:
        needed[relation] = None
    else:
        needed[relation] = (needed.get(relation) or set()) | names


def _read(needed: dict[Node, set[str] | None], values: Iterable[Node]) -> None:
    for value in values:
        for part in value.find((ops.Field, ops.Subquery), filter=ops.Value):
            if isinstance(part, ops.Field):
                _add(needed, part.rel, {part.name})
            else:
                _add(needed, part.rel, None)
