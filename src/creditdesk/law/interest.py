"""Statutory interest on late payment: simple interest by the day, from the day after the due date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from creditdesk.law.statute import Article, InterestRule, reference_rates, statute

YEAR = 365


@dataclass(frozen=True)
class Rate:
    """A yearly rate in percent. `verified`: both the rule and the reference rate were held against their source."""

    percent: Decimal
    article: Article
    verified: bool


class UnknownRate(LookupError):
    """The law gives interest, but no reference rate is known for the day."""


def rate(country: str, kind: str, on: date) -> Rate | None:
    """The statutory rate on a day; the reference rate of the half-year, plus the margin, rounded as the law says.

    Returns:
        None where the law of the country gives this kind of debtor none, or is not known.

    Raises:
        UnknownRate: when no reference rate is known for the day: before the first, or more than half a year after
            the last one that the data hold.
    """
    rule = _rule(country, kind, on)
    return None if rule is None else _rate(rule, on)


def interest(country: str, kind: str, principal: int, due: date, until: date) -> int:
    """Interest in minor units on `principal` (minor units), from the day after `due` up to and including `until`.

    Simple interest, actual days over 365, at the rate of each half-year (or that of the first, where the law fixes it
    there), rounded half up once at the end. 0 where the law gives none.

    Raises:
        UnknownRate: as `rate`.
    """
    total = Decimal(0)
    start = due + timedelta(days=1)
    opening = _rule(country, kind, start) if until >= start else None
    day = start
    while opening is not None and day <= until:
        last = min(until, _half_year_end(day))
        used = _rate(opening, start) if opening.fixed_at_start else rate(country, kind, day)
        if used is not None:
            total += principal * used.percent * ((last - day).days + 1) / (100 * YEAR)
        day = last + timedelta(days=1)
    return int(total.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _rule(country: str, kind: str, on: date) -> InterestRule | None:
    found = statute(country)
    for rule in () if found is None else found.interest:
        if kind in rule.kinds and rule.article.holds(on):
            return rule
    return None


def _rate(rule: InterestRule, on: date) -> Rate:
    known = [one for one in reference_rates(rule.base) if one.first <= on]
    newest = reference_rates(rule.base)[-1]
    if not known or on > _half_year_end(newest.first):
        raise UnknownRate(
            f"no reference rate {rule.base!r} for {on.isoformat()}; known from "
            f"{reference_rates(rule.base)[0].first.isoformat()} to {_half_year_end(newest.first).isoformat()}; "
            "the way out: add the half-year to law/data/rates.yaml"
        )
    percent = known[-1].percent + rule.margin
    if rule.round_up_to:
        steps = (percent / rule.round_up_to).to_integral_value(ROUND_CEILING)
        percent = steps * rule.round_up_to
    return Rate(percent, rule.article, rule.article.verified and known[-1].verified)


def _half_year_end(day: date) -> date:
    return date(day.year, 6, 30) if day.month <= 6 else date(day.year, 12, 31)
