"""What may be asked for today, one invoice at a time: R0, R7 (collectible), R8 to R10, R12, R13 in plain Python.

Amounts are minor units of each invoice's currency.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from creditdesk.policy.document import Policy
from stories.reference_facts import Dispute, Invoice, Payer, Plan, Promise, places

REMOVED = ("handed_over", "direct_debit", "claimed_paid", "invoice_not_delivered", "factored", "paused")
"""Holds that take an invoice out of the message as a whole."""


@dataclass
class Claim:
    """What is left to ask for, and why the rest is not.

    Attributes:
        net: collectible amount per invoice, oldest first; invoices of which nothing is left are absent.
        without_promises: the same as if nothing were promised.
        codes: per-invoice holds that apply to each invoice past due.
        suspended: a promise covers so much that the whole case waits (R8).
        money, credit: unallocated money and open credit notes that were taken off, in the reporting currency.
        foreign: whether some of either is left in a currency in which nothing is owed any more.
        promises_to_approve: running promises beyond the policy that nobody has approved.
    """

    net: dict[str, int] = field(default_factory=dict)
    without_promises: dict[str, int] = field(default_factory=dict)
    codes: dict[str, list[str]] = field(default_factory=dict)
    suspended: bool = False
    money: int = 0
    credit: int = 0
    foreign: bool = False
    promises_to_approve: list[Promise] = field(default_factory=list)


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


def estate(payer: Payer, invoice: Invoice) -> bool:
    """R14: issued before an insolvency or other legal status: it is claimed, not dunned."""
    return any(invoice.issued < each.from_on for each in payer.legal)


def has_left(payer: Payer, invoice: Invoice) -> bool:
    """R12, R14: an invoice that has left its case though it is open."""
    return handed_over(payer, invoice) or estate(payer, invoice)


def past_due(payer: Payer, policy: Policy) -> list[Invoice]:
    """Open invoices past their effective due date, oldest first."""
    found = [
        invoice for invoice in payer.invoices.values()
        if not settled(payer, policy, invoice) and effective_due(invoice) < payer.on
    ]  # fmt: skip
    return sorted(found, key=lambda invoice: (effective_due(invoice), invoice.id))


# ----------------------------------------------------------------------------------------------------------- money


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


def paid_on(payer: Payer, plan: Plan, until: date) -> int:
    """R9: money allocated to the plan's invoices since it was agreed, and what is allocated to nothing yet."""
    values = {payment.id: payment.value_on for payment in payer.payments}
    closed = sum(
        each.amount for each in payer.allocations
        if each.invoice in plan.invoices and each.kind in ("payment", "set_off") and each.undone_on is None
        and plan.agreed_on <= values.get(each.payment, each.on) <= until
    )  # fmt: skip
    return closed + sum(unallocated(payer).values())


# -------------------------------------------------------------------------------------------------------- promises


def promise_deadline(payer: Payer, policy: Policy, promise: Promise) -> date:
    """R8: due_on (next bank day) plus 2 bank days; the promise runs through that day."""
    return payer.bank.add(payer.bank.next(promise.due_on), policy.promise.bank_days)


def money_for(payer: Payer, promise: Promise) -> list[tuple[date, int]]:
    """What may cover a promise: of an invoice, what closed it and money allocated to nothing; else all receipts."""
    whole = receipts(payer)
    came = []
    for payment in payer.payments:
        if payment.id not in whole or payment.currency != promise.currency:
            continue
        used = sum(
            each.amount for each in payer.allocations if each.payment == payment.id and not each.undone_on
        )
        amount = whole[payment.id] if promise.invoice is None else max(0, whole[payment.id] - used)
        came.append((payment.value_on, amount))
    if promise.invoice is not None:
        values = {payment.id: payment.value_on for payment in payer.payments}
        came += [
            (values.get(each.payment, each.on), each.amount) for each in payer.allocations
            if each.invoice == promise.invoice and each.kind != "write_off" and not each.undone_on
        ]  # fmt: skip
    return sorted((day, amount) for day, amount in came if day >= promise.made_on)


