"""The rules of the starter policy at their edges: figures of a customer, and the segment that the rules give it."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest

from creditdesk.policy.columns import predicate_columns
from creditdesk.policy.document import Policy
from creditdesk.policy.predicate import compile_predicate

# what an ordinary customer of long standing is like: no rule holds for it
ORDINARY: dict[str, object] = {
    "intercompany": False, "legal_status": None, "open_handover": False, "kind": "company", "last_purchase_days": 20,
    "open_items": 3, "disputes_12m": 0, "dispute_share_12m": 0.0, "broken_promises_12m": 0, "stalling_12m": 0,
    "observations": 40, "first_invoice_age_days": 900, "oldest_undisputed_overdue_days": 0, "days_late_24m": 3.0,
    "cash_trouble_days": None, "risk_class": "low", "orders_12m": 12, "turnover_class": "B", "habit": None,
    "habitual_days_late": None, "band_size": "medium", "band_behaviour": "good",
}  # fmt: skip

TYPES = {
    "legal_status": pa.string(), "cash_trouble_days": pa.int64(), "habit": pa.string(),
    "habitual_days_late": pa.float64(), "last_purchase_days": pa.int64(), "first_invoice_age_days": pa.int64(),
    "band_size": pa.string(), "band_behaviour": pa.string(),
}  # fmt: skip

STORIES = """
an ordinary customer                        |                                                             | -
a group company, whatever else              | intercompany=True kind=consumer                             | internal
bankrupt, and a consumer                    | legal_status=bankruptcy kind=consumer                       | insolvent
a file with the agency, and a public body   | open_handover=True kind=public_body                         | legal
a consumer                                  | kind=consumer                                               | consumer
a sole trader is treated as a business      | kind=sole_trader                                            | -
a public body                               | kind=public_body                                            | public
bought last a year ago, nothing open        | last_purchase_days=366 open_items=0                         | dormant
the same, one day less                      | last_purchase_days=365 open_items=0                         | -
bought long ago, something open             | last_purchase_days=900 open_items=1                         | -
never bought anything: new, not dormant     | last_purchase_days=None open_items=0 observations=0 first_invoice_age_days=None | new
three disputes, a fifth of the invoices     | disputes_12m=3 dispute_share_12m=0.2                        | contested
three disputes among very many invoices     | disputes_12m=3 dispute_share_12m=0.19                       | -
two disputes, half of the invoices          | disputes_12m=2 dispute_share_12m=0.5                        | -
two broken promises                         | broken_promises_12m=2                                       | contested
one broken promise                          | broken_promises_12m=1                                       | -
two notes about stalling                    | stalling_12m=2                                              | contested
two observations                            | observations=2                                              | new
first invoice 89 days ago                   | first_invoice_age_days=89                                   | new
three observations after 90 days            | observations=3 first_invoice_age_days=90                    | -
two observations, 30 days overdue           | observations=2 oldest_undisputed_overdue_days=30            | new
two observations, 31 days overdue           | observations=2 oldest_undisputed_overdue_days=31            | -
first invoice ever, 61 days late            | observations=1 first_invoice_age_days=91 oldest_undisputed_overdue_days=61 | -
short of cash 90 days ago                   | cash_trouble_days=90                                        | in_trouble
short of cash 91 days ago                   | cash_trouble_days=91                                        | -
short of cash, fair over two years          | cash_trouble_days=5 days_late_24m=15.0                      | in_trouble
short of cash, poor over two years          | cash_trouble_days=5 days_late_24m=15.1                      | -
high risk behind good behaviour             | risk_class=high                                             | guarded
high risk behind fair behaviour             | risk_class=high band_behaviour=fair                         | guarded
high risk and poor behaviour: the column    | risk_class=high band_behaviour=poor                         | -
medium risk                                 | risk_class=medium                                           | -
one order a year, C customer                | orders_12m=1 turnover_class=C                               | occasional
two orders a year, C customer               | orders_12m=2 turnover_class=C                               | -
one order a year, B customer                | orders_12m=1                                                | -
pays on the fifth, 15 days late             | habit=month_day habitual_days_late=15.0                     | rhythm
pays on the fifth, 16 days late             | habit=month_day habitual_days_late=16.0                     | -
a large customer with a habit               | habit=month_day habitual_days_late=2.0 band_size=large      | -
a small customer with a habit               | habit=month_day habitual_days_late=2.0 band_size=small      | rhythm
"""


def read(text: str) -> object:
    if text in ("True", "False", "None"):
        return {"True": True, "False": False, "None": None}[text]
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


@pytest.mark.parametrize("row", STORIES.strip().splitlines(), ids=lambda row: row.split("|")[0].strip())
def test_the_first_rule_that_holds(row: str, starter: Policy) -> None:
    _, figures, segment = (part.strip() for part in row.split("|"))
    customer = {
        **ORDINARY,
        **{key: read(value) for key, value in (one.split("=") for one in figures.split())},
    }
    table = ibis.memtable(
        pa.table({key: pa.array([value], TYPES.get(key)) for key, value in customer.items()})
    )
    columns = predicate_columns(starter.criteria)
    connection = ibis.duckdb.connect()
    held = [
        rule.segment
        for rule in starter.rules
        if connection.to_pyarrow(table.filter(compile_predicate(rule.when, columns)(table))).num_rows
    ]
    assert (held[0] if held else "-") == segment
