"""Remarks about requests, disputes and moves; and what Sales says of moves, whose objections come before a credit manager."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from creditdesk.desk.casework.audit import ReasonMissing, note
from creditdesk.desk.casework.models import Alert, Comment, MoveAnswer, Task
from creditdesk.desk.ledger.models import Company

MOVES_ROLE = "credit_manager"
"""Who decides on an objection."""


def comment(
    company: Company, subject: Comment.Subject, ref: str, customer: str, text: str, *, by: str, now: datetime
) -> Comment:
    """Add a remark, with its entry in the audit trail.

    Raises:
        ReasonMissing: there is no text.
    """
    if not text.strip():
        raise ReasonMissing("a remark needs a text")
    with transaction.atomic():
        made = Comment.objects.create(
            company=company, customer=customer, subject=subject, ref=ref, by=by, at=now, text=text.strip()
        )
        note(
            company, by=by, at=now, what=f"comment {subject.value}", ref=ref, customer=customer,
            became={"text": made.text},
        )  # fmt: skip
    return made


def move_ref(customer: str, target: str, since: date) -> str:
    """How remarks and tasks name a move."""
    return f"{since.isoformat()}:{target}:{customer}"


def answer_move(
    company: Company,
    customer: str,
    was: str,
    target: str,
    since: date,
    answer: MoveAnswer.Answer,
    reason: str,
    *,
    by: str,
    on: date,
    now: datetime,
    stake: int,
    currency: str,
) -> MoveAnswer:
    """Sales agrees with a move, or objects; an objection is a task for a credit manager, with its reason.

    The same answer of the same person again changes nothing.

    Args:
        stake: what is at stake, in minor units of `currency`: the exposure; it says which objection is read first.

    Raises:
        ReasonMissing: an objection without a reason.
    """
    reason = reason.strip()
    if answer == MoveAnswer.Answer.OBJECT and not reason:
        raise ReasonMissing("an objection needs a reason")
    with transaction.atomic():
        last = MoveAnswer.objects.filter(
            company=company, customer=customer, target=target, since=since, by=by
        ).last()
        if last is not None and (last.answer, last.reason) == (answer, reason):
            return last
        made = MoveAnswer.objects.create(
            company=company, customer=customer, was=was, target=target, since=since, answer=answer, reason=reason,
            by=by, at=now,
        )  # fmt: skip
        note(
            company, by=by, at=now, what="move", ref=move_ref(customer, target, since), customer=customer,
            was={"answer": last.answer, "reason": last.reason} if last else None,
            became={"answer": answer.value, "reason": reason, "from": was, "to": target}, why=reason,
        )  # fmt: skip
        if last is not None:
            _close(last, "answered_anew", by, on)
        if answer == MoveAnswer.Answer.OBJECT:
            _put_before_credit_manager(made, on, stake, currency)
    return made


def settle_objections(
    company: Company, customer: str, target: str, outcome: str, *, by: str, on: date, now: datetime
) -> int:
    """A credit manager has decided on a move: the tasks of objections to it are done. Gives how many."""
    waiting = MoveAnswer.objects.filter(
        company=company, customer=customer, target=target, answer=MoveAnswer.Answer.OBJECT, settled_at=None
    )
    with transaction.atomic():
        found = list(waiting.select_for_update())
        for one in found:
            one.settled_by, one.settled_at = by, now
            one.save(update_fields=["settled_by", "settled_at"])
            _tasks(one).update(state=Task.State.DONE, closed_on=on, done_by=by, outcome=outcome)
    return len(found)


def _put_before_credit_manager(made: MoveAnswer, on: date, stake: int, currency: str) -> None:
    detail = {
        "from": made.was, "to": made.target, "since": made.since.isoformat(), "reason": made.reason, "by": made.by,
        "answer": made.pk,
    }  # fmt: skip
    alert = Alert.objects.create(
        company=made.company, customer=made.customer, kind=Alert.Kind.MOVE_OBJECTED, ref=f"move:{made.pk}",
        raised_on=on, role=MOVES_ROLE, detail=detail,
    )  # fmt: skip
    Task.objects.create(
        company=made.company, customer=made.customer, kind=Task.Kind.ALERT, ref=f"alert:{alert.pk}", role=MOVES_ROLE,
        priority=60, due_on=on, opened_on=on, amount=max(stake, 0), currency=currency,
        content={"alert": alert.kind, **detail},
    )  # fmt: skip


def _tasks(made: MoveAnswer) -> QuerySet[Task]:
    """The open task of an objection."""
    alerts = Alert.objects.filter(
        company=made.company, kind=Alert.Kind.MOVE_OBJECTED, customer=made.customer, ref=f"move:{made.pk}"
    )
    refs = [f"alert:{pk}" for pk in alerts.values_list("pk", flat=True)]
    return Task.objects.filter(
        company=made.company, kind=Task.Kind.ALERT, ref__in=refs, state=Task.State.OPEN
    )


def _close(last: MoveAnswer, because: str, by: str, on: date) -> None:
    """The task of an objection that its person has taken back."""
    _tasks(last).update(state=Task.State.CLOSED, closed_on=on, closed_because=because, done_by=by)
