"""What is open, past due and paid: R0 in plain Python. Amounts are minor units of each document's currency."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from creditdesk.policy.document import Policy
from stories.reference_facts import Invoice, Payer, places


def half_up(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def tolerance(payer: Payer, policy: Policy, amount: int, currency: str) -> int:
    """R0: the larger of EUR 5 (in the currency) and 0.5 %."""
    fixed = half_up(policy.tolerance.amount * 100 / Decimal(str(payer.rates.get(currency, 1))))
    return max(fixed, half_up(policy.tolerance.share * amount))


def open_of(payer: Payer, invoice: Invoice) -> int:
    """R0: amount less allocations in force."""
    taken = sum(
        each.amount for each in payer.allocations if each.invoice == invoice.id and each.undone_on is None
    )
    return max(0, invoice.amount - taken)


def settled(payer: Payer, policy: Policy, invoice: Invoice) -> bool:
    return open_of(payer, invoice) <= tolerance(payer, policy, invoice.amount, invoice.currency)


def effective_due(invoice: Invoice) -> date:
    """R0: the due date, or the next bank day."""
    return places(f"@{invoice.currency}").next(invoice.due)


def counted_from(payer: Payer, invoice: Invoice) -> date:
    """The day that the steps' offsets count from; a corrected invoice counts from its own sending (R10)."""
    due = effective_due(invoice)
    if invoice.corrects and invoice.sent_on and invoice.sent_on <= payer.on:
        return max(due, invoice.sent_on)
    return due


def past_due(payer: Payer, policy: Policy, *, whole: bool = False) -> list[Invoice]:
    """Open invoices past their effective due date, oldest first; `whole` with those that a person has for good."""
    found = [
        invoice for invoice in payer.invoices.values()
        if not settled(payer, policy, invoice) and effective_due(invoice) < payer.on
        and (whole or invoice.id not in payer.finished)
    ]  # fmt: skip
    return sorted(found, key=lambda invoice: (effective_due(invoice), invoice.id))


def receipts(payer: Payer) -> dict[str, int]:
    """Per receipt known of this payer what was not taken back; deposits bound to an order are not its money yet."""
    left = {
        each.id: each.amount for each in payer.payments
        if each.known and each.kind == "receipt" and not each.order_id
    }  # fmt: skip
    for each in payer.payments:
        if each.kind == "return" and each.reverses in left:
            left[each.reverses] = max(0, left[each.reverses] - each.amount)
    return left


def unallocated(payer: Payer) -> dict[str, int]:
    """Money of the payer, per currency, that no allocation in force uses."""
    left = receipts(payer)
    total: dict[str, int] = {}
    for payment in payer.payments:
        if payment.id in left:
            used = sum(
                each.amount for each in payer.allocations
                if each.payment == payment.id and each.undone_on is None
            )  # fmt: skip
            total[payment.currency] = total.get(payment.currency, 0) + max(0, left[payment.id] - used)
        elif payment.kind == "refund" and payment.known:
            total[payment.currency] = total.get(payment.currency, 0) - payment.amount
    return {currency: amount for currency, amount in total.items() if amount > 0}


def open_credit(payer: Payer) -> dict[str, int]:
    """Credit notes, per currency, that no allocation in force uses."""
    total: dict[str, int] = {}
    for note in payer.credit_notes:
        used = sum(
            each.amount for each in payer.allocations
            if each.credit_note == note.id and each.undone_on is None
        )  # fmt: skip
        total[note.currency] = total.get(note.currency, 0) + max(0, note.amount - used)
    return {currency: amount for currency, amount in total.items() if amount > 0}
