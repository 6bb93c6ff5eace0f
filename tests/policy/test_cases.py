"""Cases in short lines become facts of the contract; a line that cannot be read names its line and the way out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from creditdesk.facts.schema import TABLES
from creditdesk.policy.case_facts import case_facts, cases_facts
from creditdesk.policy.cases import Cases, parse_cases
from creditdesk.policy.document import Policy
from creditdesk.policy.error import PolicyErrors
from creditdesk.policy.load import SHIPPED, cases_text, load_policy

HEAD = "cases:\n  - case: one\n    on: 2026-03-24\n    expect: {segment: standard}\n"


def facts(policy: Policy, lines: str) -> dict[str, list[dict[str, Any]]]:
    """The facts of a case of these lines, as rows."""
    found = parse_cases(HEAD + "".join(f"    {line}\n" for line in lines.splitlines()), "cases")
    tables = case_facts(found.cases[0], policy, "cases")
    return {name: table.to_pylist() for name, table in tables.items()}


def day(text: str) -> date:
    return date.fromisoformat(text)


# a line of a case | the table it fills | what stands in its last row
LINES = [
    ("invoices: 1000 due 2026-03-20", "invoice",
     {"issued": day("2026-02-18"), "due": day("2026-03-20"), "amount": 100_000, "currency": "EUR", "kind": "invoice"}),
    ("invoices: 2.5k USD issued 2026-01-01", "invoice",
     {"due": day("2026-01-31"), "amount": 250_000, "currency": "USD"}),
    ("invoices: 1000 JPY due 2026-03-20", "invoice", {"amount": 1000, "currency": "JPY"}),
    ("invoices: [1000 due 2026-03-20 name A, credit 100 issued 2026-03-21 for A]", "invoice",
     {"kind": "credit_note", "amount": 10_000, "corrects_invoice_id": "case-001-A", "due": day("2026-03-21")}),
    ("invoices: 1000 due 2026-03-20 paid 400 on 2026-04-02", "allocation",
     {"kind": "payment", "amount": 40_000, "allocated_on": day("2026-04-02")}),
    ("invoices: 1000 due 2026-03-20 paid 400 on 2026-04-02 paid 2026-04-09", "payment",
     {"amount": 60_000, "value_date": day("2026-04-09")}),
    ("invoices: 1000 due 2025-03-20 written_off 2026-01-02", "allocation", {"kind": "write_off", "payment_id": None}),
    ("invoices: 1000 due 2026-03-20 manner peppol delivery rejected", "invoice",
     {"manner": "peppol", "delivery_state": "rejected"}),
    ("history: 2 x 1000 monthly from 2025-12-31 due after 10 paid 3 late steady", "payment",
     {"value_date": day("2026-02-13")}),
    ("history: 2 x 1000 every 10 days from 2026-01-01 due after 10 paid 3 early steady", "payment",
     {"value_date": day("2026-01-18")}),
    ("payments: 400 on 2026-04-02", "payment", {"amount": 40_000, "customer_id": "case-001"}),
    ("orders: 1200 on 2026-02-01 delivered 2026-02-10", "order",
     {"amount": 120_000, "delivered_on": day("2026-02-10"), "invoiced_amount": None}),
    ("invoices: 1000 due 2026-03-20\nactions: 2026-03-24 reminder sent", "action",
     {"procedure": "reference", "step": "reminder", "level": 1, "channel": "email", "case_no": 1, "outcome": "sent",
      "invoice_ids": ["case-001-F1"], "direction": "out"}),
    ("actions: 2026-03-24 call no_answer by Ann", "action",
     {"procedure": "reference", "step": "call", "channel": "call", "outcome": "no_answer", "by": "Ann"}),
    ("actions: 2026-03-24 letter imported level 3", "action", {"step": "letter", "procedure": "imported", "level": 3}),
    ("actions: 2026-03-24 sms sent", "action", {"step": None, "channel": "sms", "procedure": None}),
    ("invoices: 1000 due 2026-03-20\npromises: 600 for 2026-04-15 made 2026-03-27 on F1", "promise",
     {"amount": 60_000, "due_on": day("2026-04-15"), "made_on": day("2026-03-27"), "invoice_id": "case-001-F1"}),
    ("invoices: 1000 due 2026-03-20\ndisputes: 250 on F1 price from 2026-03-30 until 2026-04-13 we_right", "dispute",
     {"amount": 25_000, "reason": "price", "closed_on": day("2026-04-13"), "outcome": "we_right"}),
    ("notes: 2026-03-01 cash_trouble asks for time", "note", {"tag": "cash_trouble", "text": "asks for time"}),
    ("reports: graydon rating grade BB on 2026-01-10", "credit_report",
     {"provider": "graydon", "scale": "rating", "grade": "BB", "received_on": day("2026-01-10")}),
    ("legal: bankruptcy from 2026-04-02 claim 2026-06-01", "legal_status",
     {"kind": "bankruptcy", "claim_deadline": day("2026-06-01"), "ended_on": None}),
    ("pauses: from 2026-03-01 until 2026-03-31 holidays", "pause", {"until_on": day("2026-03-31")}),
    ("overrides: segment partner from 2026-03-01", "override", {"field": "segment", "value": "partner"}),
    ("covers: 100k atradius from 2025-01-01 share 0.8", "cover", {"amount": 10_000_000, "insured_share": 0.8}),
    ("invoices: 1000 due 2025-03-20\nhandovers: agency on 2026-02-01 for F1", "handover",
     {"to": "agency", "invoice_ids": ["case-001-F1"], "returned_on": None}),
    ("preferences: payment_run 5,20 from 2025-01-01", "preference", {"kind": "payment_run", "value": "5,20"}),
    ("codes: {growth: A}", "customer_code", {"code": "growth", "value": "A"}),
    ("customer: {employees: 35, annual_revenue: 4m}", "customer", {"employees": 35, "annual_revenue": 400_000_000}),
    (("invoices: 1000 due 2026-03-20\n"
     "plans: [{agreed: 2026-03-22, invoices: [F1], instalments: {2026-04-15: 500}}]"), "instalment",
     {"due_on": day("2026-04-15"), "amount": 50_000}),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "table", "row"), LINES, ids=[line for line, _, _ in LINES])
def test_a_line_and_the_row_it_makes(lines: str, table: str, row: dict[str, Any], starter: Policy) -> None:
    made = facts(starter, lines)[table][-1]
    assert {name: made[name] for name in row} == row


def test_what_goes_without_saying(starter: Policy) -> None:
    made = facts(starter, "invoices: 1000 due 2026-03-20")
    assert made["contact"][0]["email"]
    assert made["order"][0]["amount"] == 100_000
    assert made["approval"][0]["subject"] == "go_live"
    assert "contact" not in facts(starter, "contacts: none")


def test_an_average_is_kept_however_unevenly_it_is_paid(starter: Policy) -> None:
    made = facts(starter, "history: 7 x 1000 monthly from 2025-01-15 due after 30 paid 12 late")
    late = [
        (paid["value_date"] - bill["due"]).days
        for paid, bill in zip(made["payment"], made["invoice"], strict=True)
    ]
    assert sum(late) == 7 * 12
    assert len(set(late)) == 7
    early = facts(starter, "history: 7 x 1000 monthly from 2025-01-15 due after 30 paid on time")
    assert all(
        paid["value_date"] < bill["due"]
        for paid, bill in zip(early["payment"], early["invoice"], strict=True)
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_facts_of_shipped_cases_keep_to_the_contract(name: str) -> None:
    policy = load_policy(name)
    told = cases_text(name, policy)
    assert told is not None
    cases = parse_cases(told[1], told[0])
    made = cases_facts(cases.cases, policy, cases)
    assert made["customer"].num_rows == len(cases.cases) + 60
    for table_name, table in made.items():
        contract = TABLES[table_name]
        assert table.schema.equals(contract.schema().to_pyarrow())
        keys = pa.Table.from_arrays([table[key] for key in contract.key], list(contract.key))
        assert keys.group_by(list(contract.key)).aggregate([]).num_rows == table.num_rows, table_name
        for column in contract.columns:
            values = [value for value in table[column.name].to_pylist() if value is not None]
            if column.required:
                assert table[column.name].null_count == 0, (table_name, column.name)
            if column.allowed:
                assert set(values) <= set(column.allowed), (table_name, column.name)


WRONG = """
    invoices: 1000 due tomorrow                     | 'tomorrow' in '1000 due tomorrow'   | a date such as 2026-03-24
    invoices: much due 2026-03-20                   | 'much' in 'much due 2026-03-20'     | an amount such as 1000, 2.5k or 4m
    invoices: 1000 EUX due 2026-03-20               | 'EUX' in '1000 EUX due 2026-03-20'  | an ISO 4217 code such as EUR
    invoices: 1000                                  | '1000'                              | issued DATE, due DATE, or both
    invoices: 1000 due 2026-03-20 colour red        | 'colour' in '1000 due 2026-03-20 colour red' | issued, due, sent, paid
    history: 12 x 1000 daily from 2025-01-15        | 'daily' in                          | monthly, weekly, every
    actions: 2026-03-24 remainder sent              | 'remainder'                         | reminder, call, letter
    actions: 2026-03-24 reminder send               | 'send' in                           | level, case, imported
    promises: 1000 for 2026-04-15                   | '1000 for 2026-04-15'               | AMOUNT for DATE made DATE
    promises: 1000 for 2026-04-15 made 2026-04-01 on F9 | 'F9'                            | an invoice of the case
    disputes: 250 colour from 2026-03-30            | 'colour' in                         | price, quality
    legal: bankrupt from 2026-03-30                 | 'bankrupt' in                       | bankruptcy, suspension
    approvals: step letter on 2026-03-30 maybe      | 'maybe' in                          | yes, no
    payments: 400 on 2026-03-30 for F1              | 'for' in                            | the end of the line
