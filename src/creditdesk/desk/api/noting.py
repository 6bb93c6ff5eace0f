"""Writes down an outcome that another program tells: an action, and the promise, dispute or note that came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from creditdesk.desk.api.standing import holding
from creditdesk.desk.casework.models import Task
from creditdesk.desk.casework.people import NotOpen, finish_task, write_fact
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.ledger.row_check import WrongRows

MARK = "api:"
"""Before the ids that other programs give, so that none is taken for one of the desk's own."""


class Refused(ValueError):
    """An outcome that cannot be written down.

    Attributes:
        place: where in it.
    """

    def __init__(self, message: str, *place: object) -> None:
        super().__init__(message)
        self.place = place


def note_down(company: Company, said: Any, *, by: str, on: date, now: datetime) -> tuple[str, int | None]:
    """Write an outcome down once. Gives `new` or `same`, and the number of the task that it ended, if any.

    Args:
        said: an `OutcomeIn`.
        on: today.

    Raises:
        Refused: an unknown customer or invoice, a day to come, or what breaks the contract.
    """
    action_id = f"{MARK}{said.outcome_id}"
    with transaction.atomic():
        if holding(company, "action").filter(action_id=action_id).exists():
            return "same", None
        _check(company, said, on)
        who = said.by or by
        more = _more(said, action_id, who)
        task = _task(company, said)
        try:
            if task is not None:
                finish_task(
                    task, said.outcome, by=by, on=said.done_on, now=now, note_text=said.note or "",
                    document=said.document, contact_id=said.contact_id, call_back_on=said.call_back_on,
                    action_id=action_id, who=who,
                )  # fmt: skip
            else:
                write_fact(
                    company, "action", _action(said, action_id, who), by=by, why="told over the API", now=now
                )
            for table, row in more.items():
                write_fact(company, table, row, by=by, why=f"came of outcome {said.outcome_id}", now=now)
        except WrongRows as wrong:
            raise Refused(str(wrong)) from wrong
        except NotOpen:
            raise Refused(
                "the task was ended by somebody else meanwhile; look at the actions again"
            ) from None
    return "new", task.pk if task is not None else None


def _check(company: Company, said: Any, on: date) -> None:
    if said.done_on > on:
        raise Refused(f"found {said.done_on}; allowed: today, {on}, or a day before", "done_on")
    if not holding(company, "customer").filter(customer_id=said.customer_id).exists():
        raise Refused(f"found customer {said.customer_id!r}, whom the ledger does not know", "customer_id")
    parts = (said.procedure, said.case_no, said.step)
    if any(part is not None for part in parts) and None in parts:
        raise Refused("procedure, case_no and step are said together, or none of them", "step")
    named = {
        "invoice_ids": list(said.invoice_ids),
        "promise": [said.promise.invoice_id] if said.promise and said.promise.invoice_id else [],
        "dispute": [said.dispute.invoice_id] if said.dispute and said.dispute.invoice_id else [],
    }
    wanted = {one for ids in named.values() for one in ids}
    if not wanted:
        return
    known = set(
        holding(company, "invoice").filter(invoice_id__in=sorted(wanted)).values_list("invoice_id", flat=True)
    )
    for name, ids in named.items():
        unknown = [one for one in ids if one not in known]
        if unknown:
            raise Refused(f"found invoice {unknown[0]!r}, which the ledger does not know", name)


def _task(company: Company, said: Any) -> Task | None:
    """The open task of the step, if it is a person's step and somebody has it on a list."""
    if said.step is None:
        return None
    return (
        Task.objects.filter(
            company=company, customer=said.customer_id, state=Task.State.OPEN, procedure=said.procedure,
            case_no=said.case_no, step=said.step, kind__in=(Task.Kind.STEP, Task.Kind.POST),
        )
        .order_by("turn")
        .first()
    )  # fmt: skip


def _action(said: Any, action_id: str, who: str) -> dict[str, Any]:
    return {
        "action_id": action_id, "customer_id": said.customer_id, "procedure": said.procedure, "case_no": said.case_no,
        "step": said.step, "channel": said.channel, "direction": said.direction, "done_on": said.done_on,
        "invoice_ids": list(said.invoice_ids), "by": who, "contact_id": said.contact_id,
        "call_back_on": said.call_back_on, "outcome": said.outcome, "document": said.document,
    }  # fmt: skip


def _more(said: Any, action_id: str, who: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    if said.promise is not None:
        found["promise"] = {
            "promise_id": action_id, "customer_id": said.customer_id, "invoice_id": said.promise.invoice_id,
            "made_on": said.done_on, "due_on": said.promise.due_on, "amount": said.promise.amount,
            "currency": said.promise.currency, "by": who, "channel": said.channel,
        }  # fmt: skip
    if said.dispute is not None:
        found["dispute"] = {
            "dispute_id": action_id, "customer_id": said.customer_id, "invoice_id": said.dispute.invoice_id,
            "opened_on": said.done_on, "amount": said.dispute.amount, "reason": said.dispute.reason,
            "deadline": said.dispute.deadline,
        }  # fmt: skip
    if said.note:
        found["note"] = {
            "note_id": action_id, "customer_id": said.customer_id, "on": said.done_on, "by": who, "text": said.note,
        }  # fmt: skip
    return found
