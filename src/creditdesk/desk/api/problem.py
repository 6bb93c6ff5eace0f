"""What goes wrong, as data: `application/problem+json` (RFC 9457) with a code that does not change."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError, ValidationError

MEDIA_TYPE = "application/problem+json"
PATH = "/api/"

CODES: dict[str, tuple[int, str]] = {
    "malformed_json": (400, "The body is not JSON"),
    "invalid_token": (401, "The token is missing or not valid"),
    "missing_scope": (403, "The token may not do this"),
    "not_found": (404, "There is no such thing"),
    "method_not_allowed": (405, "This address does not know the method"),
    "not_acceptable": (406, "Nothing here has the form that was asked for"),
    "in_progress": (409, "The same request is under way"),
    "already_there": (409, "It is there already"),
    "too_large": (413, "The request is too large"),
    "unsupported_media_type": (415, "The body is of another kind"),
    "invalid_request": (422, "The request is not as described"),
    "key_reused": (422, "The Idempotency-Key was used for another request"),
    "unusable_facts": (422, "Nothing of these facts can be used"),
    "too_many_requests": (429, "Too many requests"),
    "internal_error": (500, "The desk itself failed"),
    "busy": (503, "The desk is busy"),
}
"""Every code with its status and title."""

BY_STATUS = {
    400: "invalid_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large", 500: "internal_error",
}  # fmt: skip
"""What an answer that is none of ours becomes."""

WAIT = 5
"""Seconds after which a busy desk may be asked again."""


class Problem(Exception):
    """A request that cannot be answered as it was asked.

    Attributes:
        code: of `CODES`.
        detail: what is wrong with this one request, and the way out.
        errors: places in the request, each with `pointer` (RFC 6901), `detail` and what else there is to say.
        more: further members of the answer.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        status: int | None = None,
        **more: Any,
    ) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})
        self.status = status or CODES[code][0]
        self.more = more


def answer(problem: Problem) -> HttpResponse:
    """A problem as a response."""
    content = {
        "type": f"urn:creditdesk:problem:{problem.code}",
        "title": CODES[problem.code][1],
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        **({"errors": list(problem.errors)} if problem.errors else {}),
        **problem.more,
    }
    response = HttpResponse(
        json.dumps(content, ensure_ascii=False), status=problem.status, content_type=MEDIA_TYPE
    )
    for name, value in problem.headers.items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    return response


def pointer(*parts: object) -> str:
    """A place in a JSON document (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def wrong_token(detail: str) -> Problem:
    """401, with the challenge that the standard asks for."""
    return Problem(
        "invalid_token", detail, headers={"WWW-Authenticate": 'Bearer realm="creditdesk", error="invalid_token"'}
    )  # fmt: skip


def not_found(what: str) -> Problem:
    """404: absent, or of another company: which of the two is not told."""
    return Problem("not_found", f"There is no such {what}.")


def translate(error: Exception) -> Problem | None:
    """What an exception means to the one who asked; None for a defect of ours."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, ValidationError):
        places = [_place(one) for one in error.errors]
        return Problem("invalid_request", "Some values are not as described.", errors=places)
    if isinstance(error, HttpError):
        return _of_ninja(error)
    if isinstance(error, RequestDataTooBig):
        return Problem("too_large", "Send less at a time.")
    if isinstance(error, OperationalError):
        said = "The database is away, or somebody else writes; ask again."
        return Problem("busy", said, headers={"Retry-After": str(WAIT)})
    return None


def _of_ninja(error: HttpError) -> Problem | None:
    if isinstance(error.__cause__, Problem):
        return error.__cause__
    if isinstance(error, AuthenticationError):
        return wrong_token("Send the header 'Authorization: Bearer <token>'.")
    return Problem("malformed_json", str(error)) if error.status_code == 400 else None


def _place(error: Mapping[str, Any]) -> dict[str, Any]:
    """One of pydantic's errors: where, what is wrong, what was allowed."""
    source, *rest = error["loc"]
    if source in {"body", "form"} and rest:
        rest = rest[1:]  # the name of the argument
    found: dict[str, Any] = {"pointer": pointer(*rest), "detail": error["msg"], "code": error["type"]}
    if source != "body":
        found = {"parameter": ".".join(map(str, rest)), "in": source, **found}
    return found


def handle(request: HttpRequest, error: Any) -> HttpResponse:
    """The handler of the API: what is no defect is told, a defect is raised and recorded."""
    del request
    problem = translate(error)
    if problem is None:
        raise error
    return answer(problem)


class Middleware:
    """Gives every refusal under `/api/` the same form, also those that come before or after the API itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and look at the answer."""
        response = self._get_response(request)
        if not request.path.startswith(PATH):
            return response
        if response.status_code >= 400 and response["Content-Type"] != MEDIA_TYPE:
            kept = {name: response[name] for name in ("Allow",) if name in response}
            code = BY_STATUS.get(response.status_code, "internal_error")
            detail = (
                f"Allowed: {kept['Allow']}." if "Allow" in kept else "Look at /api/v1/openapi.json for what there is."
            )  # fmt: skip
            response = answer(Problem(code, detail, headers=kept, status=response.status_code))
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response
