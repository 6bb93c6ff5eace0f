"""Checks across the document: procedures and their steps."""

from __future__ import annotations

from collections.abc import Iterator

from creditdesk.policy.document import CONTACTS, Policy, Procedure, Step
from creditdesk.policy.error import listed
from creditdesk.policy.mistake import Mistake, unknown

HAND_OVER_LEVEL = 6
NOTICE_LEVELS = (4, 5)


def check_procedures(policy: Policy) -> Iterator[Mistake]:
    """Each procedure has steps of its own or those of another, and its ladder can be climbed."""
    for name, procedure in policy.procedures.items():
        path = ("procedures", name)
        yield from _extends(path, name, procedure, policy)
        yield from _ladder(path, procedure.steps)
        for index, step in enumerate(procedure.steps):
            own = (*path, "steps", str(index))
            yield from _timing(own, step)
            yield from _kind(own, step)


def _extends(path: tuple[str, ...], name: str, procedure: Procedure, policy: Policy) -> Iterator[Mistake]:
    if procedure.extends is None:
        if not procedure.steps:
            yield Mistake(path, "a procedure without steps", "neither steps nor extends", "steps, or extends")
        return
    if procedure.steps:
        yield Mistake(
            (*path, "extends"), "steps of its own and those of another", procedure.extends, "one of both"
        )
    if procedure.extends not in policy.procedures:
        others = [other for other in policy.procedures if other != name]
        yield from unknown((*path, "extends"), "procedure", procedure.extends, others)
        return
    chain = [name]
    while (following := policy.procedures[chain[-1]].extends) in policy.procedures:
        chain.append(following or "")
        if following in chain[:-1]:
            if following == name:
                yield Mistake(
                    (*path, "extends"), "the procedures extend each other", " -> ".join(chain), "no way back"
                )
            return


def _ladder(path: tuple[str, ...], steps: list[Step]) -> Iterator[Mistake]:
    seen: dict[str, int] = {}
    notice = False
    for index, step in enumerate(steps):
        own = (*path, "steps", str(index))
        if step.id in seen:
            yield Mistake((*own, "id"), "the id stands twice", step.id, "an id of its own in this procedure")
        seen[step.id] = index
        if index and step.level < steps[index - 1].level:
            before = steps[index - 1]
            yield Mistake(
                (*own, "level"),
                "the level falls",
                f"{step.level} after {before.level} ({before.id})",
                f"{before.level} or more",
            )
        if step.do == "hand_over":
            if not notice:
                yield Mistake(
                    (*own, "do"),
                    "nothing can be handed over: no earlier notice of level 4 or 5 names it",
                    "hand_over",
                    "an earlier written step of level 4 or 5 with names_hand_over: true",
                )
            if index + 1 < len(steps):
                yield Mistake(
                    (*path, "steps", str(index + 1)),
                    "a step after the hand-over",
                    steps[index + 1].id,
                    "none",
                )
        notice = notice or (step.names_hand_over and step.written and step.level in NOTICE_LEVELS)


def _timing(path: tuple[str, ...], step: Step) -> Iterator[Mistake]:
    given = [name for name in ("after", "after_due") if getattr(step, name) is not None]
    if len(given) != 1:
        yield Mistake(
            path, f"when is step {step.id!r} due?", listed(given), "exactly one of after and after_due"
        )
    if step.after is not None and step.after < 0 and step.level != 0:
        yield Mistake(
            (*path, "after"),
            "only a service step (level 0) may come before the due date",
            f"{step.after} at level {step.level}",
            "0 or more, or level 0",
        )
    if step.at_least and step.after_due is None:
        yield Mistake(
            (*path, "at_least"), "at_least goes with after_due", str(step.at_least), "after_due beside it"
        )


def _kind(path: tuple[str, ...], step: Step) -> Iterator[Mistake]:
    if (step.do == "hand_over") != (step.level == HAND_OVER_LEVEL):
        yield Mistake(
            (*path, "level"),
            "hand-over is level 6, and nothing else is",
            f"{step.do} at level {step.level}",
            "do: hand_over with level: 6",
        )
    if step.names_hand_over and not (step.written and step.level in NOTICE_LEVELS):
        yield Mistake(
            (*path, "names_hand_over"),
            "only a written notice of level 4 or 5 announces a hand-over",
            f"{step.do} at level {step.level}",
            "email, letter, registered_letter or legal_notice at level 4 or 5",
        )
    for channel in step.else_ or ():
        if channel not in CONTACTS:
            yield Mistake((*path, "else"), "no channel to the debtor", channel, listed(sorted(CONTACTS)))
    if step.owner == "system" and step.do in ("call", "sales", "task"):
        yield Mistake(
            (*path, "owner"),
            f"{step.do} is a person's work",
            "system",
            "collector, account_manager, credit_manager",
        )
