"""Every operation that the engine's expressions use, as a Polars expression with the meaning that SQL gives it.

Unknown is null throughout: a comparison with null is null, a sum over nothing is null, and a null condition does not
hold. An operation that is not listed here is refused when a stage is built, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import ibis.expr.operations as ops
import polars as pl

from creditdesk.engine.polars.types import polars_type

Node = Any
"""A node of an Ibis expression; its classes are untyped."""

Of = Callable[[Node], pl.Expr]
"""Gives the expression of a value that another one is made of."""


class UnknownOperation(TypeError):
    """An operation that is not known here; it runs on DuckDB and Spark only."""


def expression(node: Node, of: Of) -> pl.Expr:
    """A value as a Polars expression.

    Args:
        of: gives the expressions of its parts.

    Raises:
        UnknownOperation: for an operation that has no meaning here.
    """
    for kind in type(node).__mro__:
        if kind in _MEANING:
            return _MEANING[kind](node, of)
    raise UnknownOperation(
        f"{type(node).__name__} has no meaning in Polars; the way out: add it to values.py"
    )


def _literal(node: Node, _of: Of) -> pl.Expr:
    kind = polars_type(node.dtype)
    if node.value is None:
        return pl.lit(None, kind)
    if node.dtype.is_array():
        return pl.lit(pl.Series([list(node.value)], dtype=kind)).first()
    return pl.lit(node.value, kind)


def _cast(node: Node, of: Of) -> pl.Expr:
    kind, value = polars_type(node.to), of(node.arg)
    return value if polars_type(node.arg.dtype) == kind else value.cast(kind, strict=True)


def _day_number(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.Int32).cast(pl.Int64)


def _modulus(node: Node, of: Of) -> pl.Expr:
    # SQL's remainder has the sign of what is divided, that of Polars the sign of the divisor
    value, by = of(node.left), of(node.right)
    rest = value % by
    return pl.when((rest != 0) & ((value < 0) != (by < 0))).then(rest - by).otherwise(rest)


def _whole_division(node: Node, of: Of) -> pl.Expr:
    return _divide(node, of).floor().cast(pl.Int64)


def _either(node: Node, of: Of) -> pl.Expr:
    return pl.when(of(node.bool_expr)).then(of(node.true_expr)).otherwise(of(node.false_null_expr))


def _cases(node: Node, of: Of) -> pl.Expr:
    chain: Any = pl
    for case, result in zip(node.cases, node.results, strict=True):
        chain = chain.when(of(case)).then(of(result))
    found: pl.Expr = chain.otherwise(of(node.default))
    return found


def _null_if(node: Node, of: Of) -> pl.Expr:
    value = of(node.arg)
    return pl.when(value == of(node.null_if_expr)).then(None).otherwise(value)


def _clip(node: Node, of: Of) -> pl.Expr:
    value = of(node.arg)
    found = value
    if node.lower is not None:
        found = pl.max_horizontal(found, of(node.lower))
    if node.upper is not None:
        found = pl.min_horizontal(found, of(node.upper))
    return pl.when(value.is_not_null()).then(found)


def _substring(node: Node, of: Of) -> pl.Expr:
    length = None if node.length is None else of(node.length)
    return of(node.arg).str.slice(of(node.start), length)


def _plain_text(node: Node) -> str:
    if not isinstance(node, ops.Literal) or not isinstance(node.value, str):
        raise UnknownOperation("a pattern or separator that is no literal text has no meaning in Polars")
    return node.value


def _list_of(node: Node, of: Of) -> pl.Expr:
    kind = polars_type(node.dtype)
    if not node.exprs:
        return pl.lit(pl.Series([[]], dtype=kind)).first()
    return pl.concat_list([of(part) for part in node.exprs]).cast(kind)


def _concat_lists(node: Node, of: Of) -> pl.Expr:
    kind = polars_type(node.dtype)
    return pl.concat_list([of(part).cast(kind) for part in node.arg])


def _joined(node: Node, of: Of) -> pl.Expr:
    value = of(node.arg)
    text = value.list.join(_plain_text(node.sep), ignore_nulls=True)
    return pl.when(value.list.drop_nulls().list.len() > 0).then(text)


def _struct(node: Node, of: Of) -> pl.Expr:
    return pl.struct(
        [of(value).cast(polars_type(value.dtype)).alias(name) for name, value in zip(node.names, node.values, strict=True)]
    )  # fmt: skip


def _map(node: Node, of: Of) -> pl.Expr:
    keys, values = node.keys, node.values
    if not isinstance(keys, ops.Array) or not isinstance(values, ops.Array):
        raise UnknownOperation("a map of lists that are not written out has no meaning in Polars")
    pairs = [
        pl.struct([of(key).cast(pl.String).alias("key"), of(value).cast(pl.String).alias("value")])
        for key, value in zip(keys.exprs, values.exprs, strict=True)
    ]
    return pl.concat_list(pairs).cast(polars_type(node.dtype))


def _map_get(node: Node, of: Of) -> pl.Expr:
    key = _plain_text(node.key)
    pair = pl.element().filter(pl.element().struct.field("key") == key)
    found = of(node.arg).list.eval(pair).list.first().struct.field("value")
    return pl.coalesce(found, of(node.default))


def _both(join: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> Callable[[Node, Of], pl.Expr]:
    return lambda node, of: join(of(node.left), of(node.right))


def _one(change: Callable[[pl.Expr], pl.Expr]) -> Callable[[Node, Of], pl.Expr]:
    return lambda node, of: change(of(node.arg))


def _divide(node: Node, of: Of) -> pl.Expr:
    left, right = of(node.left).cast(pl.Float64), of(node.right).cast(pl.Float64)
    if isinstance(node.right, ops.Literal):
        # Polars multiplies by the inverse of a constant, which is another value in the last bit; of a column it does not
        right = left * 0.0 + right
    return left / right


_MEANING: dict[type, Callable[[Node, Of], pl.Expr]] = {
    ops.Literal: _literal,
    ops.Cast: _cast,
    ops.Add: _both(lambda left, right: left + right),
    ops.Subtract: _both(lambda left, right: left - right),
    ops.Multiply: _both(lambda left, right: left * right),
    ops.Divide: _divide,
    ops.FloorDivide: _whole_division,
    ops.Modulus: _modulus,
    ops.Power: _both(lambda left, right: left.cast(pl.Float64).pow(right.cast(pl.Float64))),
    ops.BitwiseRightShift: _both(lambda left, right: (left // pl.lit(2, pl.Int64).pow(right)).cast(pl.Int64)),
    ops.BitwiseAnd: _both(lambda left, right: left & right),
    ops.Equals: _both(lambda left, right: left == right),
    ops.NotEquals: _both(lambda left, right: left != right),
    ops.Less: _both(lambda left, right: left < right),
    ops.LessEqual: _both(lambda left, right: left <= right),
    ops.Greater: _both(lambda left, right: left > right),
    ops.GreaterEqual: _both(lambda left, right: left >= right),
    ops.And: _both(lambda left, right: left & right),
    ops.Or: _both(lambda left, right: left | right),
    ops.Not: _one(lambda value: ~value),
    ops.Negate: _one(lambda value: -value),
    ops.Abs: _one(lambda value: value.abs()),
    ops.Floor: _one(lambda value: value.cast(pl.Float64).floor().cast(pl.Int64)),
    ops.Ceil: _one(lambda value: value.cast(pl.Float64).ceil().cast(pl.Int64)),
    ops.Sqrt: _one(lambda value: value.cast(pl.Float64).sqrt()),
    ops.Exp: _one(lambda value: value.cast(pl.Float64).exp()),
    ops.Ln: _one(lambda value: value.cast(pl.Float64).log()),
    ops.IsNull: _one(lambda value: value.is_null()),
    ops.NotNull: _one(lambda value: value.is_not_null()),
    ops.Coalesce: lambda node, of: pl.coalesce([of(part) for part in node.arg]),
    ops.Greatest: lambda node, of: pl.max_horizontal([of(part) for part in node.arg]),
    ops.Least: lambda node, of: pl.min_horizontal([of(part) for part in node.arg]),
    ops.IfElse: _either,
    ops.SearchedCase: _cases,
    ops.NullIf: _null_if,
    ops.Clip: _clip,
    ops.Between: lambda node, of: of(node.arg).is_between(of(node.lower_bound), of(node.upper_bound)),
    ops.InValues: lambda node, of: of(node.value).is_in([option.value for option in node.options]),
    ops.StringConcat: lambda node, of: pl.concat_str([of(part) for part in node.arg], ignore_nulls=False),
    ops.Substring: _substring,
    ops.LPad: lambda node, of: of(node.arg).str.pad_start(node.length.value, _plain_text(node.pad)),
    ops.Lowercase: _one(lambda value: value.str.to_lowercase()),
    ops.Uppercase: _one(lambda value: value.str.to_uppercase()),
    ops.Strip: _one(lambda value: value.str.strip_chars()),
    ops.StartsWith: lambda node, of: of(node.arg).str.starts_with(of(node.start)),
    ops.StringContains: lambda node, of: of(node.haystack).str.contains(of(node.needle), literal=True),
    ops.StringReplace: lambda node, of: of(node.arg).str.replace_all(
        _plain_text(node.pattern), _plain_text(node.replacement), literal=True
    ),
    ops.RegexSearch: lambda node, of: of(node.arg).str.contains(_plain_text(node.pattern)),
    ops.RegexReplace: lambda node, of: of(node.arg).str.replace_all(
        _plain_text(node.pattern), _plain_text(node.replacement)
    ),
    ops.StringSplit: lambda node, of: of(node.arg).str.split(_plain_text(node.delimiter)),
    ops.DateFromYMD: lambda node, of: pl.date(of(node.year), of(node.month), of(node.day)),
    ops.DateDelta: lambda node, of: _day_number(of(node.left)) - _day_number(of(node.right)),
    ops.DateAdd: lambda node, of: (_day_number(of(node.left)) + of(node.right)).cast(pl.Int32).cast(pl.Date),
    ops.IntervalFromInteger: lambda node, of: of(node.arg),
    ops.Array: _list_of,
    ops.ArrayConcat: _concat_lists,
    ops.ArrayContains: lambda node, of: of(node.arg).list.contains(of(node.other)),
    ops.ArrayIndex: lambda node, of: of(node.arg).list.get(of(node.index), null_on_oob=True),
    ops.ArrayLength: _one(lambda value: value.list.len().cast(pl.Int64)),
    ops.ArraySort: _one(lambda value: value.list.eval(pl.element().sort(nulls_last=True))),
    ops.ArrayStringJoin: _joined,
    ops.StructColumn: _struct,
    ops.StructField: lambda node, of: of(node.arg).struct.field(node.field),
    ops.Map: _map,
    ops.MapGet: _map_get,
}


def all_of(conditions: list[pl.Expr]) -> pl.Expr:
    """Rows for which every condition holds."""
    return reduce(lambda one, two: one & two, conditions)
