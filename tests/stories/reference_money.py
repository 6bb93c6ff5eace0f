"""What may be asked for today, one invoice at a time: R0, R7 (collectible), R8 to R10, R12, R13 in plain Python.

Amounts are minor units of each invoice's currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from creditdesk.policy.document import Policy
from stories.reference_facts import Dispute, Invoice, Payer, Plan, Promise
from stories.reference_open import effective_due, half_up, open_credit, open_of, past_due, unallocated
from stories.reference_promise import (
    promise_approved,
    promise_beyond_policy,
    promises_left,
    running_promises,
)

REMOVED = ("handed_over", "direct_debit", "claimed_paid", "invoice_not_delivered", "factored", "paused")
"""Holds that take an invoice out of the message as a whole."""


@dataclass
class Claim:
    """What is left to ask for, and why the rest is not.

    Attributes:
        net: collectible amount per invoice, oldest first; invoices of which nothing is left are absent.
        without_promises: the same before promises, unallocated money and open credit notes come off.
        codes: per-invoice holds that apply to each invoice past due.
        suspended: a promise covers so much that the whole case waits (R8).
        money, credit: unallocated money and open credit notes that were taken off, in the reporting currency.
        promises_to_approve: running promises beyond the policy that nobody has approved.
    """

    net: dict[str, int] = field(default_factory=dict)
    without_promises: dict[str, int] = field(default_factory=dict)
    codes: dict[str, list[str]] = field(default_factory=dict)
    suspended: bool = False
    money: int = 0
    credit: int = 0
    promises_to_approve: list[Promise] = field(default_factory=list)


def estate(payer: Payer, invoice: Invoice) -> bool:
    """R14: issued before an insolvency or other legal status: it is claimed, not dunned."""
    return any(invoice.issued < each.from_on for each in payer.legal)


def has_left(payer: Payer, invoice: Invoice) -> bool:
    """R2, R12, R14: an invoice that has left its case though it is open."""
    return handed_over(payer, invoice) or estate(payer, invoice) or invoice.id in payer.finished


def paid_on(payer: Payer, plan: Plan, until: date) -> int:
    """R9: money allocated to the plan's invoices since it was agreed, and what is allocated to nothing yet."""
    values = {payment.id: payment.value_on for payment in payer.payments}
    closed = sum(
        each.amount for each in payer.allocations
        if each.invoice in plan.invoices and each.kind in ("payment", "set_off") and each.undone_on is None
        and plan.agreed_on <= values.get(each.payment, each.on) <= until
    )  # fmt: skip
    return closed + sum(unallocated(payer).values())


def plan_broken_after(payer: Payer, policy: Policy, plan: Plan) -> date | None:
    """R9: the last day of waiting of the first instalment that was not paid; None while the plan is kept."""
    wanted = 0
    for due_on, amount in plan.instalments:
        wanted += amount
        end = payer.bank.add(payer.bank.next(due_on), policy.conduct.plan_bank_days)
        if end < payer.on and paid_on(payer, plan, end) < wanted - half_up(policy.tolerance.amount * 100):
            return end
    return None


def plan_runs(payer: Payer, policy: Policy, plan: Plan) -> bool:
    return plan.ended_on is None and plan_broken_after(payer, policy, plan) is None


def corrected_on(payer: Payer, dispute: Dispute) -> date | None:
    """The first day on which a credit note, correction or write-off for a disputed invoice is known."""
    days = [note.issued for note in payer.credit_notes if note.id == dispute.credit_note]
    days += [
        note.issued for note in payer.credit_notes
        if note.corrects == dispute.invoice and note.issued >= dispute.opened_on
    ]  # fmt: skip
    days += [
        each.issued for each in payer.invoices.values()
        if each.corrects == dispute.invoice and each.issued >= dispute.opened_on
    ]  # fmt: skip
    days += [
        each.on for each in payer.allocations
        if each.invoice == dispute.invoice and each.kind in ("credit_note", "write_off")
        and each.on >= dispute.opened_on and each.undone_on is None
    ]  # fmt: skip
    return min(days, default=None)


def dispute_ends(payer: Payer, policy: Policy, dispute: Dispute) -> date | None:
    """R10: the first day on which the disputed part is collectible again; None while nobody knows."""
    if dispute.closed_on is None:
        return None
    if dispute.outcome in ("customer_right", "partly_right"):
        correction = corrected_on(payer, dispute)
        return max(correction, dispute.closed_on) if correction else None
    return payer.place.add(dispute.closed_on, policy.conduct.dispute_days)


def dispute_holds(payer: Payer, policy: Policy, dispute: Dispute) -> bool:
    end = dispute_ends(payer, policy, dispute)
    return end is None or payer.on < end


def in_collection(payer: Payer, policy: Policy, invoice: Invoice) -> bool:
    """R13: a direct debit under way, until five bank days after it; a returned one is collectible at once."""
    own = [each for each in payer.collections if each.invoice == invoice.id]
    days = [each.collect_on for each in own]
    back = [each.returned_on for each in own if each.returned_on]
    if not days and invoice.direct_debit:
        days = [effective_due(invoice)]
    if not days or (back and max(back) >= max(days)):
        return False
    return payer.on < payer.bank.add(payer.bank.next(max(days)), policy.conduct.direct_debit_bank_days)


