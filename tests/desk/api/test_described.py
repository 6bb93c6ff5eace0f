"""The description of the API is true: every operation answers as it says, whatever it is asked, and never with a failure of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from creditdesk.desk.api import batch, interface
from creditdesk.desk.api.models.token import Scope
from creditdesk.desk.api.shapes import shape, title
from creditdesk.desk.api.webhooks import subscribing
from creditdesk.facts.decisions import DECISION
from creditdesk.facts.schema import TABLES
from desk.api.asking import Program
from desk.api.shop import NOON, Shop, stand_still

FEW_TABLES = ("customer", "order", "credit_group", "security")
"""Tables whose pushes are tried in every run; the long one tries them all."""


def described() -> dict[str, Any]:
    found: dict[str, Any] = interface.api.get_openapi_schema(path_prefix="/api/v1/")
    return found


def test_the_rows_that_may_be_pushed_are_those_of_the_contract() -> None:
    schemas = described()["components"]["schemas"]
    for name, table in batch.PUSHED.items():
        made = schemas[title(table)]
        assert list(made["properties"]) == [column.name for column in table.columns], name
        assert set(made.get("required", [])) == set(table.required), name
        for column in table.columns:
            told = made["properties"][column.name]
            plain = (
                told if column.required else next(one for one in told["anyOf"] if one.get("type") != "null")
            )
            if column.allowed:
                allowed = plain["enum"] if len(column.allowed) > 1 else [plain["const"]]
                assert allowed == list(column.allowed), (name, column.name)
            assert plain.get("minimum", column.minimum) in (column.minimum, -(2**63)), (name, column.name)
            assert column.meaning in told["description"]


def test_a_decision_is_told_with_every_column_of_the_contract() -> None:
    told = set(described()["components"]["schemas"]["DecisionRow"]["properties"])
    assert told == {column.name for column in DECISION.columns} - {"as_of", "moved"} | {"from_on", "to_on"}
    assert set(shape(TABLES["customer"]).model_fields) <= set(
        described()["components"]["schemas"]["CustomerRow"]["properties"]
    )


def test_every_operation_has_a_name_a_scope_and_its_refusals() -> None:
    found = described()
    assert found["openapi"].startswith("3.1")
    names = []
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            names.append(operation["operationId"])
            assert operation["security"], (method, path)
            assert operation["summary"], path
            assert {400, 401, 403, 422, 429, 503} <= set(operation["responses"]), (method, path)
            assert (404 in operation["responses"]) == ("{" in path), (method, path)
            problem = operation["responses"][422]["content"]
            assert list(problem) == ["application/problem+json"]
    assert len(names) == len(set(names))
    scopes = {scope for scope in Scope.values if f"`{scope}`" in str(found["components"]["securitySchemes"])}
    assert scopes == set(Scope.values)
    assert set(found["webhooks"]) == {"segment.moved", "risk.changed", "action.due", "order_block.changed"}


@pytest.fixture(scope="module")
def asked(one_desk, tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ARG001  the database
    """A company with a bit of everything, and a program that may do everything."""
    folder: Path = tmp_path_factory.mktemp("described")
    with pytest.MonkeyPatch.context() as patch:
        stand_still(folder, patch)
        shop = Shop()
        for index in range(3):
            shop.customer(f"c{index}", owes=1_000 * index)
        shop.asks("c1", 500, "cart-1", reserve=True)
        subscribing.subscribe(shop.company, "https://192.0.2.1.nip.invalid/", [], by="anna", now=NOON)
        everything = Program.of(shop.company, name="everything", per_minute=10**9)
        config = SchemathesisConfig()
        config.projects.default.generation.with_security_parameters = False
        config.projects.default.generation.modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application(), config=config)
        yield schema, everything


def _try(schema: Any, program: Program, examples: int, wanted: Callable[[str], bool]) -> dict[str, set[int]]:
    """Ask every operation; gives the statuses of each."""
    headers = {"Authorization": f"Bearer {program.token}", "Host": "localhost", "Accept-Encoding": "identity"}
    statuses: dict[str, set[int]] = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        name = operation.definition.raw["operationId"]
        if not wanted(name):
            continue
        pushes = name.startswith("push_")
        # bad rows of a batch come back as data beside the good ones: they are no bad request
        spared = [negative_data_rejection] if pushes else []
        if name.startswith(("list_", "push_")) or name in ("subscribe", "note_outcomes", "check_credit"):
            # what has the form may still be refused for what it says: a cursor of another list, a currency that is none
            spared.append(positive_data_acceptance)
        taken = statuses.setdefault(name, set())
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            strategy = operation.as_strategy(generation_mode=mode)
            # where any text is an id, and nothing else is asked for, there is nothing wrong to ask
            with suppress(Unsatisfiable):
                seed(7)(_bounded(examples)(given(case=strategy)(_asking(headers, spared, taken))))()
    return statuses


def _bounded(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def _asking(headers: dict[str, str], spared: list[Any], taken: set[int]) -> Callable[..., None]:
    def ask(case: Any) -> None:
        response = case.call_and_validate(headers=headers, excluded_checks=spared)
        taken.add(response.status_code)

    return ask


def test_every_operation_answers_as_it_says(asked) -> None:
    schema, program = asked
    few = {f"push_{name}" for name in FEW_TABLES}
    statuses = _try(schema, program, 3, lambda name: not name.startswith("push_") or name in few)
    assert len(statuses) > 20
    assert 200 in statuses["list_customers"]
    assert statuses["check_credit"] <= {200, 400, 409, 422}
    assert not [name for name, found in statuses.items() if found & {401, 403, 405, 429}]
    assert all(status < 500 for found in statuses.values() for status in found)


@pytest.mark.long
def test_every_operation_answers_as_it_says_many_times(asked) -> None:
    schema, program = asked
    statuses = _try(schema, program, 15, lambda _name: True)
    assert all(status < 500 for found in statuses.values() for status in found)


NASTY = (
    "<script>alert(1)</script>", "'; DROP TABLE api_token; --", "{{7*7}}", "${jndi:ldap://x}", "=cmd|' /C calc'!A0", "../../etc/passwd",
    "a\u202eb", "\ufeff", "𝔘𝔫𝔦", "\r\nSet-Cookie: x=1", "%00", "\\u0000", "a" * 3000, "null", "-1", "1e309", "NaN", "\t", "'", '"', "\x7f",
)  # fmt: skip


def test_whatever_stands_in_a_text_stays_text(asked) -> None:
    """Every text field, with what has broken programs before."""
    _schema, program = asked
    day = (date(2026, 3, 23) - timedelta(days=1)).isoformat()
    for index, text in enumerate(NASTY):
        row = {"customer_id": f"n{index}-{text[:150]}", "kind": "company"} | dict.fromkeys(("name", "street", "city", "vat_number", "legal_form", "collector", "sector"), text)  # fmt: skip
        got = program.post("/facts/customer", {"rows": [row]})
        assert got.status == 200
        stood = program.get("/customers?limit=1000")
        assert stood.headers["content-type"].startswith("application/json")
        if got["tables"]["customer"]["new"]:
            (back,) = [one for one in stood["items"] if one["customer_id"] == row["customer_id"]]
            assert back["name"] == text.replace("\x00", "\ufffd")
        bodies = (
            ("/customers/c1/credit-check", {"amount": 1, "currency": "EUR", "order_id": text, "reserve": True}),
            ("/outcomes", {"outcomes": [{"outcome_id": text, "customer_id": "c1", "channel": "call", "done_on": day,
                                         "outcome": "reached", "note": text, "by": text, "document": text}]}),
            ("/webhooks", {"url": text}),
        )  # fmt: skip
        for path, body in bodies:
            got = program.post(
                path,
                body,
                idempotency_key="k" if index % 5 == 0 else f"k{index}{path}",
                accept_language=text[:50].encode().decode("latin-1").replace("\r", "").replace("\n", ""),
            )
            assert got.status in (200, 201, 422), (path, text, got.content)
            assert got.headers["content-type"].split(";")[0].endswith("json")
        for path in (
            "/decisions?segment=",
            "/actions?customer_id=",
            "/reservations?order_id=",
            "/events?customer_id=",
            "/customers?after=",
        ):
            where = "".join(f"%{byte:02x}" for byte in text[:300].encode())
            assert program.get(path + where).status in (200, 422), (path, text)