"""


@pytest.mark.parametrize("row", WRONG.strip().splitlines(), ids=lambda row: row.split("|")[0].strip())
def test_a_line_that_cannot_be_read(row: str, starter: Policy) -> None:
    line, found, allowed = (part.strip() for part in row.split("|"))
    with pytest.raises(PolicyErrors) as raised:
        facts(starter, line)
    (error,) = raised.value.errors
    assert error.line == 5
    assert error.field == line.split(":")[0]
    assert error.found.startswith(found)
    assert error.allowed.startswith(allowed)


SHAPES = """
case: [no name]    | cases.0.case     | a case needs a name
on: tomorrow       | cases.0.on       | a case needs a day
expect: {}         | cases.0.expect   | a case needs an expectation
expect: {segmint: standard} | cases.0.expect.segmint | no such field
customer: {staff: 5} | cases.0.customer.staff | no such field
invoice: 1000 due 2026-03-20 | cases.0.invoice | no such field
invoices: {amount: 1000} | cases.0.invoices | a line of words is wanted
"""


@pytest.mark.parametrize("row", SHAPES.strip().splitlines())
def test_a_case_of_the_wrong_shape(row: str) -> None:
    line, field, said = (part.strip() for part in row.split("|"))
    key = line.split(":")[0]
    kept = [one for one in HEAD.splitlines() if not one.strip().removeprefix("- ").startswith(f"{key}:")]
    begin = "  - " if key == "case" else "    "
    text = "\n".join([*kept[:1], begin + line, *kept[1:]] if key == "case" else [*kept, begin + line]) + "\n"
    with pytest.raises(PolicyErrors) as raised:
        parse_cases(text, "cases")
    assert [(error.field, error.message) for error in raised.value.errors] == [(field, said)]


def test_two_cases_of_one_name() -> None:
    with pytest.raises(PolicyErrors, match="the name stands twice"):
        parse_cases(HEAD + HEAD.removeprefix("cases:\n"), "cases")


def test_a_file_without_cases() -> None:
    assert parse_cases("", "cases") == Cases("cases", ())
    with pytest.raises(PolicyErrors, match="no cases"):
        parse_cases("tests: 5\n", "cases")
