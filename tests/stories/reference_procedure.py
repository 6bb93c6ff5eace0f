"""The procedure and its gate, slowly: one payer, one day, in the words of the rules (R1 to R16 and the hold codes).

`decide` answers for one payer of one company on one day: which step is due, or which hold keeps it. It is written
from the rules alone, reads row by row, and shares nothing with the engine but the calendars and the policy document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from creditdesk.policy.document import Step
from stories.reference_case import (
    BESIDE,
    Case,
    case_of,
    finished_invoices,
    least_minimum,
    own_step,
    reviewed_on,
    step_named,
)
from stories.reference_facts import Payer, day_before
from stories.reference_gate import Place, channel_used, in_order, minimum_of, payer_holds
from stories.reference_money import Claim, claim, dispute_holds, estate
from stories.reference_open import effective_due, open_of, past_due, settled
from stories.reference_step import due_date, never_qualifies, next_working, part_payment_until, taken
from stories.reference_world import World


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
    payer.finished = finished_invoices(world, payer, at.procedure)
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
        if line.holds[:1] == ("no_address",) and not asked_lately(payer, on):
            answer.lines.append(task("complete_contact", "collector", line))
        if (
            line.holds[:1] == ("legal_notice_first",)
            and not noticed(world, case)
            and not decided_lately(payer, on)
        ):
            answer.lines.append(task("review", "credit_manager", line))
    if payer.legal:
        answer.lines += claim_task(payer, world)
    if not today and not any(each.step not in BESIDE for each in answer.of("due")):
        early = early_line(world, payer, at)
        if early is not None:
            answer.lines.append(early)
    return answer


def noticed(world: World, case: Case) -> bool:
    """Whether a step of the case was the notice of the law, however lately."""
    steps = [(step_named(world.policy, done.procedure, done.step), done.skipped) for done in case.dones]
    return any(step is not None and step.legal_notice and not skipped for step, skipped in steps)


def decided_lately(payer: Payer, on: date) -> bool:
    """Whether the credit manager looked at it in the last two weeks."""
    decided = reviewed_on(payer)
    return decided is not None and decided > on - timedelta(days=14)


def asked_lately(payer: Payer, on: date) -> bool:
    """Whether somebody looked for a contact in the last two weeks, and what was found has not failed since."""
    asked = [action.done_on for action in payer.actions if action.step == "complete_contact"]
    lost = [
        action.done_on for action in payer.actions if action.outcome in ("bounced", "failed", "wrong_contact")
    ]
    if not asked or max(asked) <= on - timedelta(days=14):
        return False
    return not lost or max(lost) <= max(asked)


def task(name: str, owner: str, line: Said) -> Said:
    return Said("due", name, 0, "task", owner, line.case_no, line.invoices, line.amount, line.due_on)


def claim_task(payer: Payer, world: World) -> list[Said]:
    """R14: the claim is filed for everything open from before the legal status, until the task is done."""
    first = min(each.from_on for each in payer.legal)
    done = any(action.step == "file_claim" and action.done_on >= first for action in payer.actions)
    claimed = [
        each for each in payer.invoices.values()
        if estate(payer, each) and not settled(payer, world.policy, each)
    ]  # fmt: skip
    if done or not claimed:
        return []
    total = sum(world.base(open_of(payer, each), each.currency) for each in claimed)
    names = tuple(sorted(each.id for each in claimed))
    return [Said("due", "file_claim", 0, "task", "credit_manager", 0, names, total, first)]


def is_skipped(world: World, payer: Payer, line: Said) -> bool:
    """R4: a step that only its own minimum amount stops is recorded as skipped, where anything is worth asking for."""
    if line.verdict != "held" or line.holds != ("minimum_amount",):
        return False
    net = claim(payer, world.policy).net
    total = sum(world.base(amount, payer.invoices[item].currency) for item, amount in net.items())
    return total >= least_minimum(world.policy)


def case_line(world: World, payer: Payer, case: Case, at: Place, answer: Answer) -> Said | None:
    """The step of the case that is due or held today; None when none would be due."""
    policy = world.policy
    gross = past_due(payer, policy)
    level = max((done.level for done in case.dones), default=0)
    if gross and case.furthest and case.next >= len(case.steps) and case.furthest.procedure != at.procedure:
        # R15: the new procedure has no step that is not softer
        return None if any(step.level >= level for step in case.steps) else review_task(world, payer, case)
    if not gross or case.next >= len(case.steps):
        return None
    planned = case.steps[case.next]
    found = claim(payer, policy)
    owed = {each.id: open_of(payer, each) for each in gross}
    gross_step, gross_taken = taken(world, payer, case, planned, owed)
    net_step, net_taken = taken(world, payer, case, planned, found.net)
    gross_due = due_date(payer, case, planned, list(owed), at.since)
    answer.next_step, answer.next_due_on = planned.id, gross_due
    step, amounts = (net_step, net_taken) if found.net else (gross_step, gross_taken)
    if payer.on < gross_due:
        return None
    if step is None:
        stuck = found.net and never_qualifies(case, found.net, world, planned)
        return review_task(world, payer, case) if stuck else None
    total = sum(world.base(amount, payer.invoices[item].currency) for item, amount in amounts.items())
    due_on = due_date(payer, case, planned, list(found.net), at.since) if found.net else gross_due
    # what was taken off holds the step where nothing is left, or where what is left is not due yet
    cut = not found.net or payer.on < due_on
    asked_in = {payer.invoices[item].currency for item in amounts}
    holds = payer_holds(world, payer, case, at, step, total if found.net else 0, found, asked_in, cut)
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


def review_task(world: World, payer: Payer, case: Case) -> Said | None:
    """R15, R7: no step follows, or one that will never find an invoice: the credit manager decides, once."""
    decided, level = reviewed_on(payer), max((done.level for done in case.dones), default=0)
    if decided is not None and case.last_on is not None and decided >= case.last_on:
        return None
    net = claim(payer, world.policy).net
    total = sum(world.base(amount, payer.invoices[item].currency) for item, amount in net.items())
    return Said("due", "review", level, "task", "credit_manager", case.no, (), total, payer.on)


def first_possible(world: World, payer: Payer, case: Case, planned: Step, line: Said) -> date:
    """The day a step that goes out today could first have gone out: its due date, or the end of what suspended it."""
    on = payer.on
    while on > line.due_on:
        then = world.payer(payer.id, payer.company, day_before(on))
        left = claim(then, world.policy).net
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
            due = effective_due(invoice)
            told = any(
                action.step == step.id and invoice.id in action.invoices
                and action.outcome not in ("bounced", "failed") for action in payer.actions
            )  # fmt: skip
            disputed = any(
                each.invoice == invoice.id and dispute_holds(payer, policy, each) for each in payer.disputes
            )
            rest = open_of(payer, invoice)
            small = rest < minimum_of(world, at.segment, step) if step.minimum_amount else False
            past = settled(payer, policy, invoice) or payer.on >= due or estate(payer, invoice)
            if told or disputed or small or past or payer.on < payer.place.add(due, step.after):
                continue
            amounts[invoice.id] = rest
        if not amounts:
            continue
        total = sum(world.base(amount, payer.invoices[item].currency) for item, amount in amounts.items())
        own = {payer.invoices[item].currency for item in amounts}
        if payer_holds(world, payer, fresh, at, step, total, Claim(net=amounts), own):
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
