"""What a profile column is: a column with the formula that makes it and where that formula comes from."""

from __future__ import annotations

from dataclasses import dataclass

from creditdesk.facts.column import BOOLEAN, DATE, FLOAT, INTEGER, MONEY, STRING, Column

BASE = "minor units of the reporting currency"


@dataclass(frozen=True)
class ProfileColumn(Column):
    """One column of the profile.

    Attributes:
        formula: how the value is made, in words; empty when it is taken over as it stands.
        source: the rule (R0 to R16) or the published work behind the formula; empty where it is plain counting.
        section: the heading under which docs/profile.md lists it.
    """

    formula: str = ""
    source: str = ""
    section: str = ""


def words(
    name: str, meaning: str, formula: str = "", *, allowed: str = "", known: bool = False, source: str = ""
) -> ProfileColumn:
    """A text column; `allowed` lists its values separated by spaces, `known` = never empty."""
    return ProfileColumn(
        name, STRING, meaning, required=known, allowed=tuple(allowed.split()), formula=formula, source=source
    )


def date_of(name: str, meaning: str, formula: str = "", *, source: str = "") -> ProfileColumn:
    """A local date."""
    return ProfileColumn(name, DATE, meaning, formula=formula, source=source)


def yes_no(name: str, meaning: str, formula: str = "", *, source: str = "") -> ProfileColumn:
    """True or false, never empty."""
    return ProfileColumn(name, BOOLEAN, meaning, required=True, formula=formula, source=source)


def amount(
    name: str, meaning: str, formula: str = "", *, known: bool = True, source: str = ""
) -> ProfileColumn:
    """Money in the reporting currency; `known` = 0 rather than empty where there is none."""
    return ProfileColumn(name, MONEY, meaning, required=known, unit=BASE, formula=formula, source=source)


def count(
    name: str, meaning: str, formula: str = "", *, unit: str = "count", known: bool = True, source: str = ""
) -> ProfileColumn:
    """A whole number; `known` = 0 rather than empty where there is none."""
    return ProfileColumn(name, INTEGER, meaning, required=known, unit=unit, formula=formula, source=source)


def figure(
    name: str, meaning: str, unit: str, formula: str = "", *, known: bool = False, source: str = ""
) -> ProfileColumn:
    """A number with decimals: days, a share, a probability."""
    return ProfileColumn(name, FLOAT, meaning, required=known, unit=unit, formula=formula, source=source)


def nested(name: str, dtype: str, meaning: str, formula: str = "", *, source: str = "") -> ProfileColumn:
    """A list or structure."""
    return ProfileColumn(name, dtype, meaning, formula=formula, source=source)
