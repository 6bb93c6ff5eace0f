"""Signatures after Standard Webhooks: HMAC-SHA256 over id, time and body.

A secret is nowhere kept: it is made of the desk's secret key and of what tells the subscription from all others. Who has
only the database cannot sign.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from creditdesk.desk.api.models import Subscription

MARK = "whsec_"
SALT = "creditdesk.desk.api.webhooks"
OVERLAP = timedelta(hours=24)
"""How long the secret before is valid after a renewal."""


def secret(subscription: Subscription, turn: int | None = None) -> str:
    """The secret of a subscription as its receiver is told it."""
    return MARK + base64.b64encode(_key(subscription, turn or subscription.turn)).decode()


def _key(subscription: Subscription, turn: int) -> bytes:
    value = f"{subscription.key}:{turn}"
    made: bytes = salted_hmac(SALT, value, algorithm="sha256").digest()
    return made


def headers(subscription: Subscription, number: str, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers of the standard; for a day after a renewal it is signed with both secrets.

    Args:
        number: the `webhook-id`.
    """
    moment = str(int(now.timestamp()))
    turns = [subscription.turn]
    if subscription.turn > 1 and subscription.old_until is not None and now < subscription.old_until:
        turns.append(subscription.turn - 1)
    signed = f"{number}.{moment}.".encode() + body
    signatures = [
        "v1," + base64.b64encode(hmac.digest(_key(subscription, turn), signed, hashlib.sha256)).decode()
        for turn in turns
    ]
    return {"webhook-id": number, "webhook-timestamp": moment, "webhook-signature": " ".join(signatures)}
