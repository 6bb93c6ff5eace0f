"""A policy on history: what a walk through the days carries along, and what it leaves alone."""

from __future__ import annotations

from datetime import date

from creditdesk.engine.replay import replay
from creditdesk.facts.money import minor
from creditdesk.policy.load import load_policy
from engine.ledger import Ledger, arrow


def test_a_replay_does_what_is_due_and_leaves_alone_who_has_a_data_problem() -> None:
    book, policy = Ledger(), load_policy("starter")
    for who in ("clean", "broken"):
        book.customer(who)
        book.invoice(f"{who}.A", who, date(2026, 3, 20), 1000)
    done = replay(arrow(book.facts), policy, date(2026, 3, 23), date(2026, 3, 27), held_customers=["broken"])
    rows = done.actions.select(["customer_id", "step", "channel", "done_on", "outcome"]).to_pylist()
    assert {row["customer_id"] for row in rows} == {"clean"}
    # no fact tells how they pay: they are new, and reminded the day after, by mail or else by letter
    assert [(row["step"], row["done_on"], row["outcome"]) for row in rows] == [
        ("reminder", date(2026, 3, 23), "sent"), ("call", date(2026, 3, 26), "reached")
    ]  # fmt: skip
    holds = [row for row in done.days.to_pylist() if row["kind"] == "hold" and row["name"] == "data_problem"]
    assert [(row["as_of"], row["count"]) for row in holds] == [
        (date(2026, 3, day), 1) for day in range(23, 28)
    ]
    assert done.cost == sum(minor(policy.costs[row["channel"]], policy.currency) for row in rows)
