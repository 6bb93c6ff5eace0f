"""Payment terms: the longest that the law lets a creditor agree on, and the term where nothing was agreed."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from creditdesk.law.statute import Article, TermRule, countries, statute

KINDS = ("company", "sole_trader", "consumer", "public_body")
SIZES = ("sme", "large")


@dataclass(frozen=True)
class Term:
    """A payment term of the law, in calendar days, and the article it rests on."""

    days: int
    article: Article


def cap(
    country: str, kind: str, on: date, creditor: str | None = None, debtor: str | None = None
) -> Term | None:
    """The longest payment term that the law of a country allows.

    Args:
        country: ISO 3166-1 alpha-2.
        kind: of the debtor: company, sole_trader, consumer, public_body.
        on: the day.
        creditor, debtor: sme or large; None = unknown. A creditor of unknown size is taken for small, which is the
            stricter reading; a debtor of unknown size is not taken for large.

    Returns:
        None where the law of the country sets none, or is not known.
    """
    found = statute(country)
    rules = () if found is None else found.terms
    fitting = [
        rule
        for rule in rules
        if kind in rule.kinds
        and rule.article.holds(on)
        and rule.creditor in (None, creditor or "sme")
        and rule.debtor in (None, debtor)
    ]
    return _term(min(fitting, key=lambda rule: rule.days)) if fitting else None


def default_term(country: str, kind: str, on: date) -> Term | None:
    """The payment term where parties agreed on none; None where it is not known."""
    found = statute(country)
    for rule in () if found is None else found.default_terms:
        if kind in rule.kinds and rule.article.holds(on):
            return _term(rule)
    return None


def is_large(country: str, total_assets: int | None, turnover: int | None, staff: int | None) -> bool:
    """Whether a debtor is large in the law of a country: at least two of three thresholds passed (major units)."""
    found = statute(country)
    if found is None or found.large is None:
        return False
    passed = (
        total_assets is not None and total_assets > found.large.total_assets,
        turnover is not None and turnover > found.large.turnover,
        staff is not None and staff >= found.large.staff,
    )
    return sum(passed) >= 2


@dataclass(frozen=True)
class CapRow:
    """One span of days in which the caps for one sort of debtor and creditor stay the same.

    Attributes:
        country, home: of the debtor and of the creditor; empty = not known.
        creditor: size of the creditor; theirs, ours: size of the debtor in the law of either country.
        cap_days: the longest term; None = none. `reason`: its article.
        default_days: the term where none was agreed; None = not known.
    """

    country: str
    home: str
    kind: str
    creditor: str
    theirs: str
    ours: str
    first: date
    last: date
    cap_days: int | None
    reason: str | None
    default_days: int | None


@cache
def cap_rows(homes: tuple[str, ...]) -> tuple[CapRow, ...]:
    """Every cap and default of every country known, as rows that a query can join: no two spans of a sort overlap.

    The law is that of the debtor's country and, between businesses, also that of the creditor's: the stricter holds.

    Args:
        homes: countries of the creditors; empty text = not known.
    """
    rows = []
    for country, home in itertools.product(("", *countries()), homes):
        spans = _spans(country, home)
        for kind, creditor, theirs, ours in itertools.product(KINDS, SIZES, SIZES, SIZES):
            for first, last in spans:
                longest = stricter_cap(country, home, kind, first, creditor, theirs, ours)
                usual = default_term(country, kind, first) or default_term(home, kind, first)
                rows.append(
                    CapRow(country, home, kind, creditor, theirs, ours, first, last,
                           None if longest is None else longest.days,
                           None if longest is None else longest.article.reference,
                           None if usual is None else usual.days)
                )  # fmt: skip
    return tuple(rows)


def stricter_cap(
    country: str, home: str, kind: str, on: date, creditor: str, theirs: str, ours: str
) -> Term | None:
    """The longest term by the debtor's law and, between businesses, by the creditor's; sizes as in `CapRow`."""
    found = [cap(country, kind, on, creditor, theirs)]
    if kind in ("company", "sole_trader"):
        found.append(cap(home, kind, on, creditor, ours))
    return min((one for one in found if one is not None), key=lambda one: one.days, default=None)


def _spans(*places: str) -> list[tuple[date, date]]:
    """The spans between the days on which a rule of one of the countries begins or ends."""
    changes = {date(1900, 1, 1)}
    for found in map(statute, places):
        for rule in () if found is None else (*found.terms, *found.default_terms):
            if rule.article.first is not None:
                changes.add(rule.article.first)
            if rule.article.last is not None:
                changes.add(rule.article.last + timedelta(days=1))
    starts = sorted(changes)
    ends = [*(one - timedelta(days=1) for one in starts[1:]), date(2999, 12, 31)]
    return list(zip(starts, ends, strict=True))


def _term(rule: TermRule) -> Term:
    return Term(rule.days, rule.article)
