"""The forty terms codes of the made-up company, and the due dates they give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditdesk.sample.bank_days import first_of, last_of, month_of

if TYPE_CHECKING:
    from creditdesk.sample.columns import Ints

NET, END_OF_MONTH, FIXED_DAY = 0, 1, 2


@dataclass(frozen=True)
class Terms:
    """One terms code.

    Attributes:
        code: as the ERP calls it.
        days: calendar days.
        share: how often it is agreed among its kind of customer.
        basis: NET counts from the date of issue, END_OF_MONTH from the end of that month, FIXED_DAY goes on to
            the next `day` of a month.
        day: day of the month, for FIXED_DAY.
        discount_days: within which the cash discount may be taken; 0 = none.
        discount_percent: of the amount.
        debit: we collect by direct debit.
        public: for public bodies.
    """

    code: str
    days: int
    share: float
    basis: int = NET
    day: int = 0
    discount_days: int = 0
    discount_percent: int = 0
    debit: bool = False
    public: bool = False


TERMS = (
    Terms("N0", 0, 1.0), Terms("N7", 7, 1.0), Terms("N8", 8, 3.0), Terms("N10", 10, 1.0), Terms("N14", 14, 8.0),
    Terms("N15", 15, 2.0), Terms("N20", 20, 1.0), Terms("N21", 21, 1.0), Terms("N25", 25, 0.5),
    Terms("N28", 28, 0.5), Terms("N30", 30, 36.0), Terms("N35", 35, 0.5), Terms("N40", 40, 0.5),
    Terms("N45", 45, 4.0), Terms("N50", 50, 0.5), Terms("N60", 60, 6.0), Terms("N75", 75, 0.3),
    Terms("N90", 90, 0.5),
    Terms("EOM0", 0, 1.5, END_OF_MONTH), Terms("EOM7", 7, 0.5, END_OF_MONTH), Terms("EOM10", 10, 1.0, END_OF_MONTH),
    Terms("EOM15", 15, 0.7, END_OF_MONTH), Terms("EOM30", 30, 8.0, END_OF_MONTH),
    Terms("EOM45", 45, 1.0, END_OF_MONTH), Terms("EOM60", 60, 1.0, END_OF_MONTH),
    Terms("30F10", 30, 0.7, FIXED_DAY, 10), Terms("30F15", 30, 0.7, FIXED_DAY, 15),
    Terms("30F25", 30, 0.5, FIXED_DAY, 25),
    Terms("2T8N30", 30, 4.0, discount_days=8, discount_percent=2),
    Terms("2T10N30", 30, 1.0, discount_days=10, discount_percent=2),
    Terms("2T14N30", 30, 0.5, discount_days=14, discount_percent=2),
    Terms("3T8N30", 30, 0.5, discount_days=8, discount_percent=3),
    Terms("1T10N45", 45, 0.5, discount_days=10, discount_percent=1),
    Terms("2T10N60", 60, 0.5, discount_days=10, discount_percent=2),
    Terms("1T8N14", 14, 0.3, discount_days=8, discount_percent=1),
    Terms("DD7", 7, 1.0, debit=True), Terms("DD14", 14, 3.0, debit=True), Terms("DD30", 30, 1.5, debit=True),
    Terms("PUB30", 30, 3.0, public=True), Terms("PUB60", 60, 1.0, public=True),
)  # fmt: skip

CODE = {terms.code: position for position, terms in enumerate(TERMS)}
DAYS = np.array([terms.days for terms in TERMS], dtype=np.int64)
BASIS = np.array([terms.basis for terms in TERMS], dtype=np.int64)
FIXED = np.array([max(terms.day, 1) for terms in TERMS], dtype=np.int64)
DISCOUNT_DAYS = np.array([terms.discount_days for terms in TERMS], dtype=np.int64)
DISCOUNT_PERCENT = np.array([terms.discount_percent for terms in TERMS], dtype=np.int64)
DEBIT = np.array([terms.debit for terms in TERMS])


def due_dates(issued: Ints, terms: Ints) -> Ints:
    """The date of payment of each invoice, as the terms code says; weekends are left as they are."""
    net = issued + DAYS[terms]
    from_month_end = last_of(month_of(issued)) + DAYS[terms]
    same_month = first_of(month_of(net)) + FIXED[terms] - 1
    next_month = first_of(month_of(net) + 1) + FIXED[terms] - 1
    fixed = np.where(same_month >= net, same_month, next_month)
    return np.select([BASIS[terms] == END_OF_MONTH, BASIS[terms] == FIXED_DAY], [from_month_end, fixed], net)
