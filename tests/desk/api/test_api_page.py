"""The examples of docs/api.md, run as they stand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from creditdesk.desk.api.models import Event
from creditdesk.desk.api.models.token import Scope
from creditdesk.desk.api.problem import CODES
from creditdesk.desk.api.webhooks import events
from desk.api.shop import Shop, stand_still

pytestmark = pytest.mark.usefixtures("one_desk")

BLOCK = re.compile(r"^```(\w+)(?: (\d+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def page(root: Path) -> str:
    return (root / "docs" / "api.md").read_text(encoding="utf-8")


def examples(text: str) -> list[tuple[str, dict[str, str], Any, int, Any]]:
    """Method and path, headers, body, status, answer."""
    found, asked = [], None
    for kind, status, block in BLOCK.findall(text):
        if kind == "http":
            head, _, body = block.partition("\n\n")
            first, *headers = head.strip().splitlines()
            said = {
                name.lower().replace("-", "_"): value
                for name, value in (one.split(": ", 1) for one in headers)
            }
            asked = (first, said, json.loads(body) if body.strip() else None)
        elif kind == "json" and status:
            assert asked is not None, block
            found.append((*asked, int(status), json.loads(block)))
            asked = None
    assert asked is None
    return found


def differs(told: Any, expected: Any, place: str = "") -> list[str]:
    """Where an answer is not as the page says; what the page leaves out may be anything."""
    if expected == "…":
        return []
    if isinstance(expected, dict) and isinstance(told, dict):
        return [
            line
            for name, value in expected.items()
            for line in ([f"{place}/{name} is missing"] if name not in told else differs(told[name], value, f"{place}/{name}"))
        ]  # fmt: skip
    if isinstance(expected, list) and isinstance(told, list) and len(expected) == len(told):
        return [
            line
            for index, value in enumerate(expected)
            for line in differs(told[index], value, f"{place}/{index}")
        ]
    if isinstance(told, str) and isinstance(expected, str):
        told = told.replace("\u00a0", " ")
    return [] if told == expected else [f"{place}: {told!r}, the page says {expected!r}"]


def test_the_examples_of_the_page(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_still(tmp_path, monkeypatch)
    shop = Shop()
    shop.customer("C-1042", limit=500_000, owes=120_000)
    shop.customer("C-2001")
    found = examples(page(root))
    assert len(found) >= 7
    for first, headers, body, status, expected in found:
        method, path = first.split(" ", 1)
        got = shop.program.ask(method, path, body, **headers)
        assert got.status == status, (first, got.content)
        assert differs(got.content, expected) == [], first


def test_the_page_names_every_scope_code_and_event(root: Path) -> None:
    text = page(root)
    for name in (*Scope.values, *Event.Kind.values, "CREDITDESK_WEBHOOK_ALLOW"):
        assert name == Event.Kind.TEST or f"`{name}`" in text or name in text, name
    told = set(re.findall(r"`([a-z_]+)`", text))
    assert set(CODES) - told <= {"method_not_allowed", "not_acceptable", "internal_error"}
    (event,) = [
        json.loads(block) for kind, status, block in BLOCK.findall(text) if kind == "json" and not status
    ]
    names = events.OF_DECISION[{value: key for key, value in events.KINDS.items()}[event["type"]]]
    assert set(event["data"]) == {"company_id", "customer_id", "as_of", "from", "to", *names[1:]}


def test_the_search_for_differences_finds_them() -> None:
    assert differs({"a": 1, "b": 2}, {"a": 1}) == []
    assert differs({"a": 1}, {"a": 2})
    assert differs({"a": 1}, {"b": 2})
    assert differs([1], [1, 2])
    assert differs({"a": [{"b": 1}]}, {"a": [{"b": "…"}]}) == []
