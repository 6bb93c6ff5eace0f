"""How the types of the contract stand in a database."""

from __future__ import annotations

import json
from typing import Any

from django.db import models

from creditdesk.facts.column import BOOLEAN, DATE, FLOAT, INTEGER, LIST, STRING, Column


class IdsField(models.TextField):
    """A list of ids, stored as JSON text: the same on both databases, and an id may hold any character."""

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> list[str] | None:
        """The list."""
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        """The list, from a form or a fixture."""
        return json.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        """The text that is stored."""
        if value is None or isinstance(value, str):
            return value
        return json.dumps(list(value), ensure_ascii=False, separators=(",", ":"))


class NumberOf(models.BigIntegerField):
    """The number of a company or an import: named, stored and asked for as a foreign key, but without its constraint.

    Imports are never deleted and rows are written by one module; to have each of a million rows checked one by one would
    take longer than to write it. To Django it is no relation, so that fifty tables are not one web that every migration
    has to be thought through again.
    """

    def get_attname(self) -> str:
        """As of a foreign key: `brought_by_id`."""
        return f"{self.name}_id"

    def get_prep_value(self, value: Any) -> Any:
        """A number, or the company or import itself."""
        return super().get_prep_value(value.pk if isinstance(value, models.Model) else value)


FIELDS: dict[str, type[models.Field]] = {
    STRING: models.TextField,
    DATE: models.DateField,
    INTEGER: models.BigIntegerField,
    FLOAT: models.FloatField,
    BOOLEAN: models.BooleanField,
    LIST: IdsField,
}


def field_of(column: Column) -> models.Field:
    """The field of a column of the contract; its meaning and unit are its help text."""
    meaning = f"{column.meaning} ({column.unit})" if column.unit else column.meaning
    return FIELDS[column.type](null=not column.required, blank=not column.required, help_text=meaning)
