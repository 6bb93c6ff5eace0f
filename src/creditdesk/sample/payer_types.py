"""The hidden truth: how each type of payer behaves. Nothing of this stands in the facts, only in `truth.parquet`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PayerType:
    """One way of paying.

    Attributes:
        name: as it stands in the truth.
        share: of the customers.
        mean: range of a customer's mean days late, at the start of the history.
        end_mean: range of the same at its end; None = it does not change.
        spread: standard deviation of one invoice around that mean, days.
        default_chance: probability of a default (as `risk_pd` means it) within twelve months.
        disputed: share of invoices it complains about.
        forgotten: share of invoices that take 15 to 70 days more.
        never: share of invoices it does not pay at all.
        invoices: range of the number of invoices in the whole history; None = the sample's mean decides.
    """

    name: str
    share: float
    mean: tuple[float, float]
    spread: float
    default_chance: float
    end_mean: tuple[float, float] | None = None
    disputed: float = 0.010
    forgotten: float = 0.012
    never: float = 0.0
    invoices: tuple[int, int] | None = None


TYPES = (
    PayerType("punctual", 0.31, (-7.0, 0.0), 2.5, 0.006),
    PayerType("fixed_day", 0.08, (-1.0, 1.0), 2.0, 0.010, forgotten=0.0),
    PayerType("last_business_day", 0.06, (-1.0, 1.0), 2.0, 0.010, forgotten=0.0),
    PayerType("slow", 0.13, (6.0, 22.0), 5.0, 0.020),
    PayerType("chronic", 0.05, (38.0, 70.0), 14.0, 0.180, never=0.03),
    PayerType("deteriorating", 0.06, (-3.0, 4.0), 5.0, 0.120, end_mean=(30.0, 50.0)),
    PayerType("recovering", 0.05, (28.0, 45.0), 5.0, 0.040, end_mean=(-2.0, 3.0)),
    PayerType("insolvent", 0.015, (8.0, 18.0), 7.0, 0.950, end_mean=(28.0, 40.0)),
    PayerType("disputer", 0.03, (3.0, 10.0), 5.0, 0.030, disputed=0.24),
    PayerType("new", 0.06, (-3.0, 12.0), 6.0, 0.050, never=0.02, invoices=(1, 5)),
    PayerType("occasional", 0.06, (-2.0, 9.0), 6.0, 0.030, invoices=(3, 4)),
    PayerType("dormant", 0.04, (-3.0, 6.0), 5.0, 0.030, invoices=(3, 8)),
    PayerType("public", 0.045, (14.0, 30.0), 7.0, 0.001),
    PayerType("prospect", 0.01, (0.0, 0.0), 0.0, 0.050, invoices=(0, 0)),
)

CODE = {payer.name: code for code, payer in enumerate(TYPES)}

# A young relation pays later: the first invoices go through strange hands (no purchase order, no master data).
EARLY_DAYS = 7.0
EARLY_INVOICES = 4.0
