"""Pages by key: each answer names the place to go on from, so that a long list is read once, whatever changes meanwhile."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from creditdesk.desk.api.problem import Problem

MOST = 1000
USUAL = 200

Limit = Annotated[int, Field(ge=1, le=MOST, description=f"rows of one page, at most {MOST}")]
After = Annotated[
    str,
    StringConstraints(max_length=2000),
    Field(description="`next` of the page before; without it the first page"),
]


def cursor(*key: Any) -> str:
    """A place in a list, as text that nobody has to understand."""
    text = json.dumps(key, separators=(",", ":"), ensure_ascii=True)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place(after: str | None, *kinds: type) -> list[Any] | None:
    """The key that a cursor stands for; None for the first page.

    Raises:
        Problem: it is no cursor of this list.
    """
    if after is None:
        return None
    try:
        text = base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True)
        key = json.loads(text)
    except (binascii.Error, ValueError, RecursionError) as wrong:
        raise _no_cursor() from wrong
    fits = isinstance(key, list) and len(key) == len(kinds)
    if not fits or not all(type(part) is kind for part, kind in zip(key, kinds, strict=True)):
        raise _no_cursor()
    for part in key:
        if isinstance(part, str) and (len(part) > 400 or "\0" in part or not _is_text(part)):
            raise _no_cursor()
        if isinstance(part, int) and not -(2**63) <= part < 2**63:
            raise _no_cursor()
    return key


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _no_cursor() -> Problem:
    return Problem(
        "invalid_request", "'after' is not the 'next' of an answer of this list.",
        errors=[{"parameter": "after", "in": "query", "pointer": "/after", "detail": "not a cursor"}],
    )  # fmt: skip


def page(rows: Sequence[Any], limit: int, key: Any, **more: Any) -> dict[str, Any]:
    """A page of rows, of which one more than `limit` was asked for; `key` gives a row's key."""
    shown = rows[:limit]
    follows = cursor(*key(shown[-1])) if len(rows) > limit else None
    return {"items": shown, "next": follows, **more}
