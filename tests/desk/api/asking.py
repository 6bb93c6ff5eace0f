"""Another program that uses the API: it has a token, and sends JSON."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.test import Client
from django.utils import timezone

from creditdesk.desk.api import tokens
from creditdesk.desk.api.models.token import Scope
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.ledger.writing import add_all

V1 = "/api/v1"


@dataclass
class Answer:
    """What came back."""

    status: int
    content: Any
    headers: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.content[name]


class Program:
    """Asks with a token."""

    def __init__(self, token: str | None) -> None:
        self.token = token
        self._client = Client(raise_request_exception=False, SERVER_NAME="localhost")

    @staticmethod
    def of(company: Company, *scopes: str, name: str = "shop", **more: Any) -> Program:
        """One with a token of its own: by default for everything."""
        wanted = scopes or tuple(Scope.values)
        _row, token = tokens.create(company, name, wanted, by="anna", now=timezone.now(), **more)
        return Program(token)

    def ask(self, method: str, path: str, content: Any = None, **headers: str) -> Answer:
        """Send a request; `content` is JSON, or bytes as they are."""
        more: dict[str, Any] = {}
        if self.token is not None:
            headers = {"authorization": f"Bearer {self.token}", **headers}
        if content is not None:
            kind = headers.pop("content_type", "application/json")
            data = content if isinstance(content, bytes) else json.dumps(content, default=_plain).encode()
            more = {"data": data, "content_type": kind}
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        where = path if path.startswith("/api/") else f"{V1}{path}"
        got = self._client.generic(method, where, headers=sent, **more)
        text = got.content.decode()
        return Answer(
            got.status_code,
            json.loads(text) if "json" in got.get("Content-Type", "") else text,
            {name.lower(): value for name, value in got.headers.items()},
        )

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, content: Any, **headers: str) -> Answer:
        return self.ask("POST", path, content, **headers)

    def all(self, path: str, limit: int) -> list[Any]:
        """Every row of a list, page by page."""
        rows: list[Any] = []
        join = "&" if "?" in path else "?"
        after = ""
        while True:
            got = self.get(f"{path}{join}limit={limit}{after}")
            assert got.status == 200, got.content
            assert len(got["items"]) <= limit
            rows += got["items"]
            if got["next"] is None:
                return rows
            after = f"&after={got['next']}"


def _plain(value: Any) -> str:
    assert isinstance(value, date | datetime)
    return value.isoformat()


_codes = itertools.count(1)


def company(code: str = "") -> Company:
    """A company of ours without customers: a new one, unless it is named. All of them share one desk."""
    code = code or f"acme-{next(_codes)}"
    found, fresh = Company.objects.get_or_create(code=code, defaults={"name": code.title()})
    if fresh:
        ours = {
            "company_id": code,
            "name": code.title(),
            "country": "BE",
            "currency": "EUR",
            "language": "nl",
        }
        add_all(found, {"company": [ours]}, by="import")
    return found


def customer(name: str, **more: Any) -> dict[str, Any]:
    return {"customer_id": name, "name": name.title(), "kind": "company", "country": "BE", **more}


def invoice(name: str, of: str, amount: int = 100_000, **more: Any) -> dict[str, Any]:
    return {
        "invoice_id": name, "customer_id": of, "number": name, "kind": "invoice", "issued": "2026-02-18",
        "due": "2026-03-20", "amount": amount, "currency": "EUR", **more,
    }  # fmt: skip
