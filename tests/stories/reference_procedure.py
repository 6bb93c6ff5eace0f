"""The procedure and its gate, slowly: one payer, one day, in the words of the rules (R1 to R16 and the hold codes).

`decide` answers for one payer of one company on one day: which step is due, or which hold keeps it. It is written
from the rules alone, reads row by row, and shares nothing with the engine but the calendars and the policy document.
Money is in minor units; every currency counts one for one unless `World.rates` says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from creditdesk.facts.calendar import Changes
from creditdesk.policy.document import CONTACTS, WRITTEN, Policy, Step
from stories import reference_money as money
from stories.reference_facts import Action, Invoice, Payer, Row, Tables, day_before, payer_on

NOT_DONE = ("bounced", "wrong_contact", "failed", "no_answer", "left_message")
ATTEMPT = ("no_answer", "left_message")
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

BESIDE = ("file_claim", "complete_contact")
"""Tasks that stand beside the steps of a case."""

LEGAL_FIRST_NOTICE = ("NL", "BE")
"""Countries in which a consumer must have had a free notice before costs or hand-over."""


@dataclass(frozen=True)
class Done:
    """A step that counts as done (R4)."""

    case_no: int
    procedure: str
    step: str | None
    level: int
    channel: str
    on: date
    invoices: frozenset[str]
    skipped: bool

    @property
    def written(self) -> bool:
        """Whether it left a text with the debtor: a skipped step left none."""
        return self.channel in WRITTEN and not self.skipped


@dataclass(frozen=True)
class Said:
    """One line of the answer: a step that is due, held, or to be recorded as skipped."""

    verdict: str
    step: str
    level: int
    do: str
    owner: str
    case_no: int
    invoices: tuple[str, ...]
    amount: int
    due_on: date
    holds: tuple[str, ...] = ()
    reason: str = ""


@dataclass
class Answer:
    """What the day says about one payer."""

    case_no: int | None = None
    last_step: str | None = None
    next_step: str | None = None
    next_due_on: date | None = None
    lines: list[Said] = field(default_factory=list)

    def of(self, verdict: str) -> list[Said]:
        return [line for line in self.lines if line.verdict == verdict]


@dataclass
class World:
    """All facts, with the policy and its calendars; a payer's facts are cut out once and read as of any day."""

    tables: Tables
    policy: Policy
    rates: Mapping[str, float] = field(default_factory=dict)
    _cut: dict[str, Tables] = field(default_factory=dict)
    _seen: dict[tuple[str, str, date], Payer] = field(default_factory=dict)

    @cached_property
    def changes(self) -> Mapping[str, Changes]:
        return {
            place: Changes(frozenset(each.works_on), tuple(each.works_on_named), frozenset(each.closed_on))
            for place, each in self.policy.calendars.items()
        }

    @cached_property
    def own_actions_since(self) -> date:
        """The first day on which a step of ours was done for anybody."""
        days = [
            row["done_on"]
            for row in self.tables.get("action", ())
            if row["direction"] == "out" and row.get("procedure") not in (None, "imported")
        ]
        return min(days, default=date.max)

    @cached_property
    def live_since(self) -> date:
        """The first day on which a person released anybody."""
        days = [
            row["decided_on"]
            for row in self.tables.get("approval", ())
            if row["subject"] == "go_live" and row["granted"]
        ]
        return min(days, default=date.max)

    def payer(self, payer: str, company: str, on: date) -> Payer:
        key = (payer, company, on)
        if key not in self._seen:
            if payer not in self._cut:
                self._cut[payer] = cut_out(self.tables, payer)
            found = payer_on(self._cut[payer], payer, company, on, self.changes)
            found.rates = self.rates
            found.own_actions_exist = self.own_actions_since <= on
            found.live_since = self.live_since if self.live_since <= on else None
            found.addresses_kept = "contact" in self.tables or any(
                row.get("street") for row in self.tables.get("customer", ())
            )
            self._seen[key] = found
        return self._seen[key]

    def base(self, amount: int, currency: str) -> int:
        """An amount in the reporting currency."""
        return int(amount * self.rates.get(currency, 1.0) + 0.5)


