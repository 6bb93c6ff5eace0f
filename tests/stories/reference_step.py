"""Which invoices a step takes, and when it is due: R3, R7, R11, R13."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from creditdesk.facts.calendar import Calendar
from creditdesk.policy.document import Step
from stories.reference_case import Case, position_after, step_named
from stories.reference_facts import Invoice, Payer
from stories.reference_money import claim
from stories.reference_open import counted_from, effective_due, settled
from stories.reference_world import World


def qualifies(world: World, payer: Payer, case: Case, step: Step, invoice: Invoice) -> bool:
    """R7: a hard step takes what a written step of the case listed and what is old enough."""
    conduct = world.policy.conduct
    written = _written_for(world, case, step, invoice.id)
    if not written:
        return False
    due = effective_due(invoice)
    if payer.place.between(due, payer.on) < conduct.invoice_age.get(step.level, 0):
        return False
    if step.do != "hand_over":
        return True
    return any(payer.place.between(on, payer.on) >= conduct.hand_over_notice_days for on in written)


def _written_for(world: World, case: Case, step: Step, invoice: str) -> list[date]:
    """The days of the texts that a hard step needs for an invoice: any for a letter, a notice for a hand-over."""
    texts = [done for done in case.dones if done.written and invoice in done.invoices]
    if step.do != "hand_over":
        return [done.on for done in texts]
    found = []
    for done in texts:
        known = step_named(world.policy, done.procedure, done.step)
        # nobody knows what an earlier system wrote: its formal notice counts as naming the hand-over
        if done.level in (4, 5) and (known is None or known.names_hand_over):
            found.append(done.on)
    return found


def stand_in_of(steps: Sequence[Step]) -> Step | None:
    """R7: the procedure's last written step below level 4."""
    return next((step for step in reversed(steps) if step.written and not step.hard), None)


def stood_in(case: Case, step: Step) -> frozenset[str]:
    """R7: the invoices that the stand-in listed when it stood in: after the case had got as far as it before."""
    at = case.steps.index(step)
    far = [done for done in case.dones if position_after(case.steps, case.procedure, done) > at]
    if not far:
        return frozenset()
    first = min(done.on for done in far)
    again = [
        done.invoices for done in far
        if (done.procedure, done.step) == (case.procedure, step.id) and done.on > first
    ]  # fmt: skip
    return frozenset().union(*again)


def never_qualifies(case: Case, amounts: Mapping[str, int], world: World, step: Step) -> bool:
    """R7: no time will make the step find an invoice: a text is wanting, not age."""
    return not any(_written_for(world, case, step, item) for item in amounts)


def taken(
    world: World, payer: Payer, case: Case, step: Step, amounts: Mapping[str, int]
) -> tuple[Step | None, dict[str, int]]:
    """The step that is done and the invoices it takes: itself, or the stand-in of a hard step that finds none.

    A stand-in that listed them all already is not repeated: no step then, the hard one waits.
    """
    if not step.hard:
        return step, dict(amounts)
    found = {
        item: amount for item, amount in amounts.items()
        if qualifies(world, payer, case, step, payer.invoices[item])
    }  # fmt: skip
    if found or not amounts:
        return step, found
    stand_in = stand_in_of(case.steps)
    if stand_in is None or set(amounts) <= stood_in(case, stand_in):
        return None, {}
    return stand_in, dict(amounts)


def working(payer: Payer, step: Step, on: date) -> bool:
    """A step's own working day: the debtor's, and ours too for a person's step."""
    return payer.place.works(on) and (step.owner == "system" or payer.home.works(on))


def next_working(payer: Payer, step: Step, on: date) -> date:
    while not working(payer, step, on):
        on += timedelta(days=1)
    return on


def returned_on(payer: Payer, invoice: str) -> date | None:
    days = [each.returned_on for each in payer.collections if each.invoice == invoice and each.returned_on]
    return max(days, default=None)


def due_date(payer: Payer, case: Case, step: Step, invoices: list[str], since: date | None) -> date:
    """R3: the day the next step is due for these invoices (oldest first), whatever suspends it."""
    place = payer.place
    dues = {item: counted_from(payer, payer.invoices[item]) for item in invoices}
    back = {item: returned_on(payer, item) for item in invoices}
    if case.last_on is None:
        offset = step.after if step.after is not None else step.after_due or 0
        days = [
            place.add(back[item], 1) if back[item] else _after(place, dues[item], offset)
            for item in invoices
        ]  # fmt: skip
        found = min(days)
    else:
        if step.after is not None:
            found = _after(place, case.last_on, step.after)
        else:
            found = max(_after(place, min(dues.values()), step.after_due or 0),
                        _after(place, case.last_on, step.at_least))  # fmt: skip
        if step.calendar_days:
            found = max(found, place.next(case.last_on + timedelta(days=step.calendar_days)))
        if all(back.values()):
            found = max(found, min(place.add(day, 1) for day in back.values() if day))
        moved = since is not None and all(done.on < since for done in case.dones)
        if step.hard and moved and since:
            found = max(found, place.add(since, 1))
    return next_working(payer, step, found)


def _after(place: Calendar, on: date, days: int) -> date:
    return place.add(on, days) if days else place.next(on)


def part_payment_until(world: World, payer: Payer, case: Case) -> date | None:
    """R11: the day to which the first sizeable part payment of the case moves the next step.

    A part payment leaves an invoice partly open; money that settles invoices whole is none, and money that nobody has
    allocated yet moves nothing. The collectible that it is a share of is what may be asked for today of the invoices
    that were past due then, with what closed them since, promises left aside.
    """
    if case.opened_on is None:
        return None
    asked = claim(payer, world.policy).without_promises
    values = {payment.id: payment.value_on for payment in payer.payments}
    kept_apart = {item for each in (*payer.handovers, *payer.plans) for item in each.invoices}
    paid = {
        each.id for each in payer.invoices.values()
        if settled(payer, world.policy, each) and each.id not in kept_apart
    }  # fmt: skip
    closings = [
        (values.get(each.payment, each.on), each.kind in ("payment", "set_off"), each.invoice, each.amount)
        for each in payer.allocations
        if each.invoice in asked | dict.fromkeys(paid) and each.undone_on is None
    ]
    # what settles an invoice is no part of it, and what was settled before it was due was never asked for
    closed = {
        item: max(on for on, _, each, _ in closings if each == item)
        for _, _, item, _ in closings
        if item in paid
    }
    late = {
        item
        for item, on in closed.items()
        if on > effective_due(payer.invoices[item]) and on >= case.opened_on
    }
    closings = [each for each in closings if each[2] in asked or each[2] in late]

    def base(amounts: Iterable[tuple[str, int]]) -> int:
        return sum(world.base(amount, payer.invoices[item].currency) for item, amount in amounts)

    parts = [each for each in closings if each[1] and (each[2] in asked or each[0] < closed[each[2]])]
    for day in sorted({on for on, _, _, _ in parts if on >= case.opened_on}):
        part = base((item, amount) for on, _, item, amount in parts if on == day)
        then = {item for item in (*asked, *late) if effective_due(payer.invoices[item]) < day}
        since = base((item, amount) for on, _, item, amount in closings if on >= day and item in then)
        whole = since + base((item, asked[item]) for item in then & set(asked))
        if part >= world.policy.conduct.part_payment_share * whole:
            return payer.place.add(day, world.policy.conduct.part_payment_days)
    return None
