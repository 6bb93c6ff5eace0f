"""Changes who is what in a company and lets people in, each with its entry in the audit trail.

A login may be one person's in several companies. What concerns the login itself (a new password, the second factor, closing
it) is done by an administrator of the only company it belongs to, or by an administrator of the whole installation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from allauth.account.app_settings import PASSWORD_RESET_TOKEN_GENERATOR
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from creditdesk.desk import place
from creditdesk.desk.access.members import PersonTaken
from creditdesk.desk.access.models import Granted, Membership
from creditdesk.desk.access.roles import Role
from creditdesk.desk.casework.audit import note
from creditdesk.desk.casework.models import Portfolio
from creditdesk.desk.ledger.models import Company


class LastAdministrator(ValueError):
    """Nobody would be left who can let people in."""


class NotOurs(ValueError):
    """The login belongs to other companies too, or to the whole installation."""


class NameTaken(ValueError):
    """Somebody signs in by that name already."""


def holds_login(asker: Any, user: Any, company: Company) -> bool:
    """Whether `asker`, an administrator of `company`, may act on the login of a user."""
    if asker.is_superuser:
        return True
    return not user.is_superuser and not user.memberships.exclude(company=company).exists()


def invite(
    company: Company,
    username: str,
    email: str,
    roles: Collection[Role],
    *,
    person: str,
    portfolios: Iterable[Portfolio],
    capacity: int,
    asker: Any,
    now: datetime,
    why: str,
) -> Membership:
    """Make somebody a member, with a new login that has no password yet; or with a login that was closed, or is of this person alone.

    Raises:
        NameTaken: the login is somebody's of another company.
        PersonTaken: the facts' name of this person is that of another member.
    """
    users = get_user_model()
    with transaction.atomic():
        user = users.objects.filter(username=username).first()
        if user is not None and (
            user.memberships.filter(company=company).exists() or not holds_login(asker, user, company)
        ):
            raise NameTaken(username)
        _free(company, person or username)
        if user is None:
            user = users.objects.create_user(username, email)
        elif not user.is_active:  # it was closed: whoever comes back begins with a new password
            user.is_active, user.email = True, email or user.email
            user.set_unusable_password()
            user.save()
        member = Membership.objects.create(
            user=user, company=company, person=person or username, capacity=capacity
        )
        Granted.objects.bulk_create([Granted(membership=member, role=role.value) for role in set(roles)])
        member.portfolios.set(portfolios)
        note(
            company,
            by=asker.get_username(),
            at=now,
            what="member",
            ref=username,
            became=told(member),
            why=why,
        )
    return member


def change(
    member: Membership,
    roles: Collection[Role],
    *,
    person: str,
    portfolios: Iterable[Portfolio],
    capacity: int,
    by: str,
    now: datetime,
    why: str,
) -> bool:
    """Change what a member is. Gives whether anything changed.

    Raises:
        LastAdministrator: nobody else could let people in.
        PersonTaken: the facts' name of this person is that of another member.
    """
    with transaction.atomic():
        company = _hold(member.company)
        was = told(member)
        if Role.ADMINISTRATOR not in roles:
            _somebody_else(company, member)
        if person != member.person:
            _free(company, person)
        member.person, member.capacity = person, capacity
        member.save(update_fields=["person", "capacity"])
        member.granted.exclude(role__in=[one.value for one in roles]).delete()
        held = set(member.granted.values_list("role", flat=True))
        Granted.objects.bulk_create(
            [Granted(membership=member, role=one.value) for one in set(roles) if one.value not in held]
        )
        member.portfolios.set(portfolios)
        became = told(member)
        if became == was:
            return False
        note(
            company, by=by, at=now, what="member", ref=member.user.get_username(), why=why,
            was={name: value for name, value in was.items() if became[name] != value},
            became={name: value for name, value in became.items() if was[name] != value},
        )  # fmt: skip
    return True


def remove(member: Membership, *, asker: Any, now: datetime, why: str) -> bool:
    """End a membership. Gives whether the login is closed with it, since it belongs to no other company.

    What this person did stays in the audit trail under the same name.

    Raises:
        LastAdministrator: nobody else could let people in.
    """
    with transaction.atomic():
        company = _hold(member.company)
        _somebody_else(company, member)
        user = member.user
        closes = not user.is_superuser and not user.memberships.exclude(pk=member.pk).exists()
        note(
            company, by=asker.get_username(), at=now, what="member", ref=user.get_username(), why=why,
            was=told(member), became={"roles": [], "login": "closed" if closes else "stays"},
        )  # fmt: skip
        member.delete()
        if closes:  # sessions of a closed login end with their next request
            user.is_active = False
            user.save(update_fields=["is_active"])
    return closes


def way_in(member: Membership, *, asker: Any, now: datetime, why: str, forget_factors: bool = False) -> str:
    """A link by which this person chooses a password, once, within `PASSWORD_RESET_TIMEOUT`. The password so far stays until then.

    Args:
        forget_factors: the second factors are forgotten too: a telephone was lost.

    Raises:
        NotOurs: the login belongs to other companies too.
    """
    user = member.user
    if not holds_login(asker, user, member.company):
        raise NotOurs(user.get_username())
    with transaction.atomic():
        forgotten = Authenticator.objects.filter(user=user).delete()[0] if forget_factors else 0
        note(
            member.company, by=asker.get_username(), at=now, what="way_in", ref=user.get_username(), why=why,
            became={"link": "made", "second factors forgotten": forgotten},
        )  # fmt: skip
    key = PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return f"{place.address()}{path}"


def hours_of_a_link() -> int:
    """How long a link is valid."""
    return int(settings.PASSWORD_RESET_TIMEOUT) // 3600


def told(member: Membership) -> dict[str, Any]:
    """What a member is, for the audit trail."""
    return {
        "roles": sorted(member.granted.values_list("role", flat=True)),
        "person": member.person,
        "portfolios": sorted(member.portfolios.values_list("name", flat=True)),
        "capacity": member.capacity,
    }


def administrators(company: Company) -> Any:
    """Users who can let people in: administrators of the company and of the whole installation."""
    own = Q(memberships__company=company, memberships__granted__role=Role.ADMINISTRATOR.value)
    return get_user_model().objects.filter(Q(is_superuser=True) | own, is_active=True).distinct()


def _somebody_else(company: Company, member: Membership) -> None:
    if not member.granted.filter(role=Role.ADMINISTRATOR.value).exists():
        return
    others = administrators(company)
    if not (others if member.user.is_superuser else others.exclude(pk=member.user_id)).exists():
        raise LastAdministrator(member.user.get_username())


def _hold(company: Company) -> Company:
    """One change of members at a time: two administrators cannot remove each other."""
    return Company.objects.select_for_update().get(pk=company.pk)


def _free(company: Company, person: str) -> None:
    if Membership.objects.filter(company=company, person=person).exists():
        raise PersonTaken(person)
