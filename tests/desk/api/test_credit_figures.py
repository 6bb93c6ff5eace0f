"""What customers owe now, counted from the rows of the ledger, is what the engine counts: on ledgers with every oddity."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from creditdesk.desk.api.credit.figures import figures
from creditdesk.desk.api.credit.pool import pool_of
from creditdesk.desk.api.credit.rates import Rates
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.ledger.writing import add_all
from creditdesk.policy.load import load_policy
from engine.ledger import profiles
from engine.random_ledger import AS_OF, RandomLedger

COMPARED = {
    "exposure": "exposure",
    "open_amount": "open_amount",
    "open_items": "open_items",
    "undisputed_overdue": "undisputed_overdue_amount",
    "oldest_undisputed_days": "oldest_undisputed_overdue_days",
    "unallocated": "unallocated_amount",
    "deposits": "deposits",
    "open_orders": "open_orders",
    "delivered": "delivered_not_invoiced",
    "insured_limit": "insured_limit",
}
SEED = 1


@cache
def engine_says() -> tuple[dict[str, Any], dict[str, Any]]:
    """A ledger, and its profile by the engine: once for both databases."""
    facts = RandomLedger(SEED, customers=60).build()
    return facts, profiles(facts, load_policy("starter"), AS_OF)


@pytest.fixture(scope="module")
def ledger(one_desk) -> Iterator[Company]:  # noqa: ARG001  the database
    company = Company.objects.create(code="acme", name="Acme")
    add_all(company, engine_says()[0], by="import")
    return company


def test_every_figure_of_every_customer_is_the_engine_s(ledger) -> None:
    _facts, expected = engine_says()
    policy, rates = load_policy("starter"), Rates(ledger, AS_OF)
    wrong = []
    for customer, row in expected.items():
        pool = pool_of(ledger, customer, AS_OF)
        assert pool is not None
        owner = {one: who for one, who in pool.owner.items() if who == customer}
        mine = figures(ledger, owner, {customer: row["currency"]}, AS_OF, policy, rates)[customer]
        for ours, theirs in COMPARED.items():
            if getattr(mine, ours) != row[theirs]:
                wrong.append((customer, ours, row[theirs], getattr(mine, ours)))
    assert not wrong, f"{len(wrong)} differ (customer, figure, engine, ours): {wrong[:12]}"
    assert len({row["currency"] for row in expected.values()}) == 1
    assert sum(row["exposure"] != 0 for row in expected.values()) > 30
    assert any(row["deposits"] for row in expected.values())


def test_all_at_once_they_are_the_same(ledger) -> None:
    """As for a group: the figures of one customer do not depend on who else is asked about."""
    _facts, expected = engine_says()
    owner: dict[str, str] = {}
    for customer in expected:
        pool = pool_of(ledger, customer, AS_OF)
        assert pool is not None
        owner |= {one: who for one, who in pool.owner.items() if who == customer}
    base = {customer: row["currency"] for customer, row in expected.items()}
    found = figures(ledger, owner, base, AS_OF, load_policy("starter"), Rates(ledger, AS_OF))
    assert {one: mine.exposure for one, mine in found.items()} == {
        one: row["exposure"] for one, row in expected.items()
    }


def test_a_merged_customer_is_the_one_that_goes_on(ledger) -> None:
    facts, _expected = engine_says()
    merged = [row["customer_id"] for row in facts["customer"] if row.get("merged_into_id")]
    assert merged
    pool = pool_of(ledger, merged[0], AS_OF)
    assert pool is not None
    assert pool.customer == "c000"
    assert set(merged) <= {one for one, who in pool.owner.items() if who == "c000"}
    assert pool_of(ledger, "nobody", AS_OF) is None
