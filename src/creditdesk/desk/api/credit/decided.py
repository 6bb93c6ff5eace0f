"""The decision that stands on a customer, how old it is, and whether facts that it rests on have changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection

from creditdesk.desk.casework.models import Decision, Redecided, Stage
from creditdesk.desk.casework.policies import NoPolicy, in_force
from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.models import Company, HeldCustomer
from creditdesk.policy.document import OrderStance, Policy
from creditdesk.policy.load import read_policy

JUDGED = (
    "customer", "customer_code", "legal_status", "credit_report", "annual_account", "cover", "override", "approval",
    "handover",
)  # fmt: skip
"""Tables that the limit and the treatment rest on, and that only the engine can judge. What is owed and ordered is counted anew."""


HELD = "held"
"""What `changed_since` says of a customer some of whose rows could not be read."""


@dataclass(frozen=True)
class Decided:
    """How a customer is treated.

    Attributes:
        row: the decision.
        content: the engine's row.
        day: the last day that was recorded, or on which it was decided alone.
        order: when the policy looks at, asks in advance, or stops an order.
        changed: tables with facts that came after the decision.
        held: not all of its rows could be read.
    """

    row: Decision
    content: dict[str, Any]
    day: date
    policy: Policy
    order: OrderStance
    changed: tuple[str, ...]
    held: bool


def decided_on(company: Company, customer: str, ids: Sequence[str], today: date) -> Decided | None:
    """The decision in force on a customer; None before the first.

    Args:
        ids: of the customer, and of those merged into it.
    """
    # what is older is read first: a decision that comes in between is then taken for older than it is, never for newer
    last = (
        Stage.objects.filter(run__company=company, name="record")
        .exclude(run__kind="past")
        .order_by("-run__as_of", "-id")
        .values_list("run__as_of", "ledger_no", "run__ledger_no")
        .first()
    )
    alone = (
        Redecided.objects.filter(company=company, customer=customer).values_list("as_of", "ledger_no").first()
    )
    row = Decision.objects.filter(company=company, customer=customer, to_on=None).first()
    if row is None or last is None:
        return None
    try:
        version = in_force(company, today)
    except NoPolicy:
        return None
    known = [(last[0], last[1] or last[2] or 0), *([alone] if alone else [])]
    content = json.loads(row.content)
    policy = parsed(version.digest, version.text)
    changed = changed_since(company, ids, max(one[1] for one in known))
    return Decided(
        row=row,
        content=content,
        day=max(one[0] for one in known),
        policy=policy,
        order=order_of(policy, row.segment, content.get("cell_row"), content.get("cell_column")),
        changed=tuple(one for one in changed if one != HELD),
        held=HELD in changed,
    )


@lru_cache(maxsize=16)
def _parsed(digest: str, text: str) -> Policy:
    del digest
    return read_policy(text, "policy")


def parsed(digest: str, text: str) -> Policy:
    """A policy's text, read once."""
    return _parsed(digest or hashlib.sha256(text.encode()).hexdigest(), text)


def order_of(policy: Policy, segment: str, row: str | None, column: str | None) -> OrderStance:
    """A segment's stance on orders; that of the customer's cell where the segment says so."""
    found = policy.segments.get(segment)
    if found is None:
        return OrderStance()
    if found.order.cell and row and column:
        name = policy.matrix.cells.get(row, {}).get(column, "")
        cell = policy.segments.get(name)
        return cell.order if cell is not None else found.order
    return found.order


def changed_since(company: Company, ids: Sequence[str], number: int) -> tuple[str, ...]:
    """Tables of `JUDGED` in which something of these customers came, or was taken back, after an import; and `HELD`."""
    among, given = bulk.among("customer_id", list(ids))
    holds = bulk.quoted(HeldCustomer._meta.db_table)
    held = f"SELECT 1 FROM {holds} WHERE legal_entity_id = %s AND {among} AND replaced_by_id IS NULL"
    parts = [f"SELECT '{HELD}' WHERE EXISTS ({held})"]
    values: list[Any] = [company.pk, given]
    for table in JUDGED:
        parts.append(
            f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {bulk.quoted(f'fact_{table}')} WHERE legal_entity_id = %s "
            f"AND {among} AND (brought_by_id > %s OR replaced_by_id > %s))"
        )
        values += [company.pk, given, number, number]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return tuple(sorted(row[0] for row in cursor.fetchall()))
