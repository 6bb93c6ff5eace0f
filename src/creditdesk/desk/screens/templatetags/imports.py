"""What the templates of *Imports* say: values as they were read, and what is wrong in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template

from creditdesk.desk.screens import formats
from creditdesk.desk.screens.imports import saying, words
from creditdesk.facts.column import Column

register = template.Library()


@register.filter
def table_name(code: str) -> str:
    """A table of the contract in words."""
    return words.table_name(code)


@register.filter
def column_name(code: str) -> str:
    """A column of the contract in words."""
    return words.column_name(code)


@register.filter
def doing(kind: str) -> str:
    """What the worker does."""
    return str(words.DOING.get(kind, kind))


@register.filter
def stage(what: str) -> str:
    """What it is at, as the rooms below tell it: `reading invoice`."""
    verb, _space, rest = what.partition(" ")
    said = words.STAGES.get(verb)
    if said is None:
        return ""
    return f"{said}: {words.table_name(rest) if rest in words.TABLES else rest}" if rest else str(said)


@register.filter
def wrong_because(code: str) -> str:
    """What is wrong, in words."""
    return saying.reason(code)


@register.filter
def way_of(mistake: Any, code: str = "") -> str:
    """What may stand there, or the way out."""
    if isinstance(mistake, Mapping):
        return saying.way(code or str(mistake.get("code", "")), str(mistake.get("allowed") or ""))
    return saying.way(mistake.code, mistake.allowed)


@register.filter
def place_of(mistake: Mapping[str, Any]) -> str:
    """Where it stands."""
    return saying.place(mistake["file"], mistake["line"], mistake["column"], foreign=not mistake["table"])


@register.filter
def unusable(said: str) -> str:
    """Why something cannot be used."""
    return saying.unusable(said)


@register.filter
def sum_of(result: Mapping[str, Any], name: str) -> int:
    """Rows of all tables."""
    return sum(one[name] for one in result["tables"].values())


@register.filter
def is_money(column: Column) -> bool:
    """Whether its figures stand under each other at the right."""
    return "minor units" in column.unit or column.unit != ""


@register.simple_tag
def read_value(values: Mapping[str, Any], column: Column) -> str:
    """A value as it was read, as the reader's language writes it."""
    value = values.get(column.name)
    if value is None:
        return ""
    if "minor units" in column.unit and isinstance(value, int):
        return formats.money(value, str(values.get("currency") or "EUR"), exact=True)
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(words.VALUES[value]) if column.allowed and value in words.VALUES else str(value)
