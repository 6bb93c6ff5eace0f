"""Promises: what they still cover, whether they were kept, and which of them a person must agree to (R8)."""

from __future__ import annotations

from datetime import date, timedelta

from creditdesk.policy.document import Policy
from stories.reference_facts import Payer, Promise, places
from stories.reference_open import receipts, tolerance


def promise_deadline(policy: Policy, promise: Promise) -> date:
    """R8: due_on (next bank day) plus 2 bank days; the promise runs through that day."""
    bank = places(f"@{promise.currency}")
    return bank.add(bank.next(promise.due_on), policy.promise.bank_days)


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
        end = min(last, promise_deadline(policy, promise))
        rivals = [
            each for each in promises
            if each.id in left and each.invoice == promise.invoice and each.currency == promise.currency
            and promise_deadline(policy, each) >= promise.made_on
            and (each.withdrawn_on is None or each.withdrawn_on > promise.made_on)
        ]  # fmt: skip
        came = sum(amount for day, amount in money_for(payer, promise) if day <= end)
        taken = 0
        for each in rivals:
            stop = min(end, promise_deadline(policy, each))
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
    end = promise_deadline(policy, promise)
    withdrawn = promise.withdrawn_on is not None and promise.withdrawn_on <= end
    return not withdrawn and end < when and not promise_kept(payer, policy, promise, end)


def running_promises(payer: Payer, policy: Policy) -> list[Promise]:
    """Promises before their deadline, not kept yet and not withdrawn."""
    return [
        each for each in sorted(payer.promises, key=lambda each: (each.made_on, each.id))
        if each.withdrawn_on is None
        and payer.on <= promise_deadline(policy, each)
        and not promise_kept(payer, policy, each)
    ]  # fmt: skip


def promise_beyond_policy(payer: Payer, policy: Policy, promise: Promise) -> bool:
    """R8: too far away, one too many at a time, or after too many broken ones."""
    rule = policy.promise
    bank = places(f"@{promise.currency}")
    if bank.between(promise.made_on, bank.next(promise.due_on)) > rule.max_days:
        return True
    earlier = [
        each for each in payer.promises
        if (each.made_on, each.id) < (promise.made_on, promise.id)
    ]  # fmt: skip
    still_open = [
        each for each in earlier
        if promise_deadline(policy, each) >= promise.made_on
        and (each.withdrawn_on is None or each.withdrawn_on > promise.made_on)
        and not promise_kept(payer, policy, each)
    ]  # fmt: skip
    year = promise.made_on - timedelta(days=365)
    broken = [
        each for each in earlier
        if promise_broken(payer, policy, each, promise.made_on)
        and promise_deadline(policy, each) >= year
    ]  # fmt: skip
    return len(still_open) + 1 > rule.max_open or len(broken) > rule.max_broken_12m


def promise_approved(payer: Payer, promise: Promise) -> bool | None:
    """True or false as a person decided, None when nobody did."""
    said = [
        each.granted for each in payer.approvals
        if each.subject in ("plan", "step") and each.ref == promise.id and each.valid_until >= payer.on
    ]  # fmt: skip
    return said[-1] if said else None
