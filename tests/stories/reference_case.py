"""Which steps were done, and where the case stands: R1, R2, R4, R5 and R15, read off the actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from creditdesk.policy.document import WRITTEN, Policy, Step
from stories.reference_facts import Action, Payer
from stories.reference_money import handed_over, has_left
from stories.reference_open import half_up, open_of, past_due, settled
from stories.reference_world import World

NOT_DONE = ("bounced", "wrong_contact", "failed", "no_answer", "left_message")
ATTEMPT = ("no_answer", "left_message")
BESIDE = ("file_claim", "complete_contact", "review")
"""Tasks that stand beside the steps of a case."""


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


def own_step(action: Action) -> bool:
    ours = action.direction == "out" and action.procedure not in (None, "imported")
    return ours and action.step is not None and action.step not in BESIDE


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
    return frozenset(invoice.id for invoice in past_due(then, world.policy))


def step_named(policy: Policy, procedure: str | None, step: str | None) -> Step | None:
    if procedure not in policy.procedures:
        return None
    return next((each for each in policy.steps_of(procedure) if each.id == step), None)


def announced(dones: list[Done], case_no: int) -> frozenset[str]:
    return frozenset().union(*(done.invoices for done in dones if done.case_no == case_no))


def rest_of(world: World, payer: Payer, invoices: frozenset[str]) -> int:
    """What is open of some invoices, those settled or handed over left out."""
    return sum(
        world.base(open_of(payer, invoice), invoice.currency)
        for invoice in payer.invoices.values()
        if invoice.id in invoices
        and not settled(payer, world.policy, invoice)
        and not has_left(payer, invoice)
    )


def least_minimum(policy: Policy) -> int:
    return min((half_up(amount * 100) for amount in policy.minimum_amounts.values()), default=0)


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
    on = max(done.on for done in dones if done.case_no == case_no)
    closed: date | None = None
    while on <= payer.on:
        then = world.payer(payer.id, payer.company, on)
        rest = sum(
            world.base(open_of(then, each), each.currency) for each in then.invoices.values()
            if each.id in announced(dones, case_no) and not settled(then, world.policy, each)
            and not handed_over(then, each)
        )  # fmt: skip
        if rest < max(least_minimum(world.policy), 1):
            closed = closed or on
        elif closed is not None:
            file_returned = any(file.returned_on == on for file in then.handovers)
            if (on - closed).days > world.policy.conduct.reopen_days and not file_returned:
                return False
            closed = None
        on += timedelta(days=1)
    return True


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
    procedure: str = ""
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
        return Case(number, [], steps, 0, None, procedure, max((done.on for done in dones), default=None))
    own = [done for done in dones if done.case_no in live]
    still = {
        invoice.id for invoice in payer.invoices.values()
        if not settled(payer, world.policy, invoice) and not has_left(payer, invoice)
    }  # fmt: skip
    covering = [done for done in own if done.invoices & still]
    ranked = sorted(covering, key=lambda done: (position_after(steps, procedure, done), done.on))
    following = position_after(steps, procedure, ranked[-1]) if ranked else 0
    return Case(max(live), own, steps, following, ranked[-1] if ranked else None, procedure)


def reviewed_on(payer: Payer) -> date | None:
    """R15: the last day on which the credit manager decided what no step says."""
    return max((each.done_on for each in payer.actions if each.step == "review"), default=None)


def finished_invoices(world: World, payer: Payer, procedure: str) -> frozenset[str]:
    """R2: the invoices for which the ladder is at its end, where others are past due: they keep no one from those."""
    dones = done_steps(world, payer)
    live = {done.case_no for done in dones if is_live(world, payer, dones, done.case_no)}
    steps, review = ladder(world.policy, procedure), reviewed_on(payer)
    found = set()
    for invoice in payer.invoices.values():
        own = [done for done in dones if done.case_no in live and invoice.id in done.invoices]
        if settled(payer, world.policy, invoice) or has_left(payer, invoice) or not own or not steps:
            continue
        furthest = max(own, key=lambda done: (position_after(steps, procedure, done), done.on))
        if position_after(steps, procedure, furthest) < len(steps):
            continue
        decided = review is not None and review >= min(done.on for done in own)
        if furthest.procedure == procedure or decided:
            found.add(invoice.id)
    others = [
        each for each in past_due(payer, world.policy)
        if each.id not in found and not has_left(payer, each)
    ]  # fmt: skip
    return frozenset(found if others else ())
