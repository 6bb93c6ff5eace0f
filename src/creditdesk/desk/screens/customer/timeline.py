"""Everything that ever happened with one customer, latest first: money, talk, decisions, credit, and who changed what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Attachment, Case, Decision, Entry, Message
from creditdesk.desk.ledger.models import FACTS
from creditdesk.desk.screens.customer import codes
from creditdesk.desk.screens.formats import day, money, speaking
from creditdesk.desk.standing.models import Account

GROUPS = {
    "talk": gettext_lazy("Contacts and notes"),
    "money": gettext_lazy("Invoices and money"),
    "decisions": gettext_lazy("Decisions"),
    "credit": gettext_lazy("Credit"),
    "changes": gettext_lazy("Changes by people"),
}
MOST = 120
"""Rows that are read of one source at a time."""

ECHOED = frozenset(
    {
        "action",
        "promise",
        "dispute",
        "pause",
        "note",
        "plan",
        "instalment",
        "override",
        "handover",
        "attachment",
    }
)
"""Facts that stand in the timeline by themselves, beside the entry that somebody recorded them."""

SOME = 4
"""Invoices that are named of one payment."""

SHOWN = 50
"""Events of a page; the last day is shown whole."""


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Attributes:
        group: one of `GROUPS`.
        icon: name of a Lucide icon.
        detail: what else there is to say; empty for nothing.
        message: id of a message that can be read; None for others.
        document: id of an attached file that can be read; None for others.
        echo: that a person recorded what stands here by itself too: left out where all is shown.
    """

    on: date
    group: str
    icon: str
    title: str
    detail: str = ""
    by: str = ""
    message: int | None = None
    document: int | None = None
    echo: bool = False


@dataclass(frozen=True)
class Asked:
    """What a source is asked for: events before a day, so many at most."""

    scope: Scope
    customer: str
    before: date

    def facts(self, table: str, column: str, **more: Any) -> QuerySet[Any]:
        """Rows of a fact table that hold, latest first."""
        rows = FACTS[table].objects.filter(
            legal_entity=self.scope.company, customer_id=self.customer, replaced_by=None,
            **{f"{column}__lt": self.before}, **more,
        )  # fmt: skip
        return rows.order_by(f"-{column}", "-id")[:MOST]

    def casework(self, model: Any, column: str) -> QuerySet[Any]:
        """Rows of a table of casework, latest first."""
        rows = model.objects.filter(
            company=self.scope.company, customer=self.customer, **{f"{column}__lt": self.before}
        )
        return rows.order_by(f"-{column}", "-id")[:MOST]


@dataclass(frozen=True)
class Part:
    """Events of some days, and before which day there may be more; None at the beginning."""

    events: list[Event]
    more: date | None


def timeline(
    scope: Scope, customer: str, *, group: str = "", before: date | None = None, shown: int = SHOWN
) -> Part:
    """The latest events before a day, of one group or of all."""
    asked = Asked(scope, customer, before or scope.today + timedelta(days=1))
    found: list[Event] = []
    whole = date.min
    for source, of in SOURCES.items():
        if group and of != group:
            continue
        if of == "changes" and not scope.may(Right.SEE_AUDIT):
            continue
        events = list(source(asked))
        if len(events) >= MOST:  # of the last day of this source there may be more than was read
            whole = max(whole, min(one.on for one in events))
        found += [one for one in events if group or not one.echo]
    found.sort(key=lambda one: one.on, reverse=True)
    found = [one for one in found if one.on > whole] or found
    if len(found) <= shown and whole == date.min:
        return Part(found, None)
    last = found[min(shown, len(found)) - 1].on
    kept = [one for one in found if one.on >= last]
    return Part(kept, last if len(kept) < len(found) or whole > date.min else None)


def said_last(scope: Scope, customer: str, count: int = 5) -> list[Event]:
    """What was said last, by us or by the customer."""
    return timeline(scope, customer, group="talk", shown=count).events[:count]


# --- where events come from -------------------------------------------------------------------------------------------


