"""Quoting for SQL that is generated from the schema."""

from __future__ import annotations

from collections.abc import Iterable


def name(identifier: str) -> str:
    """An identifier, quoted."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: object) -> str:
    """A text literal."""
    return "'" + str(value).replace("'", "''") + "'"


def texts(values: Iterable[object]) -> str:
    """Text literals, separated by commas."""
    return ", ".join(text(value) for value in values)
