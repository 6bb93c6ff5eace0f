"""What a segment gives: acceptance, terms, limit, order stance, procedure, fees, contact."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from creditdesk.policy.part import Do, OrderBlock, Owner, Part, Positive, Release
from creditdesk.policy.quantity import Amount, Share


class LimitTerms(Part):
    """A segment's part of the limit: `limit = min(need, max(min(capacity, appetite), cover), cap)`.

    At most one of `peak_months`, `first_orders`, `cover_only`, `none`, `unlimited` and `cell`.
    """

    peak_months: Decimal | None = Field(default=None, gt=0)
    """The need, in months of peak sales, VAT included."""
    first_orders: bool = False
    """A new customer: what its first orders come to."""
    floor: Amount | None = Field(default=None, ge=0)
    """Least limit of a new customer."""
    step_up: Decimal | None = Field(default=None, ge=1)
    """Factor on a first limit per `step_after` invoices paid on time."""
    step_after: int = Field(default=3, ge=1)
    """Invoices paid on time per step up."""
    cover_only: bool = False
    """What is insured or secured, and nothing beyond it."""
    none: bool = False
    """No credit at all."""
    unlimited: bool = False
    """No limit is set."""
    cell: bool = False
    """As the cell of the customer in the matrix."""


class OrderStance(Part):
    """When a new order is let through, looked at, wanted in advance or stopped.

    A stance ends when what `release` names has happened; `always` ends in the same way.
    """

    always: OrderBlock | None = None
    """The stance whatever the figures say."""
    review_use: Share | None = Field(default=None, ge=0)
    """Share of the limit in use above which a person looks at an order."""
    review_overdue_days: int | None = Field(default=None, ge=0)
    """Age of the oldest undisputed overdue from which a person looks at an order, in calendar days."""
    prepayment_use: Share | None = Field(default=None, ge=0)
    """Share of the limit above which an order is wanted in advance."""
    stop_use: Share | None = Field(default=None, ge=0)
    """Share of the limit in use above which orders are stopped."""
    stop_overdue_days: int | None = Field(default=None, ge=0)
    """Age of the oldest undisputed overdue from which orders are stopped, in calendar days."""
    stop_overdue_amount: Amount = Field(default=Decimal(0), ge=0)
    """Overdue that is needed beside those days."""
    release: Release = "overdue_paid"
    """What ends the stance: nothing undisputed past due, nothing open, or a person."""
    within_cover: bool = False
    """An order that fits in what is insured and free goes through all the same."""
    cell: bool = False
    """As the cell of the customer in the matrix."""


class Discount(Part):
    """Early-payment discount."""

    percent: Decimal = Field(gt=0, lt=100)
    """Percent of the amount."""
    days: int = Field(ge=0)
    """Calendar days within which it may be taken."""
    offered: bool = False
    """Whether it is offered, or only stands ready with its yearly cost shown."""


class ProcedureChoice(Part):
    """The procedure for customers of a segment for whom `when` holds; the first that holds is taken."""

    when: str | None = None
    """An SQL condition over columns of the profile; only the last choice has none."""
    use: str
    """A procedure."""


Choices = Annotated[list[ProcedureChoice], BeforeValidator(
    lambda value: [{"use": value}] if isinstance(value, str) else value
)]  # fmt: skip


class Segment(Part):
    """What a group of customers gets. `cell`: as the customer's cell in the matrix; `law`: what the law gives."""

    in_words: str = ""
    """Who they are and how they are treated, for people."""
    procedure: Choices = Field(default_factory=list)
    """A procedure, or a list of choices with `when` and `use`."""
    dunning: bool = True
    """False: no step of a procedure is ever due here."""
    acceptance: Literal["open", "limited", "prepayment", "refused", "cell"] = "open"
    """Stance on new business."""
    terms_days: Annotated[int, Field(ge=0, le=365)] | Literal["cell", "law"] | None = None
    """Term offered for new business, in calendar days; capped by law. Empty = as agreed with the customer."""
    limit: LimitTerms = LimitTerms()
    """Its part of the credit limit."""
    order: OrderStance = OrderStance()
    """Its stance on new orders."""
    fees: Literal["none", "interest", "interest_and_costs", "cell"] = "none"
    """What is claimed of a late payer."""
    fees_from_level: int = Field(default=4, ge=0, le=6)
    """Level of the procedure from which fees are claimed."""
    interest_stated: bool = False
    """Written steps say that the law gives interest, without claiming it."""
    discount: Discount | None = None
    """Early-payment discount."""
    incentive: str | None = None
    """Something extra, by name: `yearly_thanks`, `payment_plan`."""
    delivery_terms: Literal["normal", "credit_confirms", "after_payment"] = "normal"
    """When goods leave."""
    minimum_stay_days: int | None = Field(default=None, ge=0)
    """Least days in this segment; empty = as the brakes of the policy."""
    approve_moves: bool = False
    """Every move out of it waits for a person."""
    approve_moves_to: list[str] = Field(default_factory=list)
    """Moves out of it to these segments wait for a person."""
    contact_cap: int | None = Field(default=None, ge=0)
    """Most contacts within the policy's days; empty = as the policy."""
    minimum_amounts: dict[Do, Positive] = Field(default_factory=dict)
    """Least amounts per action, before those of the policy."""
    owner: Owner = "collector"
    """Role that owns its customers."""
    human_review: bool = False
    """A person decides on everything beyond a reminder."""
    review_days: int = Field(default=365, ge=1)
    """Calendar days after which the customer is reviewed."""
