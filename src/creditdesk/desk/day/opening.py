"""The stage `open`: what is due becomes a task for a person or a message in the outbox, once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from creditdesk.desk.casework.models import Alert, Message, Run, Task
from creditdesk.desk.day.assigning import Desks
from creditdesk.desk.day.outcome import Outcome
from creditdesk.desk.day.sender import sender_of
from creditdesk.desk.day.writing import Invoice, Written, write
from creditdesk.desk.ledger import objects
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.ledger.writing import add
from creditdesk.policy.document import Policy

DESK = "creditdesk"
"""Who did what nobody did."""

DAY = "creditdesk day"
"""Who writes down in the ledger what the engine skipped."""

PERSONS_YES = ("needs_approval", "natural_person")
"""Holds that a person's yes ends."""

SENT_BY_DESK = frozenset({"email"})
"""Channels the desk sends itself; what else a ladder leaves to the system is a task for a person until it can."""


Key = tuple[str, str, str, int, str, int, str]
TASK_LOOK = (
    "do",
    "level",
    "template",
    "role",
    "person",
    "assigned",
    "priority",
    "due_on",
    "invoice_ids",
    "amount",
    "content",
)
"""What of an open task is kept up with the day's decision."""


@dataclass(frozen=True)
class Opened:
    """What the stage did. `live`: keys of every task that has its reason today."""

    live: set[Key]
    tasks: int
    messages: int
    skipped: int


def open_due(
    company: Company,
    outcome: Outcome,
    run: Run | None,
    ledger_no: int,
    now: datetime,
    customers: Collection[str] | None = None,
) -> Opened:
    """Open tasks and write messages for what is due; record what the engine skipped.

    Args:
        customers: only what these payers are due.
    """
    due = [row for row in outcome.due() if customers is None or row["customer_id"] in customers]
    mails = [row for row in due if row["owner"] == "system" and row["do"] in SENT_BY_DESK]
    tasks = [row for row in due if not (row["owner"] == "system" and row["do"] in SENT_BY_DESK)]
    wanted = [_task(company, row, _kind(row)) for row in tasks]
    wanted += [
        _task(company, row, Task.Kind.APPROVE)
        for row in _waiting(outcome, outcome.decided.policy)
        if customers is None or row["customer_id"] in customers
    ]
    opened, live = open_tasks(company, wanted, outcome.as_of, customers)
    written = _messages(company, outcome, run, ledger_no, now, mails)
    return Opened(live, opened, written, _skipped(company, outcome, now, customers))


def _kind(row: dict[str, Any]) -> Any:
    return Task.Kind.POST if row["owner"] == "system" else Task.Kind.STEP


def _waiting(outcome: Outcome, policy: Policy) -> list[dict[str, Any]]:
    """Held steps that a person's yes would release; not those of payers who are not live yet."""
    starred = {
        (name, step.id) for name in policy.procedures for step in policy.steps_of(name) if step.approval
    }
    return [
        row
        for row in outcome.held(PERSONS_YES)
        if "natural_person" in row["holds"] or (row["procedure"], row["step"]) in starred
    ]


def _task(company: Company, row: dict[str, Any], kind: Any) -> Task:
    role = row["owner"] if row["owner"] != "system" else "collector"
    if kind == Task.Kind.APPROVE or row["do"] == "hand_over":
        role = "credit_manager"
    return Task(
        company=company,
        customer=row["customer_id"],
        kind=kind,
        procedure=row["procedure"],
        case_no=row["case_no"],
        step=row["step"],
        turn=row["turn"],
        do=row["do"],
        level=row["level"],
        template=row["template"],
        role=role,
        person=row["owner_id"] or "",
        priority=row["priority"],
        due_on=row["due_on"],
        invoice_ids=row["invoice_ids"] or [],
        amount=row["amount"],
        currency=row["currency"],
        content={
            "amounts": row["amounts"] or [],
            "contact_id": row["contact_id"],
            "language": row["language"],
            "priority_reasons": row["priority_reasons"] or [],
        },
    )


