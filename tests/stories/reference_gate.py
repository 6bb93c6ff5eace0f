"""What keeps a step from going out: approvals, addresses, the cap, and all holds of a payer, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from creditdesk.policy.document import CONTACTS, Step
from stories.reference_case import NOT_DONE, Case, least_minimum, own_step, step_named
from stories.reference_facts import Payer
from stories.reference_money import Claim, estate
from stories.reference_open import effective_due, half_up, open_credit, past_due, unallocated
from stories.reference_step import working
from stories.reference_world import World

NATURAL = ("consumer", "sole_trader")
INVOICE_HOLDS = (
    "handed_over", "written_off", "direct_debit", "disputed", "plan", "promised", "claimed_paid",
    "invoice_not_delivered", "factored", "paused",
)  # fmt: skip
PAYER_HOLDS = (
    "data_problem", "insolvent", "do_not_contact", "paused", "stale_bank_data", "paid_unallocated", "credit_open",
    "contra_open", "part_payment", "habit", "minimum_amount", "contact_cap", "not_a_working_day",
    "legal_notice_first", "natural_person", "needs_approval", "no_address",
)  # fmt: skip

LEGAL_FIRST_NOTICE = ("NL", "BE")
"""Countries in which a consumer must have had a free notice before costs or hand-over."""


@dataclass(frozen=True)
class Place:
    """Where a payer stands by its segment: the procedure, and since when where it came there by a move (R15)."""

    segment: str
    procedure: str
    since: date | None = None


def approved(payer: Payer, case: Case, procedure: str, step: Step) -> bool:
    """A person's yes to this step, given since the case began; the last word counts."""
    named = (None, step.id, f"{procedure}:{case.no}:{step.id}")
    since = case.opened_on or (case.before + timedelta(days=1) if case.before else date.min)
    said = [
        each.granted for each in payer.approvals
        if each.subject == "step" and each.ref in named and each.customer == payer.id
        and each.valid_until >= payer.on and each.decided_on >= since
    ]  # fmt: skip
    return bool(said) and said[-1]


def waits_for_go_live(payer: Payer) -> bool:
    """R5: on a company's first run everything waits for a person; what falls due after it began does not."""
    if any(each.subject == "go_live" and each.granted for each in payer.approvals):
        return False
    if any(own_step(action) for action in payer.actions):
        return False
    if payer.live_since is None:
        return not payer.own_actions_exist
    dues = [effective_due(each) for each in payer.invoices.values()]
    return any(due < payer.live_since for due in dues)


def contacts_made(payer: Payer, case: Case, step: Step, days: int) -> int:
    """Outgoing contacts in the window; the calls of one step count once, those of the step itself not at all."""
    start = payer.on - timedelta(days=days - 1)
    count, calls = 0, set()
    for action in payer.actions:
        if action.direction != "out" or action.channel not in CONTACTS or action.done_on < start:
            continue
        if action.outcome in ("bounced", "failed", "skipped"):
            continue
        if action.channel == "call" and action.step:
            if not (action.case_no == case.no and action.step == step.id and action.outcome in NOT_DONE):
                calls.add((action.case_no, action.step))
        else:
            count += 1
    return count + len(calls)


def channels(step: Step) -> list[str]:
    """The step's channel, then those that may stand in for it."""
    if step.else_ is not None:
        return [step.do, *step.else_]
    usual = {
        "email": ["letter", "call"], "letter": ["email", "call"], "sms": ["email", "letter"],
        "voice": ["sms", "email", "letter"], "video": ["email", "letter"], "statement": ["letter"],
        "offer_plan": ["letter"],
    }  # fmt: skip
    return [step.do, *usual.get(step.do, ())]


def reachable(payer: Payer, channel: str) -> bool:
    if not payer.addresses_kept or channel not in CONTACTS:
        return True
    contacts = payer.contacts
    if channel in ("email", "statement", "offer_plan"):
        return any(each.email for each in contacts)
    if channel in ("letter", "registered_letter", "legal_notice"):
        return payer.street or any(each.address for each in contacts)
    if channel == "sms":
        return any(each.mobile for each in contacts)
    return any(each.phone or each.mobile for each in contacts)


