"""Orders, credit reports, accounts, disputes, contacts and worth, worked out by hand. Today is Tuesday 31 March 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from creditdesk.policy.document import Policy
from engine.ledger import Ledger, Row, profiles

TODAY = date(2026, 3, 31)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture(scope="module")
def found(starter: Policy) -> dict[str, Row]:
    book = Ledger()
    book.add("fx_rate", currency="USD", base="EUR", on=date(2024, 1, 1), rate=0.5)

    # Orders of 100, 200, 300 and 1,000 (a cancelled 5,000 and a refused 900 beside them), 60 days apart.
    book.customer("orders")
    for number, amount in enumerate((300, 100, 1000, 200)):
        book.add("order", order_id=f"o{number}", customer_id="orders", ordered_on=ago(300 - 60 * number),
                 amount=amount * 100, currency="EUR", invoiced_amount=amount * 100)  # fmt: skip
    book.add("order", order_id="oc", customer_id="orders", ordered_on=ago(50), amount=500_000, currency="EUR",
             cancelled_on=ago(40))  # fmt: skip
    book.add("order", order_id="or", customer_id="orders", ordered_on=ago(45), amount=90_000, currency="EUR",
             refused_on=ago(44), refused_by="customer")  # fmt: skip
    book.add("order", order_id="old", customer_id="orders", ordered_on=ago(366), amount=10, currency="EUR")

    # Reports: the latest per provider counts, unless it has lapsed.
    book.customer("rated")
    for number, (provider, reported, pd, until) in enumerate(
        (
            ("alpha", 400, 0.5, None),
            ("alpha", 30, 0.02, None),
            ("beta", 10, 0.08, None),
            ("gamma", 5, 0.9, ago(1)),
        )
    ):
        book.add("credit_report", report_id=f"r{number}", customer_id="rated", provider=provider, reported_on=ago(reported),
                 received_on=ago(reported - 2), scale="points", score=1.0, pd=pd, valid_until=until)  # fmt: skip
    # Reported yesterday, received tomorrow: not known today.
    book.add("credit_report", report_id="r9", customer_id="rated", provider="delta", reported_on=ago(1), received_on=ago(-1),
             scale="points", pd=0.99)  # fmt: skip

    # Z'' = 6.56 x 200/1000 + 3.26 x 100/1000 + 6.72 x 50/1000 + 1.05 x 400/600 = 1.312 + 0.326 + 0.336 + 0.7 = 2.67
    lines = {"total_assets": 100_000, "current_assets": 60_000, "current_liabilities": 40_000, "retained_earnings": 10_000,
             "operating_profit": 5_000, "equity": 40_000, "total_liabilities": 60_000, "intangible_assets": 5_000}  # fmt: skip
    for customer, year_end, change in (
        ("sound", date(2024, 12, 31), {}),
        ("in_dollars", date(2024, 12, 31), {"currency": "USD"}),
        ("half_year", date(2024, 12, 31), {"months": 6, "operating_profit": 2_500}),
        ("too_old", date(2023, 12, 31), {}),
        ("incomplete", date(2024, 12, 31), {"retained_earnings": None}),
        # the year 2025 is published after seven months only
        ("unpublished", date(2025, 12, 31), {}),
    ):
        book.customer(customer)
        book.add("annual_account", **{"customer_id": customer, "year_end": year_end, "months": 12, "currency": "EUR",
                                      **lines, **change})  # fmt: skip

    # Disputes: four in 12 months on two of its four invoices, one before; one follows a reminder by 20 days.
    book.customer("disputes")
    for number in range(4):
        book.invoice(f"dis{number}", "disputes", ago(60), 100)
    for number, (invoice, opened, outcome) in enumerate(
        (
            ("dis0", 50, "customer_right"),
            ("dis0", 40, "we_right"),
            ("dis1", 30, None),
            (None, 20, None),
            ("dis2", 370, None),
        )
    ):
        book.add("dispute", dispute_id=f"d{number}", customer_id="disputes", invoice_id=invoice, opened_on=ago(opened),
                 closed_on=ago(5) if outcome else None, outcome=outcome, amount=1_000, reason="price")  # fmt: skip
    book.add("action", action_id="x", customer_id="disputes", procedure="standard", case_no=1, level=1, channel="email",
             direction="out", done_on=ago(50), outcome="sent")  # fmt: skip

    # Contacts: mails that money follows within ten days twice out of three times; calls that never do.
    book.customer("contacts")
    for number in range(4):
        book.invoice(f"con{number}", "contacts", ago(200 - 30 * number), 100)
        book.pay("contacts", ago(180 - 30 * number), 100, f"con{number}")  # 180, 150, 120 and 90 days ago
    for number, (days, channel, outcome, listed) in enumerate(
        ((185, "email", "sent", ["con0"]), (155, "email", "sent", ["con1"]), (100, "email", "sent", []),
         (80, "call", "no_answer", []), (70, "call", "reached", []), (60, "call", "reached", []),
         (5, "email", "sent", []), (4, "email", "skipped", []))
    ):  # fmt: skip
        book.add("action", action_id=f"a{number}", customer_id="contacts", procedure="standard", case_no=1 + number // 4,
                 level=1, channel=channel, direction="out", done_on=ago(days), outcome=outcome, invoice_ids=listed)  # fmt: skip
    book.add("action", action_id="in", customer_id="contacts", channel="call", direction="in", done_on=ago(12),
             outcome="plan_asked")  # fmt: skip
    book.add("note", note_id="n1", customer_id="contacts", on=ago(40), tag="cash_trouble", text="…")
    book.add(
        "note", note_id="n2", customer_id="contacts", on=ago(30), tag="stalling", tactic="asks_copy", text="…"
    )
    book.add("note", note_id="n3", customer_id="contacts", on=ago(400), tag="stalling", text="…")

    # Worth: sold 1,000 net at a cost of 700, credited 100 of it at 70; 71 days late with 1,210 at 8 % a year.
    book.customer("worth")
    book.invoice("wo1", "worth", ago(73), 1210, net_amount=100_000, cost=70_000)
    book.credit_note("won", "worth", ago(30), 121, net_amount=10_000, cost=7_000)
    book.pay("worth", ago(0), 1210, "wo1")
    book.add("action", action_id="w", customer_id="worth", procedure="standard", case_no=1, level=2, channel="call",
             direction="out", done_on=ago(60), outcome="reached")  # fmt: skip

    # Wishes go before the file, the file before what was done last.
    for customer, row in (
        ("as_sent", {}),
        ("as_filed", {"invoice_manner": "email"}),
        ("as_wished", {"invoice_manner": "email"}),
    ):
        book.customer(customer, **row)
        book.invoice(f"m1{customer}", customer, ago(90), 10, manner="peppol")
        book.invoice(f"m2{customer}", customer, ago(60), 10, manner="paper")
    for on, manner in ((ago(30), "paper"), (ago(20), "peppol"), (ago(-5), "email")):
        book.add(
            "preference",
            customer_id="as_wished",
            kind="invoice_manner",
            value=manner,
            from_on=on,
            set_by="customer",
        )
    book.customer("coded")
    book.add("customer_code", customer_id="coded", code="Customer Type", value="dealer")
    book.add("customer_code", customer_id="coded", code="ABC", value="B", from_on=ago(400))
    book.add("customer_code", customer_id="coded", code="ABC", value="A", from_on=ago(10))
    policy = starter.model_copy(update={"rules": [*starter.rules, starter.rules[0].model_copy(
        update={"when": "code_customer_type = 'dealer'"})]})  # fmt: skip
    return profiles(book.facts, policy, TODAY)


def test_orders(found: dict[str, Row]) -> None:
    row = found["orders"]
    assert (row["orders_12m"], row["order_median"], row["order_gap_days"]) == (4, 20_000, 60)
    assert (row["orders_per_active_month"], row["last_order_days"], row["last_purchase_days"]) == (
        1.0,
        120,
        120,
    )
    assert (row["refused_orders_12m"], row["refused_by_customer_12m"], row["open_orders"]) == (1, 1, 10)


def test_a_company_without_orders_lets_invoices_stand_in(starter: Policy) -> None:
    book = Ledger()
    book.customer("a")
    for number, amount in enumerate((50, 10, 30)):
        book.invoice(f"i{number}", "a", ago(100 - 30 * number), amount)
    row = profiles(book.facts, starter, TODAY)["a"]
    assert (row["orders_12m"], row["order_median"], row["first_orders_amount"]) == (3, 3_000, 9_000)


def test_reports(found: dict[str, Row]) -> None:
    row = found["rated"]
    assert [(score["provider"], score["pd"], score["age_days"]) for score in row["external_scores"]] == [
        ("alpha", 0.02, 30), ("beta", 0.08, 10)
    ]  # fmt: skip
    # mean of the log-odds: odds 0.020408 and 0.086957, their geometric mean 0.042126, a probability of 4.04 %
    assert row["external_pd"] == pytest.approx(0.040423, abs=1e-5)
    assert row["external_age_days"] == 10


@pytest.mark.parametrize(
    ("customer", "z", "age", "net_worth", "working"),
    [
        ("sound", 2.67, 14, 35_000, 20_000),
        ("in_dollars", 2.67, 14, 17_500, 10_000),
        ("half_year", 2.67, 14, 35_000, 20_000),
        ("too_old", None, 26, 35_000, 20_000),
        ("incomplete", None, 14, 35_000, 20_000),
        ("unpublished", None, None, None, None),
    ],
)
def test_annual_accounts(
    found: dict[str, Row],
    customer: str,
    z: float | None,
    age: int | None,
    net_worth: int | None,
    working: int | None,
) -> None:
    row = found[customer]
    names = ("altman_z", "accounts_age_months", "tangible_net_worth", "working_capital")
    assert tuple(row[name] for name in names) == (z, age, net_worth, working)


def test_disputes(found: dict[str, Row]) -> None:
    row = found["disputes"]
    assert (row["disputes_12m"], row["disputes_right_12m"], row["dispute_share_12m"]) == (4, 1, 0.5)
    assert (row["disputes_open"], row["oldest_dispute_days"]) == (3, 370)
    # the reminder of 50 days ago: disputes of 50, 40, 30 and 20 days ago came within 30 days of it
    assert row["disputes_after_reminder_share"] == 1.0


def test_contacts_and_what_followed(found: dict[str, Row]) -> None:
    row = found["contacts"]
    # seven done by us, the skipped one left out; three calls; the one of five days ago may still be answered
    assert (row["contacts_12m"], row["cases_12m"], row["personal_contacts_per_case"]) == (7, 2, 1.5)
    # money came 5 days after the first two mails, and 10 after the third (on the day 90 days ago); never after a call
    assert row["paid_after_contact_share"] == 0.5
    assert row["effective_channel"] == "email"
    assert row["reminder_needed_share"] == 0.5  # two of its four settled invoices were listed
    assert (row["stalling_12m"], row["tactics"], row["cash_trouble_days"]) == (1, ["asks_copy"], 12)


def test_worth(found: dict[str, Row]) -> None:
    row = found["worth"]
    assert (row["margin_12m"], row["margin_known_share"]) == (27_000, 1.0)
    assert row["cost_to_serve_12m"] == 900  # one call at EUR 9
    # due on Saturday 17 January, so on Monday 19, and paid today: 1,210 x 71 / 365 x 8 % = 18.83
    assert row["capital_cost_12m"] == 1_883
    assert row["worth_12m"] == 27_000 - 900 - 1_883
    assert found["orders"]["worth_12m"] is None, "without a known cost there is no margin"


def test_wishes_files_and_facts(found: dict[str, Row]) -> None:
    assert [found[name]["invoice_manner"] for name in ("as_sent", "as_filed", "as_wished")] == [
        "paper",
        "email",
        "peppol",
    ]


def test_codes_are_columns(found: dict[str, Row]) -> None:
    row = found["coded"]
    assert row["codes"] == ["ABC=A", "Customer Type=dealer"]
    assert row["code_customer_type"] == "dealer"
    assert found["worth"]["code_customer_type"] is None


def test_turnover_classes_and_ranks(starter: Policy) -> None:
    book = Ledger()
    # 70 % + 15 % + 10 % + 5 %: b crosses 80 % and is still A, c crosses 95 % and is still B
    for name, amount in (("a", 700), ("b", 150), ("c", 100), ("d", 50), ("e", 0)):
        book.customer(name)
        if amount:
            book.invoice(name, name, ago(10), amount, term=30)
    rows = profiles(book.facts, starter, TODAY)
    assert {name: (row["turnover_class"], row["turnover_rank"]) for name, row in sorted(rows.items())} == {
        "a": ("A", 1), "b": ("A", 2), "c": ("B", 3), "d": ("C", 4), "e": ("C", 5)
    }  # fmt: skip


def test_peak_and_busy_months(starter: Policy) -> None:
    book = Ledger()
    book.customer("a")
    for block, amount in ((0, 500), (1, 900), (4, 300), (11, 9_000)):
        book.invoice(f"i{block}", "a", ago(30 * block + 5), amount, term=0)
    book.invoice("before", "a", ago(370), 99_000, term=0)
    row = profiles(book.facts, starter, TODAY)["a"]
    assert (row["peak_month_sales"], row["sales_per_day_p90"]) == (900_000, 3_000)
    assert (row["turnover_12m"], row["turnover_previous_12m"], row["growth_12m"]) == (
        1_070_000,
        9_900_000,
        -0.8919,
    )
