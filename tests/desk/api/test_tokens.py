"""Who is let in: tokens with scopes, of one company, for a time, so many requests a minute."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from creditdesk.desk.api import allowance, tokens
from creditdesk.desk.api.models import Token
from creditdesk.desk.api.models.token import Scope
from creditdesk.desk.casework.models import Entry
from desk.api.asking import Program, company, customer

pytestmark = pytest.mark.usefixtures("one_desk")


def test_a_token_is_shown_once_and_kept_as_a_digest() -> None:
    acme = company()
    row, token = tokens.create(acme, "shop", ["credit_check"], by="anna", now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM api_token")
        stored = str(cursor.fetchall())
    assert row.prefix in token
    assert token.split("_", 2)[2] not in stored
    assert Program(token).get("/customers").status == 403  # let in, and told what it may not do
    (entry,) = Entry.objects.filter(what="token", company=acme)
    assert (entry.by, entry.ref, entry.became["scopes"]) == ("anna", row.prefix, ["credit_check"])


FORGED = (
    lambda _token: None,
    lambda _token: "",
    lambda _token: "Bearer",
    lambda token: token + "x",
    lambda token: token[:-1],
    lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
    lambda token: token.upper(),
    lambda token: "_".join(token.split("_", 2)[:2]) + "_",
    lambda token: token.replace("cdk_", "", 1),
    lambda _token: "cdk_0123456789_' OR 1=1 --",
    lambda _token: "cdk_" + "9" * 5000 + "_x",
    lambda _token: "cdk_абв_где".encode().decode("latin-1"),
)


def test_what_is_no_token_in_force_is_refused() -> None:
    acme = company()
    _row, token = tokens.create(acme, "shop", ["customers:read"], by="anna", now=timezone.now())
    for forge in FORGED:
        got = Program(forge(token)).get("/customers")
        assert (got.status, got["code"]) == (401, "invalid_token"), forge(token)
        assert got.headers["content-type"] == "application/problem+json"
        assert got.headers["www-authenticate"].startswith("Bearer")


def test_an_expired_and_a_revoked_token_are_refused() -> None:
    acme, now = company(), timezone.now()
    _row, short = tokens.create(
        acme, "short", ["customers:read"], by="anna", now=now, expires_at=now + timedelta(hours=1)
    )
    assert Program(short).get("/customers").status == 200
    Token.objects.filter(company=acme, name="short").update(expires_at=now - timedelta(seconds=1))
    assert Program(short).get("/customers").status == 401
    _row, taken = tokens.create(acme, "taken", ["customers:read"], by="anna", now=now)
    assert Program(taken).get("/customers").status == 200
    tokens.revoke(acme, "taken", by="bert", now=now, why="lost")
    assert Program(taken).get("/customers").status == 401
    with pytest.raises(tokens.WrongToken, match="that is not revoked"):
        tokens.revoke(acme, "taken", by="bert", now=now)
    tokens.create(acme, "taken", ["customers:read"], by="anna", now=now)  # the name is free again


def test_the_last_use_is_kept() -> None:
    acme = company()
    program = Program.of(acme)
    assert Token.objects.get(company=acme).last_used_at is None
    program.get("/customers")
    assert timezone.now() - Token.objects.get(company=acme).last_used_at < timedelta(minutes=1)


ADDRESSES = (
    ("customers:read", "GET", "/customers", None),
    ("customers:read", "GET", "/customers/c1", None),
    ("decisions:read", "GET", "/decisions", None),
    ("decisions:read", "GET", "/decisions/c1", None),
    ("actions:read", "GET", "/actions", None),
    ("outcomes:read", "GET", "/outcomes", None),
    ("outcomes:write", "POST", "/outcomes", {"outcomes": []}),
    ("facts:write", "POST", "/facts", {"tables": {}}),
    ("facts:write", "POST", "/facts/customer", {"rows": []}),
    ("facts:write", "GET", "/imports", None),
)


def test_each_address_asks_for_its_scope() -> None:
    acme = company()
    for scope, method, path, body in ADDRESSES:
        others = [one for one in Scope.values if one != scope]
        got = Program.of(acme, *others, name=f"others {path} {method}").ask(method, path, body)
        assert (got.status, got["code"]) == (403, "missing_scope"), path
        assert scope in got["detail"]
        got = Program.of(acme, scope, name=f"it {path} {method}").ask(method, path, body)
        assert got.status not in (401, 403), path


def test_another_company_is_never_one_id_away() -> None:
    acme, other = company(), company()
    ours, theirs = Program.of(acme), Program.of(other)
    pushed = theirs.post("/facts/customer", {"rows": [customer("secret")]})
    assert theirs.get("/customers/secret").status == 200
    for path in ("/customers/secret", "/decisions/secret", f"/imports/{pushed['import_number']}",
                 f"/imports/{pushed['import_number']}/quarantined"):  # fmt: skip
        got = ours.get(path)
        assert (got.status, got["code"]) == (404, "not_found")
    assert ours.get("/customers")["items"] == []
    assert pushed["import_number"] not in [one["number"] for one in ours.get("/imports")["items"]]


def test_the_requests_of_a_minute_are_counted() -> None:
    acme = company()
    row, _token = tokens.create(
        acme, "eager", ["customers:read"], by="anna", now=timezone.now(), per_minute=40
    )
    noon = datetime.fromisoformat("2026-03-23T12:00:10+00:00")
    waits = [allowance.take(row, noon) for _ in range(45)]
    assert waits == [0] * 40 + [50] * 5
    assert allowance.take(row, noon + timedelta(seconds=50)) == 0  # the next minute begins


def test_several_processes_together_get_no_more_than_one() -> None:
    """Each thread stands for a process: it keeps its own lot."""
    acme = company()
    row, _token = tokens.create(
        acme, "eager", ["customers:read"], by="anna", now=timezone.now(), per_minute=100
    )
    noon = datetime.fromisoformat("2026-03-23T12:00:00+00:00")
    minute = int(noon.timestamp()) // 60
    given: list[int] = []

    def process() -> None:
        held = 0
        while True:
            lot = allowance._lot(row, minute)
            if not lot:
                break
            held += lot
        given.append(held)
        connection.close()

    threads = [threading.Thread(target=process) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(given) == 100


def test_who_asks_too_often_is_told_when_to_come_back() -> None:
    acme = company()
    program = Program.of(acme, per_minute=1)
    got = [program.get("/customers") for _ in range(4)]
    limited = [one for one in got if one.status == 429]
    assert len(limited) >= 2  # a minute may have ended meanwhile
    assert limited[0]["code"] == "too_many_requests"
    assert 1 <= int(limited[0].headers["retry-after"]) <= 60


SENSELESS = (
    ({"scopes": ["everything"]}, "allowed: facts:write"),
    ({"scopes": []}, "found scope 'none'"),
    ({"name": " "}, "characters"),
    ({"name": "a\x1b[31m"}, "characters"),
    ({"per_minute": 0}, "1 or more"),
    ({"expires_at": datetime.fromisoformat("2020-01-01T00:00:00+00:00")}, "to come"),
)


def test_a_token_that_makes_no_sense_is_not_made() -> None:
    acme = company()
    for more, says in SENSELESS:
        wanted: dict[str, Any] = {"name": "shop", "scopes": ["credit_check"], **more}
        with pytest.raises(tokens.WrongToken, match=says):
            tokens.create(
                acme, wanted.pop("name"), wanted.pop("scopes"), by="anna", now=timezone.now(), **wanted
            )


def test_what_the_address_does_not_know_is_told_in_the_same_form() -> None:
    program = Program.of(company())
    for method, path, status, code in (
        ("GET", "/nothing", 404, "not_found"),
        ("DELETE", "/customers", 405, "method_not_allowed"),
        ("GET", "/api/v2/customers", 404, "not_found"),
    ):
        got = program.ask(method, path)
        assert (got.status, got["code"]) == (status, code)
        assert got["type"] == f"urn:creditdesk:problem:{code}"
    assert "GET" in program.ask("DELETE", "/customers").headers["allow"]