def _actions(asked: Asked) -> Iterable[Event]:
    t = speaking()
    for row in asked.facts("action", "done_on"):
        what = _upper(t.named("do", row.channel))
        step = t.named("step", row.step) if row.step else ""
        title = what
        if step and step.casefold() != what.casefold():
            title = _("%(task)s: %(step)s") % {"task": what, "step": step}
        if row.direction == "in":
            title = _("From the customer: %(what)s") % {"what": what}
        detail = [codes.outcome(row.outcome)] if row.outcome else []
        if row.call_back_on:
            detail.append(_("call back on %(day)s") % {"day": day(row.call_back_on)})
        if row.document and row.channel in {"letter", "registered_letter"}:
            detail.append(row.document)
        yield Event(row.done_on, "talk", codes.icon(row.channel), title, ", ".join(detail), codes.who(row.by))


def _notes(asked: Asked) -> Iterable[Event]:
    for row in asked.facts("note", "on"):
        tags = [codes.tag(row.tag)] if row.tag else []
        tags += [codes.tactic(row.tactic)] if row.tactic else []
        yield Event(row.on, "talk", "pencil", row.text, ", ".join(tags), codes.who(row.by))


def _promises(asked: Asked) -> Iterable[Event]:
    for row in asked.facts("promise", "made_on"):
        title = _("Promised %(amount)s for %(day)s") % {
            "amount": money(row.amount, row.currency, exact=True), "day": day(row.due_on)
        }  # fmt: skip
        detail = _("withdrawn on %(day)s") % {"day": day(row.withdrawn_on)} if row.withdrawn_on else ""
        yield Event(row.made_on, "talk", "handshake", title, detail, codes.who(row.by))


def _disputes(asked: Asked) -> Iterable[Event]:
    rows = list(asked.facts("dispute", "opened_on"))
    numbers = _numbers(asked, [row.invoice_id for row in rows if row.invoice_id])
    for row in rows:
        title = _("Dispute: %(reason)s") % {"reason": codes.dispute_reason(row.reason)}
        detail = [numbers.get(row.invoice_id or "", row.invoice_id or "")]
        if row.closed_on:
            detail.append(
                _("closed on %(day)s, %(outcome)s")
                % {"day": day(row.closed_on), "outcome": codes.dispute_outcome(row.outcome or "")}
            )
        yield Event(row.opened_on, "talk", "scale", title, ", ".join(filter(None, detail)), row.owner or "")


def _pauses(asked: Asked) -> Iterable[Event]:
    for row in asked.facts("pause", "from_on"):
        title = (
            _("Paused until %(day)s") % {"day": day(row.until_on)}
            if row.until_on
            else _("Paused until lifted")
        )
        yield Event(row.from_on, "talk", "pause", title, row.reason, codes.who(row.by))


def _messages(asked: Asked) -> Iterable[Event]:
    waiting = asked.casework(Message, "asked_on")
    for row in waiting:
        if row.state != Message.State.SENT:  # what went out is an action too
            yield Event(
                row.asked_on, "talk", "mail", row.subject, codes.message_state(row.state), message=row.pk
            )


def _attached(asked: Asked) -> Iterable[Event]:
    rows = Attachment.objects.filter(
        company=asked.scope.company, customer=asked.customer, removed_at=None, at__date__lt=asked.before
    )
    for row in rows.defer("content").order_by("-at", "-id")[:MOST]:
        title = _("Document: %(name)s") % {"name": row.about or row.name}
        yield Event(
            row.at.date(), "talk", "paperclip", title, row.name if row.about else "", row.by, document=row.pk
        )


def _invoices(asked: Asked) -> Iterable[Event]:
    for row in asked.facts("invoice", "issued"):
        name = _("Credit note %(number)s") if row.kind == "credit_note" else _("Invoice %(number)s")
        amount = money(row.amount, row.currency, exact=True)
        detail = _("%(amount)s, due %(day)s") % {"amount": amount, "day": day(row.due)}
        yield Event(row.issued, "money", "file-text", name % {"number": row.number}, detail)


