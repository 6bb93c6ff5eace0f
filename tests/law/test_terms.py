"""Payment terms that the law allows."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import date, timedelta

import pytest

from creditdesk.law.terms import cap, cap_rows, default_term, is_large, stricter_cap

IN_2026 = date(2026, 4, 1)


@pytest.mark.parametrize(
    ("country", "kind", "creditor", "debtor", "days"),
    [
        ("NL", "company", "sme", "large", 30),
        ("NL", "company", "large", "large", 60),
        ("NL", "company", "sme", "sme", 60),
        ("NL", "company", None, "large", 30),  # a creditor of unknown size is taken for small
        ("NL", "company", "sme", None, 60),  # a debtor of unknown size is not taken for large
        ("NL", "public_body", "sme", None, 30),
        ("BE", "company", "large", "large", 60),
        ("FR", "sole_trader", None, None, 60),
        ("GB", "public_body", None, None, 30),
        ("PL", "company", None, None, 60),  # no file of its own: the directive
        ("NL", "consumer", None, None, None),
        ("US", "company", None, None, None),
        ("", "company", None, None, None),
    ],
)
def test_the_longest_term(
    country: str, kind: str, creditor: str | None, debtor: str | None, days: int | None
) -> None:
    found = cap(country, kind, IN_2026, creditor, debtor)
    assert (None if found is None else found.days) == days
    assert found is None or found.article.reference


def test_a_rule_holds_from_its_day() -> None:
    before, after = date(2022, 6, 30), date(2022, 7, 1)
    assert [cap("NL", "company", on, "sme", "large").days for on in (before, after)] == [60, 30]  # type: ignore[union-attr]


def test_the_term_where_none_was_agreed() -> None:
    found = default_term("DE", "company", IN_2026)
    assert found is not None
    assert found.days == 30
    consumer = default_term("NL", "consumer", IN_2026)
    assert consumer is not None
    assert not consumer.article.verified


def test_large_is_two_of_three() -> None:
    assert is_large("NL", 21_000_000, 41_000_000, 10)
    assert is_large("NL", None, 41_000_000, 250)
    assert not is_large("NL", 21_000_000, None, 249)
    assert not is_large("FR", 10**9, 10**9, 10**5)  # no rule of that country turns on it


def test_rows_for_a_query_cover_every_day_once_and_agree_with_the_functions() -> None:
    spans: dict[tuple[str, ...], list[tuple[date, date]]] = defaultdict(list)
    for row in cap_rows(("NL", "")):
        sort = (row.country, row.home, row.kind, row.creditor, row.theirs, row.ours)
        spans[sort].append((row.first, row.last))
        for day in (row.first, row.last):
            found = stricter_cap(row.country, row.home, row.kind, day, row.creditor, row.theirs, row.ours)
            assert (row.cap_days, row.reason) == (
                (None, None) if found is None else (found.days, found.article.reference)
            )
    for found in spans.values():
        assert all(after[0] == before[1] + timedelta(days=1) for before, after in itertools.pairwise(found))
        assert found[0][0] <= date(1990, 1, 1)
        assert found[-1][1] >= date(2099, 1, 1)


@pytest.mark.parametrize(
    ("country", "home", "kind", "days"),
    [
        ("BE", "NL", "company", 30),  # ours is the stricter: a large debtor of a small Dutch creditor
        ("NL", "BE", "company", 30),
        ("US", "BE", "company", 60),  # nothing is known of theirs
        ("US", "", "company", None),
        ("US", "NL", "public_body", None),  # a public body has the law of its own country
    ],
)
def test_between_businesses_the_stricter_of_both_laws_holds(
    country: str, home: str, kind: str, days: int | None
) -> None:
    found = stricter_cap(country, home, kind, IN_2026, "sme", "large", "large")
    assert (None if found is None else found.days) == days
