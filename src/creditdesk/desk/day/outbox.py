"""The stage `deliver`: each queued message is claimed by one process, asked of the gate, sent once and recorded.

A message is `sending` from before the first word to the mail server until its answer is recorded. Found so when nobody
is at work, it becomes `unknown` and is put before a person: it is never sent again by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from creditdesk.desk.casework.models import Alert, Message, Task
from creditdesk.desk.day.opening import DAY, DESK, usable
from creditdesk.desk.day.sender import sender_of
from creditdesk.desk.day.transport import NotNow, Refused, Transport, Unclear
from creditdesk.desk.ledger.models import Company, Import
from creditdesk.desk.ledger.writing import add

OUTBOX = "creditdesk outbox"
"""Who writes down in the ledger that a message went out."""

BATCH = 200
TOLD_EVERY = 20
"""After so many messages it is told how far the delivery is."""

LATER = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
"""How long a message waits that was refused for now; the last one again and again."""

Clock = Callable[[], datetime]
Ask = Callable[[Sequence[Message]], None]
"""Asks the gate again for some messages: cancels those it does not let pass, and brings the others up to date."""


@dataclass
class Delivered:
    """What a delivery did."""

    sent: int = 0
    failed: int = 0
    later: int = 0
    unknown: int = 0
    cancelled: int = 0
    asked_again: int = 0
    done: list[int] = field(default_factory=list)


def last_import(company: Company) -> int:
    """Number of the last import that anybody but the day itself made: what the gate knew is fresh while it is the same.

    What the day writes down (a message sent, a step skipped) concerns the one payer that has had its step of the day.
    """
    imports = Import.objects.filter(legal_entity=company).exclude(by__in=(OUTBOX, DAY))
    return imports.order_by("-id").values_list("id", flat=True).first() or 0


def recover(company: Company, on: date, now: datetime) -> int:
    """Messages whose sender died become `unknown`, each with a task for a person. The caller holds the day."""
    with transaction.atomic():
        lost = list(Message.objects.filter(company=company, state=Message.State.SENDING))
        for message in lost:
            _unknown(message, on, now, "the process ended between sending the message and recording it")
    return len(lost)


def restored(company: Company, on: date, now: datetime, made_at: str) -> int:
    """After a restore: what was queued in the backup may have been sent since it was made, so a person says."""
    with transaction.atomic():
        waiting = list(Message.objects.filter(company=company, state=Message.State.QUEUED))
        for message in waiting:
            _unknown(
                message, on, now, f"it waited in the backup of {made_at}, and may have been sent after that"
            )
    return len(waiting)


def deliver(
    company: Company,
    on: date,
    transport: Transport,
    ask: Ask,
    clock: Clock,
    still: Callable[[], None] = lambda: None,
    tell: Callable[[int, int], None] = lambda _done, _total: None,
) -> Delivered:
    """Send what is queued. The caller holds the day of the company.

    Args:
        ask: asks the gate again; called for messages that were let pass on another day or before the last import.
        still: raises when the day is no longer held.
    """
    outcome = Delivered()
    sender = parseaddr(sender_of(company))[1]
    total = _ready(company, clock()).count()
    try:
        while batch := list(_ready(company, clock()).exclude(pk__in=outcome.done)[:BATCH]):
            known = last_import(company)
            stale = [message for message in batch if not _fresh(message, on, known)]
            if stale:
                ask(stale)
                outcome.asked_again += len(stale)
                states = dict(
                    Message.objects.filter(pk__in=[one.pk for one in stale]).values_list("pk", "state")
                )
                outcome.cancelled += sum(state == Message.State.CANCELLED for state in states.values())
                batch = list(
                    Message.objects.filter(pk__in=[one.pk for one in batch], state=Message.State.QUEUED)
                )
                # about which the gate said nothing: it waits for the next time, and holds up nobody else
                outcome.done += [one.pk for one in batch if not _fresh(one, on, known)]
                batch = [one for one in batch if _fresh(one, on, known)]
            for message in batch:
                still()
                message.company = company
                if not _fresh(message, on, last_import(company)):
                    break  # something new is known: ask again before the next one goes
                outcome.done.append(message.pk)
                if _claim(message, clock()):
                    _send(message, sender, on, transport, clock, outcome)
                if len(outcome.done) % TOLD_EVERY == 0:
                    tell(len(outcome.done), total)
    finally:
        transport.close()
    return outcome


def _ready(company: Company, now: datetime) -> Any:
    waiting = Message.objects.filter(company=company, state=Message.State.QUEUED)
    return waiting.filter(Q(next_try_at=None) | Q(next_try_at__lte=now)).order_by("id")


def _fresh(message: Message, on: date, newest: int) -> bool:
    return message.asked_on == on and message.asked_no >= newest


def _claim(message: Message, now: datetime) -> bool:
    """Make the message ours by one conditional UPDATE; False when somebody else has it."""
    claimed = Message.objects.filter(pk=message.pk, state=Message.State.QUEUED).update(
        state=Message.State.SENDING, claimed_at=now, attempts=F("attempts") + 1
    )
    return claimed == 1


def _send(
    message: Message, sender: str, on: date, transport: Transport, clock: Clock, outcome: Delivered
) -> None:
    try:
        if not usable(message.address):
            raise Refused(f"found {message.address!r}; allowed: an e-mail address")
        reply = transport.send(sender, message.address, bytes(message.raw))
    except Refused as no:
        _ended(message, on, clock(), Message.State.FAILED, str(no), "failed")
        outcome.failed += 1
    except NotNow as later:
        wait = LATER[min(message.attempts, len(LATER) - 1)]
        Message.objects.filter(pk=message.pk, state=Message.State.SENDING).update(
            state=Message.State.QUEUED, next_try_at=clock() + wait, reply=str(later)
        )
        outcome.later += 1
    except Unclear as unclear:
        with transaction.atomic():
            _unknown(message, on, clock(), str(unclear))
        outcome.unknown += 1
    else:
        _ended(message, on, clock(), Message.State.SENT, reply, "sent")
        outcome.sent += 1


def _ended(
    message: Message, on: date, now: datetime, state: Any, reply: str, result: str, by: str = ""
) -> None:
    """Record the end of a message together with the action that moves the case, or neither."""
    with transaction.atomic():
        changed = (
            Message.objects.filter(pk=message.pk)
            .exclude(state__in=(Message.State.SENT, Message.State.FAILED))
            .update(state=state, reply=reply, ended_at=now, resolved_by=by)
        )
        if changed:
            add(
                message.company,
                "action",
                [action_of(message, on, result)],
                by=by or OUTBOX,
                why=f"message {result}",
                at=now,
            )


def action_of(message: Message, on: date, outcome: str) -> dict[str, Any]:
    """The fact that a message went out, or failed."""
    return {
        "action_id": f"message:{message.message_id}", "customer_id": message.customer,
        "procedure": message.procedure or None, "case_no": message.case_no if message.procedure else None,
        "step": message.step if message.procedure else None, "level": message.level,
        "policy_version": message.policy_version, "channel": message.channel, "direction": "out", "done_on": on,
        "invoice_ids": message.invoice_ids, "amount": message.amount, "by": DESK,
        "contact_id": message.contact_id or None, "outcome": outcome, "document": message.digest,
    }  # fmt: skip


def _unknown(message: Message, on: date, now: datetime, why: str) -> None:
    Message.objects.filter(pk=message.pk).update(state=Message.State.UNKNOWN, reply=why, ended_at=now)
    Task.objects.bulk_create(
        [
            Task(
                company=message.company, customer=message.customer, kind=Task.Kind.UNKNOWN,
                procedure=message.procedure, case_no=message.case_no, step=message.step, turn=message.turn,
                ref=message.message_id, do=message.channel, level=message.level, role="collector", priority=90,
                due_on=on, opened_on=on, invoice_ids=message.invoice_ids, amount=message.amount,
                currency=message.currency, content={"why": why, "address": message.address},
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    Alert.objects.bulk_create(
        [
            Alert(
                company=message.company, customer=message.customer, kind=Alert.Kind.UNKNOWN_MESSAGE,
                ref=message.message_id, raised_on=on, role="collector", detail={"why": why},
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip


VERDICTS = ("sent", "not_sent", "send_again")


def resolve(message: Message, verdict: str, *, by: str, on: date, now: datetime) -> None:
    """A person says what became of a message of unknown fate.

    Args:
        verdict: `sent`: it went out; `not_sent`: it did not, and the ladder goes round this address; `send_again`: it is
            queued again, and the gate is asked again.

    Raises:
        ValueError: the message is not `unknown`, or the verdict is none.
    """
    if message.state != Message.State.UNKNOWN:
        raise ValueError(f"message {message.pk} is {message.state}; allowed: unknown")
    if verdict not in VERDICTS:
        raise ValueError(f"found verdict {verdict!r}; allowed: {', '.join(VERDICTS)}")
    went = message.claimed_at.date() if message.claimed_at else on
    with transaction.atomic():
        if verdict == "send_again":
            Message.objects.filter(pk=message.pk, state=Message.State.UNKNOWN).update(
                state=Message.State.QUEUED, asked_no=0, next_try_at=None, ended_at=None, resolved_by=by
            )
        elif verdict == "sent":
            _ended(message, went, now, Message.State.SENT, message.reply, "sent", by)
        else:
            _ended(message, on, now, Message.State.FAILED, message.reply, "failed", by)
        Task.objects.filter(
            company=message.company, kind=Task.Kind.UNKNOWN, ref=message.message_id, state=Task.State.OPEN
        ).update(state=Task.State.DONE, closed_on=on, outcome=verdict, done_by=by)
