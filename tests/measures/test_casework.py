"""Promises, disputes, contacts, reminders that proved wrong, and what a comparison may say."""

from __future__ import annotations

from datetime import date

import pytest

from measures.ledger import Ledger, number, on


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def dispute(
    ledger: Ledger, name: str, opened: str, closed: str | None = None, outcome: str | None = None, **more
) -> None:
    row = {"dispute_id": name, "customer_id": "c1", "currency": "EUR", "opened_on": on(opened), "closed_on": on(closed) if closed else None,
           "amount": 100, "reason": "price", "outcome": outcome, "owner": None, "deadline": None}  # fmt: skip
    ledger.add("dispute_rows", **(row | more))


def test_promises_by_the_day_that_was_promised(ledger) -> None:
    for due, state in (
        ("2026-02-10", "kept"),
        ("2026-02-12", "broken"),
        ("2026-02-12", "broken"),
        ("2026-02-20", "active"),
        ("2026-02-01", "withdrawn"),
    ):
        ledger.add(
            "promise_rows", customer_id="c1", currency="EUR", amount=100, due_day=number(due), state=state
        )
    assert ledger.figures("2026-02-28").parts("promise", "2026-02-28") == {"broken": 200, "kept": 100}


def test_disputes_open_as_each_month_ended_and_how_long_they_took(ledger) -> None:
    dispute(ledger, "d1", "2026-01-10", "2026-02-09", "customer_right")
    dispute(ledger, "d2", "2026-01-20", reason="quality")
    dispute(ledger, "d3", "2026-02-20", "2026-02-25", "we_right", amount=30)
    found = ledger.figures("2026-02-28")
    assert found.parts("disputed", "2026-01-31") == {"price": 100, "quality": 100}
    assert found.parts("disputed", "2026-02-28") == {"quality": 100}
    assert found.count("disputed", "2026-02-28", "quality") == 1
    assert (
        found.amount("dispute_days", "2026-02-28", "price"),
        found.count("dispute_days", "2026-02-28", "price"),
    ) == (35, 2)
    assert found.count("dispute_right", "2026-02-28", "price") == 1
    assert found.count("dispute_opened", "2026-01-31", "quality") == 1


def test_a_dispute_that_is_closed_tomorrow_is_open_today(ledger) -> None:
    dispute(ledger, "d1", "2026-01-10", "2026-03-01")
    assert ledger.figures("2026-02-28").parts("disputed", "2026-02-28") == {"price": 100}


def test_disputes_that_a_reminder_brought_out(ledger) -> None:
    ledger.acts("c1", "email", "2026-01-10")
    ledger.acts("c2", "email", "2026-01-20", level=0)
    dispute(ledger, "d1", "2026-02-09")
    dispute(ledger, "d2", "2026-02-10")  # 31 days after
    dispute(ledger, "d3", "2026-01-09")  # the day before
    dispute(ledger, "d4", "2026-01-25", customer_id="c2")  # a service mail is no reminder
    found = ledger.figures("2026-02-28")
    assert (found.count("dispute_reminded", "2026-01-31"), found.count("dispute_reminded", "2026-02-28")) == (
        0,
        1,
    )


def test_contacts_by_channel_and_by_person_at_what_they_cost(ledger) -> None:
    ledger.acts("c1", "email", "2026-02-02", by="system")
    ledger.acts("c1", "call", "2026-02-03", outcome="no_answer")
    ledger.acts("c1", "call", "2026-02-04", outcome="promised")
    ledger.acts("c2", "call", "2026-02-04", outcome="reached", by=None)
    ledger.acts("c2", "letter", "2026-02-05", by="cem")
    found = ledger.figures("2026-02-28")
    assert found.parts("contact", "2026-02-28") == {"call": 2700, "email": 10, "letter": 0}
    told = {
        name: {part: found.count(name, "2026-02-28", part) for part in ("carla", "cem", "system", "?")}
        for name in ("done", "called", "reached", "promised")
    }
    assert told == {
        "done": {"carla": 2, "cem": 1, "system": 1, "?": 1},
        "called": {"carla": 2, "cem": 0, "system": 0, "?": 1},
        "reached": {"carla": 1, "cem": 0, "system": 0, "?": 1},
        "promised": {"carla": 1, "cem": 0, "system": 0, "?": 0},
    }


def reminded(ledger: Ledger, *invoices: str, day: str = "2026-02-10") -> None:
    ledger.acts("c1", "email", day, invoice_ids=list(invoices), amount=100)


