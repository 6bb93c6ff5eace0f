"""What people do at the desk. Each act is a fact in the ledger, an entry in the audit trail, and decides the customer anew.

The caller decides the customer anew after the act (`desk.day.redecide`): `Desk` of `desk.day.desk` does both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from creditdesk.desk.casework.audit import ReasonMissing, note
from creditdesk.desk.casework.models import Entry, Task
from creditdesk.desk.ledger.models import FACTS, Company, Import
from creditdesk.desk.ledger.writing import add, add_all
from creditdesk.facts.schema import TABLES

NEED_A_REASON = {"override": ("credit_limit", "terms_days", "segment")}
"""Values that nobody sets without a reason."""


class NotOpen(ValueError):
    """The task is no longer open."""


def write_fact(
    company: Company,
    table: str,
    row: Mapping[str, Any],
    *,
    by: str,
    why: str,
    now: datetime,
    more: Mapping[str, list[dict[str, Any]]] | None = None,
) -> Import:
    """Add a fact, or a new version of one, with its entry in the audit trail.

    Args:
        more: rows of other tables that belong to it: the instalments of a plan.

    Raises:
        ReasonMissing: a limit, a term or a segment is set without a reason.
        WrongRows: the row breaks the contract.
    """
    if table == "override" and row["field"] in NEED_A_REASON["override"] and not why.strip():
        raise ReasonMissing(f"a {row['field']} set by hand needs a reason")
    key = TABLES[table].key
    with transaction.atomic():
        was = _standing(company, table, {name: row.get(name) for name in key})
        merged = {**(was or {}), **row}
        done = add_all(company, {table: [merged], **(more or {})}, by=by, why=why, at=now)
        if done.changed:
            note(
                company, by=by, at=now, what=table, ref=":".join(str(row.get(name)) for name in key),
                customer=str(row.get("customer_id") or ""), was=_plain(was), became=_plain(merged), why=why,
            )  # fmt: skip
    return done


def write_facts(
    company: Company, table: str, rows: Sequence[Mapping[str, Any]], *, by: str, why: str, now: datetime
) -> Import:
    """Add new facts of one kind about many customers, as one import, each with its entry in the audit trail.

    Raises:
        WrongRows: a row breaks the contract; none is written.
    """
    key = TABLES[table].key
    with transaction.atomic():
        done = add_all(company, {table: [dict(row) for row in rows]}, by=by, why=why, at=now)
        if done.changed:
            Entry.objects.bulk_create(
                [
                    Entry(
                        company=company, by=by, at=now, what=table, customer=str(row.get("customer_id") or ""),
                        ref=":".join(str(row.get(name)) for name in key), became=_plain(row), why=why,
                    )
                    for row in rows
                ],
                batch_size=500,
            )  # fmt: skip
    return done


def _standing(company: Company, table: str, key: Mapping[str, Any]) -> dict[str, Any] | None:
    found = FACTS[table].objects.filter(legal_entity=company, replaced_by=None, **key).first()
    if found is None:
        return None
    return {column.name: getattr(found, column.name) for column in TABLES[table].columns}


def _plain(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in row.items()
        if value is not None
    }


def finish_task(
    task: Task,
    outcome: str,
    *,
    by: str,
    on: date,
    now: datetime,
    note_text: str = "",
    document: str | None = None,
    contact_id: str | None = None,
    call_back_on: date | None = None,
    action_id: str = "",
    who: str = "",
) -> Import:
    """Say what came of a task of a step: the fact is an `action`; a try that reached nobody leaves the task open.

    Args:
        outcome: one of the outcomes of the contract.
        document: where the letter is; a registered letter is done with its number only (R4).
        action_id: the id that whoever did it gave it; by default one is made.
        who: who did it, where another one (`by`) only tells it.

    Raises:
        NotOpen: the task is done or closed.
    """
    with transaction.atomic():
        ends = outcome not in {"no_answer", "left_message", "wrong_contact", "call_back"}
        waiting = Task.objects.filter(pk=task.pk, state=Task.State.OPEN)
        held = waiting.update(
            outcome=outcome,
            done_by=who or by,
            **({"state": Task.State.DONE, "closed_on": on} if ends else {"tried_on": on}),
        )
        if held != 1:
            raise NotOpen(f"task {task.pk} is no longer open; the way out: look at the customer's list again")
        tries = FACTS["action"].objects.filter(
            legal_entity=task.company, customer_id=task.customer, procedure=task.procedure, case_no=task.case_no,
            step=task.step,
        )  # fmt: skip
        action = {
            "action_id": action_id or f"task:{task.pk}:{tries.count() + 1}", "customer_id": task.customer,
            "procedure": task.procedure, "case_no": task.case_no, "step": task.step, "level": task.level,
            "channel": task.do, "direction": "out", "done_on": on, "invoice_ids": task.invoice_ids,
            "amount": task.amount, "by": who or by, "contact_id": contact_id or task.content.get("contact_id"),
            "call_back_on": call_back_on, "outcome": outcome, "document": document,
        }  # fmt: skip
        done = add(task.company, "action", [action], by=by, why=f"task {task.pk}: {outcome}", at=now)
        note(
            task.company, by=by, at=now, what="task", ref=str(task.pk), customer=task.customer,
            became={"outcome": outcome, "step": task.step}, why=note_text,
        )  # fmt: skip
    return done


def reopen_task(task: Task, *, by: str, now: datetime) -> None:
    """Make a task open again whose outcome this person takes back; the facts of it are undone by the caller.

    Raises:
        NotOpen: it was not this person who did it last.
    """
    with transaction.atomic():
        again = Task.objects.filter(
            pk=task.pk, done_by=by, state__in=(Task.State.DONE, Task.State.OPEN)
        ).update(state=Task.State.OPEN, closed_on=None, outcome="", done_by="", tried_on=None)
        if again != 1:
            raise NotOpen(
                f"task {task.pk} was not done by {by}; the way out: look at the customer's list again"
            )
        note(
            task.company, by=by, at=now, what="task", ref=str(task.pk), customer=task.customer,
            was={"outcome": task.outcome}, became={"outcome": None}, why="taken back",
        )  # fmt: skip


def hand_task(task: Task, to: str, role: str, *, by: str, why: str, now: datetime) -> None:
    """Give a task to somebody else, in a role; it stays theirs until it is done or its reason has gone.

    Args:
        to: the person; empty = whoever has the role.

    Raises:
        NotOpen: the task is done or closed.
    """
    with transaction.atomic():
        was = {"person": task.assigned, "role": task.role}
        given = Task.objects.filter(pk=task.pk, state=Task.State.OPEN).update(
            handed_to=to, handed_role=role, assigned=to, role=role
        )
        if given != 1:
            raise NotOpen(f"task {task.pk} is no longer open; the way out: look at the customer's list again")
        note(
            task.company, by=by, at=now, what="task", ref=str(task.pk), customer=task.customer, was=was,
            became={"person": to, "role": role}, why=why,
        )  # fmt: skip


def approve_step(task: Task, granted: bool, *, by: str, why: str, on: date, now: datetime) -> Import:
    """A named person says yes or no to a held step (R16).

    Raises:
        NotOpen: the task is done or closed.
    """
    with transaction.atomic():
        held = Task.objects.filter(pk=task.pk, state=Task.State.OPEN).update(
            state=Task.State.DONE, closed_on=on, done_by=by, outcome="granted" if granted else "refused"
        )
        if held != 1:
            raise NotOpen(f"task {task.pk} is no longer open; the way out: look at the customer's list again")
        row = {
            "approval_id": f"task:{task.pk}", "customer_id": task.customer, "subject": "step",
            "ref": f"{task.procedure}:{task.case_no}:{task.step}", "decided_on": on, "granted": granted, "by": by,
            "reason": why,
        }  # fmt: skip
        return write_fact(task.company, "approval", row, by=by, why=why, now=now)