def cut_out(tables: Tables, payer: str) -> Tables:
    """The rows that concern one payer; tables without a customer come along whole."""
    members = {
        row["customer_id"] for row in tables.get("customer", ())
        if (row.get("payer_id") or row.get("merged_into_id") or row["customer_id"]) == payer
        or row["customer_id"] == payer
    }  # fmt: skip
    found: dict[str, list[Row]] = {}
    for name, rows in tables.items():
        if name in (
            "company",
            "bank_statement",
            "fx_rate",
            "allocation",
            "collection",
            "instalment",
            "payment",
        ):
            continue
        found[name] = [row for row in rows if row.get("customer_id") in members]
    found["approval"] = [
        row for row in tables.get("approval", ()) if row.get("customer_id") in (None, *members)
    ]
    for name in ("company", "bank_statement"):
        if name in tables:
            found[name] = list(tables[name])
    candidates = {row["payment_id"] for row in found.get("payment_candidate", ())}
    found["payment"] = [
        row for row in tables.get("payment", ())
        if row.get("customer_id") in members or row["payment_id"] in candidates
    ]  # fmt: skip
    invoices = {row["invoice_id"] for row in found.get("invoice", ())}
    payments = {row["payment_id"] for row in found["payment"]}
    found["allocation"] = [
        row for row in tables.get("allocation", ())
        if row["invoice_id"] in invoices or row.get("payment_id") in payments
        or row.get("credit_note_id") in invoices
    ]  # fmt: skip
    more = {row.get("payment_id") for row in found["allocation"]} - payments
    found["payment"] += [row for row in tables.get("payment", ()) if row["payment_id"] in more]
    found["collection"] = [row for row in tables.get("collection", ()) if row["invoice_id"] in invoices]
    plans = {row["plan_id"] for row in found.get("plan", ())}
    found["instalment"] = [row for row in tables.get("instalment", ()) if row["plan_id"] in plans]
    return found


# ------------------------------------------------------------------------------------------------- R4: what is done


def done_steps(world: World, payer: Payer) -> list[Done]:
    """Every step done, in order of the day it was done."""
    found: list[Done] = []
    tries: dict[tuple[int, str | None], set[date]] = {}
    for action in payer.actions:
        imported = action.procedure == "imported"
        if action.direction != "out" or not (imported or own_step(action)):
            continue
        if not imported and (action.case_no or 0) < 1:
            continue
        case_no = action.case_no or 1
        key = (case_no, action.step)
        if action.outcome in ATTEMPT and payer.place.works(action.done_on):
            tries.setdefault(key, set()).add(action.done_on)
        if not completes(world.policy, action, len(tries.get(key, ()))):
            continue
        tries.pop(key, None)
        found.append(
            Done(case_no, action.procedure, action.step, action.level or 0, action.channel, action.done_on,
                 listed(world, payer, action), action.outcome == "skipped")
        )  # fmt: skip
    return found


def completes(policy: Policy, action: Action, tries: int) -> bool:
    """R4: whether this action completes its step, `tries` attempts of it (this one counted) being made."""
    if action.outcome == "skipped":
        return True
    if action.outcome in ATTEMPT and action.channel in ("call", "voice", "video"):
        step = step_named(policy, action.procedure, action.step)
        return tries >= (step.attempts if step else 3)
    if action.outcome in NOT_DONE:
        return False
    # a task for Sales is done with an outcome, a registered letter with its number
    numbered = action.channel != "registered_letter" or action.document
    return action.outcome is not None or (action.channel != "sales" and bool(numbered))


def listed(world: World, payer: Payer, action: Action) -> frozenset[str]:
    """The invoices an action listed; an earlier system's action without a list covered all past due that day."""
    if action.invoices:
        return frozenset(action.invoices)
    then = world.payer(payer.id, payer.company, action.done_on)
    return frozenset(invoice.id for invoice in money.past_due(then, world.policy))


def step_named(policy: Policy, procedure: str | None, step: str | None) -> Step | None:
    if procedure not in policy.procedures:
        return None
    return next((each for each in policy.steps_of(procedure) if each.id == step), None)


# -------------------------------------------------------------------------------------------------- R1: the case


def announced(dones: list[Done], case_no: int) -> frozenset[str]:
    return frozenset().union(*(done.invoices for done in dones if done.case_no == case_no))


def rest_of(world: World, payer: Payer, invoices: frozenset[str]) -> int:
    """What is open of some invoices, those settled or handed over left out."""
    return sum(
        world.base(money.open_of(payer, invoice), invoice.currency)
        for invoice in payer.invoices.values()
        if invoice.id in invoices
        and not money.settled(payer, world.policy, invoice)
        and not money.has_left(payer, invoice)
    )


