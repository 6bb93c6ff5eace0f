"""Facts of a case as Arrow tables of the contract, and the other customers that stand around it.

A class by turnover, a rank and a careful estimate say something only within a portfolio. So cases play in a company
with sixty other customers, twenty of them large, who pay six days late on average; each case is one more customer.
What a case leaves out is ordinary: it can be reached, every invoice has its order, dunning is live.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from creditdesk.facts.schema import TABLES
from creditdesk.policy.case_invoices import Row, Sheet, close, months_after
from creditdesk.policy.case_lines import LINES
from creditdesk.policy.case_words import WordError, Words
from creditdesk.policy.cases import Case, Cases
from creditdesk.policy.document import Policy
from creditdesk.policy.error import PolicyError, PolicyErrors
from creditdesk.policy.quantity import parse_amount

Facts = dict[str, pa.Table]

COMPANY: Row = {
    "company_id": "us", "name": "Our company", "country": "BE", "currency": "EUR", "language": "en", "size": "sme",
}  # fmt: skip

LONG_AGO = date(2000, 1, 1)
MONEY_OF_CUSTOMER = ("annual_revenue", "credit_limit")


def case_facts(
    case: Case, policy: Policy, source: str = "", company: Mapping[str, Any] | None = None
) -> Facts:
    """The fact tables of one case alone.

    Raises:
        PolicyErrors: for every line that cannot be read.
    """
    return cases_facts([case], policy, Cases(source, (case,), company or {}), around=False)


def cases_facts(
    cases: Sequence[Case], policy: Policy, file: Cases | None = None, *, around: bool = True
) -> Facts:
    """The fact tables of several cases of one day in one set; the customer of case i is `case_id(i)`.

    Args:
        file: the file they come from, for its company and for the errors.
        around: whether sixty other customers stand around them.

    Raises:
        PolicyErrors: for every line that cannot be read.
    """
    told = file or Cases("cases", tuple(cases))
    company = {**COMPANY, "currency": policy.currency, **dict(told.company)}
    rows: dict[str, list[Row]] = {"company": [company]}
    errors: list[PolicyError] = []
    for index, case in enumerate(cases):
        _merge(rows, _case_rows(case, policy, case_id(index), errors, str(company["country"])))
    if errors:
        raise PolicyErrors(told.source, errors)
    if around and cases:
        _merge(rows, _others(cases[0].on, policy.currency))
    _merge(rows, {"approval": [_live()]})
    return {name: _table(name, rows.get(name, ())) for name in TABLES if rows.get(name)}


def case_id(index: int) -> str:
    """Id of the customer of a case by its place among the cases of its day."""
    return f"case-{index + 1:03d}"


def _case_rows(
    case: Case, policy: Policy, customer: str, errors: list[PolicyError], country: str
) -> dict[str, list[Row]]:
    sheet = Sheet(f"{customer}-", customer, case.on, policy.currency)
    sheet.procedure = case.procedure or _expected_procedure(case, policy)
    if sheet.procedure in policy.procedures:
        sheet.steps = {step.id: (step.do, step.level) for step in policy.steps_of(sheet.procedure)}
    elif case.procedure is not None:
        allowed = ", ".join(policy.procedures)
        errors.append(PolicyError(case.line, 1, "procedure", case.procedure, allowed, "no such procedure"))
    sheet.add("customer", **_customer(case, policy, country))
    for code, value in case.codes.items():
        sheet.add("customer_code", code=code, value=value)
    for sort, read in LINES.items():
        for line, text in case.lines.get(sort, ()):
            words = Words(text)
            try:
                read(sheet, words)
            except WordError as error:
                errors.append(
                    PolicyError(line, 1, sort, error.found, error.allowed, "a line that cannot be read")
                )
    for plan in case.plans:
        _plan(sheet, case, plan, errors)
    _usual(sheet, case)
    return sheet.rows


def _expected_procedure(case: Case, policy: Policy) -> str | None:
    """The ladder of the expected segment, where it has only one."""
    segment = policy.segments.get(str(case.expect.get("segment")))
    choices = segment.procedure if segment else []
    return str(case.expect.get("procedure") or (choices[0].use if len(choices) == 1 else "")) or None


def _customer(case: Case, policy: Policy, country: str) -> Row:
    row: Row = {"name": case.name, "kind": "company", "country": country, **dict(case.customer)}
    for column in MONEY_OF_CUSTOMER:
        if column in row:
            row[column] = Sheet("", "", case.on, policy.currency).minor(parse_amount(row[column]))
    row.pop("customer_id", None)
    return row


def _plan(sheet: Sheet, case: Case, plan: Mapping[str, Any], errors: list[PolicyError]) -> None:
    """`{agreed: 2026-04-01, invoices: [F1], instalments: {2026-04-15: 500, 2026-05-15: 500}}`."""
    try:
        key = sheet.id("L", "plan")
        names = [sheet.invoice(str(name)) for name in plan["invoices"]]
        sheet.add(
            "plan", plan_id=key, agreed_on=plan["agreed"], invoice_ids=names, ended_on=plan.get("ended")
        )
        for on, amount in plan["instalments"].items():
            sheet.rows.setdefault("instalment", []).append(
                {
                    "plan_id": key,
                    "due_on": date.fromisoformat(str(on)),
                    "amount": sheet.minor(parse_amount(amount)),
                }
            )
    except (WordError, KeyError, TypeError, ValueError) as error:
        allowed = "agreed: DATE, invoices: [F1], instalments: {DATE: AMOUNT}"
        errors.append(PolicyError(case.line, 1, "plans", str(error), allowed, "a plan that cannot be read"))


def _usual(sheet: Sheet, case: Case) -> None:
    """What goes without saying: somebody can be reached, and every invoice has its order."""
    if case.contacts:
        sheet.add(
            "contact", contact_id=sheet.id("K", "contact"), role="accounts_payable", is_primary=True, name="Accounts",
            email="accounts@example.com", phone="+3225550100", mobile="+32475550100", address="Example Street 1",
        )  # fmt: skip
    if "orders" not in case.lines:
        for made in list(sheet.invoices.values()):
            if made["kind"] == "invoice":
                _ordered(sheet, made)


def _ordered(sheet: Sheet, made: Row) -> None:
    sheet.add(
        "order", order_id=sheet.id("O", "order"), ordered_on=made["issued"], amount=made["amount"],
        currency=made["currency"], delivered_on=made["issued"], delivered_amount=made["amount"],
        invoiced_amount=made["amount"],
    )  # fmt: skip


TIERS = ((20, Decimal(20_000)), (20, Decimal(3_000)), (20, Decimal(500)))
"""The others: how many, and the amount that each buys every month."""

LATENESS = (0, 1, 2, 4, 6, 8, 9, 10, 12, 8)
"""Days late of the others, in turn: six on average, each of them steady."""


def _others(on: date, currency: str) -> dict[str, list[Row]]:
    whole: dict[str, list[Row]] = {}
    count = 0
    for size, amount in TIERS:
        for _ in range(size):
            count += 1
            customer = f"other-{count:03d}"
            sheet = Sheet(f"{customer}-", customer, on, currency)
            sheet.add("customer", name=customer, kind="company", country="BE")
            late = LATENESS[count % len(LATENESS)]
            for month in range(14):
                issued = months_after(date(on.year - 1, on.month, 1), month) - timedelta(days=62)
                due = issued + timedelta(days=30)
                made = sheet.add(
                    "invoice", invoice_id=f"{sheet.prefix}{month}", number=str(month), kind="invoice", issued=issued,
                    due=due, amount=sheet.minor(amount), currency=currency,
                )  # fmt: skip
                _ordered(sheet, made)
                paid = due + timedelta(days=late)
                if paid <= on:
                    close(sheet, made, "payment", paid, int(made["amount"]))
            _merge(whole, sheet.rows)
    return whole


def _live() -> Row:
    """Dunning has been released long ago: nothing waits for the first run's approval."""
    return {
        "approval_id": "live", "subject": "go_live", "decided_on": LONG_AGO, "granted": True, "by": "case",
        "reason": "case",
    }  # fmt: skip


def _merge(rows: dict[str, list[Row]], more: Mapping[str, Sequence[Row]]) -> None:
    for name, several in more.items():
        rows.setdefault(name, []).extend(several)


def _table(name: str, rows: Sequence[Row]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=TABLES[name].schema().to_pyarrow())
