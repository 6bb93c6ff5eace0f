"""The API as a whole: `/api/v1`, described as OpenAPI 3.1 at `/api/v1/openapi.json`."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_not_required
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

import creditdesk
from creditdesk.desk.api import actions, batch, body, customers, decisions, facts_in, outcomes, problem
from creditdesk.desk.api.credit import endpoint as credit
from creditdesk.desk.api.models import Event
from creditdesk.desk.api.models.token import Scope
from creditdesk.desk.api.shapes import shape, title
from creditdesk.desk.api.webhooks import endpoint as webhooks

REF = "#/components/schemas/{model}"
REFUSALS = (400, 401, 403, 413, 415, 422, 429, 503)
"""What any operation may answer instead."""
OF_AN_ID, OF_A_KEY = 404, 409


class Refusal(Schema):
    """What went wrong (RFC 9457); `code` is for programs and does not change."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[dict[str, Any]] = []


class Api(NinjaAPI):
    """Adds to the description what is made of the contract: the rows that may be pushed, and the refusals."""

    def get_openapi_schema(self, **where: Any) -> Any:
        """The description."""
        described = super().get_openapi_schema(**where)
        schemas = described["components"]["schemas"]
        for table in batch.PUSHED.values():
            made = shape(table).model_json_schema(ref_template=REF)
            schemas.update(made.pop("$defs", {}))
            schemas[title(table)] = made
        schemas["Problem"] = Refusal.model_json_schema(ref_template=REF)
        schemas["Event"] = webhooks.EventRow.model_json_schema(ref_template=REF)
        described["components"]["securitySchemes"]["Bearer"]["description"] = (
            "A token with a scope: " + ", ".join(f"`{one}` ({one.label.lower()})" for one in Scope)
        )
        described["webhooks"] = {str(kind): _webhook(kind) for kind in Event.Kind if kind != Event.Kind.TEST}
        for path, methods in described["paths"].items():
            for operation in methods.values():
                _no_null(operation)
                _add_refusals(path, operation)
        return described


def _webhook(kind: Event.Kind) -> dict[str, Any]:
    """What a subscriber gets: the event without its `id`, which stands in the header `webhook-id`."""
    content = {"application/json": {"schema": {"$ref": REF.format(model="Event")}}}
    return {
        "post": {
            "summary": kind.label,
            "description": "Signed after Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature.",
            "requestBody": {"required": True, "content": content},
            "responses": {"200": {"description": "Taken; anything else is tried again."}},
        }
    }


def _no_null(operation: dict[str, Any]) -> None:
    """An address or a header has no null: what is not said is left out."""
    for one in operation["parameters"]:
        choices = one["schema"].pop("anyOf", None)
        if choices is not None:
            (told,) = [choice for choice in choices if choice.get("type") != "null"]
            one["schema"] = {
                **told,
                **{key: value for key, value in one["schema"].items() if key != "default"},
            }


def _add_refusals(path: str, operation: dict[str, Any]) -> None:
    content = {problem.MEDIA_TYPE: {"schema": {"$ref": REF.format(model="Problem")}}}
    headers = [one["name"] for one in operation["parameters"] if one["in"] == "header"]
    more = [OF_AN_ID] if "{" in path else []
    more += [OF_A_KEY] if "Idempotency-Key" in headers else []
    for status in sorted({*REFUSALS, *more}):
        titles = sorted(text for number, text in problem.CODES.values() if number == status)
        operation["responses"].setdefault(status, {"description": "; ".join(titles), "content": content})


api = Api(
    title="Creditdesk",
    version=creditdesk.__version__,
    description="Facts in; decisions, actions and customers out; outcomes both ways; the credit check; webhooks. Amounts are "
    "whole numbers of minor units beside their currency; days are ISO dates where the company is.",
    urls_namespace="api",
    docs_url=None,  # its page loads from outside
    parser=body.Strict(),
)
for kind in (Exception, HttpError, ValidationError, problem.Problem):
    api.add_exception_handler(kind, problem.handle)

for part in (
    credit,
    customers,
    decisions,
    actions,
    outcomes,
    facts_in,
    webhooks,
):  # the longer addresses first
    api.add_router("", part.router)

urls = api.urls
for pattern in urls[0]:
    view: Any = login_not_required(pattern.callback)  # a token is asked for, not a session
    if isinstance(view, partial):  # the description itself, which anybody may read
        view.declared = ("anybody",)  # type: ignore[attr-defined]