def least_minimum(policy: Policy) -> int:
    return min((money.half_up(amount * 100) for amount in policy.minimum_amounts.values()), default=0)


def is_open(world: World, payer: Payer, dones: list[Done], case_no: int) -> bool:
    """R1: some announced invoice is neither settled nor handed over, and the rest is worth a message."""
    rest = rest_of(world, payer, announced(dones, case_no))
    return rest > 0 and rest >= least_minimum(world.policy)


def is_live(world: World, payer: Payer, dones: list[Done], case_no: int) -> bool:
    """R1: open, and not reopened by money that went back more than 60 days after closing."""
    if not is_open(world, payer, dones, case_no):
        return False
    undone = any(each.undone_on for each in payer.allocations) or any(
        each.kind == "return" for each in payer.payments
    )
    if not undone:
        return True
    invoices = announced(dones, case_no)
    on = max(done.on for done in dones if done.case_no == case_no)
    closed: date | None = None
    while on < payer.on:
        on += timedelta(days=1)
        then = world.payer(payer.id, payer.company, on)
        unpaid = any(
            each.id in invoices and not money.settled(then, world.policy, each)
            for each in then.invoices.values()
        )
        if not unpaid:
            closed = closed or on
        elif closed is not None:
            if (on - closed).days > world.policy.conduct.reopen_days:
                return False
            closed = None
    return True


# ------------------------------------------------------------------------------------- R2, R5, R15: where it stands


def ladder(policy: Policy, procedure: str) -> list[Step]:
    """The steps that a case takes; steps before the due date open none."""
    return [step for step in policy.steps_of(procedure) if step.after is None or step.after >= 0]


def position_after(steps: list[Step], procedure: str, done: Done) -> int:
    """The index of the step that follows one done: by its id in the same procedure, else by its level."""
    if done.procedure == procedure:
        for index, step in enumerate(steps):
            if step.id == done.step:
                return index + 1
    return next((index for index, step in enumerate(steps) if step.level >= done.level), len(steps))


@dataclass
class Case:
    """The case as it stands: its number, its steps done, and the index of the next one."""

    no: int
    dones: list[Done]
    steps: list[Step]
    next: int
    furthest: Done | None
    before: date | None = None
    """Last day on which a step of a case now closed was done."""

    @property
    def opened_on(self) -> date | None:
        return min((done.on for done in self.dones), default=None)

    @property
    def last_on(self) -> date | None:
        return max((done.on for done in self.dones), default=None)


def case_of(world: World, payer: Payer, procedure: str) -> Case:
    """R1, R2: the live case, or the next one with nothing done yet."""
    dones = done_steps(world, payer)
    numbers = sorted({done.case_no for done in dones})
    live = [no for no in numbers if is_live(world, payer, dones, no)]
    steps = ladder(world.policy, procedure)
    if not live:
        tried = [action.case_no or 0 for action in payer.actions if own_step(action)]
        started = max(tried, default=0)
        number = started if started > max(numbers, default=0) else max(numbers, default=0) + 1
        return Case(number, [], steps, 0, None, max((done.on for done in dones), default=None))
    own = [done for done in dones if done.case_no in live]
    still = {
        invoice.id for invoice in payer.invoices.values()
        if not money.settled(payer, world.policy, invoice) and not money.has_left(payer, invoice)
    }  # fmt: skip
    covering = [done for done in own if done.invoices & still]
    ranked = sorted(covering, key=lambda done: (position_after(steps, procedure, done), done.on))
    following = position_after(steps, procedure, ranked[-1]) if ranked else 0
    return Case(max(live), own, steps, following, ranked[-1] if ranked else None)


# ----------------------------------------------------------------------------------------- R7: what a step takes


def qualifies(world: World, payer: Payer, case: Case, step: Step, invoice: Invoice) -> bool:
    """R7: a hard step takes what a written step of the case listed and what is old enough."""
    conduct = world.policy.conduct
    if not any(done.written and invoice.id in done.invoices for done in case.dones):
        return False
    due = money.effective_due(invoice)
    if payer.place.between(due, payer.on) < conduct.invoice_age.get(step.level, 0):
        return False
    if step.do != "hand_over":
        return True
    for done in case.dones:
        known = step_named(world.policy, done.procedure, done.step)
        # nobody knows what an earlier system wrote: its formal notice counts as naming the hand-over
        named = known is None or known.names_hand_over
        notice = done.written and named and done.level in (4, 5) and invoice.id in done.invoices
        if notice and payer.place.between(done.on, payer.on) >= conduct.hand_over_notice_days:
            return True
    return False