def promises_left(payer: Payer, policy: Policy, until: date | None = None) -> dict[str, int]:
    """What is not yet covered of each promise by its deadline, an older promise of the same kind coming first."""
    last = until or payer.on
    promises = sorted(payer.promises, key=lambda each: (each.made_on, each.id))
    left: dict[str, int] = {}
    for promise in promises:
        end = min(last, promise_deadline(payer, policy, promise))
        rivals = [
            each for each in promises
            if each.id in left and each.invoice == promise.invoice and each.currency == promise.currency
            and promise_deadline(payer, policy, each) >= promise.made_on
            and (each.withdrawn_on is None or each.withdrawn_on > promise.made_on)
        ]  # fmt: skip
        came = sum(amount for day, amount in money_for(payer, promise) if day <= end)
        taken = 0
        for each in rivals:
            stop = min(end, promise_deadline(payer, policy, each))
            before = sum(amount for day, amount in money_for(payer, each) if day < promise.made_on)
            since = sum(amount for day, amount in money_for(payer, each) if promise.made_on <= day <= stop)
            taken += min(max(0, each.amount - before), since)
        left[promise.id] = max(0, promise.amount - max(0, came - taken))
    return left


def promise_kept(payer: Payer, policy: Policy, promise: Promise, until: date | None = None) -> bool:
    return promises_left(payer, policy, until)[promise.id] <= tolerance(
        payer, policy, promise.amount, promise.currency
    )


def promise_broken(payer: Payer, policy: Policy, promise: Promise, on: date | None = None) -> bool:
    when = on or payer.on
    end = promise_deadline(payer, policy, promise)
    withdrawn = promise.withdrawn_on is not None and promise.withdrawn_on <= end
    return not withdrawn and end < when and not promise_kept(payer, policy, promise, end)


def running_promises(payer: Payer, policy: Policy) -> list[Promise]:
    """Promises before their deadline, not kept yet and not withdrawn."""
    return [
        each for each in sorted(payer.promises, key=lambda each: (each.made_on, each.id))
        if each.withdrawn_on is None
        and payer.on <= promise_deadline(payer, policy, each)
        and not promise_kept(payer, policy, each)
    ]  # fmt: skip


def promise_beyond_policy(payer: Payer, policy: Policy, promise: Promise) -> bool:
    """R8: too far away, one too many at a time, or after too many broken ones."""
    rule = policy.promise
    if payer.bank.between(promise.made_on, payer.bank.next(promise.due_on)) > rule.max_days:
        return True
    earlier = [
        each for each in payer.promises
        if (each.made_on, each.id) < (promise.made_on, promise.id)
    ]  # fmt: skip
    still_open = [
        each for each in earlier
        if promise_deadline(payer, policy, each) >= promise.made_on
        and (each.withdrawn_on is None or each.withdrawn_on > promise.made_on)
        and not promise_kept(payer, policy, each)
    ]  # fmt: skip
    year = promise.made_on - timedelta(days=365)
    broken = [
        each for each in earlier
        if promise_broken(payer, policy, each, promise.made_on)
        and promise_deadline(payer, policy, each) >= year
    ]  # fmt: skip
    return len(still_open) + 1 > rule.max_open or len(broken) > rule.max_broken_12m


def promise_approved(payer: Payer, promise: Promise) -> bool | None:
    """True or false as a person decided, None when nobody did."""
    said = [
        each.granted for each in payer.approvals
        if each.subject in ("plan", "step") and each.ref == promise.id and each.valid_until >= payer.on
    ]  # fmt: skip
    return said[-1] if said else None


# ------------------------------------------------------------------------------------------------ plans, disputes


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


# --------------------------------------------------------------------------------------------------- whole invoices


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
        said = action.outcome == "paid_claimed" and effective_due(invoice) < action.done_on
        if said and (not action.invoices or invoice.id in action.invoices):
            start = payer.bank.next(action.done_on)
            return payer.bank.add(start, policy.conduct.claimed_paid_bank_days)
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


# ------------------------------------------------------------------------------------------------------ collectible


def claim(payer: Payer, policy: Policy) -> Claim:
    """R7: what is collectible of each invoice past due, after everything that is taken off it, in order."""
    found = Claim()
    invoices = past_due(payer, policy)
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
    promises = []
    for promise in running_promises(payer, policy):
        said = promise_approved(payer, promise)
        if not promise_beyond_policy(payer, policy, promise) or said:
            promises.append(promise)
        elif said is None:
            found.promises_to_approve.append(promise)
    without = dict(rest)
    _take_pool(payer, without, Claim())
    wanted = sum(without.values())
    found.without_promises = {item: amount for item, amount in without.items() if amount > 0}
    covered = _take_promises(payer, policy, without, promises)
    promised = _take_promises(payer, policy, rest, promises, found.codes)
    _take_pool(payer, rest, found)
    if promised and covered >= policy.promise.suspend_share * wanted:
        found.suspended, found.money, found.credit = True, 0, 0
        rest = dict.fromkeys(rest, 0)
    found.net = {item: amount for item, amount in rest.items() if amount > 0}
    return found


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
            used = whole - left
            found.foreign = found.foreign or left > 0
            if money:
                found.money += used
            else:
                found.credit += used
