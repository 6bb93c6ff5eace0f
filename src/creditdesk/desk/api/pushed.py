"""Customers about whom other programs told something since they were decided: they are decided anew by the worker, many at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime

from django.db import connection

from creditdesk.desk.casework.models import Redecided, Stage
from creditdesk.desk.casework.policies import NoPolicy
from creditdesk.desk.day.decider import Decider
from creditdesk.desk.day.redecide import redecide
from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.models import Company, Import
from creditdesk.desk.ledger.reading import THROUGH
from creditdesk.facts.schema import TABLES

TOLD_BY = "token:"
"""Begins the name of who made an import, where that was another program."""

AT_ONCE = 200
"""Customers that are decided together."""

A_TURN = 2_000
"""Customers of one company before the next one's turn comes."""


def awaiting(company: Company) -> list[str]:
    """Customers with facts from other programs that are newer than what they were decided with, sorted."""
    last = (
        Stage.objects.filter(run__company=company, name="record")
        .exclude(run__kind="past")
        .order_by("-run__as_of", "-id")
        .values_list("ledger_no", "run__ledger_no")
        .first()
    )
    if last is None:
        return []
    since = max(last[0] or last[1] or 0, _settled.get(_place(company), 0))
    told = Import.objects.filter(legal_entity=company, pk__gt=since, by__startswith=TOLD_BY)
    imports = list(told.values_list("id", "counts"))
    if not imports:
        return []
    newest: dict[str, int] = {}
    for customer, number in _touched(
        company, [one for one, _counts in imports], {name for _one, counts in imports for name in counts}
    ):
        newest[customer] = max(newest.get(customer, 0), number)
    done: dict[str, int] = {}
    names = sorted(newest)
    for start in range(0, len(names), 500):
        rows = Redecided.objects.filter(company=company, customer__in=names[start : start + 500])
        done |= dict(rows.values_list("customer", "ledger_no"))
    waiting = [one for one in names if done.get(one, 0) < newest[one]]
    if not waiting:
        _settled[_place(company)] = max(one for one, _counts in imports)
    return waiting


_settled: dict[tuple[str, int], int] = {}
"""Per database and company the last import up to which nobody waited: a company's imports come one after the other."""


def _place(company: Company) -> tuple[str, int]:
    return str(connection.settings_dict["NAME"]), company.pk


def _touched(company: Company, imports: list[int], tables: set[str]) -> Iterator[tuple[str, int]]:
    """Customer and import for each row that some imports brought."""
    given: object
    if connection.vendor == "postgresql":
        among, given = "x.brought_by_id = ANY(%s)", imports
    else:
        among, given = "x.brought_by_id IN (SELECT value FROM json_each(%s))", json.dumps(imports)
    for name in sorted(tables & set(TABLES)):
        where = f"x.legal_entity_id = %s AND {among}"
        if any(column.name == "customer_id" for column in TABLES[name].columns):
            query = f"SELECT x.customer_id, max(x.brought_by_id) FROM {bulk.quoted(f'fact_{name}')} x WHERE {where} GROUP BY 1"
        elif name in THROUGH:
            through, column = THROUGH[name]
            query = (
                f"SELECT t.customer_id, max(x.brought_by_id) FROM {bulk.quoted(f'fact_{name}')} x "
                f"JOIN {bulk.quoted(f'fact_{through}')} t ON t.legal_entity_id = x.legal_entity_id "
                f"AND t.{column} = x.{column} AND t.replaced_by_id IS NULL WHERE {where} GROUP BY 1"
            )
        else:
            continue
        with connection.cursor() as cursor:
            cursor.execute(query, [company.pk, given])
            yield from (row for row in cursor.fetchall() if row[0])


def decide_pushed(company: Company, today: date, decider: Decider, now: datetime) -> int:
    """Decide who waits for it anew. Gives how many."""
    names = awaiting(company)[:A_TURN]
    for start in range(0, len(names), AT_ONCE):
        try:
            redecide(company, names[start : start + AT_ONCE], today, decider, now)
        except NoPolicy:
            return 0
    return len(names)
