"""What somebody should look at is raised, for its reason, once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from creditdesk.desk.casework.models import Alert
from desk.office import Office

pytestmark = pytest.mark.usefixtures("desk")
DAY = date(2026, 3, 24)


def test_each_kind_of_alert_is_raised_once_for_its_reason(engine, peer) -> None:
    names = [
        "insolvent",
        "promised",
        "planned",
        "disputed",
        "orderless",
        "limited",
        "released",
        "old",
        "worse",
        "calm",
    ]
    office = Office.open(engine, peer, names)
    fact = office.fact
    fact("company", company_id="acme", name="Acme BV", country="NL", currency="EUR", language="nl")
    fact(
        "company_account",
        iban="NL91ABNA0417164300",
        company_id="acme",
        currency="EUR",
        holder="Acme BV",
        use="receipts",
    )
    fact("invoice", invoice_id="i-old", customer_id="old", company_id="acme", number="old", kind="invoice",
         issued=date(2016, 4, 1), due=date(2016, 5, 1), amount=100_000, currency="EUR")  # fmt: skip
    fact("invoice", invoice_id="i-vat", customer_id="old", company_id="acme", number="vat", kind="invoice",
         issued=date(2025, 4, 1), due=date(2025, 5, 1), amount=100_000, currency="EUR")  # fmt: skip
    fact("override", override_id="o0", customer_id="limited", field="credit_limit", value="500000",
         from_on=date(2026, 1, 1), by="anna", reason="usual")  # fmt: skip
    office.day("2026-03-23")
    assert not Alert.objects.filter(customer__in=["worse", "limited"]).exists()
    office.today = DAY
    fact(
        "legal_status",
        customer_id="insolvent",
        kind="bankruptcy",
        from_on=DAY,
        claim_deadline=date(2026, 4, 20),
    )
    fact("promise", promise_id="p1", customer_id="promised", made_on=date(2026, 3, 2), due_on=date(2026, 3, 16),
         amount=100_000, currency="EUR")  # fmt: skip
    fact("plan", plan_id="l1", customer_id="planned", agreed_on=date(2026, 3, 2), invoice_ids=["i-planned"])
    fact("instalment", plan_id="l1", due_on=date(2026, 3, 10), amount=50_000)
    fact("instalment", plan_id="l1", due_on=date(2026, 4, 10), amount=50_000)
    fact("dispute", dispute_id="d1", customer_id="disputed", opened_on=date(2026, 3, 2), amount=100, reason="price",
         deadline=date(2026, 3, 23), invoice_id="i-disputed")  # fmt: skip
    fact(
        "customer",
        customer_id="orderless",
        name="Orderless",
        kind="company",
        company_id="acme",
        po_required=True,
    )
    fact("invoice", invoice_id="i-po", customer_id="orderless", company_id="acme", number="po", kind="invoice",
         issued=DAY, due=date(2026, 4, 24), amount=100, currency="EUR")  # fmt: skip
    fact("override", override_id="o1", customer_id="limited", field="credit_limit", value="50000", from_on=DAY,
         until_on=date(2026, 4, 1), by="anna", reason="try")  # fmt: skip
    fact("approval", approval_id="r1", customer_id="released", subject="order_release", decided_on=DAY, granted=True,
         by="anna", reason="urgent", amount=1000, valid_until=date(2026, 4, 1))  # fmt: skip
    fact(
        "company_account",
        iban="NL02RABO0123456789",
        company_id="acme",
        currency="EUR",
        holder="Acme BV",
        use="receipts",
    )
    office.day(DAY)
    raised = {(row.kind, row.customer) for row in Alert.objects.all()}
    assert raised >= {
        ("insolvency", "insolvent"),
        ("broken_promise", "promised"),
        ("instalment_missed", "planned"),
        ("dispute_late", "disputed"),
        ("order_number_missing", "orderless"),
        ("limit_expiring", "limited"),
        ("limit_passed", "limited"),
        ("release_expiring", "released"),
        ("limitation_near", "old"),
        ("vat_relief_near", "old"),
        ("own_account_changed", ""),
    }
    assert not {kind for kind, customer in raised if customer == "calm"}
    assert Alert.objects.filter(kind="instalment_missed").count() == 1  # the second is not due yet
    (account,) = Alert.objects.filter(kind="own_account_changed")
    assert account.detail == {"iban": "NL02RABO0123456789", "added": True}
    (limit,) = Alert.objects.filter(kind="limit_passed")
    assert limit.detail["headroom"] == -50_000
    (moved,) = Alert.objects.filter(kind="large_move")
    assert (moved.customer, moved.detail["segment"]) == ("insolvent", ["standard", "estate"])
    # what its fall into a segment without credit means stands in one alert, not in two
    (fall,) = Alert.objects.filter(kind="deterioration", customer="insolvent")
    assert fall.detail["acceptance"] == ["open", "prepayment"]
    assert not Alert.objects.filter(kind="limit_passed", customer="insolvent").exists()
    before = Alert.objects.count()
    office.day(DAY)
    assert Alert.objects.count() == before


def test_who_pays_ever_later_is_told_of_once_although_no_single_day_shows_it(engine, peer) -> None:
    office = Office.open(engine, peer, ["worse", "late"])
    for customer, days in (("worse", (0, 5, 10, 15, 20)), ("late", (20, 20, 20, 20, 20))):
        for number, late in enumerate(days):
            due = date(2025, 9, 15) + timedelta(days=30 * number)
            name = f"{customer}-{number}"
            paid = due + timedelta(days=late)
            office.fact("invoice", invoice_id=name, customer_id=customer, company_id="acme", number=name,
                        kind="invoice", issued=due - timedelta(days=30), due=due, amount=100_000, currency="EUR")  # fmt: skip
            office.fact("payment", payment_id=name, customer_id=customer, value_date=paid, amount=100_000,
                        currency="EUR")  # fmt: skip
            office.fact("allocation", allocation_id=name, invoice_id=name, kind="payment", payment_id=name,
                        allocated_on=paid, amount=100_000)  # fmt: skip
    office.day(DAY)
    (alert,) = Alert.objects.filter(kind="deterioration")
    assert (alert.customer, alert.role) == ("worse", "collector")
    assert alert.detail["days_per_invoice"] >= 4
    office.day(date(2026, 3, 25))
    assert Alert.objects.filter(kind="deterioration").count() == 1
