"""What the screen calls tables, fields of lists, kinds of lists and of imports, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

TABLES: dict[str, Any] = {
    "company": _("Our companies"),
    "customer": _("Customers"),
    "customer_code": _("Codes of customers"),
    "preference": _("Preferences"),
    "legal_status": _("Insolvencies"),
    "contact": _("Contacts"),
    "invoice": _("Invoices and credit notes"),
    "payment": _("Payments"),
    "allocation": _("Allocations"),
    "order": _("Orders"),
    "dispute": _("Disputes"),
    "credit_report": _("Credit reports"),
    "annual_account": _("Annual accounts"),
    "cover": _("Credit insurance"),
    "security": _("Securities"),
    "credit_group": _("Credit groups"),
    "fx_rate": _("Exchange rates"),
    "bank_statement": _("Bank statements"),
    "payment_candidate": _("Proposed allocations"),
    "contra": _("Debts of ours to customers"),
    "collection": _("Direct debits"),
    "charge": _("Interest and costs"),
    "action": _("Actions"),
    "promise": _("Promises to pay"),
    "plan": _("Payment plans"),
    "instalment": _("Instalments"),
    "pause": _("Pauses"),
    "approval": _("Approvals"),
    "override": _("Values set by hand"),
    "handover": _("Hand-overs to third parties"),
    "note": _("Notes"),
    "company_account": _("Our bank accounts"),
    "opportunity": _("Sales opportunities"),
    "lead": _("Leads"),
    "market": _("Figures of markets"),
    "mandate": _("Direct-debit mandates"),
    "payer_link": _("Who pays for whom"),
    "invoice_line": _("Lines of invoices"),
    "product_group": _("Product groups"),
    "insurance_policy": _("Insurance policies"),
    "insurance_event": _("Events of insurance"),
    "feedback": _("Feedback of customers"),
}

FIELDS: dict[str, Any] = {
    "customer_id": _("Customer number"),
    "customer_name": _("Name of the customer"),
    "customer_kind": _("Company or consumer"),
    "invoice_number": _("Invoice number"),
    "document_type": _("Type of document"),
    "issued": _("Date of issue"),
    "due": _("Due date"),
    "amount": _("Open amount"),
    "total": _("Amount of the invoice"),
    "debit": _("Debit"),
    "credit": pgettext_lazy("column", "Credit"),
    "mark": _("Debit or credit mark"),
    "currency": _("Currency"),
    "settled_on": _("Paid in full on"),
    "order_reference": _("Customer's order number"),
    "country": _("Country"),
    "street": _("Street and number"),
    "postal_code": _("Postal code"),
    "city": _("Town"),
    "language": _("Language"),
    "vat_number": _("VAT number"),
    "registration_number": _("Registration number"),
    "terms_days": _("Payment term in days"),
    "credit_limit": _("Credit limit"),
    "account_manager": _("Account manager"),
    "collector": _("Collector"),
    "payment_id": _("Number of the payment"),
    "paid_on": _("Value date"),
    "paid": _("Amount paid"),
    "remittance": _("Text with the payment"),
    "payer_iban": _("Account of the payer"),
    "contact_id": _("Number of the contact"),
    "contact_role": _("Role of the contact"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "email": _("E-mail address"),
    "phone": _("Telephone"),
    "mobile": _("Mobile telephone"),
    "order_id": _("Order number"),
    "ordered_on": _("Date of the order"),
    "promised_for": _("Promised delivery"),
    "delivered_on": _("Delivered on"),
    "order_amount": _("Amount of the order"),
}

COLUMNS: dict[str, Any] = {
    "customer_id": _("Customer"),
    "issued": _("Issued"),
    "due": _("Due"),
    **{name: FIELDS[name] for name in ("currency", "country", "street", "postal_code", "city", "language",
                                       "vat_number", "registration_number", "credit_limit", "account_manager", "collector",
                                       "order_reference", "payment_id", "remittance", "payer_iban",
                                       "contact_id", "first_name", "email", "phone", "mobile", "order_id", "ordered_on",
                                       "promised_for", "delivered_on")},
    "name": _("Name"),
    "kind": _("Kind"),
    "invoice_id": _("Invoice"),
    "number": _("Number"),
    "amount": _("Amount"),
    "value_date": _("Value date"),
    "entry_date": _("Booking date"),
    "allocated_on": _("Allocated on"),
    "allocation_id": _("Allocation"),
    "credit_note_id": _("Credit note"),
    "payment_terms_days": _("Payment term in days"),
    "role": _("Role"),
    "payer_id": _("Payer"),
    "parent_id": _("Parent company"),
    "known_from": _("Known from"),
    "opened_on": _("Opened on"),
    "closed_on": _("Closed on"),
    "reason": _("Reason"),
    "company_id": _("Our company"),
    "order": _("Order"),
}  # fmt: skip
"""Columns of the contract that people see often; others go by the name that files have."""

LISTS: dict[str, Any] = {
    "open_items": _("Open items: one row per open invoice or credit note"),
    "invoices": _("Invoices with the day each was paid"),
    "payments": _("Payments received"),
    "customers": _("Customers"),
    "contacts": _("Contact persons"),
    "orders": _("Orders"),
}

KINDS: dict[str, Any] = {
    "folder": _("Facts folder"),
    "file": _("File"),
    "api": _("Over the API"),
    "desk": _("At the desk"),
    "undo": _("Undoing"),
}

LOOKS: dict[str, Any] = {
    "date": _("days"),
    "amount": _("amounts"),
    "number": _("numbers"),
    "currency": _("currencies"),
    "country": _("countries"),
    "email": _("e-mail addresses"),
    "phone": _("telephone numbers"),
    "flag": _("yes or no"),
    "code": _("a few values"),
    "id": _("numbers or codes"),
    "text": _("text"),
    "empty": _("nothing"),
}
"""What the values of a column look like."""

BECAUSE: dict[str, Any] = {
    "values": _("told by its values"),
    "learned": _("as chosen before"),
}

DOING: dict[str, Any] = {
    "read": _("Looking at the file"),
    "check": _("Checking what it would bring"),
    "bring": _("Bringing it in"),
    "undo": _("Taking it back"),
    "retry": _("Trying the rows again"),
}


VALUES: dict[str, Any] = {
    "invoice": _("invoice"),
    "credit_note": _("credit note"),
    "company": _("company"),
    "consumer": _("consumer"),
    "receipt": _("receipt"),
    "refund": _("refund"),
    "payment": _("payment"),
    "accounts_payable": _("accounts payable"),
    "buyer": _("buyer"),
    "director": _("director"),
    "general": _("general"),
    "other": _("other"),
}
"""Codes of the contract that lists bring."""

STAGES: dict[str, Any] = {
    "reading": _("reading"),
    "read": _("read"),
    "rates": _("exchange rates"),
    "links": _("what rows name"),
    "allocations": _("allocations"),
    "writing": _("writing"),
    "checked": _("checked"),
    "comparing": _("comparing with the ledger"),
    "imported": _("done"),
}


def table_name(code: str) -> str:
    """A table of the contract in words."""
    return str(TABLES.get(code, code.replace("_", " ")))


def column_name(code: str) -> str:
    """A column of the contract in words; one of a foreign file by its own name."""
    return str(COLUMNS.get(code, code))