def claimed_paid_through(payer: Payer, policy: Policy, invoice: Invoice) -> date | None:
    """The last bank day of the one wait that the debtor's word gives; None when nothing was said."""
    for action in payer.actions:
        if action.outcome == "paid_claimed" and (not action.invoices or invoice.id in action.invoices):
            return payer.bank.add(action.done_on, policy.conduct.claimed_paid_bank_days)
    return None


def handed_over(payer: Payer, invoice: Invoice) -> bool:
    """R12: with an agency, bailiff or lawyer, and not returned."""
    return any(invoice.id in file.invoices and file.returned_on is None for file in payer.handovers)


def removed(payer: Payer, policy: Policy, invoice: Invoice) -> list[str]:
    """The holds that take the whole invoice out of the message."""
    claimed = claimed_paid_through(payer, policy, invoice)
    undelivered = (
        invoice.delivery_state in ("rejected", "bounced")
        or (invoice.sent_on is not None and invoice.sent_on > payer.on)
        or (invoice.manner in policy.conduct.must_be_delivered and invoice.delivery_state != "delivered")
    )
    found = {
        "handed_over": handed_over(payer, invoice),
        "direct_debit": in_collection(payer, policy, invoice),
        "claimed_paid": claimed is not None and payer.on <= claimed,
        "invoice_not_delivered": undelivered,
        "factored": invoice.factored_on is not None,
        "paused": any(
            each.invoice == invoice.id and each.channel is None and each.from_on <= payer.on <= each.until_on
            for each in payer.pauses
        ),
    }
    return [code for code in REMOVED if found[code]]


def claim(payer: Payer, policy: Policy) -> Claim:
    """R7: what is collectible of each invoice past due, after everything that is taken off it, in order.

    Of what a person has for good nothing is asked; what comes off comes off it all the same, for it is oldest.
    """
    found = Claim()
    invoices = past_due(payer, policy, whole=True)
    planned = {item for plan in payer.plans if plan_runs(payer, policy, plan) for item in plan.invoices}
    rest: dict[str, int] = {}
    for invoice in invoices:
        codes = removed(payer, policy, invoice)
        amount = 0 if codes or estate(payer, invoice) else open_of(payer, invoice)
        disputed = sum(
            each.amount for each in payer.disputes
            if each.invoice == invoice.id and dispute_holds(payer, policy, each)
        )  # fmt: skip
        if disputed:
            codes.append("disputed")
        amount = max(0, amount - disputed)
        if invoice.id in planned:
            codes.append("plan")
            amount = 0
        found.codes[invoice.id] = codes
        rest[invoice.id] = amount
    # a promise in a currency in which nothing is past due says nothing of what is
    owed_in = {invoice.currency for invoice in past_due(payer, policy)}
    promises = []
    for promise in running_promises(payer, policy):
        said = promise_approved(payer, promise)
        if not promise_beyond_policy(payer, policy, promise) or said:
            promises.append(promise)
        elif said is None and promise.currency in owed_in:
            found.promises_to_approve.append(promise)
    found.without_promises = {
        item: amount for item, amount in rest.items() if amount > 0 and item not in payer.finished
    }  # fmt: skip
    without = dict(rest)
    _take_pool(payer, without, Claim())
    wanted = in_base(payer, without)
    _take_promises(payer, policy, without, promises)
    promised = _take_promises(payer, policy, rest, promises, found.codes)
    asked = {item for item, amount in rest.items() if amount > 0}
    _take_pool(payer, rest, found)
    if promised and wanted - in_base(payer, without) >= policy.promise.suspend_share * wanted:
        found.suspended, found.money, found.credit = True, 0, 0
        for item in asked:
            if "promised" not in found.codes[item]:
                found.codes[item].append("promised")
        rest = dict.fromkeys(rest, 0)
    found.net = {
        item: amount for item, amount in rest.items() if amount > 0 and item not in payer.finished
    }  # fmt: skip
    return found


def in_base(payer: Payer, amounts: Mapping[str, int]) -> int:
    """A sum of amounts of invoices in the reporting currency."""
    return sum(
        int(amount * payer.rates.get(payer.invoices[item].currency, 1) + 0.5)
        for item, amount in amounts.items()
    )


def _take_promises(
    payer: Payer,
    policy: Policy,
    rest: dict[str, int],
    promises: list[Promise],
    codes: dict[str, list[str]] | None = None,
) -> int:
    """What promises still cover, from the invoice they name or from the oldest; the sum taken."""
    left = promises_left(payer, policy)
    taken = 0
    for promise in promises:
        for item, amount in rest.items():
            if promise.invoice not in (None, item) or payer.invoices[item].currency != promise.currency:
                continue
            part = min(left[promise.id], amount)
            rest[item] = amount - part
            left[promise.id] -= part
            taken += part
            named = promise.invoice == item and promises_left(payer, policy)[promise.id] > 0
            if codes is not None and (part or named) and "promised" not in codes[item]:
                codes[item].append("promised")
    return taken


def _take_pool(payer: Payer, rest: dict[str, int], found: Claim) -> None:
    """Unallocated money, then open credit notes, from the oldest invoice of their currency."""
    for money, pool in ((True, unallocated(payer)), (False, open_credit(payer))):
        for currency, whole in pool.items():
            left = whole
            for item, amount in rest.items():
                if payer.invoices[item].currency == currency:
                    part = min(left, amount)
                    rest[item] = amount - part
                    left -= part
                    # what comes off an invoice that a person has says nothing of the others
                    seen = 0 if item in payer.finished else part
                    found.money += seen if money else 0
                    found.credit += 0 if money else seen