def _payments(asked: Asked) -> Iterable[Event]:
    titles, paid_in = {"refund": _("Refunded"), "return": _("Payment returned")}, _("Paid")
    rows = list(asked.facts("payment", "value_date"))
    paid = _paid_by(asked, [row.payment_id for row in rows])
    for row in rows:
        title = f"{titles.get(row.kind or '', paid_in)}: {money(row.amount, row.currency, exact=True)}"
        detail = ", ".join(paid.get(row.payment_id, ())) or row.remittance or ""
        yield Event(row.value_date, "money", "coins", title, detail)


def _paid_by_others(asked: Asked) -> Iterable[Event]:
    """Money of the payer, a parent say, for invoices of this customer."""
    row = Account.objects.filter(company=asked.scope.company, customer=asked.customer)
    payer = row.values_list("payer", flat=True).first()
    if not payer or payer == asked.customer:
        return
    holds = {"legal_entity": asked.scope.company, "replaced_by": None}
    own = {**holds, "customer_id": asked.customer}
    rows = (
        FACTS["allocation"]
        .objects.filter(
            invoice_id__in=FACTS["invoice"].objects.filter(**own).values("invoice_id"),
            kind="payment", reversed_on=None, allocated_on__lt=asked.before, **holds,
        )
        .exclude(payment_id__in=FACTS["payment"].objects.filter(**own).values("payment_id"))
        .order_by("-allocated_on", "-id")[:MOST]
    )  # fmt: skip
    found = list(rows)
    invoices = FACTS["invoice"].objects.filter(invoice_id__in={one.invoice_id for one in found}, **holds)
    known = {one.invoice_id: one for one in invoices} if found else {}
    for one in found:
        invoice = known.get(one.invoice_id)
        amount = money(one.amount, invoice.currency, exact=True) if invoice else ""
        title = _("Paid by %(payer)s: %(amount)s") % {"payer": payer, "amount": amount}
        yield Event(one.allocated_on, "money", "coins", title, invoice.number if invoice else one.invoice_id)


def _paid_by(asked: Asked, payments: list[str]) -> dict[str, list[str]]:
    """The numbers of the invoices that each payment settled, in whole or in part."""
    if not payments:
        return {}
    rows = FACTS["allocation"].objects.filter(
        legal_entity=asked.scope.company, payment_id__in=payments, replaced_by=None, reversed_on=None
    )
    pairs = list(rows.order_by("id").values_list("payment_id", "invoice_id"))
    numbers = _numbers(asked, [invoice for _payment, invoice in pairs])
    found: dict[str, list[str]] = {}
    for payment, invoice in pairs:
        name = numbers.get(invoice, invoice)
        if name not in found.setdefault(payment, []):
            found[payment].append(name)
    return {payment: [*names[:SOME], "…"] if len(names) > SOME else names for payment, names in found.items()}


def _numbers(asked: Asked, invoices: list[str]) -> dict[str, str]:
    """The numbers of invoices by their ids."""
    if not invoices:
        return {}
    rows = FACTS["invoice"].objects.filter(
        legal_entity=asked.scope.company, invoice_id__in=set(invoices), replaced_by=None
    )
    return dict(rows.values_list("invoice_id", "number"))


def _moves(asked: Asked) -> Iterable[Event]:
    t = speaking()
    rows = list(asked.casework(Decision, "from_on").defer("content"))
    for row, earlier in pairwise(rows):
        if row.segment != earlier.segment:
            title = _("Moved from %(old)s to %(new)s") % {
                "old": t.named("segment", earlier.segment), "new": t.named("segment", row.segment)
            }  # fmt: skip
            yield Event(row.from_on, "decisions", "arrow-right", title)
        if row.order_block != earlier.order_block:
            title = _("Orders: %(stance)s") % {"stance": t.named("order", row.order_block)}
            yield Event(row.from_on, "decisions", "circle-alert", title)


