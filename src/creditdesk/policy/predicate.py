"""Conditions of a policy: an SQL predicate over profile columns, checked node by node and turned into Ibis.

Allowed are columns, numbers, texts in single quotes, `true` and `false`; `and`, `or`, `not`, parentheses; the six
comparisons, `between`, `in (…)`, `is null`; `+`, `-` and `*`. Everything else (functions, sub-queries, `like`, casts,
division, further statements) is refused by name. A number compared with a column of money is in major units of the
policy's currency. What is unknown does not hold: a condition whose answer is null is false.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import reduce
from typing import Any, Literal, NoReturn

import ibis
import ibis.expr.types as ir
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from creditdesk.facts.column import Column
from creditdesk.policy.bands import is_money, is_number, plain_number, scale_of
from creditdesk.policy.columns import find_column

LONGEST = 2_000
DEEPEST = 60
LARGEST = 2**53
"""Beyond it a number is no longer exact on every engine."""

Node = exp.Expr
Kind = Literal["number", "money", "text", "yes_no", "date"]
Predicate = Callable[[ir.Table], ir.BooleanValue]

ALLOWED = "columns, numbers, 'texts', true, false, and, or, not, ( ), =, <>, <, <=, >, >=, between, in (…), is null, +, -, *"

_COMPARISONS: dict[type[exp.Expr], Callable[[Any, Any], Any]] = {
    exp.EQ: operator.eq,
    exp.NEQ: operator.ne,
    exp.LT: operator.lt,
    exp.LTE: operator.le,
    exp.GT: operator.gt,
    exp.GTE: operator.ge,
}
_ARITHMETIC: dict[type[exp.Expr], Callable[[Any, Any], Any]] = {
    exp.Add: operator.add,
    exp.Sub: operator.sub,
    exp.Mul: operator.mul,
}
_NAMED: dict[type[exp.Expr], str] = {
    exp.Alias: "two values side by side (write 4000000, not 4m)",
    exp.Select: "a query",
    exp.Subquery: "a sub-query",
    exp.Union: "a union",
    exp.Exists: "a sub-query",
    exp.Like: "like",
    exp.ILike: "ilike",
    exp.Div: "a division",
    exp.Mod: "a remainder",
    exp.Cast: "a cast",
    exp.Case: "case",
    exp.Star: "*",
    exp.Parameter: "a parameter",
    exp.Placeholder: "a parameter",
    exp.Interval: "an interval",
    exp.Null: "null outside `is null`",
}


_MISSING = re.compile(r"Required keyword: '\w+' missing for .*")


class PredicateError(ValueError):
    """A condition that is refused.

    Attributes:
        line: line within the condition, from 1.
        column: column in that line, from 1.
        found: what stands there.
        allowed: what may.
        message: the reason, in one sentence.
    """

    def __init__(self, line: int, column: int, message: str, found: str, allowed: str) -> None:
        super().__init__(f"line {line}, column {column}: {message}; found {found}; allowed: {allowed}")
        self.line = line
        self.column = column
        self.message = message
        self.found = found
        self.allowed = allowed


@dataclass(frozen=True)
class _Term:
    """A part of a condition: what it is and how it is built. `constant` is its value where it names no column."""

    kind: Kind
    build: Callable[[ir.Table], Any]
    constant: Decimal | str | bool | None = None
    of: Column | None = None


def compile_predicate(text: str, columns: Mapping[str, Column], currency: str = "EUR") -> Predicate:
    """A condition as a function from a table to a boolean column that is never null.

    Args:
        text: the condition, as the policy has it.
        columns: what it may name: profile columns, and what the caller adds (`band_size`, `risk_class`).
        currency: of the policy; a number compared with money is in its major units.

    Raises:
        PredicateError: for anything outside the white list, with line and column within the text.
    """
    if len(text) > LONGEST:
        raise PredicateError(
            1, 1, "the condition is too long", f"{len(text)} characters", f"at most {LONGEST}"
        )
    root = parsed(text)
    walker = _Walker(text, columns, currency)
    term = walker.term(root, 0)
    if term.kind != "yes_no":
        walker.refuse(root, "not a condition", f"{_article(term)}", "something that holds or does not")

    def predicate(table: ir.Table) -> ir.BooleanValue:
        built = term.build(table)
        return ibis.literal(bool(built)) if isinstance(built, bool) else built.fill_null(False)

    return predicate


def columns_of(text: str) -> frozenset[str]:
    """Names of the columns that a condition reads.

    Raises:
        PredicateError: when the text is no condition.
    """
    return frozenset(found.name for found in parsed(text).find_all(exp.Column))


def parsed(text: str) -> Node:
    """The tree of a condition, not yet checked.

    Raises:
        PredicateError: when the text is not one condition.
    """
    try:
        statements = sqlglot.parse(text)
    except SqlglotError as error:
        details = getattr(error, "errors", None) or [{}]
        said = str(details[0].get("description") or error).split(". Line")[0]
        line, column = int(details[0].get("line") or 1), int(details[0].get("col") or 1)
        found = str(details[0].get("highlight") or text[:40])
        said = _MISSING.sub("something is missing beside it", said)
        raise PredicateError(line, column, f"no condition: {said}", repr(found), ALLOWED) from error
    except RecursionError as error:
        raise PredicateError(1, 1, "nested too deeply", "parentheses", f"at most {DEEPEST} levels") from error
    if len(statements) != 1 or statements[0] is None:
        found = f"{len(statements)} statements" if text.strip() else "nothing"
        raise PredicateError(1, 1, "one condition is wanted", found, ALLOWED)
    return statements[0]


class _Walker:
    def __init__(self, text: str, columns: Mapping[str, Column], currency: str) -> None:
        self.text = text
        self.columns = columns
        self.currency = currency

    def refuse(self, node: Node, message: str, found: str, allowed: str) -> NoReturn:
        starts = [int(part.meta["start"]) for part in node.walk() if "start" in part.meta]
        before = self.text[: min(starts, default=0)]
        line = before.count("\n") + 1
        raise PredicateError(line, len(before) - (before.rfind("\n") + 1) + 1, message, found, allowed)

    def term(self, node: Node, depth: int) -> _Term:
        if depth > DEEPEST:
            self.refuse(node, "nested too deeply", "parentheses", f"at most {DEEPEST} levels")
        read = _READERS.get(type(node))
        if read is None:
            self.refuse(node, "not allowed in a condition", _name(node), ALLOWED)
        return read(self, node, depth + 1)

    def paren(self, node: Node, depth: int) -> _Term:
        return self.term(node.this, depth)

    def opposite(self, node: Node, depth: int) -> _Term:
        inner = self._condition(node.this, depth)
        return _Term("yes_no", lambda table: ~inner.build(table))

    def yes_or_no(self, node: Node, _depth: int) -> _Term:
        value = bool(node.this)
        return _Term("yes_no", lambda _: ibis.literal(value), value)

    def column(self, node: Node, _depth: int) -> _Term:
        if node.args.get("table") is not None:
            self.refuse(node, "a column is named alone, without a table", node.sql(), f"{node.name}")
        name = node.name
        column = find_column(self.columns, name)
        if column is None:
            near = get_close_matches(name, self.columns, n=3)
            allowed = ", ".join(near) if near else "a column of the profile (docs/profile.md)"
            self.refuse(node, "an unknown column", name, allowed)
        return _Term(self._kind(node, column), operator.itemgetter(name), of=column)

    def _kind(self, node: Node, column: Column) -> Kind:
        if is_money(column):
            return "money"
        if is_number(column):
            return "number"
        simple: dict[str, Kind] = {"string": "text", "boolean": "yes_no", "date": "date"}
        if column.type not in simple:
            self.refuse(
                node,
                "a column that no condition can read",
                f"{column.name} ({column.type})",
                "a plain column",
            )
        return simple[column.type]

    def literal(self, node: Node, _depth: int) -> _Term:
        text = str(node.this)
        if node.args.get("is_string"):
            return _Term("text", lambda _: ibis.literal(text), text)
        value = Decimal(text)
        return _Term("number", self._number(node, value), value)

    def _number(self, node: Node, value: Decimal) -> Callable[[ir.Table], Any]:
        if abs(value) > LARGEST:
            self.refuse(node, "a number out of range", f"{value}", f"numbers up to {LARGEST}")
        plain = plain_number(value)
        return lambda _: ibis.literal(plain, type="int64" if isinstance(plain, int) else "float64")

    def _condition(self, node: Node, depth: int) -> _Term:
        found = self.term(node, depth)
        if found.kind != "yes_no":
            self.refuse(node, "not a condition", _article(found), "something that holds or does not")
        return found

    def connected(self, node: Node, depth: int) -> _Term:
        # a long `a and b and c …` leans to the left: it is a list, not a depth
        kind = type(node)
        parts: list[Node] = []
        while type(node) is kind:
            parts.append(node.expression)
            node = node.this
        parts.append(node)
        terms = [self._condition(part, depth) for part in reversed(parts)]
        joined = operator.and_ if kind is exp.And else operator.or_
        return _Term("yes_no", lambda table: reduce(joined, [term.build(table) for term in terms]))

    def negative(self, node: Node, depth: int) -> _Term:
        inner = self.term(node.this, depth)
        if inner.kind not in ("number", "money"):
            self.refuse(node, "a minus before something that is no number", _article(inner), "a number")
        if isinstance(inner.constant, Decimal):
            return _Term("number", self._number(node, -inner.constant), -inner.constant)
        return _Term(inner.kind, lambda table: -inner.build(table))

    def arithmetic(self, node: Node, depth: int) -> _Term:
        left, right = self.term(node.this, depth), self.term(node.expression, depth)
        for side, found in ((node.this, left), (node.expression, right)):
            if found.kind not in ("number", "money"):
                self.refuse(side, "arithmetic with something that is no number", _article(found), "numbers")
        act = _ARITHMETIC[type(node)]
        if isinstance(left.constant, Decimal) and isinstance(right.constant, Decimal):
            value = act(left.constant, right.constant)
            return _Term("number", self._number(node, value), value)
        if type(node) is exp.Mul:
            if left.kind == right.kind == "money":
                self.refuse(node, "an amount times an amount", node.sql(), "an amount times a number")
            money = "money" in (left.kind, right.kind)
            return _Term(
                "money" if money else "number", lambda table: act(left.build(table), right.build(table))
            )
        left, right = self._same(node, left, right)
        return _Term(left.kind, lambda table: act(left.build(table), right.build(table)))

    def comparison(self, node: Node, depth: int) -> _Term:
        left, right = self.term(node.this, depth), self.term(node.expression, depth)
        left, right = self._same(node, left, right)
        if type(node) not in (exp.EQ, exp.NEQ) and left.kind in ("text", "yes_no"):
            self.refuse(node, f"{_article(left)} has no order", node.sql(), "=, <> or in (…)")
        act = _COMPARISONS[type(node)]
        return _Term("yes_no", lambda table: act(left.build(table), right.build(table)))

    def between(self, node: Node, depth: int) -> _Term:
        if node.args.get("symmetric"):
            self.refuse(node, "not allowed in a condition", "between symmetric", "between … and …")
        value = self.term(node.this, depth)
        value, low = self._same(node, value, self.term(node.args["low"], depth))
        value, high = self._same(node, value, self.term(node.args["high"], depth))
        if value.kind not in ("number", "money", "date"):
            self.refuse(node, f"{_article(value)} has no order", node.sql(), "=, <> or in (…)")
        return _Term("yes_no", lambda table: value.build(table).between(low.build(table), high.build(table)))

    def one_of(self, node: Node, depth: int) -> _Term:
        items = node.args.get("expressions") or []
        if not items or any(node.args.get(other) for other in ("query", "unnest", "field")):
            self.refuse(
                node, "not allowed in a condition", "in with a sub-query or without values", "in ('a', 'b')"
            )
        value = self.term(node.this, depth)
        terms = []
        for item in items:
            term = self.term(item, depth)
            if term.constant is None:
                self.refuse(item, "a list of values holds something else", item.sql(), "numbers or 'texts'")
            value, term = self._same(item, value, term)
            terms.append(term)
        return _Term("yes_no", lambda table: value.build(table).isin([term.build(table) for term in terms]))

    def is_null(self, node: Node, depth: int) -> _Term:
        if type(node.expression) is not exp.Null:
            self.refuse(node, "not allowed in a condition", node.sql(), "is null, is not null")
        inner = self.term(node.this, depth)
        if inner.constant is not None:
            self.refuse(node, "a constant is never unknown", node.sql(), "a column")
        return _Term("yes_no", lambda table: inner.build(table).isnull())

    def _same(self, node: Node, left: _Term, right: _Term) -> tuple[_Term, _Term]:
        """Both sides of one kind: a number beside money becomes money; a text beside a column is one of its values."""
        if left.constant is not None and right.constant is not None:
            self.refuse(
                node, "no column in it: it always holds or never does", node.sql(), "a column beside a value"
            )
        if left.kind == "money" and isinstance(right.constant, Decimal):
            return left, self._money(node, right.constant)
        if right.kind == "money" and isinstance(left.constant, Decimal):
            return self._money(node, left.constant), right
        if left.kind != right.kind:
            found = f"{_article(left)} and {_article(right)}"
            self.refuse(
                node,
                "two things that cannot be compared",
                found,
                "a number with a number, a text with a text",
            )
        for column, value in ((left.of, right.constant), (right.of, left.constant)):
            if (
                column is not None
                and column.allowed
                and isinstance(value, str)
                and value not in column.allowed
            ):
                self.refuse(
                    node, f"a value that {column.name} never has", repr(value), ", ".join(column.allowed)
                )
        return left, right

    def _money(self, node: Node, value: Decimal) -> _Term:
        scale = scale_of(Column("", "int64", "", unit="minor units"), self.currency)
        minor = value * scale
        return _Term("money", self._number(node, minor), minor)


_READERS: dict[type[exp.Expr], Callable[[_Walker, Node, int], _Term]] = {
    **dict.fromkeys(_COMPARISONS, _Walker.comparison),
    **dict.fromkeys(_ARITHMETIC, _Walker.arithmetic),
    exp.And: _Walker.connected,
    exp.Or: _Walker.connected,
    exp.Not: _Walker.opposite,
    exp.Paren: _Walker.paren,
    exp.Neg: _Walker.negative,
    exp.Between: _Walker.between,
    exp.In: _Walker.one_of,
    exp.Is: _Walker.is_null,
    exp.Column: _Walker.column,
    exp.Literal: _Walker.literal,
    exp.Boolean: _Walker.yes_or_no,
}
"""The white list: what is not here is refused."""


def _article(term: _Term) -> str:
    name = f"{term.of.name} (" if term.of else ""
    kind = {
        "number": "a number",
        "money": "an amount",
        "text": "a text",
        "yes_no": "a yes or no",
        "date": "a date",
    }
    return f"{name}{kind[term.kind]}{')' if term.of else ''}"


def _name(node: Node) -> str:
    for kind, name in _NAMED.items():
        if isinstance(node, kind):
            return name
    if isinstance(node, exp.Anonymous):
        return f"the function {node.name}"
    if isinstance(node, exp.Func):
        return f"the function {node.sql_name()}".lower()
    return f"{type(node).__name__.lower()} ({node.sql()[:40]})"
