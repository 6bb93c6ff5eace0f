"""A small made-up output folder that conforms to the contract, for the tests of what is shown."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from creditdesk.facts.column import Table
from creditdesk.facts.decisions import TABLES_OUT
from creditdesk.facts.profile import PROFILE
from creditdesk.policy.load import policy_text

AS_OF = date(2026, 3, 31)
HOSTILE = "<script>document.title='taken'</script>Ruben & Söhne"
PLACES = ["Aalst", "Breda", "Lille", "Aachen", "Gent", "Utrecht", "Namur", "Köln", "Hasselt", "Zwolle"]
TRADES = ["Bouw", "Transport", "Drukkerij", "Boulangerie", "Technik", "Foods", "Metaal", "Garage", "Textile"]
SIZES = {"small": 0.55, "medium": 0.3, "large": 0.15}
BEHAVIOURS = {"good": 0.5, "fair": 0.3, "poor": 0.2}
CELLS = {
    "large": {"good": "partner", "fair": "attentive", "poor": "sales_first"},
    "medium": {"good": "trusted", "fair": "standard", "poor": "firm"},
    "small": {"good": "easy", "fair": "light", "poor": "strict"},
}
BUCKETS = (
    "not_due_amount", "overdue_1_30", "overdue_31_60", "overdue_61_90", "overdue_91_180", "overdue_over_180",
)  # fmt: skip
RULES = {
    "new": "too little history",
    "consumer": "consumer",
    "insolvent": "legal status",
    "dormant": "nothing bought for a year and nothing open",
}


def conforming(table: Table, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as the contract types them; what they do not say is 0, false or empty."""
    schema = table.schema().to_pyarrow()
    rest = {field.name: _rest(field.type) for field in schema}
    known = {column.name for column in table.columns if not column.required}
    rest |= {
        name: None for name in known if name in rest and not pa.types.is_integer(schema.field(name).type)
    }
    return pa.Table.from_pylist([{**rest, **row} for row in rows], schema=pa.schema(
        [pa.field(field.name, field.type) for field in schema]
    ))  # fmt: skip


def _rest(kind: pa.DataType) -> Any:
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return 0
    if pa.types.is_boolean(kind):
        return False
    return "" if pa.types.is_string(kind) else None


