"""Dates, numbers and money as foreign files write them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.sources.cells import Unreadable, Writing, date_pattern, day, money, number, text

EUROPE = Writing(decimal=",", thousands=". '")
ENGLISH = Writing(decimal=".", thousands=",")


@pytest.mark.parametrize(
    ("cell", "writing", "value"),
    [
        ("1.234,56", EUROPE, "1234.56"),
        ("1 234 567,8", EUROPE, "1234567.8"),
        ("12'345", EUROPE, "12345"),
        ("1234,5-", EUROPE, "-1234.5"),
        ("(1,234.50)", ENGLISH, "-1234.50"),
        ("+7", ENGLISH, "7"),
        (".5", ENGLISH, "0.5"),
        ("−3", ENGLISH, "-3"),
        (0.1, ENGLISH, "0.1"),
        (7, ENGLISH, "7"),
    ],
)
def test_numbers(cell, writing, value):
    assert number(cell, writing) == Decimal(value)


@pytest.mark.parametrize(
    "cell", ["1.23,45", "1,2,3", "12.34", "1e3", "", "-", "EUR 5", "١٢", "--1", "1,", ".234"]
)
def test_what_is_no_number_in_the_declared_way(cell):
    if cell in ("", "1,"):
        assert number(cell, EUROPE) in (None, Decimal(1))
    else:
        with pytest.raises(Unreadable):
            number(cell, EUROPE)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("10.005", "EUR", 1001),
        ("-10.005", "EUR", -1001),
        ("10.004", "EUR", 1000),
        ("1500.5", "JPY", 1501),
        ("1.2345", "KWD", 1235),
    ],
)
def test_money_is_rounded_half_up_to_the_digits_of_its_currency(amount, currency, minor):
    assert money(Decimal(amount), currency) == minor


@given(st.integers(-(10**15), 10**15))
def test_an_amount_written_in_any_way_comes_back(cents):
    euros = f"{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    sign = "-" if cents < 0 else ""

    assert money(number(sign + euros, ENGLISH), "EUR") == cents
    european = euros.translate(str.maketrans(",.", ".,"))
    assert money(number(european + sign, EUROPE), "EUR") == cents


@pytest.mark.parametrize(
    ("cell", "pattern", "value"),
    [
        ("31.12.2023", "DD.MM.YYYY", date(2023, 12, 31)),
        ("1/2/2013", "M/D/YYYY", date(2013, 1, 2)),
        ("20240229", "YYYYMMDD", date(2024, 2, 29)),
        ("05-03-69", "DD-MM-YY", date(2069, 3, 5)),
        ("05-03-70", "DD-MM-YY", date(1970, 3, 5)),
        (datetime(2024, 1, 1, 12), "DD.MM.YYYY", date(2024, 1, 1)),  # noqa: DTZ001  spreadsheets know no time zone
        (" 31.12.2023 ", "D.M.YYYY", date(2023, 12, 31)),
        ("", "DD.MM.YYYY", None),
    ],
)
def test_dates(cell, pattern, value):
    assert day(cell, Writing(dates=(pattern,))) == value


@pytest.mark.parametrize("cell", ["30.02.2024", "1.1.2024", "2024-01-01", "31.12.20233", "45000", 45000])
def test_what_is_no_date_in_the_declared_way(cell):
    with pytest.raises(Unreadable, match=r"a date written DD\.MM\.YYYY"):
        day(cell, Writing(dates=("DD.MM.YYYY",)))


@pytest.mark.parametrize("pattern", ["DD.MM", "YYYY-MM-DD-DD", "date", "YYYY YY M D"])
def test_a_pattern_names_each_part_once(pattern):
    with pytest.raises(ValueError, match=r"must hold|twice"):
        date_pattern(pattern)


def test_text_has_no_spaces_around_it_and_whole_numbers_no_point():
    assert text("  a b ", EUROPE) == "a b"
    assert text(123.0, EUROPE) == "123"
    assert text("NULL", Writing(empty=frozenset({"NULL"}))) is None
