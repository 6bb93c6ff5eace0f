"""Makes people known to a company, and gives and takes their roles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction

from creditdesk.desk.access.models import Granted, Membership
from creditdesk.desk.access.roles import Role
from creditdesk.desk.casework.audit import note
from creditdesk.desk.ledger.models import Company


class PersonTaken(ValueError):
    """Somebody else in the company is known by that name already."""


def admit(
    company: Company,
    username: str,
    roles: Iterable[Role],
    *,
    by: str,
    now: datetime,
    person: str = "",
    email: str = "",
    password: str | None = None,
    portfolios: Iterable[int] = (),
) -> Membership:
    """Make somebody a member with these roles, or change a member's roles, with its entry in the audit trail.

    Args:
        person: how facts and tasks name this person; the user's name by default.
        password: of a user who is new; None = none, so that a link by mail or the company's sign-on lets in.
        portfolios: the only ones whose customers this person sees.

    Raises:
        PersonTaken: the facts' name of this person is that of another member.
    """
    users = get_user_model()
    wanted_name = person or username
    others = Membership.objects.filter(company=company, person=wanted_name).exclude(user__username=username)
    if others.exists():
        raise PersonTaken(
            f"{wanted_name} is {others[0].user.get_username()} in {company.code}; allowed: a name that nobody else bears"
        )
    with transaction.atomic():
        user = users.objects.filter(username=username).first()
        if user is None:
            user = users.objects.create_user(username, email, password)
        member, new = Membership.objects.get_or_create(
            user=user, company=company, defaults={"person": wanted_name}
        )
        if person and member.person != person:
            member.person = person
            member.save(update_fields=["person"])
        was = sorted(member.granted.values_list("role", flat=True))
        wanted = sorted({role.value for role in roles})
        member.granted.exclude(role__in=wanted).delete()
        Granted.objects.bulk_create(
            [Granted(membership=member, role=role) for role in wanted if role not in was]
        )
        member.portfolios.set(portfolios)
        if new or was != wanted:
            note(
                company, by=by, at=now, what="member", ref=username, was={"roles": was} if not new else None,
                became={"roles": wanted, "person": member.person},
            )  # fmt: skip
    return member
