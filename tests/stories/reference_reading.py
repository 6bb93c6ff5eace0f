"""Reads what one payer's facts say on one day.

Everything is read as known at the end of the day: what is dated later is dropped, and what changed later (a dispute
closed, an allocation undone, a file returned) is put back to what it was. The rules see nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from creditdesk.facts.calendar import Changes, place_of
from stories.reference_facts import (
    ENDLESS,
    Action,
    Allocation,
    Approval,
    Collection,
    Contact,
    CreditNote,
    Dispute,
    Handover,
    Invoice,
    LegalStatus,
    Pause,
    Payer,
    Payment,
    Plan,
    Promise,
    Row,
    Tables,
    places,
)


def payer_on(
    tables: Tables, payer: str, company: str, on: date, changes: Mapping[str, Changes] | None = None
) -> Payer:
    """The facts of one payer for one of our companies as known at the end of day `on`."""
    change = changes or {}
    latest: dict[str, Row] = {}
    for row in sorted(_rows(tables, "customer"), key=lambda row: row.get("known_from") or date.min):
        if (row.get("known_from") or date.min) <= on:
            latest[str(row["customer_id"])] = row
    own = latest[payer]
    members = {
        key for key, row in latest.items()
        if (row.get("payer_id") or row.get("merged_into_id") or key) == payer
    }  # fmt: skip
    ours = next((row for row in _rows(tables, "company") if row["company_id"] == company), None)
    home_name = place_of(ours["country"], ours.get("subdivision"), "") if ours else ""
    place_name = place_of(own.get("country"), own.get("subdivision"), home_name)
    currency = ours["currency"] if ours else "EUR"
    contact_rows = [row for row in _rows(tables, "contact") if (row.get("known_from") or date.min) <= on]
    found = Payer(
        id=payer,
        on=on,
        kind=own["kind"],
        place=places(place_name, change.get(place_name)),
        home=places(home_name, change.get(home_name)),
        bank=places(f"@{currency}"),
        company=company,
        currency=currency,
        street=bool(own.get("street")),
        addresses_kept=bool(contact_rows) or any(row.get("street") for row in latest.values()),
        do_not_contact=bool(own.get("do_not_contact")),
    )
    mine = lambda row: row.get("customer_id") in members  # noqa: E731
    companies = {key: row.get("company_id") or company for key, row in latest.items()}
    for row in filter(mine, _rows(tables, "invoice")):
        if row["issued"] > on or (row.get("company_id") or companies[row["customer_id"]]) != company:
            continue
        if row["kind"] == "credit_note":
            found.credit_notes.append(
                CreditNote(row["invoice_id"], row["issued"], row["amount"], row["currency"],
                           row.get("corrects_invoice_id"))
            )  # fmt: skip
            continue
        found.invoices[row["invoice_id"]] = Invoice(
            id=row["invoice_id"],
            company=company,
            issued=row["issued"],
            due=row["due"],
            amount=row["amount"],
            currency=row["currency"],
            manner=row.get("manner") or own.get("invoice_manner"),
            sent_on=row.get("sent_on"),
            delivery_state=row.get("delivery_state"),
            factored_on=_past(row.get("factored_on"), on),
            corrects=row.get("corrects_invoice_id"),
            direct_debit=row.get("payment_method") == "direct_debit",
        )
    candidates = {row["payment_id"] for row in filter(mine, _rows(tables, "payment_candidate"))}
    for row in _rows(tables, "payment"):
        known = row.get("customer_id") in members
        if not known and (row.get("customer_id") in latest or row["payment_id"] not in candidates):
            continue
        booked = max(row.get("entry_date") or row["value_date"], row["value_date"])
        if booked <= on:
            found.payments.append(
                Payment(row["payment_id"], row.get("kind") or "receipt", row["value_date"], row["amount"],
                        row["currency"], row.get("order_id"), row.get("reverses_payment_id"), booked, known)
            )  # fmt: skip
    _allocations(found, tables, on)
    _agreements(found, tables, mine, on)
    _casework(found, tables, mine, on)
    found.contacts = [
        Contact(bool(row.get("email")), bool(row.get("phone")), bool(row.get("mobile")), bool(row.get("address")))
        for row in contact_rows
        if mine(row) and (row.get("until_on") or ENDLESS) >= on and not row.get("opted_out")
    ]  # fmt: skip
    _standing(found, tables, own, mine, on)
    return found


def _standing(found: Payer, tables: Tables, own: Row, mine: object, on: date) -> None:
    """What holds for the payer as a whole: insolvency, what we owe it, how far the bank is known."""
    if own.get("insolvent_on") and own["insolvent_on"] <= on:
        found.legal.append(LegalStatus("bankruptcy", own["insolvent_on"], None, None))
    latest_contra: dict[str, Row] = {}
    for row in sorted(filter(mine, _rows(tables, "contra")), key=lambda row: row["on"]):
        if row["on"] <= on:
            latest_contra[row["currency"]] = row
    found.contra = sum(row["amount"] for row in latest_contra.values())
    reach: dict[str, date] = {}
    for row in _rows(tables, "bank_statement"):
        if row["received_on"] <= on:
            reach[row["iban"]] = max(reach.get(row["iban"], date.min), row["to_on"])
    found.bank_known_to = min(reach.values()) if reach else None


def _allocations(found: Payer, tables: Tables, on: date) -> None:
    """Allocations in force on the day; one of money that went back in full, or is not booked yet, is not."""
    receipts = {payment.id: payment.amount for payment in found.payments}
    all_payments = {row["payment_id"]: row for row in _rows(tables, "payment")}
    for payment in found.payments:
        if payment.kind == "return" and payment.reverses in receipts:
            receipts[payment.reverses] -= payment.amount
    for row in _rows(tables, "allocation"):
        source = row.get("payment_id")
        if row["allocated_on"] > on or not _touches(found, row):
            continue
        if row["kind"] == "payment":
            given = all_payments[source]
            booked = max(given.get("entry_date") or given["value_date"], given["value_date"])
            if booked > on or receipts.get(source, 1) <= 0:
                continue
        undone = _past(row.get("reversed_on"), on)
        found.allocations.append(
            Allocation(row["invoice_id"], row["kind"], source, row.get("credit_note_id"), row["allocated_on"],
                       row["amount"], undone)
        )  # fmt: skip


def _touches(found: Payer, row: Row) -> bool:
    return (
        row["invoice_id"] in found.invoices
        or any(note.id == row.get("credit_note_id") for note in found.credit_notes)
        or any(payment.id == row.get("payment_id") for payment in found.payments)
    )


def _agreements(found: Payer, tables: Tables, mine: object, on: date) -> None:
    for row in filter(mine, _rows(tables, "dispute")):
        if row["opened_on"] <= on:
            closed = _past(row.get("closed_on"), on)
            found.disputes.append(
                Dispute(row.get("invoice_id"), row["opened_on"], closed, row["amount"], row["reason"],
                        row.get("outcome") if closed else None, row.get("credit_note_id") if closed else None)
            )  # fmt: skip
    for row in filter(mine, _rows(tables, "promise")):
        if row["made_on"] <= on:
            found.promises.append(
                Promise(row["promise_id"], row.get("invoice_id"), row["made_on"], row["due_on"], row["amount"],
                        row["currency"], _past(row.get("withdrawn_on"), on))
            )  # fmt: skip
    for row in filter(mine, _rows(tables, "plan")):
        if row["agreed_on"] <= on:
            parts = sorted(
                (part["due_on"], part["amount"])
                for part in _rows(tables, "instalment")
                if part["plan_id"] == row["plan_id"]
            )
            found.plans.append(
                Plan(row["plan_id"], row["agreed_on"], tuple(row["invoice_ids"]),
                     _past(row.get("ended_on"), on), tuple(parts))
            )  # fmt: skip
    for row in filter(mine, _rows(tables, "pause")):
        if row["from_on"] <= on:
            found.pauses.append(
                Pause(
                    row.get("invoice_id"), row.get("channel"), row["from_on"], row.get("until_on") or ENDLESS
                )
            )
    for row in _rows(tables, "collection"):
        if row["invoice_id"] in found.invoices:
            found.collections.append(
                Collection(
                    row["invoice_id"], row["collect_on"], row["amount"], _past(row.get("returned_on"), on)
                )
            )
    for row in filter(mine, _rows(tables, "legal_status")):
        if row["from_on"] <= on <= (row.get("ended_on") or ENDLESS):
            found.legal.append(
                LegalStatus(row["kind"], row["from_on"], row.get("ended_on"), row.get("claim_deadline"))
            )


def _casework(found: Payer, tables: Tables, mine: object, on: date) -> None:
    for row in _rows(tables, "action"):
        if row["done_on"] > on:
            continue
        listed = tuple(row.get("invoice_ids") or ())
        if mine(row) and (not listed or any(item in found.invoices for item in listed)):
            found.actions.append(
                Action(row["action_id"], row.get("procedure"), row.get("case_no"), row.get("step"),
                       row.get("level"), row["channel"], row["direction"], row["done_on"], listed,
                       row.get("outcome"), row.get("document"))
            )  # fmt: skip
    found.actions.sort(key=lambda action: (action.done_on, action.id))
    for row in _rows(tables, "approval"):
        if row["decided_on"] > on:
            continue
        if row.get("customer_id") in (None, found.id):
            found.approvals.append(
                Approval(row.get("customer_id"), row["subject"], row.get("ref"), row["decided_on"],
                         row["granted"], row.get("valid_until") or ENDLESS)
            )  # fmt: skip
    for row in filter(mine, _rows(tables, "handover")):
        if row["handed_on"] <= on:
            found.handovers.append(
                Handover(tuple(row["invoice_ids"]), row["handed_on"], _past(row.get("returned_on"), on))
            )


def _rows(tables: Tables, name: str) -> Iterable[Row]:
    return tables.get(name, ())


def _past(when: object, on: date) -> date | None:
    """A date that has come, else nothing: what is dated later is not known yet."""
    return when if isinstance(when, date) and when <= on else None
