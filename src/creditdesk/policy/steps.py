"""Procedures: ordered ladders of steps, and what is adjusted in them for some customers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from creditdesk.policy.part import WRITTEN, Do, Owner, Part, as_list
from creditdesk.policy.quantity import Amount


class Step(Part):
    """One step of a procedure. Exactly one of `after` and `after_due` says when."""

    id: str
    """Its name, unique in the procedure."""
    after: int | None = None
    """Working days after the previous step was done; for the first step after the effective due date. Negative = before
    due, at level 0 only."""
    after_due: int | None = Field(default=None, ge=0)
    """Working days after the effective due date of the oldest covered invoice."""
    at_least: int = Field(default=0, ge=0)
    """Beside `after_due`: working days that must lie between the previous step and this one."""
    calendar_days: int = Field(default=0, ge=0)
    """A legal wait after the previous step, in calendar days; the later date holds."""
    do: Do
    """What is done."""
    else_: Annotated[list[Do] | None, BeforeValidator(as_list)] = Field(default=None, alias="else")
    """Channels tried in turn when the first cannot reach the debtor; empty = email, letter, call."""
    owner: Owner
    """Role that does it."""
    level: int = Field(ge=0, le=6)
    """0 service, 1 friendly, 2 reminder, 3 firm, 4 final notice or stop of delivery, 5 registered letter, 6 hand-over.
    Levels never fall within a procedure; 4 to 6 are hard."""
    template: str
    """Template of the message; the policy's `templates` may put a variant in its place."""
    approval: bool = False
    """It waits for a person's yes."""
    attempts: int = Field(default=3, ge=1)
    """Calls on different working days after which an unreached debtor counts as called."""
    wait: bool = False
    """A person's step that is not done stays: the ladder does not go on without it."""
    minimum_amount: Amount | None = Field(default=None, ge=0)
    """Least amount for which it is done; below it the step is skipped. Empty = as segment or policy."""
    stop_delivery: bool = False
    """Delivery is stopped with it."""
    interest: bool = False
    """Its text states the interest, and claims it where the segment does."""
    costs: bool = False
    """Its text states the costs of collection, and claims them where the segment does."""
    names_hand_over: bool = False
    """Its text announces the hand-over; without such a notice nothing can be handed over."""
    legal_notice: bool = False
    """It is the notice that the law wants first."""
    payment_link: bool = False
    """It carries a link or QR code to pay."""
    in_words: str = ""
    """What it is for, for people."""

    @property
    def hard(self) -> bool:
        """Levels 4 to 6 are hard."""
        return self.level >= 4

    @property
    def written(self) -> bool:
        """Whether it leaves a text with the debtor."""
        return self.do in WRITTEN


class Procedure(Part):
    """An ordered ladder of steps."""

    steps: list[Step] = Field(default_factory=list)
    """Its steps, in order."""
    extends: str | None = None
    """Another procedure whose steps it takes, instead of steps of its own."""
    start: Literal["due", "habit"] = "due"
    """`habit`: the first step counts from the habitual pay day plus the policy's bank days."""
    in_words: str = ""
    """What it is for, for people."""


class Variant(Part):
    """Another template for customers for whom `when` holds: by size, sector, formality or a code. The first that holds."""

    template: str
    """The template that steps name."""
    when: str
    """An SQL condition over columns of the profile."""
    use: str
    """The template that is used in its place."""


class Adjustment(Part):
    """A change to what a segment gives, for customers for whom `when` holds."""

    name: str
    """What it is about."""
    when: str
    """An SQL condition over columns of the profile."""
    first_offset: int = 0
    """Working days added to the first step."""
    channel_first: Do | None = None
    """Channel tried before the step's own."""
    approve_moves: bool = False
    """Every move between segments waits for a person."""
    tell_sales: bool = False
    """Sales is told of every move."""
    first_template: str | None = None
    """Template of the first message."""
