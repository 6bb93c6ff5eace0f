"""The procedures of a policy as small tables that a query can join: every step, and where a case goes on in it."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir
import pyarrow as pa

from creditdesk.engine.day import Day
from creditdesk.policy.document import CONTACTS, Policy, Step

IMPORTED = "imported"
"""The procedure of steps that an earlier system did (R5)."""

FILE_CLAIM = "file_claim"
COMPLETE_CONTACT = "complete_contact"
REVIEW = "review"
"""Step of the task that tells the credit manager that a procedure has no further step for a case (R15)."""

BESIDE_THE_CASE = (FILE_CLAIM, COMPLETE_CONTACT, REVIEW)
"""Tasks that a case opens beside its steps: doing one moves the case nowhere."""

CHAIN: dict[str, tuple[str, ...]] = {
    "email": ("letter", "call"),
    "letter": ("email", "call"),
    "sms": ("email", "letter"),
    "voice": ("sms", "email", "letter"),
    "video": ("email", "letter"),
    "statement": ("letter",),
    "offer_plan": ("letter",),
    "thanks": ("letter",),
    "call": (),
}
"""Channels tried when a step's own cannot reach the debtor and the step names none (`else`)."""

OPTIONS = 4
"""Most channels a step tries, its own included."""

_STEP = pa.schema(
    [
        ("procedure", pa.string()), ("idx", pa.int64()), ("step", pa.string()), ("level", pa.int64()),
        ("after", pa.int64()), ("after_due", pa.int64()), ("at_least", pa.int64()), ("calendar_days", pa.int64()),
        ("do", pa.string()), *[(f"option_{n}", pa.string()) for n in range(1, OPTIONS)], ("owner", pa.string()),
        ("template", pa.string()), ("approval", pa.bool_()), ("attempts", pa.int64()), ("wait", pa.bool_()),
        ("minimum", pa.int64()), ("hard", pa.bool_()), ("invoice_age", pa.int64()), ("written", pa.bool_()),
        ("names_hand_over", pa.bool_()), ("stop_delivery", pa.bool_()), ("costs", pa.bool_()),
        ("legal_notice", pa.bool_()), ("person", pa.bool_()), ("contact", pa.bool_()), ("stand_in", pa.int64()),
        ("last_idx", pa.int64()), ("habit_start", pa.bool_()), ("overdue_after", pa.int64()),
    ]
)  # fmt: skip

_ENTRY = pa.schema(
    [("procedure", pa.string()), ("level", pa.int64()), ("entry", pa.int64()), ("ends", pa.bool_())]
)


@dataclass(frozen=True)
class Ladder:
    """The steps of all procedures.

    Attributes:
        steps: rows per procedure and step that belongs to a case (`idx` from 0 in the order of the procedure), with
            what the gate asks of it; `stand_in` is the `idx` of the last written step below level 4 (R7).
        before: the same for steps before due (level 0, `after` negative): per invoice, they open no case.
        entry: rows (procedure, level, entry, ends): a case that stands at `level` by steps of another procedure
            stands in this one just before its first step not softer, at `entry`; `ends` = there is no such step.
    """

    steps: ir.Table
    before: ir.Table
    entry: ir.Table
    has_before: bool


def ladder(day: Day) -> Ladder:
    """Put the policy's procedures beside the facts."""
    steps: list[dict[str, object]] = []
    before: list[dict[str, object]] = []
    entry: list[dict[str, object]] = []
    for name in day.policy.procedures:
        every = day.policy.steps_of(name)
        case = [step for step in every if not _before_due(step)]
        habit = day.policy.procedures[name].start == "habit"
        for idx, step in enumerate(case):
            row = _row(day, name, idx, step, habit)
            written = [at for at, other in enumerate(case) if other.written and other.level < 4]
            row["stand_in"] = written[-1] if step.hard and written else None
            row["last_idx"] = len(case) - 1
            steps.append(row)
        before += [_row(day, name, idx, step, habit) for idx, step in enumerate(every) if _before_due(step)]
        for level in range(7):
            reached = [idx for idx, step in enumerate(case) if step.level >= level]
            entry.append(
                {"procedure": name, "level": level, "entry": reached[0] - 1 if reached else len(case) - 1,
                 "ends": not reached and bool(case)}
            )  # fmt: skip
    backend = day.stages.backend
    return Ladder(
        steps=backend.put("ladder", pa.Table.from_pylist(steps, schema=_STEP)),
        before=backend.put("ladder_before", pa.Table.from_pylist(before, schema=_STEP)),
        entry=backend.put("ladder_entry", pa.Table.from_pylist(entry, schema=_ENTRY)),
        has_before=bool(before),
    )


def _before_due(step: Step) -> bool:
    return step.after is not None and step.after < 0


def _row(day: Day, procedure: str, idx: int, step: Step, habit: bool) -> dict[str, object]:
    policy = day.policy
    channels = [channel for channel in (step.else_ or CHAIN.get(step.do, ())) if channel != step.do]
    options: list[str | None] = [*channels, *[None] * OPTIONS][: OPTIONS - 1]
    return {
        "procedure": procedure, "idx": idx, "step": step.id, "level": step.level, "after": step.after,
        "after_due": step.after_due, "at_least": step.at_least, "calendar_days": step.calendar_days, "do": step.do,
        **{f"option_{at + 1}": option for at, option in enumerate(options)},
        "owner": step.owner, "template": step.template, "approval": step.approval, "attempts": step.attempts,
        "wait": step.wait, "minimum": None if step.minimum_amount is None else day.minor(step.minimum_amount),
        "hard": step.hard, "invoice_age": policy.conduct.invoice_age.get(step.level, 0), "written": step.written,
        "names_hand_over": step.names_hand_over, "stop_delivery": step.stop_delivery or step.do == "stop_delivery",
        "costs": step.costs, "legal_notice": step.legal_notice or step.do == "legal_notice",
        "person": step.owner != "system", "contact": step.do in CONTACTS, "habit_start": habit,
        "overdue_after": policy.conduct.overdue_after.get(step.owner, 5),
    }  # fmt: skip


def least_minimum(policy: Policy, day: Day) -> int:
    """The policy's minimum amount: below the least of its steps' minimums nothing is asked for at all."""
    return min((day.minor(amount) for amount in policy.minimum_amounts.values()), default=0)


def minimum_rows(day: Day) -> ir.Table:
    """Rows (segment, do, segment_minimum): the least amount per kind of step, of the segment or else of the policy."""
    rows = [
        {"segment": name, "do": do, "segment_minimum": day.minor(amount)}
        for name, segment in day.policy.segments.items()
        for do, amount in {**day.policy.minimum_amounts, **segment.minimum_amounts}.items()
    ]
    schema = pa.schema([("segment", pa.string()), ("do", pa.string()), ("segment_minimum", pa.int64())])
    return day.stages.backend.put("minimum_amount", pa.Table.from_pylist(rows, schema=schema))