def customers(count: int, seed: int = 5) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """(decision, profile) of so many customers."""
    draw = random.Random(seed)
    found = []
    for number in range(1, count + 1):
        size = draw.choices(list(SIZES), list(SIZES.values()))[0]
        behaviour = draw.choices(list(BEHAVIOURS), list(BEHAVIOURS.values()))[0]
        employees = {
            "small": draw.randint(1, 20),
            "medium": draw.randint(21, 50),
            "large": draw.randint(51, 900),
        }[size]
        late = {"good": draw.uniform(-9, 5), "fair": draw.uniform(5.1, 15), "poor": draw.uniform(16, 75)}[
            behaviour
        ]
        scale = {"small": 3_000, "medium": 15_000, "large": 90_000}[size] * 100
        opened = int(scale * draw.lognormvariate(0, 0.7))
        overdue = int(opened * draw.uniform(0, {"good": 0.15, "fair": 0.5, "poor": 0.95}[behaviour]))
        rule = draw.choices([None, *RULES], [0.8, 0.08, 0.06, 0.02, 0.04])[0]
        person = rule == "consumer" or (size == "small" and draw.random() < 0.15)
        name = f"{draw.choice(TRADES)} {draw.choice(PLACES)} {number}"
        buckets, rest = {}, overdue
        for bucket, share in (
            ("overdue_1_30", 0.6),
            ("overdue_31_60", 0.5),
            ("overdue_61_90", 0.5),
            ("overdue_91_180", 0.6),
        ):
            buckets[bucket] = int(rest * share) if behaviour == "poor" or bucket == "overdue_1_30" else 0
            rest -= buckets[bucket]
        buckets["overdue_over_180" if behaviour == "poor" else "overdue_1_30"] = (
            rest
            + buckets.get("overdue_over_180", 0)
            + (0 if behaviour == "poor" else buckets["overdue_1_30"])
        )
        limit = int(scale * 2) // 10000 * 10000
        segment = rule or CELLS[size][behaviour]
        moved = draw.random() < 0.05
        reasons = [
            {"criterion": "size", "value": float(employees), "text": None, "band": size, "rule": "employees"},
            {"criterion": "behaviour", "value": round(late, 1), "text": None, "band": behaviour, "rule": "days_late_shrunken"},
            {"criterion": "segment", "value": None, "text": None, "band": segment, "rule": RULES.get(rule, "matrix")},
        ]  # fmt: skip
        decision = {
            "customer_id": f"C-{number:04}", "as_of": AS_OF, "policy": "starter", "policy_version": "1",
            "segment": segment, "segment_since": AS_OF if moved else AS_OF - timedelta(days=90),
            "previous_segment": draw.choice(["standard", "light", "easy"]) if moved else None, "moved": moved,
            "proposed_segment": "firm" if number % 40 == 0 else None,
            "move_held": "approval" if number % 40 == 0 else None,
            "cell_row": size, "cell_column": behaviour, "bands": [("size", size), ("behaviour", behaviour)],
            "risk_class": "high" if late > 40 else "medium" if late > 15 else "low",
            "risk_pd": round(min(0.4, max(0.004, late / 200)), 4), "payment_index": max(1, int(80 - late)),
            "evidence": 0.9, "reasons": reasons,
            "nearest_change": None if rule else {
                "criterion": "behaviour", "value": 14.0, "distance": 3.2, "unit": "days", "band": "fair",
                "segment": "standard", "remedy": "pay_overdue", "invoice_id": f"F-{number}", "amount": overdue // 3},
            "procedure": "reference", "acceptance": "open" if behaviour == "good" else "limited", "terms_days": 30,
            "fees": "none", "delivery_terms": "normal", "currency": "EUR", "exposure": int(opened * 1.1),
            "credit_limit": limit, "limit_reason": "need", "headroom": limit - int(opened * 1.1), "insured": opened // 3,
            "uninsured_maximum_loss": opened * 2 // 3, "order_block": "none" if behaviour == "good" else "review",
            "natural_person": person, "human_review": person, "owner_id": draw.choice(["anna", "bart"]),
            "data_warnings": ["no_country"] if number % 9 == 0 else None,
        }  # fmt: skip
        profile = {
            "customer_id": decision["customer_id"], "name": name, "kind": "sole_trader" if person else "company",
            "natural_person": person, "currency": "EUR", "country": "BE", "key_account": number % 30 == 0,
            "open_amount": opened, "overdue_amount": overdue, "not_due_amount": opened - overdue, **buckets,
            "oldest_overdue_days": int(late) + 20 if overdue else 0, "turnover_12m": opened * 6,
            "growth_12m": round(draw.uniform(-0.3, 0.6), 2), "pipeline_amount": scale if number % 8 == 0 else 0,
            "unallocated_amount": opened // 20 if number % 11 == 0 else 0, "days_late_shrunken": round(late, 1),
            "observations": 12, "exposure": decision["exposure"], "employees": employees,
        }  # fmt: skip
        found.append((decision, profile))
    for decision, profile in found[2:3]:  # a company whose name is an attack, among the first in every list
        profile.update(
            {"name": HOSTILE, "natural_person": False, "overdue_amount": 99_000_00, "open_amount": 99_000_00}
        )
        profile.update(dict.fromkeys(BUCKETS, 0) | {"overdue_31_60": 99_000_00})
        decision.update({"natural_person": False, "risk_class": "high", "uninsured_maximum_loss": 10**9})
        decision.update({"moved": True, "previous_segment": "easy"})
    return found


def actions(made: list[tuple[dict[str, Any], dict[str, Any]]], seed: int = 6) -> tuple[list, list]:
    """(due, held) for those who have something past due."""
    draw = random.Random(seed)
    due, held = [], []
    for decision, profile in made:
        if profile["overdue_amount"] < 2000:
            continue
        step, do, level, owner = draw.choice([
            ("reminder", "email", 1, "system"), ("call", "call", 2, "collector"), ("letter", "letter", 3, "system"),
            ("second_call", "call", 3, "collector"), ("sales", "sales", 3, "account_manager"),
            ("registered_letter", "registered_letter", 5, "system"), ("hand_over", "hand_over", 6, "credit_manager"),
        ])  # fmt: skip
        row = {
            "customer_id": decision["customer_id"], "as_of": AS_OF, "procedure": "reference", "case_no": 1, "step": step,
            "level": level, "do": do, "template": "t", "due_on": AS_OF - timedelta(days=draw.randint(0, 4)),
            "invoice_ids": [f"F-{n}" for n in range(draw.randint(1, 4))],
            "amounts": [{"currency": "EUR", "amount": profile["overdue_amount"]}], "amount": profile["overdue_amount"],
            "currency": "EUR", "language": "nl", "owner": owner, "owner_id": None if owner == "system" else "anna",
            "priority": 99 if profile["name"] == HOSTILE else draw.randint(5, 95),
            "priority_reasons": [{"reason": "amount", "points": 30}, {"reason": "risk", "points": 12}],
        }  # fmt: skip
        hold = (
            "natural_person"
            if decision["natural_person"] and level > 3
            else draw.choice(
                [
                    None,
                    None,
                    None,
                    "promised",
                    "habit",
                    "needs_approval",
                    "contact_cap",
                    "disputed",
                    "paid_unallocated",
                ]
            )
        )
        if hold is None or profile["name"] == HOSTILE:
            due.append({**row, "listed_since": AS_OF})
        else:
            until = AS_OF + timedelta(days=9) if hold in ("promised", "habit") else None
            held.append({**row, "hold": hold, "holds": [hold], "hold_detail": "", "hold_until": until})
    return due, held


SUMMARY: dict[str, Any] = {
    "as_of": AS_OF.isoformat(),
    "companies": [{"company_id": "", "name": "Vermeer & Zonen", "country": "BE", "language": "en", "currency": "EUR"}],
    "policy": {"name": "starter", "version": "1"},
    "previous": {"as_of": "2026-03-30"},
    "versions": {"creditdesk": "0.1.0"},
    "quarantine": {
        "rows": 2, "problems": 2, "held_customers": 1,
        "list": [
            {"severity": "error", "code": "dangling", "table": "allocation", "file": "allocation.csv", "line": 412,
             "column": "invoice_id", "found": "F-99213", "reason": "is no invoice of this folder",
             "allowed": "the id of an invoice", "remedy": "Add the invoice or remove the row", "customer_id": "C-0007"},
            {"severity": "error", "code": "not_a_date", "table": "invoice", "file": "invoice.csv", "line": 77,
             "column": "due", "found": "31/02/2026", "reason": "is no date", "allowed": "a date such as 2026-03-31",
             "remedy": "Mend it in the source", "customer_id": "C-0012"},
        ],
    },
    "warnings": [{"table": "invoice", "code": "due_before_issued", "problems": 3}],
    "notes": [{"code": "approximate_replay", "text": "Replay is approximate."},
              {"code": "no_bank_statements", "text": "No bank statements."}],
}  # fmt: skip


def write_output(folder: Path, count: int = 260, **summary: Any) -> Path:
    """An output folder as `decide` writes it."""
    folder.mkdir(parents=True, exist_ok=True)
    made = customers(count)
    due, held = actions(made)
    for table, rows in (
        (TABLES_OUT["decision"], [decision for decision, _ in made]),
        (PROFILE, [profile for _, profile in made]),
        (TABLES_OUT["action_due"], due),
        (TABLES_OUT["held"], held),
    ):
        pq.write_table(conforming(table, rows), folder / f"{table.name}.parquet")
    (folder / "summary.json").write_text(json.dumps({**SUMMARY, **summary}), encoding="utf-8")
    (folder / "policy.yaml").write_text(policy_text("starter"), encoding="utf-8")
    return folder