def key_of(task: Task) -> Key:
    """The natural key of a task within its company."""
    return task.customer, task.kind, task.procedure, task.case_no, task.step, task.turn, task.ref


def open_tasks(
    company: Company, wanted: Iterable[Task], on: date, customers: Collection[str] | None = None
) -> tuple[int, set[Key]]:
    """Open what is not open or done yet, and bring what is open up to the day. Gives how many are new, and all keys.

    Args:
        customers: whose tasks these are, where they are a few; nobody else's are looked at.
    """
    desks = Desks(company, on)
    by_key: dict[Key, Task] = {}
    for task in wanted:
        task.opened_on = on
        task.person = desks.person(task.role, task.customer, task.person)
        task.assigned = desks.today(task.person)
        by_key[key_of(task)] = task
    theirs = Task.objects.filter(company=company)
    if customers is not None:
        theirs = theirs.filter(customer__in=list(customers))
    changed, known = [], set()
    for task in theirs.filter(state=Task.State.OPEN).iterator():
        key = key_of(task)
        known.add(key)
        fresh = by_key.get(key)
        if fresh is not None and task.handed_role:
            fresh.role, fresh.assigned = task.handed_role, desks.today(task.handed_to)
        if fresh is not None and any(getattr(task, name) != getattr(fresh, name) for name in TASK_LOOK):
            for name in TASK_LOOK:
                setattr(task, name, getattr(fresh, name))
            changed.append(task)
    if changed:
        objects.change(changed, TASK_LOOK)
    fresh_tasks = [task for key, task in by_key.items() if key not in known]
    if not fresh_tasks:
        return 0, set(by_key)
    before = theirs.count()
    objects.add(fresh_tasks)
    return theirs.count() - before, set(by_key)


def _messages(
    company: Company,
    outcome: Outcome,
    run: Run | None,
    ledger_no: int,
    now: datetime,
    rows: list[dict[str, Any]],
) -> int:
    """Queue messages that are not there yet."""
    standing = Message.objects.filter(company=company, customer__in=[row["customer_id"] for row in rows])
    taken: set[tuple[Any, ...]] = set()
    cancelled: dict[tuple[Any, ...], int] = {}
    for *key, state in standing.values_list("customer", "procedure", "case_no", "step", "turn", "state"):
        if state == Message.State.CANCELLED:
            cancelled[tuple(key)] = cancelled.get(tuple(key), 0) + 1
        else:
            taken.add(tuple(key))
    fresh = [row for row in rows if _message_key(row) not in taken]
    if not fresh:
        return 0
    letterhead = _Letterhead(outcome, company, fresh)
    made = [
        letterhead.message(row, cancelled.get(_message_key(row), 0), run, ledger_no, now) for row in fresh
    ]
    objects.add(made)
    return len(made)


