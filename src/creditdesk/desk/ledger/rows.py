"""Fact tables as Django models: built from the contract, so that it stays the single truth.

Every row is a version: it knows the import that brought it and, once it no longer holds, the import that replaced it.
What holds now are the rows that nothing replaced; what was known after import N are those brought up to N and
not replaced up to N.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce

from creditdesk.desk.ledger.fields import NumberOf, field_of
from creditdesk.facts.column import DATE, Table
from creditdesk.facts.schema import TABLES

ALWAYS = date(1, 1, 1)
"""Stands for an empty date where an index needs a value."""

LINKS = {"allocation": "invoice_id", "collection": "invoice_id", "insurance_event": "cover_id"}
"""How tables without a customer are reached: through the row that each names."""


NAMED = {
    "allocation": ("payment_id", "credit_note_id"),
    "invoice": ("order_id",),
    "payment": ("reverses_payment_id",),
}
"""Columns by which a row is looked up beside its key: what a payment or credit note paid, which invoices bill an order."""

RELATIVES = ("payer_id", "parent_id", "merged_into_id", "party_id")
"""Columns of `customer` that tie customers together."""


class FactRow(models.Model):
    """What every version of every fact has besides the columns of the contract."""

    id = models.BigAutoField(primary_key=True)
    legal_entity = NumberOf(help_text="whose ledger it stands in")
    brought_by = NumberOf(help_text="the import that brought it")
    replaced_by = NumberOf(
        null=True, help_text="the import that replaced it or took it back; empty while it holds"
    )
    origin = NumberOf(help_text="the import that said so first: another one where an undoing brought it back")
    content = models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return ", ".join(str(getattr(self, name)) for name in self.table.key) or str(self.pk)

    table: Table


def class_name(table: str) -> str:
    """Name of a table's model: `credit_report` -> `CreditReport`; our own companies are `CompanyFacts`."""
    return "CompanyFacts" if table == "company" else "".join(word.capitalize() for word in table.split("_"))


def db_table(table: str) -> str:
    """Name of a table in the database."""
    return f"fact_{table}"


def build(module: str) -> dict[str, type[FactRow]]:
    """A model per table of the contract."""
    return {name: _build(table, module) for name, table in TABLES.items()}


def _build(table: Table, module: str) -> type[FactRow]:
    options = {
        "app_label": "ledger",
        "db_table": db_table(table.name),
        "verbose_name": table.name.replace("_", " "),
        "verbose_name_plural": table.name.replace("_", " "),
        "constraints": _constraints(table),
        "indexes": _indexes(table),
    }
    attributes: dict[str, Any] = {column.name: field_of(column) for column in table.columns}
    attributes |= {
        "__module__": module,
        "__doc__": table.meaning,
        "__qualname__": class_name(table.name),
        "Meta": type("Meta", (), options),
        "table": table,
    }
    return type(class_name(table.name), (FactRow,), attributes)


def _constraints(table: Table) -> list[models.UniqueConstraint]:
    """One version holds per key. Rows without a key of their own are told apart by their content and their number."""
    if not table.key:
        return []
    parts = [_never_empty(table, name) for name in table.key]
    name = f"{db_table(table.name)}_holds"
    return [models.UniqueConstraint("legal_entity", *parts, condition=models.Q(replaced_by=None), name=name)]


def _never_empty(table: Table, name: str) -> Any:
    column = table.column(name)
    if column.required:
        return models.F(name)
    return Coalesce(name, models.Value(ALWAYS if column.type == DATE else ""))


def _indexes(table: Table) -> list[models.Index]:
    """One customer's rows at once; what was known after an import; what an import took away."""
    prefix = db_table(table.name)
    indexes = [
        models.Index(fields=["legal_entity", "brought_by", "replaced_by"], name=f"{prefix[:24]}_known"),
        models.Index(
            fields=["legal_entity", "origin"],
            condition=~models.Q(origin=models.F("brought_by")),
            name=f"{prefix[:24]}_back",
        ),
        models.Index(
            fields=["legal_entity", "replaced_by"],
            condition=models.Q(replaced_by__isnull=False),
            name=f"{prefix[:24]}_gone",
        ),
    ]
    indexes += [
        models.Index(
            fields=["legal_entity", column],
            condition=models.Q((f"{column}__isnull", False)),
            name=f"{prefix[:20]}_by_{column[:5]}",
        )
        for column in NAMED.get(table.name, ())
    ]
    if table.name == "dispute":  # those that wait to be settled, the most urgent first
        indexes.append(
            models.Index(
                fields=["legal_entity", "deadline", "id"],
                condition=models.Q(replaced_by=None, closed_on=None),
                name=f"{prefix}_open",
            )
        )
    if table.name == "invoice":  # whoever is on the line names an invoice by its number, also a paid one
        indexes.append(
            models.Index(
                fields=["legal_entity", "number"],
                condition=models.Q(replaced_by=None),
                name=f"{prefix}_number",
            )
        )
    link = "customer_id" if any(c.name == "customer_id" for c in table.columns) else LINKS.get(table.name)
    if link and table.name != "customer":
        indexes.append(models.Index(fields=["legal_entity", link], name=f"{prefix[:24]}_of"))
    if table.name == "customer":
        indexes += [
            models.Index(
                fields=["legal_entity", column],
                condition=models.Q((f"{column}__isnull", False)),
                name=f"fact_customer_{column[:9]}",
            )
            for column in RELATIVES
        ]
    return indexes