def stand_in_of(steps: Sequence[Step]) -> Step | None:
    """R7: the procedure's last written step below level 4."""
    return next((step for step in reversed(steps) if step.written and not step.hard), None)


def taken(
    world: World, payer: Payer, case: Case, step: Step, amounts: Mapping[str, int]
) -> tuple[Step | None, dict[str, int]]:
    """The step that is done and the invoices it takes: itself, or the stand-in of a hard step that finds none."""
    if not step.hard:
        return step, dict(amounts)
    found = {
        item: amount for item, amount in amounts.items()
        if qualifies(world, payer, case, step, payer.invoices[item])
    }  # fmt: skip
    if found or not amounts:
        return step, found
    return stand_in_of(case.steps), dict(amounts)


# --------------------------------------------------------------------------------------------------- R3: when


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
    dues = {item: money.counted_from(payer, payer.invoices[item]) for item in invoices}
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


def _after(place: object, on: date, days: int) -> date:
    return place.add(on, days) if days else place.next(on)


def part_payment_until(world: World, payer: Payer, case: Case) -> date | None:
    """R11: the day to which the first sizeable part payment of the case moves the next step.

    A part payment leaves an invoice partly open; money that settles invoices whole is none.
    """
    if case.opened_on is None:
        return None
    left = money.receipts(payer)
    for payment in sorted(payer.payments, key=lambda each: (each.value_on, each.id)):
        if payment.value_on < case.opened_on or not left.get(payment.id):
            continue
        eve = world.payer(payer.id, payer.company, day_before(payment.value_on))
        then = world.payer(payer.id, payer.company, payment.booked_on)
        wanted = money.claim(eve, world.policy).without_promises
        whole = sum(world.base(amount, eve.invoices[item].currency) for item, amount in wanted.items())
        parts = [
            each for each in then.allocations if each.payment == payment.id and each.undone_on is None
        ]  # fmt: skip
        settling = sum(
            each.amount for each in parts
            if each.invoice not in then.invoices
            or each.invoice not in wanted
            or money.settled(then, world.policy, then.invoices[each.invoice])
        )  # fmt: skip
        part = world.base(left[payment.id] - settling, payment.currency)
        if whole > 0 and part >= world.policy.conduct.part_payment_share * whole:
            return payer.place.add(payment.value_on, world.policy.conduct.part_payment_days)
    return None


# ------------------------------------------------------------------------------------------------------ the gate


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
    dues = [money.effective_due(each) for each in payer.invoices.values()]
    return any(due < payer.live_since for due in dues)


def own_step(action: Action) -> bool:
    ours = action.direction == "out" and action.procedure not in (None, "imported")
    return ours and action.step is not None and action.step not in BESIDE


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
    return money.half_up(amount * 100) if amount else 0


def payer_holds(
    world: World,
    payer: Payer,
    case: Case,
    at: Place,
    step: Step,
    amount: int,
    found: money.Claim,
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
        "insolvent": cut and any(money.estate(payer, each) for each in money.past_due(payer, policy)),
        "do_not_contact": payer.do_not_contact
        and contact
        and not (step.do == "registered_letter" and (step.owner != "system" or yes)),
        "paused": bool(paused),
        "stale_bank_data": payer.bank_known_to is not None and payer.bank_known_to < bank_day,
        "paid_unallocated": cut and found.money > 0,
        # money or a credit note in a currency in which nothing is asked: a person settles it
        "credit_open": (cut and found.credit > 0) or (found.foreign and amount > 0),
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
        "no_address": channel_used(payer, case, at.procedure, step) is None,
    }
    return {code for code, applies in holds.items() if applies}


# --------------------------------------------------------------------------------------------------- the answer


@dataclass(frozen=True)
class Place:
    """Where a payer stands by its segment: the procedure, and since when where it came there by a move (R15)."""

    segment: str
    procedure: str
    since: date | None = None


