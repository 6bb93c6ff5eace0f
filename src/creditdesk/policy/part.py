"""What every part of a policy document shares: the words it may use, and that unknown fields are errors."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from creditdesk.policy.quantity import Amount

Do = Literal[
    "email", "letter", "registered_letter", "call", "sms", "voice", "video", "statement", "legal_notice", "sales",
    "stop_delivery", "offer_plan", "thanks", "task", "hand_over",
]  # fmt: skip
Owner = Literal["system", "collector", "account_manager", "credit_manager"]
Acceptance = Literal["open", "limited", "prepayment", "refused"]
Fees = Literal["none", "interest", "interest_and_costs"]
Language = Literal["nl", "fr", "de", "en"]
OrderBlock = Literal["none", "review", "prepayment", "stop"]
RiskClass = Literal["low", "medium", "high"]
Release = Literal["overdue_paid", "balance_paid", "person"]

Positive = Annotated[Amount, Field(ge=0)]

WRITTEN: frozenset[str] = frozenset({"email", "letter", "registered_letter", "legal_notice"})
"""Steps that leave a text with the debtor: what R7 calls a written step."""

CONTACTS: frozenset[str] = frozenset(
    {
        "email",
        "letter",
        "registered_letter",
        "call",
        "sms",
        "voice",
        "video",
        "statement",
        "legal_notice",
        "offer_plan",
    }
)
"""Steps that reach the debtor and count for the contact cap."""


def as_list(value: object) -> object:
    """A single value as a list of one; a list as it is."""
    return value if isinstance(value, list | tuple) else [value]


class Part(BaseModel):
    """A part of the document: unknown fields are errors, nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)
