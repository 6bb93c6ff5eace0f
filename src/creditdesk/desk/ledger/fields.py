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
