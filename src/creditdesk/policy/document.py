"""The policy document as its author writes it: what may stand in the YAML, with defaults.

Amounts are in major units of the policy's currency, shares are of one, days are working days unless a name says
otherwise. What the fields refer to across the document (segments, criteria, columns, bands) is checked when it is
loaded, all errors at once. The sentence below each field is what `docs/policy-reference.md` prints.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import Field

from creditdesk.policy.constants import (
    Brakes,
    CalendarChange,
    Conduct,
    LimitRule,
    Measurement,
    PromiseRule,
    RiskRule,
    Tolerance,
)
from creditdesk.policy.criterion import Characteristic, Criterion, Matrix, Rule, Scorecard, Source
from creditdesk.policy.part import (
    CONTACTS,
    WRITTEN,
    Acceptance,
    Do,
    Fees,
    Language,
    OrderBlock,
    Owner,
    Part,
    Positive,
    Release,
    RiskClass,
)
from creditdesk.policy.quantity import Share
from creditdesk.policy.steps import Adjustment, Procedure, Step, Variant
from creditdesk.policy.treatment import Choices, Discount, LimitTerms, OrderStance, ProcedureChoice, Segment

__all__ = [
    "CONTACTS", "WRITTEN", "Acceptance", "Adjustment", "Brakes", "CalendarChange", "Characteristic", "Choices",
    "Conduct", "Criterion", "Discount", "Do", "Fees", "Language", "LimitRule", "LimitTerms", "Matrix", "Measurement",
    "OrderBlock", "OrderStance", "Owner", "Part", "Policy", "Procedure", "ProcedureChoice", "PromiseRule", "Release",
    "RiskClass", "RiskRule", "Rule", "Scorecard", "Segment", "Source", "Step", "Tolerance", "Variant",
]  # fmt: skip


class Policy(Part):
    """One policy document."""

    policy: str
    """Its name."""
    version: str = "1"
    """Its version; every decision bears it."""
    effective: date
    """First day on which it holds."""
    in_words: str = ""
    """What it is about, for people."""
    currency: str = "EUR"
    """ISO 4217 code of the amounts in it; the reporting currency of the company."""
    languages: list[Language] = Field(default=["nl", "fr", "de", "en"])
    """Languages in which customers are written to."""
    default_language: Language = "en"
    """Language for a customer who has none of them."""
    criteria: dict[str, Criterion]
    """What customers are measured on, by name."""
    scorecards: dict[str, Scorecard] = Field(default_factory=dict)
    """Weighted sums of points, by name."""
    score: str | None = None
    """The scorecard whose result stands as the customer's score in the decision."""
    rules: list[Rule] = Field(default_factory=list)
    """Rules before the matrix; the first that holds wins."""
    matrix: Matrix
    """The segment of everybody else."""
    brakes: Brakes = Brakes()
    """What slows movement between segments."""
    segments: dict[str, Segment]
    """What each group of customers gets, by name."""
    procedures: dict[str, Procedure] = Field(default_factory=dict)
    """Ladders of steps, by name."""
    adjustments: list[Adjustment] = Field(default_factory=list)
    """What changes for some customers in every segment."""
    templates: list[Variant] = Field(default_factory=list)
    """Variants of templates for some customers; per template the first that holds is taken."""
    minimum_amounts: dict[Do, Positive] = Field(default_factory=dict)
    """Least collectible amount for which an action is worth doing."""
    costs: dict[Do, Positive] = Field(default_factory=dict)
    """What one action costs us."""
    capital_rate: Share = Field(default=Decimal("0.08"), ge=0, le=1)
    """Yearly cost of the money that customers keep us waiting for."""
    tolerance: Tolerance = Tolerance()
    """When an invoice counts as settled."""
    measurement: Measurement = Measurement()
    """How behaviour is measured."""
    promise: PromiseRule = PromiseRule()
    """Which promises are taken, and when they are kept."""
    conduct: Conduct = Conduct()
    """Waiting times, ages and caps of every procedure."""
    risk: RiskRule = RiskRule()
    """How the risk class is made."""
    limit: LimitRule = LimitRule()
    """Company-wide terms of the limit."""
    calendars: dict[str, CalendarChange] = Field(default_factory=dict)
    """Changes to public calendars, by place: `NL`, `DE-BY`, or `@EUR` for bank days."""
    tests: str | None = None
    """File of the policy's own cases, beside the policy."""

    def steps_of(self, procedure: str) -> tuple[Step, ...]:
        """The steps of a procedure, its own or those of the one it extends; KeyError for an unknown name."""
        found = self.procedures[procedure]
        if found.steps or found.extends is None:
            return tuple(found.steps)
        return self.steps_of(found.extends)
