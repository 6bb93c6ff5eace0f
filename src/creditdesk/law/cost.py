"""Costs of collecting: the fixed sum per late invoice, and the scales that cap what may be asked for collecting.

Scales in force: the Dutch decree on extrajudicial collection costs (WIK) and Book XIX of the Belgian Code of Economic
Law. Amounts are minor units of the country's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from creditdesk.facts.money import digits
from creditdesk.law.statute import Article, Scale, statute


@dataclass(frozen=True)
class Cost:
    """An amount in minor units of `currency`, and the article it rests on."""

    amount: int
    currency: str
    article: Article


def fixed_sum(country: str, kind: str, principal: int, on: date) -> Cost | None:
    """The fixed sum that the law gives a creditor for one late invoice of `principal`; None where it gives none."""
    found = statute(country)
    if found is None:
        return None
    principal_major = Decimal(principal).scaleb(-digits(found.currency))
    fitting = [
        one
        for one in found.fixed_sums
        if kind in one.kinds and one.above <= principal_major and one.article.holds(on)
    ]
    if not fitting:
        return None
    best = max(fitting, key=lambda one: one.above)
    return Cost(_minor(best.amount, found.currency), found.currency, best.article)


def collection_cost(country: str, principal: int, on: date) -> Cost | None:
    """The most that may be asked for collecting `principal`, VAT left out; None where no scale is in force.

    Parts of a debt are added up before the scale is read: it falls with the amount.
    """
    found = statute(country)
    if found is None or found.collection_cost is None or not found.collection_cost.article.holds(on):
        return None
    scale = found.collection_cost
    amount = on_scale(scale, Decimal(principal).scaleb(-digits(found.currency)))
    return Cost(_minor(amount, found.currency), found.currency, scale.article)


def is_binding(country: str, kind: str, on: date) -> bool:
    """Whether the scale cannot be departed from for this kind of debtor."""
    found = statute(country)
    scale = None if found is None else found.collection_cost
    return scale is not None and scale.article.holds(on) and kind in scale.binding


def on_scale(scale: Scale, principal: Decimal) -> Decimal:
    """The amount a scale gives for a principal in major units; 0 for a principal of 0 or less."""
    if principal <= 0:
        return Decimal(0)
    own = [one for one in scale.slices if one.above < principal][-1]
    amount = own.fixed + (principal - own.above) * own.percent / 100
    amount = max(amount, scale.least)
    return amount if scale.most is None else min(amount, scale.most)


def notice_days(country: str, kind: str) -> int | None:
    """Days that a letter required by law leaves to pay before costs may be asked; None where none is required."""
    found = statute(country)
    if found is None or found.notice is None or kind not in found.notice.kinds:
        return None
    return found.notice.days


def _minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(digits(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