def _cases(asked: Asked) -> Iterable[Event]:
    for row in asked.casework(Case, "opened_on"):
        yield Event(row.opened_on, "decisions", "inbox", _("Case %(no)s opened") % {"no": row.case_no})
        if row.closed_on and row.closed_on < asked.before:
            title = _("Case %(no)s closed") % {"no": row.case_no}
            yield Event(row.closed_on, "decisions", "check", title, codes.closed(row.closed_because))


def _reports(asked: Asked) -> Iterable[Event]:
    for row in asked.facts("credit_report", "received_on"):
        grade = row.grade or ("" if row.score is None else f"{row.score:g}")
        yield Event(
            row.received_on, "credit", "chart-line", f"{row.provider} {grade}".strip(), row.event or ""
        )


def _overrides(asked: Asked) -> Iterable[Event]:
    for row in asked.facts("override", "from_on"):
        title = _("Set by hand: %(field)s") % {"field": codes.override_field(row.field)}
        yield Event(row.from_on, "credit", "pencil", title, row.reason, codes.who(row.by))


def _statuses(asked: Asked) -> Iterable[Event]:
    for row in asked.facts("legal_status", "from_on"):
        yield Event(row.from_on, "credit", "triangle-alert", speaking().named("legal_status", row.kind))


def _handovers(asked: Asked) -> Iterable[Event]:
    for row in asked.facts("handover", "handed_on"):
        title = _("Handed over: %(to)s") % {"to": codes.handed_to(row.to)}
        yield Event(row.handed_on, "credit", "scale", title, row.status)


def _plans(asked: Asked) -> Iterable[Event]:
    for row in asked.facts("plan", "agreed_on"):
        detail = _("ended on %(day)s") % {"day": day(row.ended_on)} if row.ended_on else ""
        yield Event(row.agreed_on, "talk", "calendar", _("Payment plan agreed"), detail)


def _entries(asked: Asked) -> Iterable[Event]:
    rows = Entry.objects.filter(
        company=asked.scope.company, customer=asked.customer, at__date__lt=asked.before
    )
    for row in rows.order_by("-at", "-id")[:MOST]:
        title, detail = _change(row)
        fresh = row.was is None and row.became is not None
        told = row.what in ECHOED or (row.what == "task" and "outcome" in (row.became or {}))
        yield Event(
            row.at.date(),
            "changes",
            "history",
            title,
            detail,
            codes.who(row.by),
            echo=fresh and told and not row.why,
        )


def _change(row: Entry) -> tuple[str, str]:
    """What a person changed: of a task and of a decision which one, and what came of it."""
    t, became = speaking(), row.became or {}
    step = _upper(t.named("step", became.get("step"))) if became.get("step") else ""
    if row.what == "task" and became.get("person"):
        return _("Task handed to %(person)s") % {"person": became["person"]}, row.why
    if row.what == "task" and "outcome" in became and not became["outcome"]:
        return _("Taken back: what came of a task"), ""
    if row.what == "task" and step:
        title = _("Task done: %(what)s") % {"what": step}
        return title, ", ".join(filter(None, (codes.outcome(became.get("outcome")), row.why)))
    if row.what == "approval" and became.get("subject") == "step":
        what = _upper(t.named("step", str(became.get("ref", "")).rpartition(":")[2]))
        told = _("Approved: %(what)s") if became.get("granted") else _("Refused: %(what)s")
        return told % {"what": what}, str(became.get("reason") or row.why)
    return codes.changed(row.what), row.why


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


SOURCES: dict[Callable[[Asked], Iterable[Event]], str] = {
    _actions: "talk", _notes: "talk", _promises: "talk", _disputes: "talk", _pauses: "talk", _plans: "talk",
    _messages: "talk", _attached: "talk", _invoices: "money", _payments: "money", _paid_by_others: "money", _moves: "decisions", _cases: "decisions",
    _reports: "credit", _overrides: "credit", _statuses: "credit", _handovers: "credit", _entries: "changes",
}  # fmt: skip
