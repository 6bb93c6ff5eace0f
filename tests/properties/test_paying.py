"""Paying an overdue invoice today never leaves a customer with a worse index, risk or segment than leaving it open."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from creditdesk.engine.backend import connect
from creditdesk.engine.segment import severity
from creditdesk.engine.stages import Stages
from creditdesk.engine.walk import Walk
from creditdesk.facts.schema import TABLES
from creditdesk.policy.document import Policy
from creditdesk.policy.load import load_policy

TODAY = date(2026, 4, 1)
Row = dict[str, Any]
Tables = dict[str, list[Row]]
CLASSES = ("low", "medium", "high")


def arrow(tables: Mapping[str, Iterable[Row]]) -> dict[str, pa.Table]:
    found = {}
    for name, rows in tables.items():
        schema = TABLES[name].schema().to_pyarrow()
        found[name] = pa.Table.from_pylist(
            [{**dict.fromkeys(schema.names), **row} for row in rows], schema=schema
        )
    return found


def pay(tables: Tables, invoice: Row, on: date, amount: int) -> None:
    number = f"p{len(tables['payment'])}"
    tables["payment"].append(
        {
            "payment_id": number,
            "customer_id": invoice["customer_id"],
            "value_date": on,
            "amount": amount,
            "currency": "EUR",
        }
    )
    tables["allocation"].append(
        {"allocation_id": f"a{number}", "invoice_id": invoice["invoice_id"], "kind": "payment", "payment_id": number,
         "allocated_on": on, "amount": amount}
    )  # fmt: skip


def portfolio(chance: random.Random, size: int) -> tuple[Tables, dict[str, tuple[Row, int]]]:
    """Customers of every sort, and per customer with something overdue the oldest such invoice and its rest."""
    tables: Tables = {"customer": [], "invoice": [], "payment": [], "allocation": [], "dispute": [], "credit_report": [],
                      "promise": []}  # fmt: skip
    overdue: dict[str, tuple[Row, int]] = {}
    for no in range(size):
        who = f"c{no:03}"
        kind = chance.choice(["company"] * 6 + ["sole_trader", "consumer", "public_body"])
        tables["customer"].append(
            {"customer_id": who, "name": who, "kind": kind, "country": "BE",
             "employees": chance.choice([None, 5, 30, 200])}
        )  # fmt: skip
        if chance.random() < 0.4:
            tables["credit_report"].append(
                {"report_id": f"r{who}", "customer_id": who, "provider": "P", "scale": "own", "reported_on": date(2025, 9, 1),
                 "received_on": date(2025, 9, 1), "pd": chance.choice([0.002, 0.02, 0.2])}
            )  # fmt: skip
        usual, since = chance.choice([-3, 0, 4, 12, 40]), chance.choice([60, 120, 400, 900])
        for part in range(chance.choice([1, 2, 3, 6, 15])):
            issued = TODAY - timedelta(days=chance.randint(5, since))
            invoice = {"invoice_id": f"{who}.{part}", "customer_id": who, "number": f"{who}{part}", "kind": "invoice",
                       "issued": issued, "due": issued + timedelta(days=chance.choice([8, 30, 60])),
                       "amount": chance.choice([5_000, 100_000, 2_000_000]), "currency": "EUR"}  # fmt: skip
            tables["invoice"].append(invoice)
            rest = invoice["amount"]
            paid_on = invoice["due"] + timedelta(days=usual + chance.randint(-3, 6))
            if paid_on <= TODAY and chance.random() < 0.75:
                rest = 0 if chance.random() < 0.9 else rest // 3
                pay(tables, invoice, max(paid_on, issued), invoice["amount"] - rest)
            if not rest or invoice["due"] + timedelta(days=4) >= TODAY:
                continue
            if chance.random() < 0.1:
                tables["dispute"].append(
                    {"dispute_id": f"d{who}{part}", "customer_id": who, "invoice_id": invoice["invoice_id"],
                     "opened_on": TODAY - timedelta(days=3), "amount": rest, "reason": "price"}
                )  # fmt: skip
            elif who not in overdue or invoice["due"] < overdue[who][0]["due"]:
                overdue[who] = (invoice, rest)
            if chance.random() < 0.2:
                made = max(issued, TODAY - timedelta(days=20))
                tables["promise"].append(
                    {"promise_id": f"m{who}{part}", "customer_id": who, "invoice_id": invoice["invoice_id"], "made_on": made,
                     "due_on": made + timedelta(days=5), "amount": rest, "currency": "EUR"}
                )  # fmt: skip
    return tables, overdue


def hardness(policy: Policy, row: Row) -> int:
    """How hard its segment is on a customer; what inherits from the cell is as hard as the cell."""
    rank, segment = severity(policy), row["segment"]
    if policy.segments[segment].acceptance == "cell":
        segment = policy.matrix.cells[row["cell_row"]][row["cell_column"]]
    return rank[segment]


def decide_twice(
    tables: Tables, policy: Policy, open_now: list[tuple[Row, int]]
) -> tuple[dict[str, Row], dict[str, Row]]:
    """The decisions of a day, and those of the same day had everything open been paid on it: per customer its row."""
    repeated = Walk(
        Stages(connect("polars://")), arrow(tables), policy, TODAY, TODAY, growing=("payment", "allocation")
    )
    found = []
    for paid in (False, True):
        for invoice, rest in open_now if paid else ():
            pay(tables, invoice, TODAY, rest)
        repeated.begin()
        repeated.decide(TODAY, arrow({name: tables[name] for name in ("payment", "allocation")}))
        found.append({row["customer_id"]: row for row in repeated.fetch("decision").to_pylist()})
    return found[0], found[1]


@pytest.mark.parametrize("name", ["starter", "consumers-nl"])
def test_paying_never_leaves_a_customer_worse_off(name: str) -> None:
    policy, seed = load_policy(name), random.randrange(2**32)
    tables, overdue = portfolio(random.Random(seed), 250)
    before, after = decide_twice(tables, policy, [*overdue.values()])
    assert len(overdue) > 60, seed
    for who in overdue:
        one, two = before[who], after[who]
        told = (
            seed,
            who,
            {
                key: (one[key], two[key])
                for key in ("segment", "risk_class", "risk_pd", "payment_index", "bands")
            },
        )
        if one["payment_index"] is not None:
            assert two["payment_index"] >= one["payment_index"], told
        assert two["risk_pd"] <= one["risk_pd"], told
        assert CLASSES.index(two["risk_class"]) <= CLASSES.index(one["risk_class"]), told
        # who has bought nothing for a year and now owes nothing is screened again before it buys: that is no sanction
        if two["segment"] != "dormant":
            assert hardness(policy, two) <= hardness(policy, one), told
