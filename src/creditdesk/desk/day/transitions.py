"""What one recording changed for customers: their segment, risk class or order block, and steps that became due.

Who wants to know connects to `changed`; it is sent in the transaction that recorded it, so that what a receiver writes is
there together with the change, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from django.db import models
from django.dispatch import Signal

from creditdesk.desk.beside import beside
from creditdesk.desk.casework.models import Decision, Step
from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.models import Company

changed = Signal()
"""Sent with `company`, `as_of` and `transitions`, a list of `Transition`."""

SEGMENT_MOVED, RISK_CHANGED, ORDER_BLOCK_CHANGED, ACTION_DUE = (
    "segment_moved", "risk_changed", "order_block_changed", "action_due",
)  # fmt: skip
WATCHED = {SEGMENT_MOVED: "segment", RISK_CHANGED: "risk_class", ORDER_BLOCK_CHANGED: "order_block"}
"""The column of a decision that each transition is about."""

BATCH = 500
_STANDING = pa.schema(
    [("customer", pa.string()), *((name, pa.string()) for name in WATCHED.values()), ("digest", pa.string())]
)
_DUE = pa.schema(
    [
        ("id", pa.int64()),
        ("customer", pa.string()),
        ("procedure", pa.string()),
        ("case_no", pa.int64()),
        ("step", pa.string()),
    ]
)


@dataclass(frozen=True)
class Transition:
    """One change.

    Attributes:
        kind: of `WATCHED`, or `action_due`.
        was: the value before; empty for an action.
        row: the decision, or the step, as it stands now.
    """

    kind: str
    customer: str
    was: str
    row: Any


@dataclass(frozen=True)
class Standing:
    """What stood before a recording."""

    decisions: pa.Table
    due: pa.Table


def look(company: Company, customers: Sequence[str] | None) -> Standing | None:
    """What stands now of some customers, or of all; None when nobody wants to know."""
    if not changed.has_listeners():
        return None
    return Standing(
        _read(Decision, _STANDING, company, customers),
        _read(Step, _DUE, company, customers, " AND state = 'due'"),
    )


def tell(company: Company, as_of: date, before: Standing | None, customers: Sequence[str] | None) -> None:
    """Compare with what stood before, and tell who wants to know. Inside the transaction of the recording."""
    if before is None:
        return
    after = look(company, customers)
    if after is None:
        return
    found = [*_moves(company, before, after), *_due(before, after)]
    if found:
        changed.send(sender=Decision, company=company, as_of=as_of, transitions=found)


def _read(
    model: type[models.Model],
    schema: pa.Schema,
    company: Company,
    customers: Sequence[str] | None,
    more: str = "",
) -> pa.Table:
    columns = ", ".join(bulk.quoted(name) for name in schema.names)
    where, values = "company_id = %s AND to_on IS NULL", [company.pk]
    if customers is not None:
        among, value = bulk.among("customer", list(customers))
        where, values = f"{where} AND {among}", [*values, value]
    return bulk.fetch(
        f"SELECT {columns} FROM {bulk.quoted(model._meta.db_table)} WHERE {where}{more}", values, schema
    )


def _asked(query: str, **tables: pa.Table) -> list[tuple[Any, ...]]:
    with beside(**tables) as con:
        return con.execute(query).fetchall()


def _moves(company: Company, before: Standing, after: Standing) -> Iterator[Transition]:
    differs = " OR ".join(f"b.{name} <> a.{name}" for name in WATCHED.values())
    was = ", ".join(f"b.{name}" for name in WATCHED.values())
    rows = _asked(
        f"SELECT a.customer, {was} FROM after a JOIN before b USING (customer) "
        f"WHERE a.digest <> b.digest AND ({differs}) ORDER BY 1",
        before=before.decisions,
        after=after.decisions,
    )
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        now = {
            row.customer: row
            for row in Decision.objects.filter(
                company=company, to_on=None, customer__in=[row[0] for row in part]
            )
        }
        for customer, *values in part:
            for (kind, name), old in zip(WATCHED.items(), values, strict=True):
                if getattr(now[customer], name) != old:
                    yield Transition(kind, customer, old, now[customer])


def _due(before: Standing, after: Standing) -> Iterator[Transition]:
    rows = _asked(
        "SELECT a.id FROM after a ANTI JOIN before b USING (customer, procedure, case_no, step) ORDER BY a.customer, a.id",
        before=before.due,
        after=after.due,
    )
    ids = [row[0] for row in rows]
    for start in range(0, len(ids), BATCH):
        steps = Step.objects.in_bulk(ids[start : start + BATCH])
        for one in ids[start : start + BATCH]:
            yield Transition(ACTION_DUE, steps[one].customer, "", steps[one])
