"""Pay-day habits: found in payment dates, declared, held by, and lost. Today is Tuesday 31 March 2026 unless said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from creditdesk.engine.habit_days import BankMonths, least_hits
from creditdesk.policy.document import Policy
from engine.ledger import Ledger, Row, profiles

TODAY = date(2026, 3, 31)

MONTHS = [(2025, month) for month in range(4, 13)] + [(2026, 1), (2026, 2), (2026, 3)]


def paid(book: Ledger, customer: str, pays: list[date], terms: list[int] | None = None) -> None:
    """A customer with one invoice per payment date, due some days before it: so many that no lag can be seen in them."""
    book.customer(customer)
    for number, on in enumerate(pays):
        before = (terms or [2, 19, 8, 27, 13, 22, 5])[number % len(terms or [0] * 7)]
        book.invoice(f"{customer}-{number}", customer, on - timedelta(days=before), 100)
        book.pay(customer, on, 100, f"{customer}-{number}")


@pytest.fixture(scope="module")
def found(starter: Policy) -> dict[str, Row]:
    book = Ledger()
    # the 15th, or the Monday after a weekend
    fifteenths = [date(2025, 4, 15), date(2025, 5, 15), date(2025, 6, 16), date(2025, 7, 15), date(2025, 8, 15),
                  date(2025, 9, 15), date(2025, 10, 15), date(2025, 11, 17), date(2025, 12, 15), date(2026, 1, 15),
                  date(2026, 2, 16), date(2026, 3, 16)]  # fmt: skip
    paid(book, "fifteenth", fifteenths)
    # the last bank day of the month: it also lies within a day of the 30th, the 31st and often the 1st
    lasts = [date(2025, 4, 30), date(2025, 5, 30), date(2025, 6, 30), date(2025, 7, 31), date(2025, 8, 29),
             date(2025, 9, 30), date(2025, 10, 31), date(2025, 11, 28), date(2025, 12, 31), date(2026, 1, 30),
             date(2026, 2, 27)]  # fmt: skip
    paid(book, "month_end", lasts)
    paid(book, "fridays", [date(2025, 10, 3) + timedelta(days=7 * week) for week in range(24)])
    # always twelve days late, whatever the date
    odd = [date(2025, 6, 3) + timedelta(days=17 * number) for number in range(14)]
    paid(book, "lag", odd, terms=[12, 12, 13, 12, 11])
    # always on the day it is due: punctual, no habit to wait for
    paid(book, "punctual", odd, terms=[0])
    # five dates are too few; six within three months too short
    paid(book, "too_few", fifteenths[-5:])
    paid(book, "too_short", [date(2026, 1, 2) + timedelta(days=7 * week) for week in range(6)])
    paid(
        book,
        "anyhow",
        [date(2025, 4, 3) + timedelta(days=step) for step in (0, 25, 61, 83, 118, 151, 177, 220, 262, 301)],
    )
    # nine 15ths, then twice the 25th: the habit is over
    paid(book, "given_up", [*fifteenths[:9], date(2026, 1, 26), date(2026, 2, 25)])
    book.customer("declares")
    book.add("preference", customer_id="declares", kind="payment_run", value="5, 20", from_on=date(2026, 1, 1),
             set_by="customer")  # fmt: skip
    # direct debits are our choice of day
    book.customer("debited")
    for number, on in enumerate(fifteenths):
        book.invoice(f"db{number}", "debited", on - timedelta(days=5), 100)
        book.pay("debited", on, 100, f"db{number}", method="direct_debit")
    return profiles(book.facts, starter, TODAY)


HABITS = [
    ("fifteenth", "month_day", "15", date(2026, 4, 15)),
    ("month_end", "last_business_day", "last", date(2026, 3, 31)),
    # Good Friday is no bank day, nor is Easter Monday: Tuesday 7 April
    ("fridays", "weekday", "friday", date(2026, 4, 7)),
    ("lag", "lag", "+12", None),
    ("punctual", None, None, None),
    ("too_few", None, None, None),
    ("too_short", None, None, None),
    ("anyhow", None, None, None),
    ("given_up", None, None, None),
    ("declares", "declared", "5,20", date(2026, 4, 7)),  # the 5th is Easter Sunday
    ("debited", None, None, None),
]


@pytest.mark.parametrize(("customer", "habit", "which", "upcoming"), HABITS)
def test_which_habit(
    found: dict[str, Row], customer: str, habit: str | None, which: str | None, upcoming: date | None
) -> None:
    row = found[customer]
    assert (row["habit"], row["habit_day"], row["habit_next"]) == (habit, which, upcoming)


def test_evidence_and_what_it_brings(found: dict[str, Row]) -> None:
    row = found["fifteenth"]
    assert (row["habit_evidence"], row["habit_share"], row["habit_declared"]) == (12, 1.0, False)
    # due 2, 19, 8, 27, 13, 22, 5, 2, … days before: twelve of them, the sixth from below
    assert row["habitual_days_late"] == row["days_late_median"]
    assert found["declares"]["habit_declared"]
    assert found["anyhow"]["habitual_days_late"] is None


@pytest.mark.parametrize(
    ("due", "today", "starts", "holds", "expires", "still"),
    [
        # nothing is past due: nothing waits, nothing can lapse
        (date(2026, 4, 10), date(2026, 4, 9), None, None, None, True),
        # due on 2 April: the 15th comes, and two bank days for the bank: Friday 17 April
        (date(2026, 4, 2), date(2026, 4, 7), date(2026, 4, 17), date(2026, 4, 17), date(2026, 5, 19), True),
        # due on 17 March, after its day: Friday 17 April is 31 days later, within the longest hold of 35
        (date(2026, 3, 17), date(2026, 3, 31), date(2026, 4, 17), date(2026, 4, 17), date(2026, 5, 19), True),
        # the 17th has come and nothing was paid: no excuse any more, the habit still known
        (date(2026, 4, 2), date(2026, 4, 17), date(2026, 4, 17), None, date(2026, 5, 19), True),
        # the 15th of May has passed too: lapsed
        (date(2026, 4, 2), date(2026, 5, 20), None, None, None, False),
    ],
)
def test_what_a_habit_excuses_and_for_how_long(
    due: date,
    today: date,
    starts: date | None,
    holds: date | None,
    expires: date | None,
    still: bool,
    starter: Policy,
) -> None:
    book = Ledger()
    months = MONTHS[:-1] if due < date(2026, 3, 20) else MONTHS
    calendar = BankMonths.between("@EUR", date(2025, 3, 1), date(2026, 6, 1))
    paid(book, "c", [day for day in calendar.targets("month_day", 15) if (day.year, day.month) in months])
    book.invoice("open", "c", due, 100)
    row = profiles(book.facts, starter, today)["c"]
    assert (row["habit"] is not None) == still
    assert (row["habit_start_on"], row["habit_hold_until"], row["habit_expires"]) == (starts, holds, expires)


def test_a_calendar_day_rolls_forward_and_at_the_end_of_the_month_back() -> None:
    months = BankMonths.between("@EUR", date(2026, 1, 1), date(2026, 6, 30))
    of_2026 = {
        code: [day for day in months.targets(*code) if date(2026, 1, 1) <= day < date(2026, 6, 1)]
        for code in (("month_day", 5), ("month_day", 31), ("last_business_day", 1), ("nth_business_day", 1))
    }
    assert of_2026 == {
        ("month_day", 5): [date(2026, 1, 5), date(2026, 2, 5), date(2026, 3, 5), date(2026, 4, 7), date(2026, 5, 5)],
        ("month_day", 31): [date(2026, 1, 30), date(2026, 2, 27), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 29)],
        ("last_business_day", 1): [
            date(2026, 1, 29), date(2026, 2, 26), date(2026, 3, 30), date(2026, 4, 29), date(2026, 5, 28)
        ],
        ("nth_business_day", 1): [
            date(2026, 1, 2), date(2026, 2, 2), date(2026, 3, 2), date(2026, 4, 1), date(2026, 5, 4)
        ],
    }  # fmt: skip


def test_how_many_hits_chance_does_not_explain() -> None:
    # six dates must all hit: 45 x (1/7)^6 = 0.0004, while five of six would be 45 x 0.00031 = 0.014, above 1 %
    assert [least_hits(n, 1 / 7) for n in (6, 8, 12, 24)] == [6, 6, 9, 18]
    assert [least_hits(n, 1 / 5) for n in (6, 8, 12, 24)] == [6, 7, 9, 18]
