"""The same request sent again gets the same answer: `Idempotency-Key`, kept for a week per token."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from creditdesk.desk.api.bearer import asker
from creditdesk.desk.api.models import Answered
from creditdesk.desk.api.problem import Problem

KEPT = timedelta(days=7)
STUCK = timedelta(minutes=10)
"""A request that is under way for so long was cut off: the next one with its key goes on."""

HEADER = "Idempotency-Key"
FORM = r"[\x21-\x7e]{1,255}"

DESCRIBED = {
    "parameters": [
        {
            "in": "header",
            "name": HEADER,
            "required": False,
            "description": "any text of your own; the same request with it is done once and answered alike",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": f"^{FORM}$"},
        }
    ]
}
"""How an operation that may be repeated says so."""


def once(request: HttpRequest, body: bytes, work: Callable[[], HttpResponse]) -> HttpResponse:
    """Do the work of a request once per key. What was refused is not kept: it may be asked again with the same key.

    Raises:
        Problem: the key belongs to another request, or this one is under way.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return work()
    if not re.fullmatch(FORM, key):
        where = {"parameter": HEADER, "in": "header", "pointer": f"/{HEADER}", "detail": f"allowed: {FORM}"}
        raise Problem("invalid_request", f"The {HEADER} has another form.", errors=[where])
    now = timezone.now()
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode() + body).hexdigest()
    token = asker(request)
    row, fresh = Answered.objects.get_or_create(
        token=token, key=key, defaults={"digest": digest, "begun_at": now}
    )
    if not fresh:
        if row.digest != digest:
            raise Problem("key_reused", "This Idempotency-Key belongs to another request; use a new one.")
        if row.status is not None:
            return _again(row)
        ours = Answered.objects.filter(pk=row.pk, status=None, begun_at__lte=now - STUCK).update(begun_at=now)
        if ours != 1:
            raise Problem(
                "in_progress", "The first one with this key is not answered yet.", headers={"Retry-After": "5"}
            )  # fmt: skip
    done = False
    try:
        response = work()
        done = response.status_code < 400
    finally:
        if not done:
            Answered.objects.filter(pk=row.pk, status=None).delete()
    Answered.objects.filter(pk=row.pk).update(status=response.status_code, content=response.content.decode())
    return response


def _again(row: Answered) -> HttpResponse:
    response = HttpResponse(row.content, status=row.status, content_type="application/json")
    response["Idempotent-Replayed"] = "true"
    return response


def forget(now: datetime) -> int:
    """Forget keys after their week. Gives how many."""
    return Answered.objects.filter(begun_at__lt=now - KEPT).delete()[0]