def _message_key(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["customer_id"], row["procedure"], row["case_no"], row["step"], row["turn"]


class _Letterhead:
    """What messages need beside the step: our company, contacts, invoices."""

    def __init__(self, outcome: Outcome, company: Company, rows: list[dict[str, Any]]) -> None:
        self._company = company
        self._outcome = outcome
        ours = outcome.rows("SELECT * FROM fact_company")
        self._ours = {row["company_id"]: row for row in ours}
        self._any = ours[0] if ours else {"name": company.name, "country": ""}
        contacts = sorted({row["contact_id"] for row in rows if row["contact_id"]})
        self._contacts = {
            row["contact_id"]: row
            for row in outcome.rows(
                "SELECT contact_id, salutation, first_name, name, email FROM fact_contact WHERE contact_id IN "
                "(SELECT unnest($ids)) AND coalesce(known_from, DATE '0001-01-01') <= $day "
                "ORDER BY contact_id, coalesce(known_from, DATE '0001-01-01')",
                ids=contacts,
                day=outcome.as_of,
            )
        }
        invoices = sorted({one for row in rows for one in row["invoice_ids"] or []})
        self._invoices = {
            row["invoice_id"]: Invoice(row["number"], row["due"], row["open"], row["currency"])
            for row in outcome.rows(
                "SELECT f.invoice_id, f.number, f.due, i.open, f.currency FROM open_item i JOIN fact_invoice f USING (invoice_id) "
                "WHERE f.invoice_id IN (SELECT unnest($ids))",
                ids=invoices,
            )
        }

    def message(
        self, row: dict[str, Any], again: int, run: Run | None, ledger_no: int, now: datetime
    ) -> Message:
        """A queued message; one without an address that can be used is failed at once, and the ladder goes round it."""
        contact = self._contacts.get(row["contact_id"] or "", {})
        ours = self._ours.get(row["company_id"] or "", self._any)
        address = (contact.get("email") or "").strip()
        ids = row["invoice_ids"] or []
        key = (self._company.code, *_message_key(row), again)
        fault = "" if usable(address) else f"found {address!r}; allowed: an e-mail address"
        written: Written = write(
            key=key,
            sender=sender_of(self._company),
            to=address if not fault else "nobody@creditdesk.invalid",
            name=_name(contact),
            language=row["language"],
            template=row["template"],
            level=row["level"],
            company=ours["name"],
            country=ours["country"] or "",
            customer=row["customer_id"],
            invoices=[self._invoices[one] for one in ids if one in self._invoices],
            at=now,
        )
        return Message(
            company=self._company, customer=row["customer_id"], procedure=row["procedure"], case_no=row["case_no"],
            step=row["step"], turn=row["turn"], level=row["level"], template=row["template"], channel=row["do"], run=run,
            policy_version=self._outcome.decided.policy.version, language=row["language"],
            contact_id=row["contact_id"] or "", address=address[:320], subject=written.subject, text=written.text,
            message_id=written.message_id, raw=written.raw, digest=written.digest, invoice_ids=ids,
            amounts=row["amounts"] or [], amount=row["amount"], currency=row["currency"], asked_on=self._outcome.as_of,
            asked_no=ledger_no, queued_at=now, reply=fault,
        )  # fmt: skip


def _name(contact: dict[str, Any]) -> str:
    parts = (contact.get("salutation"), contact.get("first_name"), contact.get("name"))
    return " ".join(" ".join(part.split()) for part in parts if part and part.strip())


def usable(address: str) -> bool:
    """Whether a mail can be sent there: one plain address."""
    name, at, domain = address.rpartition("@")
    return bool(
        at and name and domain and address.isascii() and not set(address) & set(' \t\r\n<>,;:"()[]\\')
    )


def _skipped(company: Company, outcome: Outcome, now: datetime, customers: Collection[str] | None) -> int:
    """Record steps the engine skipped as done: below their minimum, or a person's task not done in time (R4)."""
    rows = [row for row in outcome.skipped() if customers is None or row["customer_id"] in customers]
    if not rows:
        return 0
    actions = [
        {
            "action_id": f"desk:skip:{row['customer_id']}:{row['procedure']}:{row['case_no']}:{row['step']}:{row['turn']}",
            "customer_id": row["customer_id"], "procedure": row["procedure"], "case_no": row["case_no"],
            "step": row["step"], "level": row["level"], "policy_version": outcome.decided.policy.version,
            "channel": row["do"], "direction": "out", "done_on": outcome.as_of, "invoice_ids": row["invoice_ids"] or [],
            "by": DESK, "outcome": "skipped",
        }
        for row in rows
    ]  # fmt: skip
    why = "skipped: " + ", ".join(sorted({row["reason"] for row in rows}))
    add(company, "action", actions, by=DAY, why=why, at=now)
    late = [row for row in rows if row["reason"] == "overdue_task"]
    Alert.objects.bulk_create(
        [
            Alert(
                company=company, customer=row["customer_id"], kind=Alert.Kind.TASK_OVERDUE,
                ref=f"{row['procedure']}:{row['case_no']}:{row['step']}:{row['turn']}", raised_on=outcome.as_of,
                detail={"step": row["step"], "do": row["do"]},
            )
            for row in late
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return len(rows)
