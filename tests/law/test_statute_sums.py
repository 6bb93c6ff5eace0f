"""Sums over the law of a country: what the official tables and examples say."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.law.cost import collection_cost, fixed_sum, is_binding, notice_days
from creditdesk.law.interest import UnknownRate, interest, rate
from creditdesk.law.statute import countries, reference_rates, statute

IN_2026 = date(2026, 4, 1)


@pytest.mark.parametrize(
    ("principal", "cost"),
    [(125, 40), (2_500, 375), (5_000, 625), (10_000, 875), (23_000, 1_005), (200_000, 2_775), (1_000_000, 6_775),
     (5_000_000, 6_775)],
)  # fmt: skip
def test_dutch_collection_costs_follow_the_scale(principal: int, cost: int) -> None:
    found = collection_cost("NL", principal * 100, IN_2026)
    assert found is not None
    assert found.amount == cost * 100
    assert found.currency == "EUR"


def test_dutch_collection_costs_equal_the_computed_points(shared_data: Path) -> None:
    points = list(csv.DictReader((shared_data / "oracles" / "wik.csv").open(encoding="utf-8")))
    assert len(points) > 10
    for point in points:
        found = collection_cost("NL", int(Decimal(point["principal_eur"]) * 100), IN_2026)
        assert found is not None
        assert found.amount == int(Decimal(point["fee_excl_vat_eur"]) * 100), point


@pytest.mark.parametrize(
    ("debt", "cap"), [(100, 20), (150, 20), (300, 45), (500, 65), (1_000, 90), (39_200, 2_000)]
)
def test_belgian_consumers_are_asked_no_more_than_book_xix_allows(debt: int, cap: int) -> None:
    found = collection_cost("BE", debt * 100, IN_2026)
    assert found is not None
    assert found.amount == cap * 100


def test_the_scale_binds_for_consumers_and_before_its_day_there_is_none() -> None:
    assert is_binding("NL", "consumer", IN_2026)
    assert not is_binding("NL", "company", IN_2026)
    assert collection_cost("BE", 30_000, date(2023, 8, 31)) is None
    assert collection_cost("FR", 30_000, IN_2026) is None


@given(st.integers(0, 10**10), st.integers(0, 10**8), st.sampled_from(["NL", "BE"]))
def test_a_larger_debt_never_costs_less(principal: int, more: int, country: str) -> None:
    one, two = (
        collection_cost(country, principal, IN_2026),
        collection_cost(country, principal + more, IN_2026),
    )
    assert one is not None
    assert two is not None
    assert one.amount <= two.amount


@pytest.mark.parametrize(
    ("country", "kind", "on", "percent"),
    [
        ("NL", "company", date(2026, 3, 1), "10.15"),
        ("NL", "company", date(2023, 7, 1), "12.00"),
        ("BE", "company", date(2026, 3, 1), "10.5"),
        ("FR", "company", date(2026, 3, 1), "12.15"),
        ("DE", "company", date(2026, 3, 1), "10.27"),
        ("DE", "company", date(2025, 12, 31), "10.27"),
        ("DE", "consumer", date(2026, 3, 1), "6.27"),
        ("GB", "company", date(2026, 3, 1), "11.75"),
        ("AT", "company", date(2026, 3, 1), "10.15"),
    ],
)
def test_statutory_interest_is_the_reference_rate_and_a_margin(
    country: str, kind: str, on: date, percent: str
) -> None:
    found = rate(country, kind, on)
    assert found is not None
    assert found.percent == Decimal(percent)
    assert found.article.reference


@pytest.mark.parametrize(
    ("on", "percent"),
    [(date(2013, 7, 1), "8.5"), (date(2014, 1, 1), "8.5"), (date(2015, 1, 1), "8.5"),
     (date(2016, 7, 1), "8"), (date(2023, 1, 1), "10.5"), (date(2023, 7, 1), "12")],
)  # fmt: skip
def test_belgian_interest_is_rounded_up_to_the_next_half_percent(on: date, percent: str) -> None:
    found = rate("BE", "company", on)
    assert found is not None
    assert found.percent == Decimal(percent)


def test_a_rate_that_nobody_knows_yet_is_an_error_and_no_guess() -> None:
    beyond = date(reference_rates("ecb")[-1].first.year + 3, 1, 1)
    with pytest.raises(UnknownRate, match="the way out"):
        rate("NL", "company", beyond)


def test_no_interest_where_the_law_gives_none_or_is_not_known() -> None:
    assert rate("NL", "consumer", IN_2026) is None
    assert rate("US", "company", IN_2026) is None
    assert interest("US", "company", 100_000, date(2026, 1, 1), IN_2026) == 0


def test_interest_counts_from_the_day_after_the_due_date() -> None:
    # EUR 1,000 for one day at 10.15 % is 27.8 cents; ten days are 2.78
    assert interest("NL", "company", 100_000, date(2026, 3, 20), date(2026, 3, 20)) == 0
    assert interest("NL", "company", 100_000, date(2026, 3, 20), date(2026, 3, 21)) == 28
    assert interest("NL", "company", 100_000, date(2026, 3, 20), date(2026, 3, 30)) == 278


def test_interest_changes_with_the_half_year_but_not_in_britain() -> None:
    # Netherlands: 10 days of 2025 at 11.15 / 10.15 percent: H1 2025 3.15 + 8, H2 2025 2.15 + 8
    due, until = date(2025, 6, 25), date(2025, 7, 5)
    expected = Decimal(1_000_000) * (Decimal("11.15") * 5 + Decimal("10.15") * 5) / 36_500
    assert interest("NL", "company", 1_000_000, due, until) == int(expected + Decimal("0.5"))
    british = Decimal(1_000_000) * Decimal("12.75") * 10 / 36_500
    assert interest("GB", "company", 1_000_000, due, until) == int(british + Decimal("0.5"))


@pytest.mark.parametrize(
    ("country", "principal", "amount"),
    [
        ("NL", 1, 4_000),
        ("BE", 5_000_000, 4_000),
        ("GB", 99_999, 4_000),
        ("GB", 100_000, 7_000),
        ("GB", 1_000_000, 10_000),
    ],
)
def test_the_fixed_sum_per_late_invoice(country: str, principal: int, amount: int) -> None:
    found = fixed_sum(country, "company", principal, IN_2026)
    assert found is not None
    assert found.amount == amount
    assert found.currency == ("GBP" if country == "GB" else "EUR")


def test_consumers_owe_no_fixed_sum() -> None:
    assert fixed_sum("NL", "consumer", 100_000, IN_2026) is None


def test_the_letter_that_the_law_wants_first() -> None:
    assert notice_days("NL", "consumer") == 14
    assert notice_days("BE", "consumer") == 14
    assert notice_days("GB", "sole_trader") == 30
    assert notice_days("NL", "company") is None
    assert notice_days("US", "consumer") is None


def test_every_rule_of_every_country_names_its_article() -> None:
    assert {"NL", "BE", "FR", "DE", "GB", "AT"} <= set(countries())
    for country in countries():
        found = statute(country)
        assert found is not None
        articles = [
            *(
                one.article
                for one in (*found.terms, *found.default_terms, *found.interest, *found.fixed_sums)
            ),
            *(one.article for one in (found.collection_cost, found.notice, found.large) if one is not None),
        ]
        assert all(one.reference for one in articles), country