@pytest.mark.parametrize(
    ("value", "booked", "allocated", "why"),
    [
        ("2026-02-09", "2026-02-10", "2026-02-10", "bank"),  # the bank told of it too late
        ("2026-02-06", "2026-02-09", "2026-02-11", "allocation"),  # the money was there, on no invoice
        (
            "2026-02-06",
            "2026-02-09",
            "2026-02-09",
            "known",
        ),  # everything was known: no reminder should have gone
        ("2026-02-10", "2026-02-11", "2026-02-11", None),  # paid on the day itself: it crossed the money
        ("2026-03-01", "2026-03-02", "2026-03-02", None),  # it worked
    ],
)
def test_a_reminder_is_wrong_when_the_money_was_on_its_way_before(
    ledger, value, booked, allocated, why
) -> None:
    ledger.invoice("i1", "c1", "2026-01-05", "2026-02-01", 10_000)
    ledger.pays("p1", "c1", value, 10_000, entry_date=on(booked))
    ledger.allocates("i1", allocated, 10_000, "p1")
    reminded(ledger, "i1")
    found = ledger.figures("2026-03-31")
    assert found.count("reminder", "2026-02-28") == 1
    assert found.parts("reminder_wrong", "2026-02-28") == ({why: 100} if why else {})


def test_a_reminder_of_two_invoices_of_which_one_was_paid_is_partly_wrong(ledger) -> None:
    for name in ("i1", "i2"):
        ledger.invoice(name, "c1", "2026-01-05", "2026-02-01", 10_000)
    ledger.settles("i1", "c1", "2026-02-06", 10_000)
    reminded(ledger, "i1", "i2")
    assert ledger.figures("2026-03-31").parts("reminder_wrong", "2026-02-28") == {"partly": 100}


def test_an_invoice_that_was_paid_in_part_was_rightly_reminded(ledger) -> None:
    ledger.invoice("i1", "c1", "2026-01-05", "2026-02-01", 10_000)
    ledger.settles("i1", "c1", "2026-02-06", 6_000)
    reminded(ledger, "i1")
    ledger.acts("c1", "call", "2026-02-10", invoice_ids=["i1"])  # a call is not written
    found = ledger.figures("2026-03-31")
    assert (found.count("reminder", "2026-02-28"), found.parts("reminder_wrong", "2026-02-28")) == (1, {})


def test_answers_of_customers(ledger) -> None:
    for score in (5, 4, 2):
        ledger.add("feedback_rows", customer_id="c1", on=date(2026, 2, 3), score=score)
    found = ledger.figures("2026-02-28")
    assert (found.amount("feedback", "2026-02-28"), found.count("feedback", "2026-02-28")) == (11, 3)


def payments(ledger: Ledger, customer: str, days: int, *months: str) -> None:
    """Three invoices a month, each paid so many days late."""
    for month in months:
        for index in range(3):
            name = f"{customer}-{month}-{index}"
            ledger.invoice(name, customer, f"{month}-01", f"{month}-02", 100)
            ledger.settles(name, customer, f"{month}-{2 + days:02d}", 100)


def test_who_moved_is_shown_beside_customers_who_paid_alike_and_stayed(ledger) -> None:
    payments(ledger, "moved", 20, "2026-01", "2026-02")
    payments(ledger, "moved", 6, "2026-04")
    payments(ledger, "alike", 18, "2026-01", "2026-02")
    payments(ledger, "alike", 10, "2026-04")
    payments(ledger, "other", 2, "2026-01", "2026-02", "2026-04")
    ledger.add("moved_rows", customer_id="moved", segment_since=date(2026, 3, 10))
    found = ledger.figures("2026-04-30")
    money = found.parts("compared_money", "2026-04-30")
    told = {part: late / money[part] for part, late in found.parts("compared", "2026-04-30").items()}
    assert told == {
        "to_30:moved:before": 20, "to_30:moved:after": 6,
        "to_30:stayed:before": 18, "to_30:stayed:after": 10,
        "to_5:stayed:before": 2, "to_5:stayed:after": 2,
    }  # fmt: skip
    assert found.count("compared", "2026-04-30", "to_30:moved:after") == 1


def test_without_a_move_there_is_nothing_to_compare(ledger) -> None:
    payments(ledger, "alike", 18, "2026-01", "2026-02", "2026-04")
    assert ledger.figures("2026-04-30").parts("compared", "2026-04-30") == {}


def test_the_worst_payers_of_a_quarter_get_better_by_themselves(ledger) -> None:
    """Customers who are now late, now on time: nobody did anything, and the worst quarter of them improves."""
    for index in range(8):
        early, late = (0, 20) if index % 2 else (20, 0)
        payments(ledger, f"c{index}", early, "2025-11", "2025-12")
        payments(ledger, f"c{index}", late, "2026-03")
    found = ledger.figures("2026-04-10")
    late, money = found.parts("by_itself", "2026-04-10"), found.parts("by_itself_money", "2026-04-10")
    assert (late["4:before"] / money["4:before"], late["4:after"] / money["4:after"]) == (20, 0)
    assert (late["1:before"] / money["1:before"], late["1:after"] / money["1:after"]) == (0, 20)
