"""Codes of the contract in words, where the report's catalogues do not name them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from creditdesk.desk.screens.formats import speaking

OUTCOMES: dict[str, Any] = {
    "sent": _("sent"), "delivered": _("delivered"), "bounced": _("bounced"), "failed": _("failed"),
    "reached": _("reached"), "no_answer": _("no answer"), "left_message": _("left a message"),
    "wrong_contact": _("wrong contact"), "promised": _("promised to pay"), "disputed": _("disputed"),
    "refused": _("refused to pay"), "paid_claimed": _("says it has paid"), "plan_asked": _("asked for a plan"),
    "call_back": _("call back later"), "skipped": _("skipped"),
}  # fmt: skip
REASONS: dict[str, Any] = {
    "price": _("Price"), "quality": _("Quality"), "delivery": _("Delivery incomplete or late"),
    "not_received": _("Invoice not received"), "not_delivered": _("Goods not delivered"),
    "missing_po": _("Purchase-order number missing"), "wrong_address": _("Wrong address"),
    "wrong_vat": _("Wrong VAT"), "wrong_entity": _("Wrong legal entity"), "duplicate": _("Invoiced twice"),
    "already_paid": _("Already paid"), "terms": _("Terms"), "service": _("Service"), "other": _("Other"),
}  # fmt: skip
DISPUTE_OUTCOMES: dict[str, Any] = {
    "customer_right": _("the customer was right"), "partly_right": _("the customer was partly right"),
    "we_right": _("we were right"), "withdrawn": _("withdrawn"),
}  # fmt: skip
TAGS: dict[str, Any] = {
    "stalling": _("Stalling"), "cash_trouble": _("Short of cash"), "reorganising": _("Reorganising"),
    "loyal": _("Loyal"), "other": _("Other"),
}  # fmt: skip
TACTICS: dict[str, Any] = {
    "asks_copy": _("asks for copies"), "always_in_transfer": _("the payment is always under way"),
    "contact_absent": _("the contact is always away"), "disputes_after_reminder": _("disputes after a reminder"),
    "token_payment": _("pays a token sum"),
}  # fmt: skip
CLOSED: dict[str, Any] = {
    "paid": _("paid"), "handed_over": _("handed over"), "written_off": _("written off"),
    "withdrawn": _("its invoices were withdrawn"), "nothing_left": _("nothing left"),
    "no_longer_due": _("no longer due"), "overdue": _("not done in time"),
    "request_withdrawn": _("the request was withdrawn"), "request_expired": _("the request has expired"),
    "answered_anew": _("Sales thought again"),
}  # fmt: skip
STATES: dict[str, Any] = {
    "queued": _("waits to be sent"), "sending": _("being sent"), "sent": _("sent"), "failed": _("failed"),
    "unknown": _("nobody can tell whether it went out"), "cancelled": _("not sent after all"),
}  # fmt: skip
FIELDS: dict[str, Any] = {
    "segment": _("Segment"), "procedure": _("Procedure"), "credit_limit": _("Credit limit"),
    "terms_days": _("Payment term"), "owner": _("Owner"), "acceptance": _("Acceptance"),
}  # fmt: skip
TO: dict[str, Any] = {"agency": _("Collection agency"), "bailiff": _("Bailiff"), "lawyer": _("Lawyer")}
CONTACT_ROLES: dict[str, Any] = {
    "accounts_payable": _("Accounts payable"), "buyer": _("Buyer"), "director": _("Director"),
    "administrator": _("Administrator or trustee"), "lawyer": _("Lawyer"), "general": _("General"),
    "other": _("Other"),
}  # fmt: skip
BUCKETS: dict[str, Any] = {
    "not_due": _("Not yet due"), "1_30": _("1 to 30 days"), "31_60": _("31 to 60 days"),
    "61_90": _("61 to 90 days"), "91_180": _("91 to 180 days"), "over_180": _("More than 180 days"),
}  # fmt: skip
CHANGED: dict[str, Any] = {
    "action": _("Action recorded"), "task": _("Task"), "promise": _("Promise recorded"),
    "dispute": _("Dispute recorded"), "pause": _("Pause set"), "note": _("Note written"),
    "contact": _("Contact changed"), "override": _("Value set by hand"), "approval": _("Decided"),
    "plan": _("Plan recorded"), "customer": _("Customer's data changed"), "portfolio": _("Reassigned"),
    "handover": _("Handed over"), "message": _("Message"), "erasure": _("Personal data erased"),
    "attachment": _("Document"), "request": _("Request"), "comment": _("Remark"), "move": _("Answer to a move"), "instalment": _("Plan recorded"),
}  # fmt: skip
ICONS = {
    "email": "mail", "letter": "file-text", "registered_letter": "file-text", "call": "phone", "phone": "phone",
    "sms": "message-square-warning", "sales": "handshake", "stop_delivery": "circle-alert", "statement": "file-text",
    "legal_notice": "scale", "hand_over": "scale", "task": "list-checks",
}  # fmt: skip


def _named(table: dict[str, Any], code: str | None) -> str:
    return str(table.get(code or "", (code or "").replace("_", " ")))


def outcome(code: str | None) -> str:
    """What came of a contact."""
    return _named(OUTCOMES, code)


def dispute_reason(code: str | None) -> str:
    """Why a customer disputes."""
    return _named(REASONS, code)


def dispute_outcome(code: str | None) -> str:
    """How a dispute ended."""
    return _named(DISPUTE_OUTCOMES, code)


def tag(code: str | None) -> str:
    """What a note tells."""
    return _named(TAGS, code)


def tactic(code: str | None) -> str:
    """A tactic of putting off."""
    return _named(TACTICS, code)


def closed(code: str | None) -> str:
    """Why a case or a task was closed."""
    return _named(CLOSED, code)


def message_state(code: str | None) -> str:
    """Where a message stands."""
    return _named(STATES, code)


def override_field(code: str | None) -> str:
    """What was set by hand."""
    return _named(FIELDS, code)


def handed_to(code: str | None) -> str:
    """Who has the file."""
    return _named(TO, code)


def who(name: str | None) -> str:
    """Who did something: a person by its name on record; the desk itself and a role that a list names instead in words."""
    t, code = speaking(), name or ""
    if code in ("system", "creditdesk"):
        return t.named("owner", "system")
    return t.named("owner", code) if t.has(f"owner.{code}") and "_" in code else code


def changed(code: str) -> str:
    """What a person changed."""
    return _named(CHANGED, code.split(" ", maxsplit=1)[0])


def icon(channel: str) -> str:
    """The icon of a channel."""
    return ICONS.get(channel, "ellipsis")


TASKS: dict[str, Any] = {
    "approve": _("To be approved"), "unknown": _("Message of unknown fate"), "alert": _("Alert"),
    "request": _("Request to decide"), "post": _("Letter to post"),
}  # fmt: skip


def task(row: Any) -> str:
    """What a task is."""
    from creditdesk.desk.screens.formats import speaking

    if row.kind in TASKS:
        return str(TASKS[row.kind])
    name = speaking().named("do", row.do)
    return name[:1].upper() + name[1:]
