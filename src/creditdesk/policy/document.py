"""The policy document as its author writes it: what may stand in the YAML, with defaults.

Amounts are in major units of the policy's currency, shares are of one, days are working days unless a name says
otherwise. What the fields refer to across the document (segments, criteria, columns, bands) is checked when it is
loaded, all errors at once.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

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
    as_list,
)
from creditdesk.policy.quantity import Amount, Share

__all__ = [
    "CONTACTS", "WRITTEN", "Acceptance", "Adjustment", "Brakes", "CalendarChange", "Characteristic", "Choices",
    "Conduct", "Criterion", "Discount", "Do", "Fees", "Language", "LimitRule", "LimitTerms", "Matrix", "Measurement",
    "OrderBlock", "OrderStance", "Owner", "Part", "Policy", "Procedure", "ProcedureChoice", "PromiseRule", "Release",
    "RiskClass", "RiskRule", "Rule", "Scorecard", "Segment", "Source", "Step", "Tolerance",
]  # fmt: skip


class Source(Part):
    """One column a criterion may be read from, with its bands.

    `unit` and `per`: as those of the criterion, where this column is measured otherwise.
    """

    column: str
    bands: dict[str, str]
    unit: str | None = None
    per: Amount | None = None


class Criterion(Part):
    """What customers are measured on: one column with bands, the first known of several, or a scorecard's score.

    `bands` map a band's name to a condition: `<= 20`, `> 50` or a value. Read in order, the first that holds is the
    band. `margin`: how far past an edge a value must be before the customer moves. `least_evidence`: fewest
    observations before the value counts. `missing`: the band of a customer without a value; empty = unknown.
    `unit`: the unit in which the distance to another band is measured; `per`: how much of it is one step.
    `remedy`: what the customer can do about it, by name (`pay_overdue`, `pay_sooner`, `order_more`, `new_accounts`).
    """

    column: str | None = None
    bands: dict[str, str] = Field(default_factory=dict)
    first_known: list[Source] = Field(default_factory=list)
    scorecard: str | None = None
    margin: Decimal = Field(default=Decimal(0), ge=0)
    least_evidence: int = Field(default=0, ge=0)
    missing: str | None = None
    weight: Decimal = Field(default=Decimal(1), ge=0)
    unit: str = ""
    per: Amount = Decimal(1)
    remedy: str | None = None

    def band_names(self) -> tuple[str, ...]:
        """Names of the bands, in the order in which they are written."""
        return tuple(self.bands or (self.first_known[0].bands if self.first_known else {}))


class Characteristic(Part):
    """One line of a scorecard: points per band of a column; `missing` scores when the value is unknown."""

    column: str
    points: dict[str, Decimal]
    weight: Decimal = Field(default=Decimal(1), gt=0)
    missing: Decimal | None = None
    monotone: Literal["rising", "falling", "no"] = "no"


class Scorecard(Part):
    """A sum of weighted points, brought to 0-100 by `lowest` and `highest` when those are given."""

    characteristics: dict[str, Characteristic]
    base: Decimal = Decimal(0)
    lowest: Decimal | None = None
    highest: Decimal | None = None
    least_coverage: Share = Field(default=Decimal(0), ge=0, le=1)


class Rule(Part):
    """First match wins, before the matrix: an SQL predicate over profile columns."""

    when: str
    segment: str
    name: str = ""


class Matrix(Part):
    """Two criteria and the segment of each cell: `cells[row band][column band]`. `draw` gives the order of drawing."""

    rows: str
    columns: str
    cells: dict[str, dict[str, str]]
    draw_rows: list[str] = Field(default_factory=list)
    draw_columns: list[str] = Field(default_factory=list)


class LimitTerms(Part):
    """A segment's part of the limit: `limit = min(need, max(min(capacity, appetite), cover), cap)`.

    `peak_months`: months of peak sales (VAT included) that the need is; `floor`: least limit of a new customer;
    `step_up`: factor per `step_after` invoices paid on time (new customers); `cover_only`: nothing beyond cover;
    `none`: no credit at all; `cell`: as the matrix cell of the customer.
    """

    peak_months: Decimal | None = Field(default=None, gt=0)
    floor: Amount | None = Field(default=None, ge=0)
    step_up: Decimal | None = Field(default=None, ge=1)
    step_after: int = Field(default=3, ge=1)
    first_orders: bool = False
    cover_only: bool = False
    none: bool = False
    unlimited: bool = False
    cell: bool = False


class OrderStance(Part):
    """When a new order is let through, looked at, wanted in advance or stopped.

    `review_use`/`stop_use`: share of the limit in use; `*_overdue_days`: age of the oldest undisputed overdue;
    `*_overdue_amount`: overdue needed beside the days; `always`: the stance whatever the figures;
    `prepayment_use`: share of the limit above which an order is wanted in advance. A stance ends when what `release`
    names has happened: with `overdue_paid` nothing undisputed is past due any more, with `balance_paid` nothing is
    open any more, with `person` somebody released it; `always` ends in the same way. `within_cover`: an order that
    fits in what is insured and free goes through all the same.
    """

    always: OrderBlock | None = None
    review_use: Share | None = Field(default=None, ge=0)
    review_overdue_days: int | None = Field(default=None, ge=0)
    prepayment_use: Share | None = Field(default=None, ge=0)
    stop_use: Share | None = Field(default=None, ge=0)
    stop_overdue_days: int | None = Field(default=None, ge=0)
    stop_overdue_amount: Amount = Field(default=Decimal(0), ge=0)
    release: Release = "overdue_paid"
    within_cover: bool = False
    cell: bool = False


class Discount(Part):
    """Early-payment discount; not offered unless `offered`."""

    percent: Decimal = Field(gt=0, lt=100)
    days: int = Field(ge=0)
    offered: bool = False


class ProcedureChoice(Part):
    """The procedure for customers of a segment for whom `when` holds; the first that holds is taken."""

    when: str | None = None
    use: str


Choices = Annotated[list[ProcedureChoice], BeforeValidator(
    lambda value: [{"use": value}] if isinstance(value, str) else value
)]  # fmt: skip


class Segment(Part):
    """What a group of customers gets: acceptance, terms, limit, order stance, procedure, fees, contact.

    `fees` are claimed from level `fees_from_level` on; `interest_stated` says in every written step that the law
    gives interest, without claiming it. `dunning: false`: no step of a procedure is ever due here. `cell`: as the
    customer's cell in the matrix; `law`: what the law of the customer's country gives.
    """

    procedure: Choices = Field(default_factory=list)
    acceptance: Literal["open", "limited", "prepayment", "refused", "cell"] = "open"
    terms_days: Annotated[int, Field(ge=0, le=365)] | Literal["cell", "law"] | None = None
    limit: LimitTerms = LimitTerms()
    order: OrderStance = OrderStance()
    minimum_stay_days: int | None = Field(default=None, ge=0)
    approve_moves: bool = False
    approve_moves_to: list[str] = Field(default_factory=list)
    contact_cap: int | None = Field(default=None, ge=0)
    minimum_amounts: dict[Do, Positive] = Field(default_factory=dict)
    owner: Owner = "collector"
    fees: Literal["none", "interest", "interest_and_costs", "cell"] = "none"
    fees_from_level: int = Field(default=4, ge=0, le=6)
    interest_stated: bool = False
    discount: Discount | None = None
    delivery_terms: Literal["normal", "credit_confirms", "after_payment"] = "normal"
    incentive: str | None = None
    human_review: bool = False
    dunning: bool = True
    review_days: int = Field(default=365, ge=1)
    in_words: str = ""


class Step(Part):
    """One step of a procedure.

    Exactly one of `after` (working days after the previous step done, for the first step after the effective due
    date; negative = before due, level 0 only) and `after_due` (working days after the effective due date of the
    oldest covered invoice, `at_least` working days after the previous step). `calendar_days` is a legal wait after
    the previous step: the later date holds. `else_`: channels tried in turn when the first cannot reach the debtor.
    """

    id: str
    after: int | None = None
    after_due: int | None = Field(default=None, ge=0)
    at_least: int = Field(default=0, ge=0)
    calendar_days: int = Field(default=0, ge=0)
    do: Do
    else_: Annotated[list[Do] | None, BeforeValidator(as_list)] = Field(default=None, alias="else")
    owner: Owner
    level: int = Field(ge=0, le=6)
    template: str
    approval: bool = False
    attempts: int = Field(default=3, ge=1)
    wait: bool = False
    minimum_amount: Amount | None = Field(default=None, ge=0)
    when: str | None = None
    stop_delivery: bool = False
    interest: bool = False
    costs: bool = False
    names_hand_over: bool = False
    legal_notice: bool = False
    payment_link: bool = False
    in_words: str = ""

    @property
    def hard(self) -> bool:
        """Levels 4 to 6 are hard."""
        return self.level >= 4

    @property
    def written(self) -> bool:
        """Whether it leaves a text with the debtor."""
        return self.do in WRITTEN


class Procedure(Part):
    """An ordered ladder of steps; `start: habit` counts the first step from the habitual pay day plus two bank days."""

    steps: list[Step] = Field(default_factory=list)
    extends: str | None = None
    start: Literal["due", "habit"] = "due"
    in_words: str = ""


class Adjustment(Part):
    """A change to what a segment gives, for customers for whom `when` holds."""

    name: str
    when: str
    first_offset: int = 0
    channel_first: Do | None = None
    approve_moves: bool = False
    tell_sales: bool = False
    first_template: str | None = None


class Policy(Part):
    """One policy document.

    `score`: the scorecard whose result stands as the customer's score in the decision; `capital_rate`: yearly cost
    of the money that customers keep us waiting for; `costs`: what one action of a kind costs us; `minimum_amounts`:
    least collectible amount for which a step of a kind is worth doing; `tests`: file of the policy's own cases,
    beside the policy.
    """

    policy: str
    version: str = "1"
    effective: date
    in_words: str = ""
    currency: str = "EUR"
    languages: list[Language] = Field(default=["nl", "fr", "de", "en"])
    default_language: Language = "en"
    tolerance: Tolerance = Tolerance()
    measurement: Measurement = Measurement()
    promise: PromiseRule = PromiseRule()
    conduct: Conduct = Conduct()
    brakes: Brakes = Brakes()
    risk: RiskRule = RiskRule()
    limit: LimitRule = LimitRule()
    calendars: dict[str, CalendarChange] = Field(default_factory=dict)
    minimum_amounts: dict[Do, Positive] = Field(default_factory=dict)
    costs: dict[Do, Positive] = Field(default_factory=dict)
    capital_rate: Share = Field(default=Decimal("0.08"), ge=0, le=1)
    criteria: dict[str, Criterion]
    scorecards: dict[str, Scorecard] = Field(default_factory=dict)
    score: str | None = None
    rules: list[Rule] = Field(default_factory=list)
    matrix: Matrix
    segments: dict[str, Segment]
    procedures: dict[str, Procedure] = Field(default_factory=dict)
    adjustments: list[Adjustment] = Field(default_factory=list)
    tests: str | None = None

    def steps_of(self, procedure: str) -> tuple[Step, ...]:
        """The steps of a procedure, its own or those of the one it extends; KeyError for an unknown name."""
        found = self.procedures[procedure]
        if found.steps or found.extends is None:
            return tuple(found.steps)
        return self.steps_of(found.extends)
