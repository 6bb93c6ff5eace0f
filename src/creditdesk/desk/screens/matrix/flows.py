"""Who changed segment since a day: from where to where, as a matrix and as a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Min

from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Decision
from creditdesk.desk.day.profiling import Mark
from creditdesk.desk.screens.matrix.figures import remembered
from creditdesk.engine.segment import severity
from creditdesk.policy.document import Policy

SINCE = ("day", "week", "month")


@dataclass
class Pair:
    """Customers who went from one segment to another; `harder`: 1 to a harder one, -1 to a softer one, 0 neither."""

    start: str
    end: str
    count: int = 0
    exposure: dict[str, int] | None = None
    harder: int = 0


@dataclass(frozen=True)
class Flows:
    """Movements since a day.

    Attributes:
        since: the day they are counted from: how customers stood at its end.
        first: whether that is the first day on record, since nothing earlier is.
        starts, ends: segments in the order of the policy.
        lines: per start its pairs, None where nobody went, and how many left it.
        arrived: customers who have come since.
    """

    since: date
    first: bool
    starts: list[str]
    ends: list[str]
    lines: list[tuple[str, list[Pair | None], int]]
    across: list[int]
    moved: int
    arrived: int


def day_before(as_of: date, since: str) -> date:
    """The day that movements are counted from: yesterday, a week ago, the same day of the month before."""
    if since == "day":
        return as_of - timedelta(days=1)
    if since == "week":
        return as_of - timedelta(days=7)
    last = as_of.replace(day=1) - timedelta(days=1)
    return last.replace(day=min(as_of.day, last.day))


def since_of(scope: Scope, mark: Mark, since: str) -> tuple[date, bool]:
    """The day to count from, and whether it is the first on record."""
    wanted = day_before(mark.as_of, since)
    first: date | None = Decision.objects.filter(company=scope.company).aggregate(day=Min("from_on"))["day"]
    return (first, True) if first is not None and first > wanted else (wanted, False)


MOVED = """
SELECT d.segment, a.segment, a.currency, count(*), coalesce(sum(a.exposure), 0)
FROM standing_account a LEFT JOIN casework_decision d ON d.company_id = a.company_id AND d.customer = a.customer
    AND d.from_on <= %s AND (d.to_on IS NULL OR d.to_on > %s)
WHERE a.company_id = %s AND a.segment_since > %s{only} GROUP BY 1, 2, 3
"""
"""Whoever moved since a day is in its segment since a later one, which is an index; those who moved there and back are not told."""


def flows(scope: Scope, policy: Policy, mark: Mark, since: str) -> Flows:
    """The movements that this person may see."""
    day, first = since_of(scope, mark, since)
    rows = remembered(scope, f"moved:{day}", mark, lambda: _moved(scope, day))
    rank = severity(policy)
    pairs: dict[tuple[str, str], Pair] = {}
    arrived = 0
    for start, end, currency, count, exposure in rows:
        if start is None:
            arrived += count
        elif start != end:
            pair = pairs.setdefault((start, end), Pair(start, end, 0, {}, _harder(rank, start, end)))
            pair.count += count
            pair.exposure = {**(pair.exposure or {}), currency: int(exposure)}
    order = list(
        dict.fromkeys([*_drawn(policy), *policy.segments, *(name for pair in pairs for name in pair)])
    )
    starts = [name for name in order if any(pair[0] == name for pair in pairs)]
    ends = [name for name in order if any(pair[1] == name for pair in pairs)]
    lines = []
    for start in starts:
        cells = [pairs.get((start, end)) for end in ends]
        lines.append((start, cells, sum(pair.count for pair in cells if pair)))
    across = [sum(pair.count for pair in pairs.values() if pair.end == end) for end in ends]
    return Flows(day, first, starts, ends, lines, across, sum(across), arrived)


def _drawn(policy: Policy) -> list[str]:
    """The segments of the matrix, row by row."""
    return [segment for line in policy.matrix.cells.values() for segment in line.values()]


def _harder(rank: dict[str, int], start: str, end: str) -> int:
    if start not in rank or end not in rank or rank[start] == rank[end]:
        return 0
    return 1 if rank[end] > rank[start] else -1


def _moved(scope: Scope, day: date) -> list[tuple[Any, ...]]:
    values: list[Any] = [day, day, scope.company.pk, day]
    only = ""
    if scope.portfolios is not None:
        only = f" AND a.portfolio IN ({', '.join(['%s'] * len(scope.portfolios))})"
        values += scope.portfolios
    with connection.cursor() as cursor:
        cursor.execute(MOVED.format(only=only), values)
        return list(cursor.fetchall())
