"""Personal data of a contact: shown to whom it belongs, and erased without breaking the books.

Rows, keys, dates and amounts stay; what names or reaches the person is emptied, in every version of the ledger, in
messages (their digest stays as proof), in rows that were set apart and in the audit trail. A later import that brings the data again is emptied again.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from creditdesk.desk.casework.audit import note
from creditdesk.desk.casework.models import Entry, Erased, Message, Task
from creditdesk.desk.ledger.models import FACTS, Company, Quarantined

PERSONAL = ("salutation", "first_name", "name", "email", "phone", "mobile", "address")
"""Columns of a contact that name or reach a person."""


class UnknownContact(ValueError):
    """The ledger has no such contact."""


def export(company: Company, contact_id: str) -> dict[str, Any]:
    """Everything the desk knows of a contact, as data.

    Raises:
        UnknownContact: the ledger has no such contact.
    """
    contact = FACTS["contact"]
    versions = contact.objects.filter(legal_entity=company, contact_id=contact_id).order_by("id")
    if not versions.exists():
        raise UnknownContact(f"found contact {contact_id!r}; allowed: a contact of {company.code}")
    columns = [column.name for column in contact.table.columns]
    messages = Message.objects.filter(company=company, contact_id=contact_id)
    letters = Task.objects.filter(company=company, content__contact_id=contact_id, content__has_key="letter")
    actions = FACTS["action"].objects.filter(legal_entity=company, contact_id=contact_id, replaced_by=None)
    return {
        "contact_id": contact_id,
        "versions": [
            {name: _plain(getattr(row, name)) for name in columns}
            | {"import": row.brought_by_id, "until_import": row.replaced_by_id}
            for row in versions
        ],
        "messages": [
            {
                "at": _plain(one.ended_at or one.queued_at), "to": one.address, "subject": one.subject,
                "text": one.text, "state": one.state, "message_id": one.message_id,
            }
            for one in messages
        ],
        "letters": [{"at": _plain(one.closed_on), **one.content["letter"]} for one in letters.order_by("id")],
        "actions": [
            {"on": _plain(one.done_on), "channel": one.channel, "outcome": one.outcome}
            for one in actions.order_by("id")
        ],
    }  # fmt: skip


def erase(company: Company, contact_id: str, *, by: str, why: str, now: datetime) -> None:
    """Empty the personal data of a contact, for good.

    Raises:
        UnknownContact: the ledger has no such contact.
        ReasonMissing: no reason is given.
    """
    contact = FACTS["contact"]
    if not contact.objects.filter(legal_entity=company, contact_id=contact_id).exists():
        raise UnknownContact(f"found contact {contact_id!r}; allowed: a contact of {company.code}")
    with transaction.atomic():
        Erased.objects.get_or_create(
            company=company, contact_id=contact_id, defaults={"at": now, "by": by, "why": why}
        )
        _empty(company, [contact_id])
        note(company, by=by, at=now, what="erasure", ref=contact_id, why=why)


def retire(company: Company, before: date, *, by: str, now: datetime) -> list[str]:
    """Erase contacts that have not been valid since before a day: what is no longer needed is not kept.

    Gives their ids, sorted.
    """
    gone = Erased.objects.filter(company=company).values_list("contact_id", flat=True)
    past = FACTS["contact"].objects.filter(legal_entity=company, replaced_by=None, until_on__lt=before)
    found = sorted(set(past.exclude(contact_id__in=gone).values_list("contact_id", flat=True)))
    for contact_id in found:
        erase(company, contact_id, by=by, why=f"retention: not valid since before {before}", now=now)
    return found


def empty_again(company: Company) -> int:
    """Empty what later imports brought again of contacts that were erased. Gives how many rows."""
    gone = list(Erased.objects.filter(company=company).values_list("contact_id", flat=True))
    return _empty(company, gone) if gone else 0


def _empty(company: Company, contacts: list[str]) -> int:
    contact = FACTS["contact"]
    rows = contact.objects.filter(legal_entity=company, contact_id__in=contacts)
    count = 0
    for name in PERSONAL:
        count += rows.exclude(**{name: None}).update(**{name: None})
    messages = Message.objects.filter(company=company, contact_id__in=contacts).exclude(address="")
    waiting = messages.filter(state=Message.State.QUEUED)
    waiting.update(state=Message.State.CANCELLED, reply="the contact was erased")
    messages.exclude(state=Message.State.SENDING).update(address="", text="", raw=b"")
    for task in Task.objects.filter(company=company, content__contact_id__in=contacts):
        task.content = {key: value for key, value in task.content.items() if key not in {"address", "letter"}}
        task.save(update_fields=["content"])
    # the key of a contact is its id and the day from which it was known
    for contact_id in contacts:
        # a row that was set apart is kept as it stood in the file: its line and its fault stay, what it said goes
        apart = Quarantined.objects.filter(legal_entity=company, table="contact", row__contains=contact_id)
        apart.update(row="", found="")
        about = Entry.objects.filter(company=company, what="contact", ref__startswith=f"{contact_id}:")
        about.update(was=None, became=None)
    return count


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