def decide(
    world: World,
    payer_id: str,
    company: str,
    at: Place,
    on: date,
    listed_since: Mapping[tuple[int, str], date] | None = None,
) -> Answer:
    """What is due or held for one payer on one day.

    Args:
        listed_since: per case number and step the first day on which a person's step was listed (R4).
    """
    payer = world.payer(payer_id, company, on)
    case = case_of(world, payer, at.procedure)
    answer = Answer(
        case_no=case.no if case.dones else None, last_step=case.furthest.step if case.furthest else None
    )
    # a try that failed by itself (bounced, failed) is none; everything else is the one step of the day
    today = any(
        own_step(action)
        and action.done_on == on
        and action.outcome not in ("bounced", "failed", "wrong_contact")
        for action in payer.actions
    )
    line = None if today else case_line(world, payer, case, at, answer)
    if line is not None:
        answer.lines.append(_skipped_instead(world, payer, line, case, listed_since or {}))
        if is_skipped(world, payer, line):
            answer.lines.append(_as(line, "skipped", reason="minimum_amount"))
        if "no_address" in line.holds:
            answer.lines.append(task("complete_contact", "collector", line))
    if payer.legal:
        answer.lines += claim_task(payer, world)
    if not today and not any(each.step not in BESIDE for each in answer.of("due")):
        early = early_line(world, payer, at)
        if early is not None:
            answer.lines.append(early)
    return answer


def task(name: str, owner: str, line: Said) -> Said:
    return Said("due", name, 0, "task", owner, line.case_no, line.invoices, line.amount, line.due_on)


def claim_task(payer: Payer, world: World) -> list[Said]:
    """R14: the claim is filed for everything open from before the legal status, until the task is done."""
    first = min(each.from_on for each in payer.legal)
    done = any(action.step == "file_claim" and action.done_on >= first for action in payer.actions)
    claimed = [
        each for each in payer.invoices.values()
        if money.estate(payer, each) and not money.settled(payer, world.policy, each)
    ]  # fmt: skip
    if done or not claimed:
        return []
    total = sum(world.base(money.open_of(payer, each), each.currency) for each in claimed)
    names = tuple(sorted(each.id for each in claimed))
    return [Said("due", "file_claim", 0, "task", "credit_manager", 0, names, total, first)]


def is_skipped(world: World, payer: Payer, line: Said) -> bool:
    """R4: a step that only its own minimum amount stops is recorded as skipped, where anything is worth asking for."""
    if line.verdict != "held" or line.holds != ("minimum_amount",):
        return False
    net = money.claim(payer, world.policy).net
    total = sum(world.base(amount, payer.invoices[item].currency) for item, amount in net.items())
    return total >= least_minimum(world.policy)


def case_line(world: World, payer: Payer, case: Case, at: Place, answer: Answer) -> Said | None:
    """The step of the case that is due or held today; None when none would be due."""
    policy = world.policy
    gross = money.past_due(payer, policy)
    if gross and case.furthest and case.next >= len(case.steps) and case.furthest.procedure != at.procedure:
        return review_task(world, payer, case)
    if not gross or case.next >= len(case.steps):
        return None
    planned = case.steps[case.next]
    found = money.claim(payer, policy)
    owed = {each.id: money.open_of(payer, each) for each in gross}
    gross_step, gross_taken = taken(world, payer, case, planned, owed)
    net_step, net_taken = taken(world, payer, case, planned, found.net)
    gross_due = due_date(payer, case, planned, list(owed), at.since)
    answer.next_step, answer.next_due_on = planned.id, gross_due
    step, amounts = (net_step, net_taken) if found.net else (gross_step, gross_taken)
    if step is None or payer.on < gross_due:
        return None
    total = sum(world.base(amount, payer.invoices[item].currency) for item, amount in amounts.items())
    due_on = due_date(payer, case, planned, list(found.net), at.since) if found.net else gross_due
    # what was taken off holds the step where nothing is left, or where what is left is not due yet
    cut = not found.net or payer.on < due_on
    holds = payer_holds(world, payer, case, at, step, total if found.net else 0, found, cut)
    single = {code for each in gross for code in found.codes[each.id]} if cut else set()
    moved_to = part_payment_until(world, payer, case)
    if moved_to is not None and payer.on < moved_to:
        holds.add("part_payment")
    ordered = in_order(holds, single)
    channel = channel_used(payer, case, at.procedure, step) or step.do
    line = Said("held" if ordered else "due", step.id, step.level, channel, step.owner, case.no, tuple(amounts),
                total, due_on, ordered)  # fmt: skip
    if line.verdict == "due":
        line = _as(line, "due", due_on=first_possible(world, payer, case, planned, line))
        answer.next_due_on = line.due_on
    return line


