"""Who belongs to which company, and as what."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from creditdesk.desk.access.roles import Role


class Membership(models.Model):
    """A person in a company. Whoever has none there does not learn that the company exists.

    Attributes:
        person: how the facts, portfolios and tasks name this person (`collector`, `account_manager`); mostly the user's name.
        portfolios: the only ones whose customers this person sees; none = all customers.
        capacity: how many tasks make a day's work list.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    company = models.ForeignKey("ledger.Company", models.CASCADE, related_name="memberships")
    person = models.CharField(max_length=150)
    portfolios = models.ManyToManyField("casework.Portfolio", related_name="restricted_to", blank=True)
    capacity = models.PositiveSmallIntegerField(default=40)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "company"), name="member_once"),
            models.UniqueConstraint(fields=("company", "person"), name="person_once"),
        )

    def __str__(self) -> str:
        return f"{self.person} of {self.company_id}"


class Granted(models.Model):
    """One role of a member."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="granted")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])

    class Meta:
        verbose_name_plural = "granted"
        constraints = (models.UniqueConstraint(fields=("membership", "role"), name="role_once"),)

    def __str__(self) -> str:
        return self.role
