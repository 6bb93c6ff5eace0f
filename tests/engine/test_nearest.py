"""The nearest change: what would move a customer, to where, and what it could do about it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from creditdesk.engine.book import open_book
from creditdesk.engine.nearest import candidates, reach
from creditdesk.engine.run import decide_tables
from creditdesk.facts.schema import TABLES
from creditdesk.policy.document import Policy
from engine.customers import TODAY, Row, customer, decide, rows

# today's figures; criterion, band and value to come to, how far that is, segment there, what the customer could do
CASES: dict[str, tuple[dict[str, Any], tuple[object, ...] | None]] = {
    "good, near fair": ({"days_late_shrunken": 3.0}, ("behaviour", "fair", 7.0, 4.0, "days", "light", None)),
    "fair, nearer to good": ({"days_late_shrunken": 6.0}, ("behaviour", "good", 3.0, 3.0, "days", "easy", "pay_sooner")),
    "fair, nearer to poor": ({"days_late_shrunken": 14.0}, ("behaviour", "poor", 17.0, 3.0, "days", "strict", None)),
    "overdue now": (
        {"days_late_shrunken": 16.0, "oldest_undisputed_overdue_days": 20},
        ("behaviour", "fair", 13.0, 3.0, "days", "light", "pay_overdue"),
    ),
    "a person more": (
        {"days_late_shrunken": -30.0, "employees": 20}, ("size", "medium", 21.0, 1.0, "persons", "trusted", None)),
    "a person less": (
        {"days_late_shrunken": 60.0, "employees": 51}, ("size", "medium", 50.0, 1.0, "persons", "firm", None)),
    "more revenue": (
        {"days_late_shrunken": 60.0, "annual_revenue": 3_900_000_00},
        ("size", "medium", 4_000_000.01, 100_000.01, "EUR", "firm", None),  # buying from us makes no larger company of it
    ),
    "a class higher": (
        {"days_late_shrunken": 60.0, "turnover_class": "C"}, ("size", "medium", 1.0, 1.0, "class", "firm", "order_more")),
    "placed by a rule": ({"kind": "public_body"}, None),
    "placed by hand": ({}, None),
}  # fmt: skip
BY_HAND: list[Row] = [
    {"override_id": "1", "customer_id": "placed by hand", "field": "segment", "value": "light", "from_on": TODAY,
     "by": "Ann", "reason": "agreed"}
]  # fmt: skip


@pytest.fixture(scope="module")
def decided(starter: Policy) -> dict[str, Row]:
    return decide(
        starter, [customer(name, **said) for name, (said, _) in CASES.items()], {"override": BY_HAND}
    )


@pytest.mark.parametrize("name", CASES)
def test_the_nearest_change(decided: dict[str, Row], name: str) -> None:
    found, expected = decided[name]["nearest_change"], CASES[name][1]
    if expected is None:
        assert found is None
        return
    keys = ("criterion", "band", "value", "distance", "unit", "segment", "remedy")
    assert tuple(found[key] for key in keys) == expected


def test_the_change_it_tells_of_does_move_the_customer(starter: Policy, decided: dict[str, Row]) -> None:
    """Decide again with the value that was told, the bands of today as those of before: the customer arrives."""
    changed, goal = [], {}
    for name, (said, expected) in CASES.items():
        if expected is None:
            continue
        change = decided[name]["nearest_change"]
        source = next(row for row in decided[name]["reasons"] if row["criterion"] == change["criterion"])[
            "rule"
        ]
        value = change["value"]
        if source == "turnover_class":
            value = {"small": "C", "medium": "B", "large": "A"}[change["band"]]
        elif source == "annual_revenue":
            value = round(value * 100)
        elif source == "employees":
            value = int(value)
        elif change["band"] in ("fair", "poor") and value > said.get("days_late_shrunken", 0):
            value += 0.01  # the edge itself still belongs to the better band
        changed.append(customer(name, **{**said, source: value}))
        goal[name] = change["segment"]
    before = [{**row, "segment_since": date(2025, 1, 1)} for name, row in decided.items() if name in goal]
    after = decide(starter, changed, previous=before)
    assert {name: row["segment"] for name, row in after.items()} == goal


def test_a_rule_on_the_way_is_seen(starter: Policy) -> None:
    """Poor behaviour and high risk: with better behaviour the rule for high risk would hold, not the cell."""
    risky = {"external_pd": 0.9, "external_age_days": 0, "risk_evidence": 0.0}
    decided = decide(
        starter,
        [customer("risky", days_late_shrunken=16.0, **risky), customer("rhythm", employees=51, days_late_shrunken=-30.0,
                  habit="month_day", habitual_days_late=1.0)],
    )  # fmt: skip
    assert decided["risky"]["nearest_change"]["segment"] == "guarded"
    assert decided["risky"]["nearest_change"]["remedy"] is None  # better paid, and yet harder treated
    assert decided["rhythm"]["segment"] == "partner"
    assert decided["rhythm"]["nearest_change"]["segment"] == "rhythm"


def test_a_criterion_that_only_a_rule_reads_is_tried_too(starter: Policy) -> None:
    document = starter.model_dump(by_alias=True, exclude_unset=True)
    document["criteria"]["orders"] = {
        "column": "orders_12m", "bands": {"few": "<= 3", "many": "> 3"}, "unit": "orders", "remedy": "order_more",
    }  # fmt: skip
    document["rules"].append({"name": "a regular", "when": "band_orders = 'many'", "segment": "partner"})
    policy = Policy.model_validate(document)
    decided = decide(
        policy,
        [
            customer("nearly", days_late_shrunken=40.0, orders_12m=3, employees=3),
            customer("far", days_late_shrunken=15.5, orders_12m=2, employees=20),
        ],
    )
    keys = ("criterion", "band", "value", "distance", "unit", "segment", "remedy")
    assert tuple(decided["nearly"]["nearest_change"][key] for key in keys) == (
        "orders", "many", 4.0, 1.0, "orders", "partner", "order_more",
    )  # fmt: skip
    assert decided["far"]["nearest_change"]["criterion"] in ("size", "behaviour")


def test_every_band_of_both_sides_is_tried(starter: Policy) -> None:
    book = open_book(starter)
    assert [(one.side, one.band) for one in candidates(book)] == [
        ("row", "small"), ("row", "medium"), ("row", "large"), ("column", "good"), ("column", "fair"), ("column", "poor"),
    ]  # fmt: skip
    behaviour = next(gauge for gauge in book.criteria if gauge.name == "behaviour").measures[0]
    assert [
        float(reach(behaviour, *pair)) for pair in (("good", "fair"), ("good", "poor"), ("poor", "good"))
    ] == [7, 15, 5]


def test_the_invoice_to_pay_is_the_oldest_that_is_overdue_and_undisputed(starter: Policy) -> None:
    def invoice(number: int, issued: date, due: date, amount: int) -> Row:
        return {"invoice_id": f"i{number:02}", "customer_id": "a", "number": str(number), "kind": "invoice",
                "issued": issued, "due": due, "amount": amount, "currency": "EUR"}  # fmt: skip

    late = [invoice(no, date(2025, 4 + no, 1), date(2025, 5 + no, 1), 100_000) for no in range(1, 8)]
    overdue = [
        invoice(20, date(2026, 1, 5), date(2026, 2, 20), 50_000),  # the oldest, but disputed in full
        invoice(21, date(2026, 1, 20), date(2026, 3, 2), 80_000),  # EUR 300 of it disputed
        invoice(22, date(2026, 2, 1), date(2026, 3, 9), 90_000),
    ]
    sources: dict[str, list[Row]] = {
        "customer": [{"customer_id": "a", "name": "A", "kind": "company", "country": "BE", "employees": 300}],
        "invoice": [*late, *overdue],
        "payment": [
            {"payment_id": f"p{row['invoice_id']}", "customer_id": "a", "value_date": row["due"].replace(day=27),
             "amount": row["amount"], "currency": "EUR"} for row in late
        ],
        "allocation": [
            {"allocation_id": f"x{row['invoice_id']}", "invoice_id": row["invoice_id"], "kind": "payment",
             "payment_id": f"p{row['invoice_id']}", "allocated_on": row["due"].replace(day=27), "amount": row["amount"]}
            for row in late
        ],
        "dispute": [
            {"dispute_id": "d1", "customer_id": "a", "invoice_id": "i20", "opened_on": date(2026, 3, 1),
             "amount": 50_000, "reason": "price"},
            {"dispute_id": "d2", "customer_id": "a", "invoice_id": "i21", "opened_on": date(2026, 3, 1),
             "amount": 30_000, "reason": "price"},
        ],
    }  # fmt: skip
    tables = {name: rows(TABLES[name], found) for name, found in sources.items()}
    (found,) = decide_tables(tables, starter, TODAY)["decision"].to_pylist()
    assert found["segment"] == "sales_first"
    change = found["nearest_change"]
    assert (change["criterion"], change["segment"]) == ("behaviour", "attentive")
    assert (change["remedy"], change["invoice_id"], change["amount"]) == ("pay_overdue", "i21", 50_000)
