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
    share: Share = Field(default=Decimal("0.005"), ge=0, le=1)


class PromiseRule(Part):
    """Which promises are taken without a person's approval, and how they are kept (R8). `max_days` in working days."""

    max_days: int = Field(default=15, ge=0)
    max_open: int = Field(default=1, ge=0)
    max_broken_12m: int = Field(default=2, ge=0)
    suspend_share: Share = Field(default=Decimal("0.8"), ge=0, le=1)
    bank_days: int = Field(default=2, ge=0)


class Conduct(Part):
    """The constants of the procedure's rules: waiting times, ages and caps that hold for every procedure.

    `invoice_age`: least working days past due per hard level; `must_be_delivered`: manners of invoicing whose
    invoices are held, and mended, until they are known to be delivered.
    """

    invoice_age: dict[int, int] = Field(default={4: 5, 5: 10, 6: 14})
    hand_over_notice_days: int = Field(default=5, ge=0)
    part_payment_share: Share = Field(default=Decimal("0.25"), ge=0, le=1)
    part_payment_days: int = Field(default=5, ge=0)
    dispute_days: int = Field(default=3, ge=0)
    plan_bank_days: int = Field(default=3, ge=0)
    claimed_paid_bank_days: int = Field(default=5, ge=0)
    direct_debit_bank_days: int = Field(default=5, ge=0)
    reopen_days: int = Field(default=60, ge=0)
    overdue_after: dict[Owner, int] = Field(
        default={"collector": 3, "account_manager": 5, "credit_manager": 5}
    )
    habit_bank_days: int = Field(default=2, ge=0)
    habit_longest_hold_days: int = Field(default=35, ge=0)
    contact_cap: int = Field(default=2, ge=0)
    contact_cap_days: int = Field(default=7, ge=1)
    go_live_per_day: int = Field(default=50, ge=1)
    must_be_delivered: list[Literal["paper", "email", "peppol"]] = Field(default=["peppol"])


class CalendarChange(Part):
    """Dates that a place works, or does not, other than the public calendar says."""

    works_on: list[date] = Field(default_factory=list)
    works_on_named: list[str] = Field(default_factory=list)
    closed_on: list[date] = Field(default_factory=list)


class Measurement(Part):
    """How behaviour is measured: windows in days, half-life, bounds of lateness."""

    window_days: int = Field(default=365, ge=1)
    index_window_days: int = Field(default=730, ge=1)
    half_life_days: int = Field(default=180, ge=1)
    earliest: int = -60
    latest: int = 180
    least_observations: int = Field(default=3, ge=1)
    first_invoice_days: int = Field(default=90, ge=1)
    dormant_days: int = Field(default=365, ge=1)
    on_time_days_to_pay: int = Field(default=30, ge=1)


class RiskRule(Part):
    """Risk class from external score and own experience, pooled on the log-odds scale (science, section b)."""

    low_below: Share = Field(default=Decimal("0.03"), gt=0, lt=1)
    medium_below: Share = Field(default=Decimal("0.10"), gt=0, lt=1)
    own_weight_at: Decimal = Field(default=Decimal(6), gt=0)
    half_life_days: int = Field(default=365, ge=1)
    prior: Share = Field(default=Decimal("0.03"), gt=0, lt=1)
    prior_weight: Decimal = Field(default=Decimal(6), ge=0)
    external_half_life_days: int = Field(default=365, ge=1)
    scales: str = "shipped"


class LimitRule(Part):
    """Company-wide terms of the limit (science, section h)."""

    need_margin: Decimal = Decimal("1.2")
    net_worth_share: Share = Decimal("0.10")
    working_capital_share: Share = Decimal("0.10")
    grade_factor: dict[RiskClass, Decimal] = Field(
        default={"low": Decimal(1), "medium": Decimal("0.5"), "high": Decimal("0.1")}
    )
    loss_given_default: Share = Decimal("0.9")
    appetite: Share = Decimal("0.25")
    cap: Amount | None = None
    grid: Amount = Decimal(100)
    extra_days: int = 0


class Brakes(Part):
    """What slows movement between segments, and what overrides the brakes."""

    minimum_stay_days: int = Field(default=30, ge=0)
    downgrade_at_overdue_days: int = Field(default=60, ge=1)
    downgrade_on_legal_status: bool = True
    downgrade_on_write_off: bool = True
