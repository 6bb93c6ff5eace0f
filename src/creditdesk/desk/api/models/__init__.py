"""The tables of the API."""

from __future__ import annotations

from creditdesk.desk.api.models.credit import CreditCheck, Reservation
from creditdesk.desk.api.models.token import Allowance, Answered, Token
from creditdesk.desk.api.models.webhook import Delivery, Event, Subscription

__all__ = [
    "Allowance",
    "Answered",
    "CreditCheck",
    "Delivery",
    "Event",
    "Reservation",
    "Subscription",
    "Token",
]
