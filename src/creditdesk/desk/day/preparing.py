"""What deciding a few customers needs of their company, made ready where nobody waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date

from django.db import connection

from creditdesk.desk.casework.models import PolicyVersion, Run
from creditdesk.desk.casework.policies import NoPolicy, in_force
from creditdesk.desk.day.alone import BY_COMPANY
from creditdesk.desk.day.decider import Decider
from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.ledger.reading import facts, has_rows, holding, known_import
from creditdesk.facts.schema import TABLES


def told_by(company: Company, number: int) -> dict[tuple[str, str], bool]:
    """What the company answers for its customers, as known after import `number`.

    Streets are asked for only where there are no contacts at all.
    """
    found = {}
    for table, column in BY_COMPANY:
        if column == "*":
            found[table, column] = has_rows(company, number, table)
        elif not found["contact", "*"]:
            found[table, column] = has_rows(company, number, table, column)
    return found


def prepare(
    company: Company,
    policy: PolicyVersion,
    as_of: date,
    decider: Decider,
    currencies: Sequence[str] | None = None,
) -> bool:
    """Make the statements by which any customer of a company is decided alone, unless they are there. Gives whether it did.

    Args:
        currencies: the company's; None = the ledger is asked.
    """
    number = known_import(company, None)
    of_nobody = facts(company, known=number, customers=())
    money = _currencies(company, number) if currencies is None else currencies
    return decider.alone.prepare(policy.text, of_nobody, as_of, told_by(company, number), money)


def prepare_coming(company: Company, today: date, decider: Decider) -> int:
    """`prepare` for the policy in force and those that are approved for a day to come. Gives how many were made.

    Before its first day a company decides nobody alone: that day prepares by itself.
    """
    if not Run.objects.filter(company=company, stages__name="record").exists():
        return 0
    coming = PolicyVersion.objects.filter(company=company, approved_at__isnull=False, effective_on__gt=today)
    versions = list(coming.order_by("effective_on"))
    with suppress(NoPolicy):
        versions.insert(0, in_force(company, today))
    return sum(prepare(company, version, today, decider) for version in versions)


def load(company: Company, today: date, decider: Decider) -> None:
    """Have the statements of the policy in force in this process, where there are any."""
    number = known_import(company, None)
    with suppress(NoPolicy):
        text = in_force(company, today).text
        of_nobody = facts(company, known=number, customers=())
        decider.alone.load(text, of_nobody, today, told_by(company, number))


def _currencies(company: Company, number: int) -> list[str]:
    found: set[str] = set()
    condition, values = holding(company, number)
    with connection.cursor() as cursor:
        for name, table in TABLES.items():
            if any(column.name == "currency" for column in table.columns):
                rows = bulk.quoted(f"fact_{name}")
                cursor.execute(f"SELECT DISTINCT currency FROM {rows} WHERE {condition}", values)
                found |= {row[0] for row in cursor.fetchall()}
    return sorted(found - {None, ""})
