"""Conditions: what may be said, what is refused by name, and what is unknown does not hold."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.facts.column import Column
from creditdesk.policy.predicate import PredicateError, columns_of, compile_predicate

COLUMNS = {
    column.name: column
    for column in (
        Column("employees", "int64", "staff", unit="persons"),
        Column("share", "float64", "a share"),
        Column("open_amount", "int64", "open", unit="minor units of the reporting currency"),
        Column("overdue_amount", "int64", "overdue", unit="minor units of the reporting currency"),
        Column("kind", "string", "kind", allowed=("company", "consumer")),
        Column("country", "string", "country"),
        Column("key_account", "boolean", "watched"),
        Column("habit_next", "date", "next"),
        Column("codes", "array<string>", "codes"),
    )
}
CUSTOMERS = pa.table(
    {
        "name": ["small", "large", "unknown"],
        "employees": [5, 80, None],
        "share": [0.1, 0.9, None],
        "open_amount": [10_000, 5_000_000, None],
        "overdue_amount": [0, 250_000, None],
        "kind": ["consumer", "company", None],
        "country": ["NL", "BE", None],
        "key_account": [False, True, None],
    }
)


def who(text: str) -> list[str]:
    """The customers for whom a condition holds."""
    table = ibis.memtable(CUSTOMERS)
    holds = compile_predicate(text, COLUMNS)(table)
    return sorted(ibis.duckdb.connect().to_pyarrow(table.filter(holds))["name"].to_pylist())


ACCEPTED = """
employees > 20                                      | large
employees <= 20 or employees is null                | small, unknown
not employees > 20                                  | small
employees between 5 and 10                          | small
employees + 1 > 80 and employees * 2 = 160          | large
-employees < -79                                    | large
kind = 'company' and country in ('BE', 'FR')        | large
country not in ('BE', 'FR')                         | small
country <> 'NL'                                     | large
'NL' = country                                      | small
key_account                                         | large
not key_account                                     | small
key_account = false                                 | small
open_amount > 1000                                  | large
open_amount = 100                                   | small
open_amount >= 99.99 and open_amount < 100.01       | small
open_amount - overdue_amount > 47000                | large
open_amount > overdue_amount * 3                    | large, small
open_amount between 50 and 100                      | small
open_amount in (100, 200)                           | small
share > 0.5                                         | large
share >= .1 and (share < 0.2)                       | small
kind is not null                                    | large, small
true                                                | large, small, unknown
employees > 20 -- only the larger ones              | large
"employees" = 5                                     | small
"""


@pytest.mark.parametrize("row", [row for row in ACCEPTED.strip().splitlines() if "code_" not in row])
def test_a_condition_and_for_whom_it_holds(row: str) -> None:
    text, names = (part.strip() for part in row.rsplit("|", 1))
    assert ", ".join(who(text)) == names


def test_a_code_of_the_customer_is_a_column_of_its_own() -> None:
    table = ibis.memtable(pa.table({"code_growth": ["A", "B", None]}))
    holds = compile_predicate("code_growth = 'A'", COLUMNS)(table)
    assert ibis.duckdb.connect().to_pyarrow(table.filter(holds)).num_rows == 1


REFUSED = """
1:1  | an unknown column                       | employes > 3
1:22 | an unknown column                       | country = 'BE' and ( employes > 3)
2:1  | an unknown column                       | country = 'BE' and⏎employes > 3
1:1  | not allowed in a condition              | getenv('HOME') = 'x'
1:1  | not allowed in a condition              | read_csv('/etc/passwd') is null
1:1  | not allowed in a condition              | coalesce(employees, 1) > 1
1:1  | not allowed in a condition              | employees in (select 1)
1:1  | not allowed in a condition              | employees in ()
1:15 | not allowed in a condition              | exists(select 1)
1:17 | no condition                            | (select 1) = 1 or
1:8  | not allowed in a condition              | select 1
1:1  | not allowed in a condition              | employees union select 1
1:1  | one condition is wanted                 | employees = 1; drop table customer
1:1  | one condition is wanted                 | -
1:1  | a column is named alone                 | profile.employees = 1
1:1  | not allowed in a condition              | employees::text = '1'
1:6  | not allowed in a condition              | cast(employees as text) = '1'
1:11 | not allowed in a condition              | case when key_account then true end
1:1  | not allowed in a condition              | country like 'B%'
1:1  | not allowed in a condition              | country ilike 'B%'
1:1  | not allowed in a condition              | country -> 'a' = 'b'
1:1  | not allowed in a condition              | employees / 2 > 1
1:1  | not allowed in a condition              | employees % 2 = 1
1:1  | not allowed in a condition              | employees = null
1:1  | not allowed in a condition              | key_account is true
1:1  | not allowed in a condition              | employees between symmetric 1 and 2
1:1  | not allowed in a condition              | open_amount > 4m
1:1  | not allowed in a condition              | employees = 0x1F
1:1  | not allowed in a condition              | employees = ?
1:1  | not allowed in a condition              | employees = @x
1:1  | not allowed in a condition              | employees = 1 yes
1:1  | not allowed in a condition              | *
1:13 | a number out of range                   | employees = 99999999999999999999
1:1  | two things that cannot be compared      | employees = 'x'
1:1  | two things that cannot be compared      | key_account = 1
1:1  | two things that cannot be compared      | open_amount > employees
1:1  | two things that cannot be compared      | habit_next > '2026-01-01'
1:1  | an amount times an amount               | open_amount * overdue_amount > 5
1:1  | arithmetic with something that is no    | country + 1 > 2
1:1  | country (a text) has no order           | country > 'B'
1:1  | a value that kind never has             | kind = 'consummer'
1:21 | a value that kind never has             | kind in ('company', 'firm')
1:1  | no column in it                         | 1 = 1
1:2  | a constant is never unknown             | (1) is null
1:1  | a column that no condition can read     | codes = 'x'
1:1  | not a condition                         | employees + 1
1:1  | not a condition                         | country
1:1  | not a condition                         | employees and key_account
1:13 | a list of values holds something else   | country in (kind, 'BE')
1:10 | no condition                            | (employees
"""


@pytest.mark.parametrize("row", REFUSED.strip().splitlines())
def test_a_condition_that_is_refused_with_its_place(row: str) -> None:
    place, said, text = (part.strip() for part in row.split("|", 2))
    with pytest.raises(PredicateError) as raised:
        compile_predicate("" if text == "-" else text.replace("⏎", "\n"), COLUMNS)
    error = raised.value
    assert error.message.startswith(said)
    assert f"{error.line}:{error.column}" == place
    assert error.found
    assert error.allowed


def test_length_and_depth_are_capped() -> None:
    with pytest.raises(PredicateError, match="nested too deeply"):
        compile_predicate("(" * 900 + "employees = 1" + ")" * 900, COLUMNS)
    with pytest.raises(PredicateError, match="too long"):
        compile_predicate("(" * 2_000 + "employees = 1" + ")" * 2_000, COLUMNS)
    assert who(" or ".join(["employees = 5"] * 110)) == ["small"]


@given(st.text(max_size=60))
def test_any_text_is_a_condition_or_an_error_of_ours(text: str) -> None:
    try:
        predicate = compile_predicate(text, COLUMNS)
    except PredicateError:
        return
    table = ibis.table({name: column.type for name, column in COLUMNS.items()}, name="profile")
    assert predicate(table).type().is_boolean()


WORDS = st.sampled_from(
    [
        "employees",
        "country",
        "key_account",
        "open_amount",
        "=",
        "<>",
        "<",
        ">",
        "(",
        ")",
        "and",
        "or",
        "not",
        "in",
        "is",
        "null",
        "between",
        "'BE'",
        "5",
        "2.5",
        "+",
        "-",
        "*",
        ",",
        "select",
        "case",
        "when",
        "end",
        "like",
        "||",
        "::",
        ";",
        "true",
    ]
)


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_any_words_of_sql_are_a_condition_or_an_error_of_ours(text: str) -> None:
    test_any_text_is_a_condition_or_an_error_of_ours.hypothesis.inner_test(text)


def test_the_columns_that_a_condition_reads() -> None:
    assert columns_of("employees > 3 and not key_account") == {"employees", "key_account"}
