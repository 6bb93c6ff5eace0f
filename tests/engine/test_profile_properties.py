"""What holds for every ledger: paying never hurts, the future does not leak, and the order of rows says nothing."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from creditdesk.policy.document import Policy
from engine.ledger import Facts, Row, profiles
from engine.random_ledger import AS_OF, RandomLedger
from engine.reference_profile import Reference

WORSE_WHEN_HIGHER = (
    "days_late", "days_late_plain", "days_late_median", "days_late_q1", "days_late_q3", "days_late_p80", "late_share",
    "late30_share", "days_late_recent", "days_late_trend", "days_late_shrunken", "late_share_shrunken", "days_late_24m",
    "km_median", "days_to_pay", "default_events_12m", "risk_events", "overdue_amount", "oldest_overdue_days", "exposure",
)  # fmt: skip
WORSE_WHEN_LOWER = (
    "observations",
    "behaviour_evidence",
    "settled_count",
    "payment_index",
    "risk_evidence",
    "clean_days",
)
UNKNOWN_IS_WORST = {"km_median"}


@pytest.mark.parametrize("seed", [11, 12])
def test_paying_an_overdue_invoice_today_never_makes_a_customer_look_worse(
    seed: int, starter: Policy
) -> None:
    facts = RandomLedger(seed, customers=50).build()
    before = profiles(facts, starter, AS_OF)
    dice = random.Random(seed)
    reference = Reference(facts, starter, AS_OF)
    paid = {name: list(rows) for name, rows in facts.items()}
    payers = []
    for owner in reference.owners():
        late = [item for item in reference.items if item.owner == owner and item.overdue]
        if not late:
            continue
        item = dice.choice(late)
        payers.append(owner)
        paid["payment"].append({"payment_id": f"new-{owner}", "customer_id": owner, "value_date": AS_OF,
                                "amount": item.open, "currency": item.row["currency"]})  # fmt: skip
        paid["allocation"].append({"allocation_id": f"new-{owner}", "invoice_id": item.row["invoice_id"], "kind": "payment",
                                   "payment_id": f"new-{owner}", "allocated_on": AS_OF, "amount": item.open})  # fmt: skip
    assert len(payers) >= 10, "too few customers with something past due to tell anything"
    after = profiles(paid, starter, AS_OF)
    for owner in payers:
        for names, sign in ((WORSE_WHEN_HIGHER, 1), (WORSE_WHEN_LOWER, -1)):
            for name in names:
                was, now = before[owner][name], after[owner][name]
                if name in UNKNOWN_IS_WORST and was is None:
                    continue
                assert (was is None) == (now is None), (owner, name, was, now)
                assert was is None or sign * now <= sign * was, (owner, name, was, now)


DATED = {
    "invoice": "issued", "payment": "value_date", "allocation": "allocated_on", "order": "ordered_on",
    "dispute": "opened_on", "promise": "made_on", "preference": "from_on", "note": "on", "action": "done_on",
    "fx_rate": "on", "legal_status": "from_on", "handover": "handed_on", "plan": "agreed_on", "cover": "valid_from",
}  # fmt: skip
LATER_WORDS = {
    "closed_on": ("closed_on", "outcome"), "reversed_on": ("reversed_on",), "cancelled_on": ("cancelled_on",),
    "refused_on": ("refused_on", "refused_by"), "delivered_on": ("delivered_on", "delivered_amount"),
    "returned_on": ("returned_on",), "factored_on": ("factored_on",), "insolvent_on": ("insolvent_on",),
}  # fmt: skip


def known_on(facts: Facts, as_of: date) -> Facts:
    """What was known on a day: later rows are gone, and what earlier rows say of later days is empty."""

    def row_known(row: Row) -> Row:
        found: dict[str, Any] = dict(row)
        for when, words in LATER_WORDS.items():
            if found.get(when) and found[when] > as_of:
                found |= dict.fromkeys(words)
        return found

    return {
        table: [
            row_known(row)
            for row in rows
            if table not in DATED
            or (row[DATED[table]] <= as_of and (row.get("entry_date") or as_of) <= as_of)
        ]
        for table, rows in facts.items()
    }


@pytest.mark.parametrize("seed", [21, 22])
def test_no_later_fact_changes_an_earlier_day(seed: int, starter: Policy) -> None:
    as_of = date(2025, 10, 31)  # five months of the ledger lie after it
    facts = RandomLedger(seed, customers=50).build()
    without = known_on(facts, as_of)
    assert sum(map(len, without.values())) < 0.9 * sum(map(len, facts.values()))
    everything, then = profiles(facts, starter, as_of), profiles(without, starter, as_of)
    differing = {
        (owner, name): (then[owner][name], row[name])
        for owner, row in everything.items()
        for name in row
        if row[name] != then[owner][name]
    }
    assert not differing


def test_the_order_of_rows_says_nothing(starter: Policy) -> None:
    facts = RandomLedger(31, customers=50).build()
    dice = random.Random(31)
    shuffled = {table: dice.sample(rows, len(rows)) for table, rows in facts.items()}
    assert profiles(shuffled, starter, AS_OF) == profiles(facts, starter, AS_OF)


def test_a_company_without_customers_has_no_profiles(starter: Policy) -> None:
    assert profiles({"customer": [], "invoice": []}, starter, AS_OF) == {}
