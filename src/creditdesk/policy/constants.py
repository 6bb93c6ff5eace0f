"""The constants of a policy: what holds for every customer, whatever its segment."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from creditdesk.policy.part import Owner, Part, RiskClass
from creditdesk.policy.quantity import Amount, Share


class Tolerance(Part):
    """An invoice is settled when its rest is at most the larger of the two."""

    amount: Amount = Field(default=Decimal(5), ge=0)
    """In the invoice's currency."""
    share: Share = Field(default=Decimal("0.005"), ge=0, le=1)
    """Of the invoice's amount."""


class PromiseRule(Part):
    """Which promises are taken without a person's approval, and how they are kept."""

    max_days: int = Field(default=15, ge=0)
    """Longest run of a promise, in bank days."""
    max_open: int = Field(default=1, ge=0)
    """Most promises open at a time."""
    max_broken_12m: int = Field(default=2, ge=0)
    """Broken promises in twelve months after which a person must agree."""
    suspend_share: Share = Field(default=Decimal("0.8"), ge=0, le=1)
    """Share of the collectible from which a promise suspends the whole case, and not only its part."""
    bank_days: int = Field(default=2, ge=0)
    """Bank days after its date within which the money must be there."""


class Conduct(Part):
    """Waiting times, ages and caps that hold for every procedure."""

    invoice_age: dict[int, int] = Field(default={4: 5, 5: 10, 6: 14})
    """Per hard level the least working days past due before an invoice is taken."""
    hand_over_notice_days: int = Field(default=5, ge=0)
    """Working days between the notice that names the hand-over and the hand-over."""
    part_payment_share: Share = Field(default=Decimal("0.25"), ge=0, le=1)
    """Share of the collectible from which a part payment moves the next step, once per case."""
    part_payment_days: int = Field(default=5, ge=0)
    """Working days by which it does."""
    dispute_days: int = Field(default=3, ge=0)
    """Working days after a dispute was closed in our favour before its amount is collectible again."""
    plan_bank_days: int = Field(default=3, ge=0)
    """Bank days after which an unpaid instalment breaks its plan."""
    claimed_paid_bank_days: int = Field(default=5, ge=0)
    """Bank days for which an invoice is held when the debtor says it is paid; once."""
    direct_debit_bank_days: int = Field(default=5, ge=0)
    """Bank days after collection before a direct debit is collectible otherwise."""
    reopen_days: int = Field(default=60, ge=0)
    """Calendar days within which money taken back reopens a closed case where it stood."""
    overdue_after: dict[Owner, int] = Field(
        default={"collector": 3, "account_manager": 5, "credit_manager": 5}
    )
    """Working days after which a person's step that is not done is shown to the credit manager and skipped."""
    habit_bank_days: int = Field(default=2, ge=0)
    """Bank days after the habitual pay day from which a step counts."""
    habit_longest_hold_days: int = Field(default=35, ge=0)
    """Calendar days past due beyond which a habit holds nothing any more."""
    contact_cap: int = Field(default=2, ge=0)
    """Most outgoing contacts with a payer within `contact_cap_days`."""
    contact_cap_days: int = Field(default=7, ge=1)
    """Calendar days of that cap."""
    go_live_per_day: int = Field(default=50, ge=1)
    """Payers that the first run releases a day at most."""
    must_be_delivered: list[Literal["paper", "email", "peppol"]] = Field(default=["peppol"])
    """Manners of invoicing whose invoices are held, and mended, while the network reports another state than delivered."""


class CalendarChange(Part):
    """Dates that a place works, or does not, other than the public calendar says."""

    works_on: list[date] = Field(default_factory=list)
    """Public holidays that are worked, by date."""
    works_on_named: list[str] = Field(default_factory=list)
    """Public holidays that are worked every year, by their English name: `Good Friday`."""
    closed_on: list[date] = Field(default_factory=list)
    """Ordinary days that are not worked."""


class Measurement(Part):
    """How behaviour is measured."""

    window_days: int = Field(default=365, ge=1)
    """Calendar days over which behaviour is measured."""
    index_window_days: int = Field(default=730, ge=1)
    """Calendar days of the payment index and of the longer view."""
    half_life_days: int = Field(default=180, ge=1)
    """Calendar days after which an observation weighs half in the recent view."""
    earliest: int = -60
    """Least days late that count (early payment)."""
    latest: int = 180
    """Most days late that count."""
    least_observations: int = Field(default=3, ge=1)
    """Observations below which there is no payment index."""
    first_invoice_days: int = Field(default=90, ge=1)
    """Calendar days since the first invoice within which a customer's first orders are counted."""


class RiskRule(Part):
    """Risk class from external score and own experience, pooled on the log-odds scale."""

    low_below: Share = Field(default=Decimal("0.03"), gt=0, lt=1)
    """Probability below which the class is low."""
    medium_below: Share = Field(default=Decimal("0.10"), gt=0, lt=1)
    """Probability below which it is medium; from there on high."""
    own_weight_at: Decimal = Field(default=Decimal(6), gt=0)
    """Own experiences at which they weigh as much as the external score."""
    half_life_days: int = Field(default=365, ge=1)
    """Calendar days after which an own experience weighs half."""
    prior: Share = Field(default=Decimal("0.03"), gt=0, lt=1)
    """Probability of a customer of whom nothing is known."""
    prior_weight: Decimal = Field(default=Decimal(6), ge=0)
    """Experiences that the prior is worth beside the own ones."""
    external_half_life_days: int = Field(default=365, ge=1)
    """Calendar days after which an external score is trusted half."""
    scales: str = "shipped"
    """Master scales of the bureaus: `shipped`, or a file or folder of your own."""


class LimitRule(Part):
    """Company-wide terms of the limit."""

    need_margin: Decimal = Field(default=Decimal("1.2"), gt=0)
    """Factor on the need, where it is made of sales a day and days to pay."""
    net_worth_share: Share = Field(default=Decimal("0.10"), ge=0, le=1)
    """Share of the customer's tangible net worth that its capacity is."""
    working_capital_share: Share = Field(default=Decimal("0.10"), ge=0, le=1)
    """Share of its working capital; the smaller of the two counts."""
    grade_factor: dict[RiskClass, Decimal] = Field(
        default={"low": Decimal(1), "medium": Decimal("0.5"), "high": Decimal("0.1")}
    )
    """Factor on the capacity per class of risk."""
    loss_given_default: Share = Field(default=Decimal("0.9"), gt=0, le=1)
    """Share of an exposure that is lost when it goes wrong."""
    appetite: Share = Field(default=Decimal("0.25"), ge=0)
    """Share of the yearly contribution margin that may be the expected loss."""
    cap: Amount | None = Field(default=None, ge=0)
    """The most that is lent to one name."""
    grid: Amount = Field(default=Decimal(100), gt=0)
    """Limits are rounded to this."""
    extra_days: int = Field(default=0, ge=0)
    """Calendar days added to term and days late where the need is made of sales a day."""


class Brakes(Part):
    """What slows movement between segments, and what overrides the brakes."""

    minimum_stay_days: int = Field(default=30, ge=0)
    """Least calendar days in a segment."""
    downgrade_at_overdue_days: int = Field(default=60, ge=1)
    """Undisputed calendar days past due at which a customer goes down at once."""
    downgrade_on_legal_status: bool = True
    """Whether insolvency or another status in law moves it at once."""
    downgrade_on_write_off: bool = True
    """Whether a write-off moves it at once."""
