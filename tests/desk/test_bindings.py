"""The tables of the database conform to the contract, and what is asked often has an index behind it."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, models
from django.test import Client

from creditdesk.desk.ledger import reading, writing
from creditdesk.desk.ledger.fields import IdsField
from creditdesk.desk.ledger.models import FACTS, Company, Import
from creditdesk.facts.schema import TABLES

pytestmark = pytest.mark.usefixtures("desk")

STORED: dict[str, type[models.Field]] = {
    "string": models.TextField,
    "date": models.DateField,
    "int64": models.BigIntegerField,
    "float64": models.FloatField,
    "boolean": models.BooleanField,
    "array<string>": IdsField,
}
VERSION = {"id", "legal_entity", "brought_by", "replaced_by", "origin", "content"}

SAMPLE: dict[str, Any] = {
    "string": 'Ünïcode, "quoted"; and\nbroken',
    "date": date(2024, 2, 29),
    "int64": 9_007_199_254_740_993,
    "float64": 0.1,
    "boolean": True,
    "array<string>": ["a;b", "c,d"],
}


@pytest.fixture
def company() -> Company:
    return Company.objects.create(code="acme", name="Acme")


def test_every_table_of_the_contract_has_its_model_with_its_columns_and_types() -> None:
    assert FACTS.keys() == TABLES.keys()
    for name, table in TABLES.items():
        fields = {field.name: field for field in FACTS[name]._meta.concrete_fields}
        assert fields.keys() - VERSION == {column.name for column in table.columns}
        for column in table.columns:
            assert type(fields[column.name]) is STORED[column.type], (name, column.name)
            assert fields[column.name].null is not column.required, (name, column.name)


def test_the_migrations_lead_to_these_models() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=io.StringIO())


def test_the_database_has_the_columns_that_the_models_name() -> None:
    with connection.cursor() as cursor:
        for name, model in FACTS.items():
            found = {
                column.name
                for column in connection.introspection.get_table_description(cursor, model._meta.db_table)
            }
            assert found == {field.column for field in model._meta.concrete_fields}, name


def filled(name: str) -> dict[str, Any]:
    """A row with a value in every column."""
    values = {}
    for column in TABLES[name].columns:
        value = column.allowed[0] if column.allowed else SAMPLE[column.type]
        if column.maximum is not None:
            value = column.maximum
        values[column.name] = value
    return values


def bare(name: str) -> dict[str, Any]:
    """Another row, with only what is required."""
    row = {}
    for column in TABLES[name].columns:
        value = {"string": "other", "date": date(1999, 1, 1), "int64": 5, "float64": 0.5, "boolean": False,
                 "array<string>": ["x"]}[column.type]  # fmt: skip
        value = column.allowed[-1] if column.allowed else value
        row[column.name] = value if column.required else None
    return row


def test_every_table_comes_back_as_it_went_in(company) -> None:
    rows = {name: [filled(name), bare(name)] for name in TABLES}
    writing.add_all(company, rows, by="anna")
    found = reading.facts(company)
    for name, table in TABLES.items():
        assert found[name].schema.names == [column.name for column in table.columns]
        assert sorted(found[name].to_pylist(), key=repr) == sorted(rows[name], key=repr), name
    assert not writing.add_all(company, rows, by="anna").changed
    assert len(FACTS["plan"].objects.all()) == 2
    assert FACTS["plan"].objects.order_by("id").first().invoice_ids == ["a;b", "c,d"]


def plan_of(query: str, parameters: list[Any]) -> str:
    word = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off")  # a handful of rows is read faster without an index
        cursor.execute(f"{word} {query}", parameters)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.mark.parametrize("name", ["invoice", "customer", "payment", "allocation"])
def test_what_was_known_and_what_holds_and_whose_it_is_have_an_index(company, name) -> None:
    condition, parameters = reading.holding(company, 3)
    table = f"SELECT * FROM fact_{name} WHERE "  # noqa: S608  a name of the contract
    assert f"fact_{name}_" in plan_of(table + condition, parameters)
    key = TABLES[name].key[0]
    holds = f"legal_entity_id = %s AND replaced_by_id IS NULL AND {key} = %s"
    assert f"fact_{name}_" in plan_of(table + holds, [company.pk, "x"])


def test_the_admin_shows_everything_and_changes_nothing(company) -> None:
    writing.add_all(company, {name: [filled(name)] for name in TABLES}, by="anna")
    anna = get_user_model().objects.create_superuser("anna")
    client = Client(headers={"host": "localhost"})
    client.force_login(anna)
    for model, shown in admin.site._registry.items():
        if model._meta.app_label != "ledger":
            continue
        page = f"/admin/ledger/{model._meta.model_name}/"
        assert client.get(page).status_code == 200, page
        assert client.get(page + "add/").status_code == 403
        row = model.objects.first()
        if row is not None:
            assert client.get(f"{page}{row.pk}/change/").status_code == 200, page
            assert client.post(f"{page}{row.pk}/delete/", {"post": "yes"}).status_code == 403
            assert client.post(f"{page}{row.pk}/change/", {}).status_code == 403
        assert not shown.has_add_permission(None)
    assert Import.objects.count() == 1
