"""The stage `record`: decisions and steps as changes, cases opened and closed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Min

from creditdesk.desk.casework.models import Case, Decision, Message, Step, Whole
from creditdesk.desk.day.changes import Laid, lay
from creditdesk.desk.day.current import stand
from creditdesk.desk.day.decided import WHOLE, Decided
from creditdesk.desk.day.outcome import Outcome
from creditdesk.desk.day.profiling import keep
from creditdesk.desk.day.transitions import look, tell
from creditdesk.desk.ledger import objects
from creditdesk.desk.ledger.models import Company

NAMED = 1000
"""So many customers are asked for by name; of more, those of all are read."""

STEP_KEY = ("customer", "case_no", "step")


def record(
    company: Company, outcome: Outcome, number: int, customers: Sequence[str] | None = None
) -> dict[str, int]:
    """Write down what changed, and how things stand now. Gives counts: decisions, steps, cases opened and closed.

    Args:
        number: of the last import that was known.
    """
    as_of, but = outcome.as_of, outcome.but
    before = look(company, customers)
    decisions = _of(outcome.decisions(), customers)
    count = decisions.num_rows
    changed = lay(Decision, ("customer",), company, as_of, decisions, customers, but)
    del decisions  # of 100,000 customers half a gigabyte
    steps = _of(outcome.steps(), customers)
    listed: Laid = lay(Step, STEP_KEY, company, as_of, steps, customers, but)
    opened, closed = _cases(company, outcome, customers)
    stand(company, outcome, number, customers)
    keep(company, outcome, number, customers)
    if customers is None:
        keep_whole(company, outcome.decided, as_of)
    tell(company, as_of, before, customers)
    return {
        "customers": count,
        "decisions_changed": changed.new,
        "steps_changed": listed.new,
        "cases_opened": opened,
        "cases_closed": closed,
    }


def _of(rows: pa.Table, customers: Sequence[str] | None) -> pa.Table:
    """The rows of some customers: a family is decided whole, and only they are recorded."""
    if customers is None:
        return rows
    return rows.filter(pc.is_in(rows.column("customer"), pa.array(list(customers), pa.string())))


_OPEN_CASES = """
SELECT payer AS customer, last_case AS case_no, procedure FROM case_state JOIN decision ON payer = customer_id
WHERE is_open
"""


def _cases(company: Company, outcome: Outcome, customers: Sequence[str] | None) -> tuple[int, int]:
    """Cases as the facts show them: open while an announced invoice owes, closed with the reason once none does."""
    wanted = {
        (row["customer"], row["case_no"]): row["procedure"] or ""
        for row in outcome.rows(_OPEN_CASES)
        if row["customer"] not in outcome.but and (customers is None or row["customer"] in set(customers))
    }
    standing = Case.objects.filter(company=company)
    if customers is not None:
        standing = standing.filter(customer__in=list(customers))
    known = {(case.customer, case.case_no): case for case in standing.filter(closed_on=None).iterator()}
    unknown = [key for key in wanted if key not in known]
    since = _first_due(company, {who for who, _no in unknown})
    fresh = [
        Case(
            company=company, customer=who, case_no=no, procedure=wanted[who, no],
            opened_on=since.get((who, no), outcome.as_of),
        )
        for who, no in unknown
    ]  # fmt: skip
    if fresh:
        # one that was closed goes on where it stood (R1)
        objects.add(
            fresh,
            "(company_id, customer, case_no) DO UPDATE SET procedure = excluded.procedure, "
            "closed_on = excluded.closed_on, closed_because = excluded.closed_because",
        )
    gone = [case for key, case in known.items() if key not in wanted and case.customer not in outcome.but]
    if gone:
        reasons = _why(company, outcome, gone)
        for case in gone:
            case.closed_on = outcome.as_of
            case.closed_because = reasons[case.pk]
        objects.change(gone, ["closed_on", "closed_because"])
    return len(fresh), len(gone)


def _first_due(company: Company, customers: set[str]) -> dict[tuple[str, int], date]:
    """The day on which the first step of a case was due: the day it opened (R1), though it counts once a step is done."""
    due = Step.objects.filter(company=company, state=Step.State.DUE)
    if len(customers) <= NAMED:
        due = due.filter(customer__in=customers)
    rows = due.values_list("customer", "case_no").annotate(first=Min("from_on")).order_by()
    return {(customer, no): first for customer, no, first in rows}


def _why(company: Company, outcome: Outcome, cases: list[Case]) -> dict[int, str]:
    """Why each case closed: its invoices were withdrawn from the ledger, handed over, written off, or paid."""
    listed: dict[tuple[str, int], set[str]] = {}
    who = sorted({case.customer for case in cases})
    rows = outcome.rows(
        "SELECT customer_id, case_no, flatten(list(coalesce(invoice_ids, []))) AS ids FROM fact_action "
        "WHERE customer_id IN (SELECT unnest($who)) AND case_no IS NOT NULL GROUP BY ALL",
        who=who,
    )
    for row in rows:
        listed[row["customer_id"], row["case_no"]] = set(row["ids"])
    messages = Message.objects.filter(company=company, customer__in=who).values_list(
        "customer", "case_no", "invoice_ids"
    )
    for customer, no, ids in messages:
        listed.setdefault((customer, no), set()).update(ids)
    wanted = sorted({one for ids in listed.values() for one in ids})
    states = {
        row["invoice_id"]: row
        for row in outcome.rows(
            "SELECT i.invoice_id, i.settled, h.invoice_id IS NOT NULL AS handed_over, w.invoice_id IS NOT NULL AS written_off "
            "FROM item i LEFT JOIN (SELECT DISTINCT unnest(invoice_ids) AS invoice_id FROM fact_handover "
            "WHERE returned_on IS NULL) h ON i.invoice_id = h.invoice_id "
            "LEFT JOIN (SELECT DISTINCT invoice_id FROM fact_allocation WHERE kind = 'write_off' "
            "AND reversed_on IS NULL) w ON i.invoice_id = w.invoice_id "
            "WHERE i.invoice_id IN (SELECT unnest($wanted))",
            wanted=wanted,
        )
    }
    return {case.pk: _reason(listed.get((case.customer, case.case_no), set()), states) for case in cases}


def _reason(ids: set[str], states: dict[str, Any]) -> str:
    known = [states[one] for one in ids if one in states]
    if ids and not known:
        return "withdrawn"
    if any(row["handed_over"] for row in known):
        return "handed_over"
    if any(row["written_off"] for row in known):
        return "written_off"
    return "paid" if known and all(row["settled"] for row in known) else "nothing_left"


def keep_whole(company: Company, decided: Decided, as_of: date) -> None:
    """Keep the stages that look at all customers, for the customers that are decided alone until the next day."""
    for stage in WHOLE:
        rows = decided.fetch(stage)
        sink = io.BytesIO()
        with pa.ipc.new_stream(sink, rows.schema) as stream:
            stream.write_table(rows)
        Whole.objects.update_or_create(
            company=company, stage=stage, defaults={"as_of": as_of, "content": sink.getvalue()}
        )


def read_whole(company: Company) -> dict[str, pa.Table]:
    """The stages that `keep_whole` kept; empty before the first day."""
    return {
        row.stage: pa.ipc.open_stream(bytes(row.content)).read_all()
        for row in Whole.objects.filter(company=company)
    }
