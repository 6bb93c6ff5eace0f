"""The body of a request: JSON, of a size that was agreed on, in the kind that it says it is."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.parser import Parser

from creditdesk.desk.api.problem import Problem

JSON = "application/json"


class Strict(Parser):
    """Reads the small bodies; what JSON does not know (NaN) is refused."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as data.

        Raises:
            Problem: it is no JSON.
        """
        check_kind(request)
        return parsed(request.body)


def check_kind(request: HttpRequest) -> None:
    """Raises Problem where the body says that it is something else than JSON."""
    if request.content_type != JSON:
        raise Problem("unsupported_media_type", f"Send it as {JSON}; found {request.content_type[:80]!r}.")


def take(request: HttpRequest, most: int) -> bytes:
    """The bytes of a large body.

    Raises:
        Problem: it is larger than `most`, or no JSON by its own word.
    """
    check_kind(request)
    try:
        said = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        said = 0
    data = b"" if said > most else request.read(most + 1)
    if said > most or len(data) > most:
        raise Problem("too_large", f"At most {most:,} bytes at a time; send several batches.")
    return data


def parsed(data: bytes) -> Any:
    """JSON as data.

    Raises:
        Problem: it is none.
    """
    try:
        return json.loads(data, parse_constant=_no_number)
    except (
        ValueError,
        RecursionError,
    ) as wrong:  # also bytes that are no text, numbers of thousands of digits
        raise Problem("malformed_json", f"The body cannot be read: {str(wrong)[:200]}.") from wrong


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
