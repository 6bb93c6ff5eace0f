"""The procedure on random histories: the engine says what the slow reference says, and never breaks a rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from random import Random

import pyarrow as pa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from creditdesk.engine.backend import connect
from creditdesk.engine.stages import Stages
from creditdesk.engine.walk import Walk
from creditdesk.facts.decisions import TABLES_OUT
from creditdesk.policy.document import WRITTEN, Policy, Step
from creditdesk.policy.load import load_policy
from properties.histories import History, Row, Tables, portfolio
from stories.deciders import pinned, reference
from stories.reference_step import stand_in_of
from stories.walk import OUTPUTS, arrow

FIRST, LAST = date(2026, 2, 2), date(2026, 5, 29)
PAYERS = 100
BESIDE = ("file_claim", "complete_contact", "review")
NAMES = (
    "company", "customer", "contact", "invoice", "payment", "allocation", "action", "approval", "override", "promise",
    "dispute", "plan", "instalment", "pause", "legal_status", "collection", "handover", "contra", "fx_rate",
)  # fmt: skip

SEARCH = (Phase.explicit, Phase.reuse, Phase.generate)
"""A seed cannot be made smaller: what fails is told with all facts of the payer instead."""

days = st.integers(0, (LAST - FIRST).days).map(lambda offset: FIRST + timedelta(days=offset))
seeds = st.integers(0, 10**9)


@cache
def policy() -> Policy:
    return load_policy("starter")


@cache
def compiled() -> Walk:
    """A run that is built once and repeated on every example: all tables are given anew each time."""
    wide = portfolio(1, date(2026, 4, 1), policy(), 300)
    wide["invoice"][0]["due"] = date(2025, 6, 2)  # calendars reach back far enough for any example
    known = arrow({name: wide.get(name, []) for name in NAMES})
    return Walk(Stages(connect("polars://")), known, policy(), FIRST, LAST, growing=NAMES)


def engine(tables: Tables, on: date) -> dict[str, list[Row]]:
    """One day of the engine; the run before saw the segments of the day before, and listed nothing."""
    repeated = compiled()
    schema = TABLES_OUT["decision"].schema().to_pyarrow()
    nullable = pa.schema([field.with_nullable(True) for field in schema])
    repeated.begin({"decision": pa.Table.from_pylist(yesterday(tables, on), schema=nullable)})
    repeated.decide(on, arrow({name: tables.get(name, []) for name in NAMES}))
    return {name: repeated.fetch(name).to_pylist() for name in OUTPUTS}


def yesterday(tables: Tables, on: date) -> list[Row]:
    """The segments of the day before, as the decisions of a run."""
    before = on - timedelta(days=1)
    found = []
    for customer in tables["customer"]:
        own = [
            row for row in tables["override"]
            if row["customer_id"] == customer["customer_id"] and row["from_on"] <= before
        ]  # fmt: skip
        *earlier, latest = sorted(own, key=lambda row: row["from_on"])
        segment, _ = pinned(tables, customer["customer_id"], before)
        found.append(
            {"customer_id": customer["customer_id"], "company_id": "HQ", "as_of": before, "policy": "starter",
             "policy_version": "1", "segment": segment, "segment_since": latest["from_on"],
             "previous_segment": earlier[-1]["value"] if earlier else None}
        )  # fmt: skip
    return found


def by_payer(rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[str(row["customer_id"])].append(row)
    return found


def said(rows: Sequence[Row]) -> list[tuple[object, ...]]:
    """What matters of due steps, whatever their order."""
    return sorted(
        (row["step"], row["case_no"], tuple(sorted(row["invoice_ids"] or ())), row["amount"]) for row in rows
    )


def holds(rows: Sequence[Row]) -> list[tuple[object, ...]]:
    return sorted((row["step"], row["case_no"], row["hold"], tuple(sorted(row["holds"]))) for row in rows)


def skips(rows: Sequence[Row]) -> list[tuple[object, ...]]:
    return sorted((row["step"], row["case_no"], row["reason"]) for row in rows)


def facts_of(tables: Tables, payer: str) -> str:
    """Everything known of one payer, one row a line, for a failure that must be understood."""
    lines = [
        f"{name}: { {key: str(value) for key, value in row.items() if value is not None} }"
        for name, rows in tables.items()
        for row in rows
        if payer in str(row.get("customer_id"))
        or any(str(row.get(name, "")).startswith(payer) for name in ("invoice_id", "plan_id"))
    ]
    return "\n".join(lines)


@given(seed=seeds, on=days)
@settings(max_examples=6, phases=SEARCH)
def test_engine_says_what_the_slow_reference_says(seed: int, on: date) -> None:
    tables = portfolio(seed, on, policy(), PAYERS)
    found, expected = engine(tables, on), reference(tables, policy(), on, None)
    for name, shape in (("action_due", said), ("held", holds), ("skipped", skips)):
        ours, theirs = by_payer(found[name]), by_payer(expected[name])
        for customer in tables["customer"]:
            payer = str(customer["customer_id"])
            assert shape(ours[payer]) == shape(theirs[payer]), f"{name} on {on}\n{facts_of(tables, payer)}"
    no_rule_is_broken(tables, found, on)


@given(seed=seeds, on=days)
@settings(max_examples=10, phases=SEARCH)
def test_rules_that_hold_whatever_happened(seed: int, on: date) -> None:
    """The reference decides many more portfolios in the time of one by the engine, which says the same."""
    tables = portfolio(seed, on, policy(), PAYERS)
    no_rule_is_broken(tables, reference(tables, policy(), on, None), on)


def no_rule_is_broken(tables: Tables, found: Mapping[str, Sequence[Row]], on: date) -> None:
    due = by_payer(found["action_due"])
    for customer in tables["customer"]:
        payer = str(customer["customer_id"])
        steps = [row for row in due[payer] if row["step"] not in BESIDE]
        assert len(steps) <= 1, f"more than one step for {payer} on {on}"
        for row in steps:
            where = f"{row['step']} on {on}\n{facts_of(tables, payer)}"
            levels_never_fall(tables, payer, row, where)
            hard_steps_were_written_before(tables, payer, row, where)
            nothing_is_asked_that_may_not_be(tables, payer, row, on, where)


def done_before(tables: Tables, payer: str) -> list[Row]:
    undone = ("bounced", "failed", "no_answer", "left_message", "wrong_contact")
    return [
        row for row in tables.get("action", ())
        if row["customer_id"] == payer and row["direction"] == "out" and row.get("procedure")
        and row["outcome"] not in undone
    ]  # fmt: skip


def step_of(row: Row) -> Step:
    return next(step for step in policy().steps_of(str(row["procedure"])) if step.id == row["step"])


def levels_never_fall(tables: Tables, payer: str, row: Row, where: str) -> None:
    """R2: no invoice is in a softer step after a harder one, save the stand-in of R7."""
    if row["case_no"] == 0 or step_of(row) == stand_in_of(policy().steps_of(str(row["procedure"]))):
        return
    for action in done_before(tables, payer):
        if (action["case_no"] or 1) == row["case_no"] and set(action["invoice_ids"]) & set(
            row["invoice_ids"]
        ):
            assert row["level"] >= action["level"], f"level falls: {where}"


def hard_steps_were_written_before(tables: Tables, payer: str, row: Row, where: str) -> None:
    """R7: a hard step takes only what a written step of the case listed."""
    if row["level"] < 4:
        return
    listed = {
        item for action in done_before(tables, payer)
        if action["channel"] in WRITTEN and action["outcome"] != "skipped" for item in action["invoice_ids"]
    }  # fmt: skip
    assert set(row["invoice_ids"]) <= listed, f"not listed in writing: {where}"


def nothing_is_asked_that_may_not_be(tables: Tables, payer: str, row: Row, on: date, where: str) -> None:
    """R10, R12, R14: nothing handed over, claimed in an insolvency or disputed; never more than is open."""
    if row["case_no"] == 0:
        return
    gone = {
        item for file in tables.get("handover", ())
        if file["customer_id"] == payer and file["handed_on"] <= on and not file.get("returned_on")
        for item in file["invoice_ids"]
    }  # fmt: skip
    assert not gone & set(row["invoice_ids"]), f"handed over: {where}"
    status = [each for each in tables.get("legal_status", ()) if each["customer_id"] == payer]
    issued = {invoice["invoice_id"]: invoice["issued"] for invoice in tables["invoice"]}
    for each in status:
        claimed = [
            item for item in row["invoice_ids"] if each["from_on"] <= on and issued[item] < each["from_on"]
        ]
        assert not claimed, f"insolvent: {where}"
    most = 0
    for item in row["invoice_ids"]:
        invoice = next(each for each in tables["invoice"] if each["invoice_id"] == item)
        paid = sum(
            each["amount"] for each in tables.get("allocation", ())
            if each["invoice_id"] == item and each["allocated_on"] <= on
            and (each.get("reversed_on") is None or each["reversed_on"] > on)
        )  # fmt: skip
        quarrel = sum(
            each["amount"] for each in tables.get("dispute", ())
            if each["invoice_id"] == item and each["opened_on"] <= on
            and (each.get("closed_on") is None or each["closed_on"] > on)
        )  # fmt: skip
        most += max(0, invoice["amount"] - paid - quarrel)
    assert row["amount"] <= most, f"asks {row['amount']} of {most}: {where}"


@given(seed=seeds, on=days)
@settings(max_examples=2, phases=SEARCH)
def test_neither_the_order_of_rows_nor_what_is_dated_later_changes_anything(seed: int, on: date) -> None:
    tables = portfolio(seed, on, policy(), PAYERS)
    before = engine(tables, on)
    random = Random(seed)
    later = {name: list(rows) for name, rows in tables.items()}
    for customer in tables["customer"]:
        for name, rows in what_comes_later(str(customer["customer_id"]), on, random, tables).items():
            later.setdefault(name, []).extend(rows)
    for rows in later.values():
        random.shuffle(rows)
    after = engine(later, on)
    for name in OUTPUTS:
        assert sorted(map(repr, after[name])) == sorted(map(repr, before[name])), name


def what_comes_later(payer: str, on: date, random: Random, tables: Tables) -> Tables:
    """Facts of every kind, dated after the day."""
    story = History(payer, on, random)
    # a branch, and a payer whose only invoice is a branch's, share the invoices
    own = f"{payer.partition('-')[0]}."
    invoice = next(row["invoice_id"] for row in tables["invoice"] if str(row["invoice_id"]).startswith(own))
    day = on + timedelta(days=random.randint(1, 12))
    kind = random.randrange(11)
    if kind == 0:
        story.add("payment", payment_id=f"{payer}.later", customer_id=payer, value_date=on - timedelta(days=2),
                  entry_date=day, amount=50_000, currency="EUR")  # fmt: skip
        story.add("allocation", allocation_id=f"{payer}.later", invoice_id=invoice, kind="payment",
                  payment_id=f"{payer}.later", allocated_on=day, amount=50_000)  # fmt: skip
    elif kind == 1:
        story.add("promise", promise_id=f"{payer}.later", customer_id=payer, made_on=day,
                  due_on=day + timedelta(days=5), amount=10_000_000, currency="EUR")  # fmt: skip
    elif kind == 2:
        story.add("dispute", dispute_id=f"{payer}.later", customer_id=payer, invoice_id=invoice, opened_on=day,
                  amount=10_000_000, reason="price")  # fmt: skip
    elif kind == 3:
        story.add("action", action_id=f"{payer}.later", customer_id=payer, procedure="reference", case_no=9,
                  step="letter", level=3, channel="letter", direction="out", done_on=day, invoice_ids=[invoice],
                  outcome="sent")  # fmt: skip
    elif kind == 4:
        story.add("invoice", invoice_id=f"{payer}.later", customer_id=payer, company_id="HQ", number="Z",
                  kind=random.choice(("invoice", "credit_note")), issued=day, due=day, amount=900_000,
                  currency="EUR")  # fmt: skip
    elif kind == 5:
        story.add("legal_status", customer_id=payer, kind="bankruptcy", from_on=day)
    elif kind == 6:
        story.add(
            "pause", pause_id=f"{payer}.later", customer_id=payer, from_on=day, reason="asked", by="Ann"
        )
    elif kind == 7:
        story.add("approval", approval_id=f"{payer}.later", customer_id=payer, subject="step", decided_on=day,
                  granted=True, by="Ann", reason="asked")  # fmt: skip
    elif kind == 8:
        story.add("handover", handover_id=f"{payer}.later", customer_id=payer, to="agency", invoice_ids=[invoice],
                  handed_on=day, status="open", status_on=day)  # fmt: skip
    elif kind == 9:
        story.add("contra", customer_id=payer, on=day, amount=5_000, currency="EUR")
    else:
        story.add("plan", plan_id=f"{payer}.later", customer_id=payer, agreed_on=day, invoice_ids=[invoice])
        story.add("instalment", plan_id=f"{payer}.later", due_on=day + timedelta(days=9), amount=1_000_000)
    return story.tables


def test_the_random_histories_are_not_idle() -> None:
    """A portfolio in which little is due or held would prove little."""
    on = date(2026, 4, 22)
    tables = portfolio(7, on, policy(), 200)
    expected = reference(tables, policy(), on, None)
    assert len({row["step"] for row in expected["action_due"]}) >= 8
    assert len({code for row in expected["held"] for code in row["holds"]}) >= 10
    assert {1, 2, 3, 4, 5, 6} <= {row["level"] for name in ("action_due", "held") for row in expected[name]}
