"""The tree of values of an expression: what is read how often, and what rests on what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import ibis.expr.operations as ops

Node = Any
"""A node of an Ibis expression; its classes are untyped."""


def count(value: Node, counted: Counter[Node], order: list[Node]) -> None:
    """How often each value is read, and all of them in an order in which parts come first."""
    counted[value] += 1
    if counted[value] > 1:
        return
    for part in children(value):
        count(part, counted, order)
    order.append(value)


def children(value: Node) -> list[Node]:
    """The values that a value is made of; of a window also what its function reads, its keys and its order."""
    if isinstance(value, ops.ScalarSubquery):
        return []
    if isinstance(value, ops.WindowFunction):
        keys = [*value.group_by, *[key.arg for key in value.order_by]]
        return [*[part for part in value.func.__children__ if isinstance(part, ops.Value)], *keys]
    return [part for part in value.__children__ if isinstance(part, ops.Value)]


def parts_among(value: Node, among: Mapping[Node, int]) -> list[Node]:
    """The nearest of some nodes on which a value rests."""
    found: list[Node] = []
    waiting = children(value)
    seen: set[Node] = set()
    while waiting:
        part = waiting.pop()
        if part in seen:
            continue
        seen.add(part)
        if part in among:
            found.append(part)
        else:
            waiting += children(part)
    return found
