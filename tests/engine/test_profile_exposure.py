"""What a customer owes and what stands against it. Today is Tuesday 31 March 2026; amounts in euros, worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from creditdesk.facts.money import MissingRate
from creditdesk.policy.document import Policy
from engine.ledger import Ledger, Row, profiles

TODAY = date(2026, 3, 31)


def euros(row: Row, *names: str) -> tuple[float, ...]:
    return tuple(row[name] / 100 for name in names)


@pytest.fixture(scope="module")
def found(starter: Policy) -> dict[str, Row]:
    book = Ledger()
    book.add("fx_rate", currency="USD", base="EUR", on=date(2026, 1, 1), rate=0.80)
    book.add("fx_rate", currency="USD", base="EUR", on=date(2026, 3, 1), rate=0.90)

    # One invoice per bucket. 28 February is a Saturday: it counts from Monday 2 March, 29 days.
    book.customer("ageing")
    for number, due in enumerate(
        (date(2026, 4, 1), date(2026, 3, 31), date(2026, 3, 30), date(2026, 2, 28), date(2026, 2, 27), date(2025, 12, 31),
         date(2025, 10, 1), date(2025, 10, 2), date(2025, 6, 2))
    ):  # fmt: skip
        book.invoice(f"ag{number}", "ageing", due, 2**number)

    # A tenth of what it bought is open, a third of that past due.
    book.customer("outstanding")
    book.invoice("ou1", "outstanding", date(2026, 4, 20), 800)
    book.invoice("ou2", "outstanding", date(2026, 3, 20), 400)
    book.invoice("ou3", "outstanding", date(2026, 3, 18), 400)
    book.invoice("ou4", "outstanding", date(2025, 12, 1), 8_400)
    book.pay("outstanding", date(2026, 3, 18), 400, "ou3")
    book.pay("outstanding", date(2025, 12, 1), 8_400, "ou4")

    # Half disputed, wholly disputed, and a dispute that is over.
    book.customer("disputes")
    for number, (amount, closed) in enumerate(((50, None), (500, None), (100, date(2026, 3, 20)))):
        book.invoice(f"di{number}", "disputes", date(2026, 3, 2), 100)
        book.add("dispute", dispute_id=f"d{number}", customer_id="disputes", invoice_id=f"di{number}", amount=amount * 100,
                 opened_on=date(2026, 3, 5), closed_on=closed, outcome="we_right" if closed else None, reason="price")  # fmt: skip

    # 1,000 came in, 600 of it for the invoice; a credit note of 150 is open; 80 was paid back.
    book.customer("in_credit")
    book.invoice("ic1", "in_credit", date(2026, 4, 15), 900)
    book.pay("in_credit", date(2026, 3, 10), 1000, "ic1", share=[600])
    book.credit_note("icn", "in_credit", date(2026, 3, 12), 150)
    book.add("payment", payment_id="refund", customer_id="in_credit", kind="refund", value_date=date(2026, 3, 20),
             amount=8_000, currency="EUR")  # fmt: skip

    # A credit note of 150 was paid out: neither credit nor money is left.
    book.customer("paid_out")
    book.credit_note("pon", "paid_out", date(2026, 3, 2), 150)
    book.add("payment", payment_id="out", customer_id="paid_out", kind="refund", value_date=date(2026, 3, 20),
             amount=15_000, currency="EUR")  # fmt: skip

    # The subsidiary owes, the mother pays 700 on its invoice of 500: the 200 are the mother's.
    book.customer("mother")
    book.customer("subsidiary", payer_id="mother", parent_id="mother")
    book.invoice("su1", "subsidiary", date(2026, 3, 2), 500)
    book.pay("mother", date(2026, 3, 3), 700, "su1", share=[500])

    # USD 1,000 at today's 0.90; paid in advance USD 100; EUR 50 came in euros for the dollar invoice, worth USD 55.56.
    book.customer("dollars")
    book.invoice("us1", "dollars", date(2026, 3, 16), 1000, currency="USD")
    book.pay("dollars", date(2026, 3, 5), 100, currency="USD")

    # Ordered 1,000 with 200 paid in advance, delivered 400 of it, invoiced 300; another order cancelled; one of tomorrow.
    book.customer("orders", credit_limit=200_000, currency="EUR")
    book.add("order", order_id="o1", customer_id="orders", ordered_on=date(2026, 3, 1), amount=100_000, currency="EUR",
             delivered_on=date(2026, 3, 20), delivered_amount=40_000, invoiced_amount=30_000)  # fmt: skip
    book.add("order", order_id="o2", customer_id="orders", ordered_on=date(2026, 3, 1), amount=70_000, currency="EUR",
             cancelled_on=date(2026, 3, 15))  # fmt: skip
    book.add(
        "order",
        order_id="o3",
        customer_id="orders",
        ordered_on=date(2026, 4, 1),
        amount=70_000,
        currency="EUR",
    )
    book.pay("orders", date(2026, 3, 2), 200, order_id="o1")
    book.invoice("or1", "orders", date(2026, 4, 20), 300, term=30)
    book.add("cover", cover_id="c1", customer_id="orders", insurer="x", amount=50_000, currency="EUR", insured_share=0.9,
             valid_from=date(2026, 1, 1))  # fmt: skip
    book.add("cover", cover_id="c2", customer_id="orders", insurer="x", amount=90_000, currency="EUR", insured_share=0.9,
             valid_from=date(2025, 1, 1), withdrawn_on=date(2026, 3, 31))  # fmt: skip
    book.add(
        "security",
        customer_id="orders",
        kind="bank_guarantee",
        amount=10_000,
        currency="EUR",
        from_on=date(2026, 1, 1),
    )
    book.add("security", customer_id="orders", kind="retention_of_title", amount=99_000, currency="EUR",
             from_on=date(2026, 1, 1))  # fmt: skip

    # What was merged into another counts there.
    book.customer("merged", merged_into_id="ageing")
    book.invoice("me1", "merged", date(2026, 4, 10), 1000)
    book.pay("merged", date(2026, 3, 10), 25)

    # Handed over, and in a plan.
    book.customer("filed")
    book.invoice("fi1", "filed", date(2025, 11, 3), 400)
    book.invoice("fi2", "filed", date(2026, 3, 2), 60)
    book.add("handover", handover_id="h", customer_id="filed", to="agency", invoice_ids=["fi1"], handed_on=date(2026, 2, 2),
             status="open", status_on=date(2026, 2, 2))  # fmt: skip
    book.add("plan", plan_id="pl", customer_id="filed", agreed_on=date(2026, 3, 9), invoice_ids=["fi2"])
    # A file whose invoice has been paid is done, returned or not.
    book.customer("collected")
    book.invoice("co1", "collected", date(2025, 11, 3), 400)
    book.pay("collected", date(2026, 3, 3), 400, "co1")
    book.add("handover", handover_id="h2", customer_id="collected", to="agency", invoice_ids=["co1"],
             handed_on=date(2026, 2, 2), status="paid", status_on=date(2026, 3, 3))  # fmt: skip
    return profiles(book.facts, starter, TODAY)


def test_ageing_counts_from_the_effective_due_day_and_adds_up(found: dict[str, Row]) -> None:
    row = found["ageing"]
    buckets = (
        "not_due_amount",
        "overdue_1_30",
        "overdue_31_60",
        "overdue_61_90",
        "overdue_91_180",
        "overdue_over_180",
    )
    assert euros(row, *buckets) == (1 + 2 + 4 + 1000, 8, 16, 32, 128, 64 + 256)
    assert sum(euros(row, *buckets)) == row["open_amount"] / 100
    # EUR 1, 2 and 4 are within the tolerance of EUR 5: open, and shown as not due, but no open items
    assert (row["open_items"], row["oldest_overdue_days"]) == (7, 302)


def test_disputes_take_at_most_what_is_open(found: dict[str, Row]) -> None:
    row = found["disputes"]
    assert euros(row, "overdue_amount", "disputed_amount", "undisputed_overdue_amount") == (300, 150, 150)
    assert (row["disputes_open"], row["disputes_12m"], row["dispute_share_12m"]) == (2, 3, 1.0)
    assert row["exposure"] == 30_000, "what is disputed stays in the exposure"


def test_money_and_credit_notes_that_stand_against_it(found: dict[str, Row]) -> None:
    names = ("open_amount", "unallocated_amount", "credits_open", "exposure")
    assert euros(found["in_credit"], *names) == (300, 320, 150, -170)
    assert euros(found["paid_out"], *names) == (0, 0, 0, 0)


def test_unallocated_money_is_the_payers(found: dict[str, Row]) -> None:
    assert euros(found["mother"], "unallocated_amount", "exposure") == (200, -200)
    assert euros(found["subsidiary"], "unallocated_amount", "open_amount") == (0, 0)


def test_other_currencies_stand_at_the_rate_of_the_day(found: dict[str, Row]) -> None:
    row = found["dollars"]
    # issued on 14 February at 0.80: what was sold is 800, what is open is 900
    assert euros(row, "turnover_12m", "open_amount", "unallocated_amount", "exposure") == (800, 900, 90, 810)


def test_sales_are_outstanding_so_many_days(found: dict[str, Row]) -> None:
    """1,200 open of 10,000 sold in a year, 800 of it not due; the newest month sold 800, the one before it 800."""
    row = found["outstanding"]
    assert (row["dso"], row["dso_best"], row["dso_delinquent"]) == (43.8, 29.2, 14.6)
    assert row["dso_countback"] == 45.0
    assert [found["in_credit"][name] for name in ("dso", "dso_best")] == [146.0, 146.0]
    assert found["paid_out"]["dso"] is None, "more came back than was sold"


def test_exposure_takes_orders_in_and_deposits_out(found: dict[str, Row]) -> None:
    row = found["orders"]
    names = (
        "open_amount",
        "open_orders",
        "delivered_not_invoiced",
        "deposits",
        "unallocated_amount",
        "exposure",
    )
    assert euros(row, *names) == (300, 600, 100, 200, 0, 800)
    # the insurer pays 90 % of the 500 in force; the guarantee is worth 100, retention of title is not counted
    assert euros(row, "insured_limit", "insured", "securities", "uninsured_maximum_loss") == (
        500,
        450,
        100,
        250,
    )
    assert (row["insured_share"], row["own_limit"], row["limit_use"]) == (0.9, 200_000, 0.4)


def test_what_is_merged_counts_for_the_one_that_goes_on(found: dict[str, Row]) -> None:
    assert "merged" not in found
    assert euros(found["ageing"], "unallocated_amount") == (25,)


def test_files_and_plans(found: dict[str, Row]) -> None:
    row = found["filed"]
    assert row["open_handover"]
    assert euros(row, "handed_over_amount", "planned_amount", "open_amount") == (400, 60, 460)
    assert not found["collected"]["open_handover"]


def test_the_group_adds_up_its_members(found: dict[str, Row]) -> None:
    for member in ("mother", "subsidiary"):
        row = found[member]
        assert (row["group_id"], row["group_members"], row["group_exposure"]) == ("mother", 2, -20_000)
    assert found["ageing"]["group_id"] == "ageing"


def test_parents_in_a_circle_are_one_group(starter: Policy) -> None:
    book = Ledger()
    for child, parent in (("a", "c"), ("b", "a"), ("c", "b"), ("d", "c")):
        book.customer(child, parent_id=parent)
    book.add("legal_status", customer_id="a", kind="reorganisation", from_on=date(2026, 1, 1))
    rows = profiles(book.facts, starter, TODAY)
    assert {rows[one]["group_id"] for one in "abcd"} == {"a"}
    # b, c and d have an insolvent member beside them; a itself has none
    assert [rows[one]["group_insolvent"] for one in "abcd"] == [False, True, True, True]
    assert rows["a"]["legal_status"] == "reorganisation"


def test_a_currency_without_a_rate_is_an_error_that_names_it(starter: Policy) -> None:
    book = Ledger()
    book.customer("a")
    book.add("cover", cover_id="c", customer_id="a", insurer="x", amount=1, currency="SEK", insured_share=0.9,
             valid_from=date(2026, 1, 1))  # fmt: skip
    with pytest.raises(MissingRate, match="SEK"):
        profiles(book.facts, starter, TODAY)
