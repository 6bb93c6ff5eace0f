"""Tokens and subscriptions from the command line, until there are screens for them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from creditdesk.cli import app
from creditdesk.desk import place
from creditdesk.desk.api.models import Delivery, Token
from creditdesk.desk.api.webhooks import address, events
from desk.api.asking import Program, company
from desk.databases import point_to

from django.utils import timezone  # isort: skip  needs the settings that databases makes


def creditdesk(desk: Any, *words: object, status: int = 0) -> Any:
    """A command; its result, or what it said on standard error."""
    point_to(desk.address)
    done = CliRunner(env={place.HOME: str(desk.home)}).invoke(app, [*map(str, words), "--json"])
    assert done.exit_code == status, done.output + repr(done.exception)
    return json.loads(done.stdout) if done.stdout else done.stderr


def test_a_token_from_the_command_line(desk) -> None:
    acme = company("acme")
    made = creditdesk(desk, "token", "create", "shop", "--scope", "credit_check", "--scope", "customers:read",
                      "--expires", "2999-01-01", "--by", "anna")  # fmt: skip
    assert made["scopes"] == ["credit_check", "customers:read"]
    program = Program(made["token"])
    assert program.get("/customers").status == 200
    (listed,) = creditdesk(desk, "token", "list")
    assert (listed["name"], listed["state"], listed["made_by"]) == ("shop", "active", "anna")
    assert listed["last_used_at"]
    assert made["token"] not in json.dumps(listed)
    assert "allowed: facts:write" in creditdesk(desk, "token", "create", "x", "--scope", "all", status=2)
    assert "which is taken" in creditdesk(desk, "token", "create", "shop", "--scope", "webhooks", status=2)
    assert creditdesk(desk, "token", "revoke", "shop", "--why", "moved")["state"] == "revoked"
    assert program.get("/customers").status == 401
    assert "not revoked" in creditdesk(desk, "token", "revoke", "shop", status=2)
    assert Token.objects.get(company=acme).revoked_by


def test_a_subscription_from_the_command_line(desk, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = company("acme")
    assert "no public address" in creditdesk(desk, "webhook", "add", "https://127.0.0.1/hook", status=2)
    monkeypatch.setenv(address.ALLOW, "http://127.0.0.1:9")
    made = creditdesk(desk, "webhook", "add", "http://127.0.0.1:9/hook", "--kind", "risk.changed")
    assert made["secret"].startswith("whsec_")
    events.put(acme, [("risk.changed", "c1", {}), ("segment.moved", "c1", {})], timezone.now())
    Delivery.objects.update(state="dead", reply="away")
    (listed,) = creditdesk(desk, "webhook", "list")
    assert (listed["on"], listed["waiting"], listed["dead"]) == (True, 0, 1)
    assert [one["reply"] for one in creditdesk(desk, "webhook", "dead", made["number"])] == ["away"]
    assert creditdesk(desk, "webhook", "retry", made["number"]) == {"queued": 1}
    assert Delivery.objects.get().state == "queued"
    assert creditdesk(desk, "webhook", "end", made["number"])["on"] is False
    assert "has ended" in creditdesk(desk, "webhook", "retry", made["number"], status=2)
    assert "webhook list" in creditdesk(desk, "webhook", "dead", 99, status=2)
