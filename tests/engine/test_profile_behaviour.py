"""How a customer pays, in small ledgers whose figures are worked out by hand. Today is Tuesday 31 March 2026."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import pytest

from creditdesk.engine.payment_index import index_of
from creditdesk.policy.document import Policy
from engine.ledger import Ledger, Row, profiles

TODAY = date(2026, 3, 31)


def day(text: str) -> date:
    """A day of 2026, written `27 Feb`; with a year where it is another."""
    parts = text.split()
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return date(int(parts[2]) if len(parts) > 2 else 2026, months.index(parts[1]) + 1, int(parts[0]))


@pytest.fixture(scope="module")
def found(starter: Policy) -> dict[str, Row]:
    """One portfolio with a customer per case, profiled once."""
    book = Ledger()

    # Punctual: paid on the Friday it was due, and on Monday 2 March what was due on Saturday 28 February.
    book.customer("punctual")
    book.invoice("pu1", "punctual", day("27 Feb"), 1000)
    book.pay("punctual", day("27 Feb"), 1000, "pu1")
    book.invoice("pu2", "punctual", day("28 Feb"), 1000)
    book.pay("punctual", day("2 Mar"), 1000, "pu2")

    # Large and late, small and early: (9,000 x 20 + 1,000 x -10) / 10,000 = 17; plain (20 - 10) / 2 = 5.
    book.customer("weighty")
    book.invoice("we1", "weighty", day("2 Feb"), 9000)
    book.pay("weighty", day("22 Feb"), 9000, "we1")
    book.invoice("we2", "weighty", day("20 Feb"), 1000)
    book.pay("weighty", day("10 Feb"), 1000, "we2")

    # In two parts: (300 x 0 + 700 x 30) / 1,000 = 21 days late.
    book.customer("parts")
    book.invoice("pa1", "parts", day("2 Feb"), 1000)
    book.pay("parts", day("2 Feb"), 300, "pa1")
    book.pay("parts", day("4 Mar"), 700, "pa1")

    # Paid half on the day, half still open 29 days after it: (500 x 0 + 500 x 29) / 1,000 = 14.5, half up 15.
    book.customer("half_open")
    book.invoice("ho1", "half_open", day("2 Mar"), 1000)
    book.pay("half_open", day("2 Mar"), 500, "ho1")

    # A rest of EUR 4 is within the tolerance of EUR 5: settled on the day it was paid, seven days late.
    book.customer("short_pay")
    book.invoice("sp1", "short_pay", day("2 Feb"), 1000)
    book.pay("short_pay", day("9 Feb"), 996, "sp1")

    # Discount taken in time closes the invoice and is not lateness: paid five days early.
    book.customer("discount")
    book.invoice("di1", "discount", day("27 Feb"), 1000)
    book.pay("discount", day("22 Feb"), 980, "di1")
    book.allocate("di1", day("22 Feb"), 20, kind="cash_discount")

    # A credit note of 400 lowers the weight to 600, paid ten days late; the other invoice weighs 600 too, paid on time.
    book.customer("credited")
    book.invoice("cr1", "credited", day("2 Feb"), 1000)
    book.credit_note("crn", "credited", day("3 Feb"), 400)
    book.allocate("cr1", day("3 Feb"), 400, kind="credit_note", credit_note_id="crn")
    book.pay("credited", day("12 Feb"), 600, "cr1")
    book.invoice("cr2", "credited", day("2 Feb"), 600)
    book.pay("credited", day("2 Feb"), 600, "cr2")

    # Credited in full: no experience at all.
    book.customer("all_credited")
    book.invoice("ac1", "all_credited", day("2 Feb"), 500)
    book.credit_note("acn", "all_credited", day("3 Mar"), 500)
    book.allocate("ac1", day("3 Mar"), 500, kind="credit_note", credit_note_id="acn")

    # Nothing ever bought; and bought but not yet due.
    book.customer("no_history")
    book.customer("not_due")
    book.invoice("nd1", "not_due", day("15 Apr"), 1000)

    # Very early and very late: bounds of 60 days before and 180 after.
    book.customer("bounds")
    book.invoice("bo1", "bounds", day("3 Mar"), 1000, term=120)
    book.pay("bounds", day("4 Nov 2025"), 1000, "bo1")
    book.invoice("bo2", "bounds", day("1 Jul 2025"), 1000)

    # The debtor's invoice is paid by somebody else: the debtor's behaviour all the same.
    book.customer("debtor", payer_id="payer")
    book.customer("payer")
    book.invoice("de1", "debtor", day("2 Mar"), 1000)
    book.pay("payer", day("12 Mar"), 1000, "de1")

    # Left out: written off, sold to a factor, debited by us, and disputed where the customer was right.
    book.customer("left_out")
    for number, extra in enumerate(
        ({}, {"factored_on": day("5 Feb")}, {"payment_method": "direct_debit"}, {})
    ):
        book.invoice(f"lo{number}", "left_out", day("2 Feb"), 1000, **extra)
        book.pay("left_out", day("20 Mar"), 900 if number == 0 else 1000, f"lo{number}")
    book.allocate("lo0", day("25 Mar"), 100, kind="write_off")
    book.add("dispute", dispute_id="lod", customer_id="left_out", invoice_id="lo3", opened_on=day("9 Feb"),
             closed_on=day("10 Mar"), amount=100_000, reason="price", outcome="customer_right")  # fmt: skip
    # A debit that the bank returned was not paid at all: an experience again.
    book.customer("returned_debit")
    book.invoice("rd1", "returned_debit", day("2 Mar"), 1000, payment_method="direct_debit")
    book.add("collection", collection_id="k", invoice_id="rd1", collect_on=day("2 Mar"), amount=100_000,
             returned_on=day("5 Mar"))  # fmt: skip

    # A payment that came back whole pays nothing: open for 29 days.
    book.customer("bounced")
    book.invoice("bn1", "bounced", day("2 Mar"), 1000)
    paid = book.pay("bounced", day("2 Mar"), 1000, "bn1")
    book.add("payment", payment_id="back", customer_id="bounced", kind="return", value_date=day("6 Mar"), amount=100_000,
             currency="EUR", reverses_payment_id=paid)  # fmt: skip

    # Ever later, by two days an invoice.
    book.customer("slipping")
    for number in range(8):
        due = day("5 May 2025") + timedelta(days=28 * number)
        book.invoice(f"sl{number}", "slipping", due, 1000)
        book.pay("slipping", due + timedelta(days=2 * number), 1000, f"sl{number}")
    return profiles(book.facts, starter, TODAY)


DAYS_LATE = [
    # customer          experiences  money-weighted  plain
    ("punctual", 2, 0.0, 0.0),
    ("weighty", 2, 17.0, 5.0),
    ("parts", 1, 21.0, 21.0),
    ("half_open", 1, 15.0, 15.0),
    ("short_pay", 1, 7.0, 7.0),
    ("discount", 1, -5.0, -5.0),
    ("credited", 2, 5.0, 5.0),
    ("all_credited", 0, None, None),
    ("no_history", 0, None, None),
    ("not_due", 0, None, None),
    ("bounds", 2, 60.0, 60.0),
    ("debtor", 1, 10.0, 10.0),
    ("payer", 0, None, None),
    ("left_out", 0, None, None),
    ("returned_debit", 1, 29.0, 29.0),
    ("bounced", 1, 29.0, 29.0),
    ("slipping", 8, 7.0, 7.0),
]


@pytest.mark.parametrize(("customer", "n", "weighted", "plain"), DAYS_LATE)
def test_days_late(
    found: dict[str, Row], customer: str, n: int, weighted: float | None, plain: float | None
) -> None:
    row = found[customer]
    assert (row["observations"], row["days_late"], row["days_late_plain"]) == (n, weighted, plain)


def test_an_open_invoice_is_an_experience_only_once_it_is_past_due(found: dict[str, Row]) -> None:
    assert (found["not_due"]["observations"], found["not_due"]["open_items"]) == (0, 1)
    assert (found["half_open"]["observations"], found["half_open"]["settled_count"]) == (1, 0)


def test_shares_and_order_statistics(found: dict[str, Row]) -> None:
    row = found["slipping"]  # 0, 2, 4, … 14 days late
    assert (row["late_share"], row["late30_share"]) == (0.875, 0.0)
    assert (row["days_late_q1"], row["days_late_median"], row["days_late_q3"]) == (2, 6, 10)
    assert row["days_late_p80"] == 12
    # squares sum to 560, mean 7: (8 x 560 - 56 x 56) / (8 x 7) = 24, root 4.90
    assert row["days_late_sd"] == 4.90
    assert row["days_late_trend"] == 2.0


def test_the_trend_needs_four_invoices(found: dict[str, Row]) -> None:
    assert found["weighty"]["days_late_trend"] is None


def test_kaplan_meier_counts_the_open_one_as_not_yet_paid(found: dict[str, Row]) -> None:
    assert found["slipping"]["km_median"] == 6
    # bounds: one paid 60 days early is half of two
    assert found["bounds"]["km_median"] == -60
    assert found["half_open"]["km_median"] is None


def test_days_to_pay_counts_from_the_invoice(found: dict[str, Row]) -> None:
    assert found["parts"]["days_to_pay"] == 51.0  # thirty days of term and twenty-one late


def test_what_is_left_out_says_why_elsewhere(found: dict[str, Row]) -> None:
    row = found["left_out"]
    assert (row["written_off_12m"], row["last_write_off_days"], row["default_events_12m"]) == (10_000, 6, 1)
    assert (row["disputes_12m"], row["disputes_right_12m"]) == (1, 1)


def test_little_experience_is_drawn_to_the_portfolio(found: dict[str, Row]) -> None:
    everyone = [row for row in found.values() if row["behaviour_evidence"]]
    prior = found["no_history"]["days_late_shrunken"]
    total = sum(row["days_late_plain"] * row["behaviour_evidence"] for row in everyone)
    assert prior == pytest.approx(total / sum(row["behaviour_evidence"] for row in everyone), abs=0.01)
    # invoices differ more than customers here, so that k is at its most, 20: n / (n + 20) is its own, the rest the prior
    for customer, own in (("parts", 1 / 21), ("slipping", 8 / 28)):
        row = found[customer]
        assert row["days_late_shrunken"] == pytest.approx(
            own * row["days_late"] + (1 - own) * prior, abs=0.02
        )


def test_the_payment_index_needs_three_experiences(found: dict[str, Row]) -> None:
    assert found["weighty"]["payment_index"] is None
    # 11.38 days late, shrunken over 24 months: 80 - 10 x 11.38 / 15 = 72.4
    assert (found["slipping"]["days_late_24m"], found["slipping"]["payment_index"]) == (11.38, 72)


def test_the_index_goes_through_its_published_anchors() -> None:
    marks = {
        -45: 100,
        -30: 100,
        -20: 90,
        0: 80,
        7.5: 75,
        15: 70,
        22: 60,
        30: 50,
        60: 40,
        90: 30,
        120: 20,
        180: 1,
        200: 1,
    }
    rows = ibis.memtable({"late": [float(late) for late in marks]})
    found = rows.select("late", mark=index_of(rows.late)).order_by("late").to_pyarrow().to_pylist()
    assert {row["late"]: row["mark"] for row in found} == marks


def test_clean_days_run_from_the_last_late_day(found: dict[str, Row]) -> None:
    assert found["slipping"]["clean_days"] == (TODAY - (day("5 May 2025") + timedelta(days=7 * 28 + 14))).days
    assert found["half_open"]["clean_days"] == 0
    assert found["punctual"]["clean_days"] == 32  # none late: since its first settled invoice
    assert found["punctual"]["on_time_run"] == 1
    assert found["no_history"]["clean_days"] is None


def test_a_first_slip_after_clean_months(starter: Policy) -> None:
    book = Ledger()
    for customer, before in (("slips", 0), ("again", 3)):
        book.customer(customer)
        book.invoice(f"{customer}1", customer, day("5 Jan"), 1000)
        book.pay(customer, day("5 Jan") + timedelta(days=before), 1000, f"{customer}1")
        book.invoice(f"{customer}2", customer, day("16 Mar"), 1000)
    book.customer("disputes")
    book.invoice("d1", "disputes", day("5 Jan"), 1000)
    book.pay("disputes", day("5 Jan"), 1000, "d1")
    book.invoice("d2", "disputes", day("16 Mar"), 1000)
    book.add("dispute", dispute_id="d", customer_id="disputes", invoice_id="d2", opened_on=day("17 Mar"), amount=100_000,
             reason="quality")  # fmt: skip
    rows = profiles(book.facts, starter, TODAY)
    assert [rows[name]["first_slip"] for name in ("slips", "again", "disputes")] == [True, False, False]
    assert [rows[name]["oldest_undisputed_overdue_days"] for name in ("slips", "again", "disputes")] == [
        15,
        15,
        0,
    ]
