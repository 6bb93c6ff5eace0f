"""A column of a list: how it is named, shown, ordered and exported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from creditdesk.desk.screens import formats
from creditdesk.facts.money import major


class Kind(StrEnum):
    """What a value is: it says how it is written, and on which side it stands."""

    TEXT = "text"
    MONEY = "money"
    """Minor units; the currency is the row's `currency`."""
    DAY = "day"
    AGE = "age"
    """A day that is shown as the number of days since, by `show`; in files it is the day."""
    NUMBER = "number"
    CODE = "code"
    """A code named by the report's catalogues; `group` says of which kind."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: of the attribute of the row, and in exports.
        label: what the head of the table says (lazy, translated).
        order: the field that it orders by; empty = it cannot be ordered by.
        nullable: the field may be empty: empty rows come last.
        descending: the first click on the head puts the largest first.
        group: of a code.
        show: writes the cell as HTML, where the kind does not say enough.
        value: the value of a row, where it is no attribute of that name.
        wide: left out on a phone.
        shown: false for a column that stands in exports alone.
    """

    name: str
    label: Any
    kind: Kind = Kind.TEXT
    order: str = ""
    nullable: bool = False
    descending: bool = False
    group: str = ""
    show: Callable[[Any, Any], str] | None = None
    value: Callable[[Any], Any] | None = None
    wide: bool = False
    shown: bool = True

    @property
    def right(self) -> bool:
        """Whether its figures stand under each other at the right."""
        return self.kind in {Kind.MONEY, Kind.NUMBER, Kind.AGE}

    def of(self, row: Any) -> Any:
        """The value in a row."""
        return self.value(row) if self.value else getattr(row, self.name)

    def cell(self, row: Any, listing: Any) -> SafeString:
        """The cell as HTML."""
        if self.show is not None:
            return conditional_escape(self.show(row, listing))
        value = self.of(row)
        if value is None or value == "":
            return mark_safe("")
        match self.kind:
            case Kind.MONEY:
                text = formats.money(value, row.currency) if value else ""
            case Kind.DAY | Kind.AGE:
                text = formats.day(value)
            case Kind.NUMBER:
                text = formats.number(value)
            case Kind.CODE:
                text = formats.speaking().named(self.group, value)
            case _:
                text = value
        return conditional_escape(text)

    def export(self, row: Any) -> str | int | float | Decimal | date | None:
        """The value for a file: amounts in major units, days as days, codes as they are."""
        value = self.of(row)
        if value is None:
            return None
        if self.kind == Kind.MONEY:
            return major(value, row.currency)
        return value
