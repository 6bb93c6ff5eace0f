"""What a column and a table of the contract are."""

from __future__ import annotations

from dataclasses import dataclass

import ibis

STRING = "string"
DATE = "date"
INTEGER = "int64"
MONEY = "int64"
FLOAT = "float64"
BOOLEAN = "boolean"
LIST = "array<string>"

MOST_MONEY = 50_000_000_000_000
"""The largest amount of one row, in minor units: 500 billion. It times 180 days times the weight of 1,024 by age is still a
64-bit integer; one larger would end the run of all customers, and is a number of something else typed in its place."""
MOST_YEARLY = 1_000_000_000_000_000
"""The largest line of a yearly account, in minor units: 10,000 billion."""
MOST_NUMBER = 100_000_000
"""The largest number of days or people."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: the name in files, fixed by the contract.
        type: the Ibis type, as text.
        meaning: what the value says, in one phrase.
        required: False when the value may be empty.
        unit: of a number ("minor units", "days", "share 0..1"); empty for text and dates.
        allowed: the values that may stand here; empty when any may.
        references: the table whose key the value must name; empty when none.
        minimum: the least number allowed (0 for amounts that cannot be negative, 1 where zero is refused).
        maximum: the greatest number allowed.
        made_of: the columns whose values it is made of where a file does not have it; empty when a file must.
    """

    name: str
    type: str
    meaning: str
    required: bool = False
    unit: str = ""
    allowed: tuple[str, ...] = ()
    references: str = ""
    minimum: int | None = None
    maximum: int | None = None
    made_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table of the contract.

    Attributes:
        name: also the name of its file (`name.csv`, `name.parquet`) or folder of Parquet parts.
        meaning: what one row is.
        key: the columns that are unique together; empty when rows have no identity of their own.
        columns: in the order of the contract.
        later: declared now so that nothing breaks, read by parts that follow.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    later: bool = False

    def schema(self) -> ibis.Schema:
        """The Ibis schema of the table, in the order of the contract."""
        return ibis.schema({column.name: column.type for column in self.columns})

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError when the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that may not be empty."""
        return tuple(column.name for column in self.columns if column.required)


def text(
    name: str, meaning: str, *, need: bool = False, allowed: str = "", to: str = "", made_of: str = ""
) -> Column:
    """A text column; `allowed` lists its values separated by spaces, `to` names the table it refers to, `made_of` the columns
    that it is made of where a file does not have it.
    """
    return Column(name, STRING, meaning, need, "", tuple(allowed.split()), to, made_of=tuple(made_of.split()))


def day(name: str, meaning: str, *, need: bool = False) -> Column:
    """A local date."""
    return Column(name, DATE, meaning, need)


def money(
    name: str,
    meaning: str,
    *,
    need: bool = False,
    least: int | None = None,
    unit: str = "minor units of `currency`",
) -> Column:
    """An amount: a 64-bit integer in minor units, up to MOST_MONEY, and down to as much below 0 where `least` is None."""
    return Column(
        name, MONEY, meaning, need, unit, minimum=-MOST_MONEY if least is None else least, maximum=MOST_MONEY
    )


def yearly(name: str, meaning: str, unit: str = "minor units of `currency`") -> Column:
    """A line of a company's yearly account, up to MOST_YEARLY either way."""
    return Column(name, MONEY, meaning, False, unit, minimum=-MOST_YEARLY, maximum=MOST_YEARLY)


def number(
    name: str,
    meaning: str,
    unit: str,
    *,
    need: bool = False,
    least: int | None = None,
    most: int = MOST_NUMBER,
) -> Column:
    """A whole number."""
    return Column(name, INTEGER, meaning, need, unit, minimum=least, maximum=most)


def share(
    name: str,
    meaning: str,
    unit: str = "share 0..1",
    *,
    need: bool = False,
    least: int | None = 0,
    most: int | None = 1,
) -> Column:
    """A ratio, rate or probability: the only kind of column that is a float."""
    return Column(name, FLOAT, meaning, need, unit, minimum=least, maximum=most)


def flag(name: str, meaning: str, *, need: bool = False) -> Column:
    """True or false."""
    return Column(name, BOOLEAN, meaning, need)


def ids(name: str, meaning: str, *, need: bool = False, to: str = "") -> Column:
    """A list of ids; in CSV separated by `;`."""
    return Column(name, LIST, meaning, need, "", (), to)
