"""Who may look at the demo: a login per role, and a second finance director, with a password made at that moment."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db.models import Count

from creditdesk.desk.access.members import admit
from creditdesk.desk.access.roles import Role
from creditdesk.desk.casework.models import Task
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.standing.models import Account

WHO = (
    ("collector", Role.COLLECTOR, "collector"),
    ("manager", Role.CREDIT_MANAGER, ""),
    ("director", Role.FINANCE_DIRECTOR, ""),
    ("director2", Role.FINANCE_DIRECTOR, ""),  # large limits and write-offs need two of them
    ("sales", Role.SALES, "account_manager"),
    ("disputes", Role.DISPUTE_HANDLER, ""),
    ("auditor", Role.AUDITOR, ""),
    ("admin", Role.ADMINISTRATOR, ""),
)
"""Their names, roles, and as whom the facts know them: as the person with the most to do in that column."""


def logins(company: Company, now: datetime) -> list[dict[str, str]]:
    """Make them. Gives name, role and password of each; the passwords are nowhere else."""
    made = []
    for name, role, column in WHO:
        password = secrets.token_urlsafe(9)
        person = _busiest(company, column) if column else ""
        member = admit(company, name, [role], by="demo", now=now, person=person, password=password)
        if role == Role.ADMINISTRATOR:  # the first one of an installation, as `creditdesk init` makes it
            member.user.is_staff = member.user.is_superuser = True
            member.user.save(update_fields=["is_staff", "is_superuser"])
        made.append({"name": name, "role": role.value, "password": password})
    return made


def _busiest(company: Company, column: str) -> str:
    """The person with the most open tasks in a role, else with the most customers; empty when the facts name nobody."""
    tasks = Task.objects.filter(company=company, state=Task.State.OPEN, role=column).exclude(assigned="")
    rows = list(
        tasks.order_by().values_list("assigned").annotate(count=Count("id")).order_by("-count", "assigned")
    )
    if not rows:
        accounts = Account.objects.filter(company=company).exclude(**{column: ""}).order_by()
        rows = list(accounts.values_list(column).annotate(count=Count("id")).order_by("-count", column))
    return str(rows[0][0]) if rows else ""