def channel_used(payer: Payer, case: Case, procedure: str, step: Step) -> str | None:
    """The first channel that reaches the debtor and has not failed for this step; None when there is none."""
    failed = {
        action.channel for action in payer.actions
        if (action.procedure, action.case_no, action.step) == (procedure, case.no, step.id)
        and (action.outcome == "bounced" or (action.outcome == "failed" and action.channel in ("email", "sms")))
    }  # fmt: skip
    return next((each for each in channels(step) if each not in failed and reachable(payer, each)), None)


def minimum_of(world: World, segment: str, step: Step) -> int:
    own = world.policy.segments[segment].minimum_amounts.get(step.do)
    amount = next(
        (
            each
            for each in (step.minimum_amount, own, world.policy.minimum_amounts.get(step.do))
            if each is not None
        ),
        0,
    )
    return half_up(amount * 100) if amount else 0


def payer_holds(
    world: World,
    payer: Payer,
    case: Case,
    at: Place,
    step: Step,
    amount: int,
    found: Claim,
    asked_in: set[str],
    cut: bool = False,
) -> set[str]:
    """Everything that keeps a step from this payer today, whatever the single invoices say."""
    policy, on = world.policy, payer.on
    contact = step.do in CONTACTS
    cap = policy.segments[at.segment].contact_cap or policy.conduct.contact_cap
    bank_day = payer.bank.add(on, -1)
    paused = [
        each for each in payer.pauses
        if each.invoice is None and each.channel in (None, step.do) and each.from_on <= on <= each.until_on
    ]  # fmt: skip
    yes = approved(payer, case, at.procedure, step)
    stops = step.do in ("hand_over", "stop_delivery") or step.stop_delivery
    # the minimum speaks of what would be asked; where nothing is left to ask, other holds say why
    small = 0 < amount < max(minimum_of(world, at.segment, step), least_minimum(policy))
    notice = any(
        known is not None and known.legal_notice and not done.skipped
        for done in case.dones
        for known in [step_named(policy, done.procedure, done.step)]
    )
    consumer = payer.kind == "consumer" and payer.place.place[:2] in LEGAL_FIRST_NOTICE
    holds = {
        "insolvent": cut and any(estate(payer, each) for each in past_due(payer, policy)),
        "do_not_contact": payer.do_not_contact
        and contact
        and not (step.do == "registered_letter" and (step.owner != "system" or yes)),
        "paused": bool(paused),
        "stale_bank_data": payer.bank_known_to is not None and payer.bank_known_to < bank_day,
        "paid_unallocated": cut and found.money > 0,
        # money or a credit note in a currency in which nothing is asked: a person settles it
        "credit_open": (cut and found.credit > 0)
        or bool({*unallocated(payer), *open_credit(payer)} - asked_in),
        "contra_open": payer.contra > 0,
        "minimum_amount": small,
        "contact_cap": contact and contacts_made(payer, case, step, policy.conduct.contact_cap_days) >= cap,
        "not_a_working_day": not working(payer, step, on),
        "legal_notice_first": consumer
        and (step.costs or step.do == "hand_over")
        and not (step.legal_notice or notice),
        # a step that is skipped for its amount, or asks for nothing, asks nobody's approval
        "natural_person": payer.kind in NATURAL and stops and not yes and not small and amount > 0,
        "needs_approval": (step.approval and not yes and not small and amount > 0)
        or waits_for_go_live(payer)
        or bool(found.promises_to_approve),
        "no_address": channel_used(payer, case, at.procedure, step) is None and not small,
    }
    return {code for code, applies in holds.items() if applies}


def in_order(payer_codes: set[str], invoice_codes: set[str] = frozenset()) -> tuple[str, ...]:
    """All holds, in the order of the rules: those of single invoices, then those of the payer."""
    single = [code for code in INVOICE_HOLDS if code in invoice_codes]
    return (*single, *(code for code in PAYER_HOLDS if code in payer_codes and code not in single))
