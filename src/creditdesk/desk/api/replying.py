"""Answers as JSON, with an ETag where asking again is to be cheap."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse


def reply(content: Any, status: int = 200) -> HttpResponse:
    """An answer."""
    return HttpResponse(written(content), status=status, content_type="application/json")


def written(content: Any) -> str:
    """JSON: dates as ISO 8601."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_plain)


def reply_tagged(request: HttpRequest, content: Any, *marks: object) -> HttpResponse:
    """An answer with an ETag; 304 without content when the asker has it already.

    Args:
        marks: what the answer is made of; without any, the answer itself.
    """
    text = written(content)
    tag = tag_of(*marks) if marks else tag_of(text)
    if matches(request, tag):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(text, content_type="application/json")
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


def tag_of(*marks: object) -> str:
    """An ETag."""
    digest = hashlib.sha256("\x1f".join(map(str, marks)).encode()).hexdigest()[:32]
    return f'"{digest}"'


def matches(request: HttpRequest, tag: str) -> bool:
    """Whether the asker has this version already (`If-None-Match`)."""
    given = request.headers.get("If-None-Match", "")
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in given.split(","))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds" if value.microsecond else "seconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
