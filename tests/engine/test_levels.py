"""A stage written as fewer steps gives the same rows, and writes no value twice."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from ibis import _

from creditdesk.engine.arith import attach
from creditdesk.engine.backend import connect
from creditdesk.engine.levels import level

ROWS = pa.table({"id": [1, 2, 3, 4], "a": [3, None, 5, 7], "b": [2, 2, 1, None], "c": ["x", "y", "x", None]})
BACKEND = connect()
TABLE = BACKEND.put("numbers", ROWS)

names = st.sampled_from(["a", "b", "d", "e", "f"])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("name"), names, names, st.integers(-3, 3)),
        st.tuples(st.just("sum by c"), names, names, st.just(0)),
        st.tuples(st.just("keep"), names, names, st.just(0)),
        st.tuples(st.just("more than"), names, names, st.integers(-3, 3)),
        st.tuples(st.just("beside"), names, names, st.integers(-3, 3)),
    ),
    max_size=9,
)


def written(taken: list[tuple[str, str, str, int]]) -> ir.Table:
    """A table that is worked out in the steps given; a step over a column that is not there is passed over."""
    table = TABLE
    for kind, one, other, number in taken:
        if other not in table.columns:
            continue
        if kind == "name":
            table = table.mutate(**{one: table[other] * table[other] + number})
        elif kind == "sum by c":
            table = table.mutate(**{one: table[other].sum().over(ibis.window(group_by=table.c))})
        elif kind == "keep":
            table = table.select("id", "c", *{one, other} & {*table.columns})
        elif kind == "more than":
            table = table.filter(table[other] > number)
        else:
            table = attach(table, TABLE.select("id", **{f"{one}_{number + 3}": _.a + number}), "id")
            table = table.rename({f"{one}{len(table.columns)}": f"{one}_{number + 3}"})
    return table


@given(steps)
@settings(max_examples=60, deadline=None)
def test_fewer_steps_give_the_same_rows(taken: list[tuple[str, str, str, int]]) -> None:
    table = written(taken)
    one, other = (BACKEND.fetch(which).sort_by("id") for which in (table, level(table)))
    assert one.equals(other)


def test_steps_that_do_not_need_each_other_become_one() -> None:
    table = TABLE.mutate(d=_.a + 1).mutate(e=_.b + 1).mutate(f=_.c.upper()).select("d", "e", "f")
    sql = BACKEND.con.compile(level(table))
    assert sql.count("SELECT") == 1


def test_a_value_that_is_read_twice_is_written_once() -> None:
    table = TABLE.mutate(d=_.a * 17).mutate(e=_.d * _.d).select("e")
    sql = BACKEND.con.compile(level(table))
    assert sql.count("17") == 1


def test_what_nothing_reads_is_left_out_below_joins_and_filters_too() -> None:
    wide = TABLE.mutate(**{f"n{number}": _.a + number for number in range(40)})
    table = (
        attach(wide.filter(_.n3 > 0), TABLE.select("id", g=_.b), "id").mutate(h=_.n3 + _.g).select("id", "h")
    )
    sql = BACKEND.con.compile(level(table))
    assert "n39" not in sql
    assert BACKEND.fetch(level(table)).sort_by("id").equals(BACKEND.fetch(table).sort_by("id"))
