"""What a person posts or sends: the text of a task in the customer's language, as it stands on the day; kept once it is said to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from babel.dates import format_date

from creditdesk.desk.casework.models import Task
from creditdesk.desk.day.writing import Invoice, compose, locale_of
from creditdesk.desk.ledger.models import FACTS
from creditdesk.desk.standing.models import OpenItem

WRITTEN = frozenset({"letter", "registered_letter", "legal_notice", "statement", "email"})
"""Actions that are words on paper or on a screen."""

KEPT = "letter"
"""Where a task keeps what was sent."""


@dataclass(frozen=True)
class Letter:
    """A letter.

    Attributes:
        sender, recipient: lines of an address.
        day: as it is written above a letter.
    """

    language: str
    sender: list[str]
    recipient: list[str]
    place: str
    day: str
    subject: str
    text: str


def letter_of(task: Task, on: date) -> Letter | None:
    """The letter of a task: as it was sent, or as it would be sent on that day; None where a task writes nothing."""
    if task.do not in WRITTEN or task.kind not in {Task.Kind.STEP, Task.Kind.POST}:
        return None
    kept = task.content.get(KEPT)
    if kept and task.state == Task.State.DONE:
        return Letter(**kept)
    ours = _ours(task)
    customer = _latest("customer", task, on, customer_id=task.customer)
    contact = _latest("contact", task, on, contact_id=task.content.get("contact_id") or "")
    language = task.content.get("language") or getattr(customer, "language", None) or "en"
    country = ours.get("country") or ""
    name = " ".join(filter(None, (contact.salutation, contact.first_name, contact.name))) if contact else ""
    said = compose(
        name=name, language=language, template=task.template, level=task.level, company=ours["name"], country=country,
        customer=task.customer, invoices=_invoices(task),
    )  # fmt: skip
    return Letter(
        language=language,
        sender=[ours["name"], *_address(ours)],
        recipient=_recipient(customer, contact, name, task.customer),
        place=ours.get("city") or "",
        day=format_date(on, "long", locale=locale_of(language, country)),
        subject=_upper(said.subject.removeprefix(f"{ours['name']}: ")),
        text=said.text,
    )


def kept(task: Task, on: date) -> dict[str, Any]:
    """What a task is to remember of its letter; nothing where it writes none."""
    letter = letter_of(task, on)
    return {KEPT: asdict(letter)} if letter else {}


def _ours(task: Task) -> Mapping[str, Any]:
    """Our company that the customer buys from, as the facts name it; else as the desk does."""
    rows = {
        one.company_id: one
        for one in FACTS["company"].objects.filter(legal_entity=task.company, replaced_by=None)
    }
    bought = (
        FACTS["customer"]
        .objects.filter(legal_entity=task.company, customer_id=task.customer, replaced_by=None)
        .values_list("company_id", flat=True)
        .first()
    )
    found = rows.get(bought) or (rows[min(rows)] if rows else None)
    if found is None:
        return {"name": task.company.name}
    return {name: getattr(found, name) for name in ("name", "street", "postal_code", "city", "country")}


def _latest(table: str, task: Task, on: date, **key: Any) -> Any:
    """The version of a row that is known on the day; None without one."""
    rows = FACTS[table].objects.filter(legal_entity=task.company, replaced_by=None, **key)
    known = [one for one in rows if one.known_from is None or one.known_from <= on]
    return max(known, key=lambda one: one.known_from or date.min, default=None)


def _address(row: Mapping[str, Any]) -> list[str]:
    town = " ".join(filter(None, (row.get("postal_code"), row.get("city"))))
    return [line for line in (row.get("street"), town) if line]


def _recipient(customer: Any, contact: Any, name: str, number: str) -> list[str]:
    company = getattr(customer, "name", None) or number
    lines = [company] + ([name] if name and name != company else [])
    if contact is not None and contact.address:
        return lines + [part.strip() for part in contact.address.split(",") if part.strip()]
    if customer is None:
        return lines
    lines += _address({name: getattr(customer, name) for name in ("street", "postal_code", "city")})
    return lines


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _invoices(task: Task) -> list[Invoice]:
    """The invoices of the task with what is open of them, oldest first; settled ones are left out."""
    ids = [str(one) for one in task.invoice_ids]
    rows = OpenItem.objects.filter(company=task.company, invoice__in=ids).order_by("due_on", "id")
    return [Invoice(one.number, one.due_on, one.open, one.currency) for one in rows]
