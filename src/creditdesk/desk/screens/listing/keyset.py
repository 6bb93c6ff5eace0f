"""Pages by key: a page begins behind the last row of the one before, so that the thousandth is as fast as the first."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet


@dataclass(frozen=True)
class Order:
    """An order by one field, ties by id.

    Attributes:
        nullable: the field may be empty; empty rows come last, whichever way.
    """

    field: str
    descending: bool = False
    nullable: bool = False

    def by(self, backwards: bool = False) -> tuple[Any, ...]:
        """For `order_by`; backwards to read the page before."""
        down = self.descending != backwards
        if self.field == "id":
            return ("-id",) if down else ("id",)
        tie = "-id" if backwards else "id"
        if not self.nullable:
            return (f"-{self.field}" if down else self.field), tie
        field = F(self.field)
        empty: dict[str, Any] = {"nulls_first": True} if backwards else {"nulls_last": True}
        return (field.desc(**empty) if down else field.asc(**empty)), tie

    def beyond(self, value: Any, pk: int, backwards: bool) -> Q:
        """Rows behind the one with this value and id, in reading direction."""
        step = "lt" if backwards else "gt"
        if self.field == "id":
            return Q(**{f"id__{'lt' if self.descending != backwards else 'gt'}": pk})
        tie = Q(**{f"id__{step}": pk})
        name, way = self.field, "lt" if self.descending != backwards else "gt"
        if value is None:
            same = Q(**{f"{name}__isnull": True}) & tie
            return same | Q(**{f"{name}__isnull": False}) if backwards else same
        # the first condition lets the index begin where the page does
        rest = Q(**{f"{name}__{way}e": value}) & (Q(**{f"{name}__{way}": value}) | tie)
        if self.nullable and not backwards:
            return rest | Q(**{f"{name}__isnull": True})
        return rest


@dataclass(frozen=True)
class Page:
    """A page of rows, with the keys of the pages before and behind; empty where there is none."""

    rows: list[Any]
    before: str
    after: str


def page(rows: QuerySet[Any], order: Order, size: int, after: str = "", before: str = "") -> Page:
    """The page behind `after`, or the one before `before`; the first one for a key that is none."""
    backwards = bool(before)
    start = _read(before or after)
    if start is not None:
        rows = rows.filter(order.beyond(*start, backwards))
    else:
        backwards = False
    found = list(rows.order_by(*order.by(backwards))[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
        return Page(found, _key(order, found[0]) if more else "", _key(order, found[-1]) if found else "")
    return Page(
        found,
        _key(order, found[0]) if found and start is not None else "",
        _key(order, found[-1]) if more else "",
    )


def _key(order: Order, row: Any) -> str:
    value = getattr(row, order.field)
    said = ["day", value.isoformat()] if isinstance(value, date) else ["plain", value]
    text = json.dumps([*said, row.pk], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _read(key: str) -> tuple[Any, int] | None:
    """The value and id of a key; None for one that was tampered with or comes from another list."""
    if not key:
        return None
    try:
        kind, value, pk = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
        value = date.fromisoformat(value) if kind == "day" else value
    except (ValueError, TypeError, binascii.Error):
        return None
    if not isinstance(pk, int) or isinstance(value, (list, dict)):
        return None
    return value, pk