def in_order(payer_codes: set[str], invoice_codes: set[str] = frozenset()) -> tuple[str, ...]:
    """All holds, in the order of the rules: those of single invoices, then those of the payer."""
    single = [code for code in INVOICE_HOLDS if code in invoice_codes]
    return (*single, *(code for code in PAYER_HOLDS if code in payer_codes and code not in single))


def review_task(world: World, payer: Payer, case: Case) -> Said | None:
    """R15: the new procedure has no step that is not softer: the credit manager decides, once."""
    level = max(done.level for done in case.dones)
    if any(step.level >= level for step in case.steps):
        return None
    net = money.claim(payer, world.policy).net
    total = sum(world.base(amount, payer.invoices[item].currency) for item, amount in net.items())
    return Said("due", "review", level, "task", "credit_manager", case.no, (), total, payer.on)


def first_possible(world: World, payer: Payer, case: Case, planned: Step, line: Said) -> date:
    """The day a step that goes out today could first have gone out: its due date, or the end of what suspended it."""
    on = payer.on
    while on > line.due_on:
        then = world.payer(payer.id, payer.company, day_before(on))
        left = money.claim(then, world.policy).net
        until = part_payment_until(world, then, case)
        waits = until is not None and then.on < until
        paused = any(
            each.invoice is None and each.from_on <= then.on <= each.until_on for each in then.pauses
        )
        if waits or paused or not set(left) & set(line.invoices):
            return next_working(payer, planned, on)
        on = day_before(on)
    return line.due_on


def early_line(world: World, payer: Payer, at: Place) -> Said | None:
    """R3: a step before the due date, per invoice; it opens no case, and nothing is held before it is past due."""
    policy = world.policy
    fresh = Case(0, [], [], 0, None)
    for step in policy.steps_of(at.procedure):
        if step.after is None or step.after >= 0:
            continue
        amounts: dict[str, int] = {}
        for invoice in sorted(payer.invoices.values(), key=lambda each: (each.due, each.id)):
            due = money.effective_due(invoice)
            told = any(
                action.step == step.id and invoice.id in action.invoices
                and action.outcome not in ("bounced", "failed") for action in payer.actions
            )  # fmt: skip
            disputed = any(
                each.invoice == invoice.id and money.dispute_holds(payer, policy, each)
                for each in payer.disputes
            )
            rest = money.open_of(payer, invoice)
            small = rest < minimum_of(world, at.segment, step) if step.minimum_amount else False
            past = money.settled(payer, policy, invoice) or payer.on >= due or money.estate(payer, invoice)
            if told or disputed or small or past or payer.on < payer.place.add(due, step.after):
                continue
            amounts[invoice.id] = rest
        if not amounts:
            continue
        total = sum(world.base(amount, payer.invoices[item].currency) for item, amount in amounts.items())
        own = {payer.invoices[item].currency for item in amounts}
        foreign = bool({*money.unallocated(payer), *money.open_credit(payer)} - own)
        if payer_holds(world, payer, fresh, at, step, total, money.Claim(net=amounts, foreign=foreign)):
            return None
        return Said("due", step.id, step.level, channel_used(payer, fresh, at.procedure, step) or step.do, step.owner, 0,
                    tuple(amounts), total, payer.on)  # fmt: skip
    return None


def _skipped_instead(
    world: World, payer: Payer, line: Said, case: Case, listed_since: Mapping[tuple[int, str], date]
) -> Said:
    """R4: a person's step listed for too long is recorded as skipped, unless it is told to wait."""
    first = listed_since.get((line.case_no, line.step))
    if line.verdict != "due" or line.owner == "system" or first is None:
        return line
    step = next((each for each in case.steps if each.id == line.step), None)
    longest = world.policy.conduct.overdue_after.get(line.owner)
    if step is None or step.wait or longest is None or payer.home.between(first, payer.on) <= longest:
        return line
    return _as(line, "skipped", reason="overdue_task")


def _as(line: Said, verdict: str, *, reason: str = "", due_on: date | None = None) -> Said:
    return Said(verdict, line.step, line.level, line.do, line.owner, line.case_no, line.invoices, line.amount,
                due_on or line.due_on, line.holds, reason)  # fmt: skip
