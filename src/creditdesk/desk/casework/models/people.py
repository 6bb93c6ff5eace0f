"""Whose customers are whose, who stands in for whom, and when a company's day begins."""

from __future__ import annotations

from django.db import models


class Portfolio(models.Model):
    """Customers that belong to one person in one role, whatever the facts say of their collector."""

    company = models.ForeignKey("ledger.Company", models.CASCADE, related_name="portfolios")
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=20, default="collector")
    owner = models.CharField(max_length=150)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("company", "name"), name="portfolio_name"),)

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A customer in a portfolio; in one per role."""

    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="members")
    company = models.ForeignKey("ledger.Company", models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, default="collector")
    customer = models.CharField(max_length=200)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("company", "role", "customer"), name="portfolio_member_once"),
        )

    def __str__(self) -> str:
        return f"{self.customer} in {self.portfolio_id}"


class Absence(models.Model):
    """A person is away from a company's work; the deputy has the tasks meanwhile.

    Attributes:
        person, deputy: as facts, portfolios and tasks of that company name them.
        from_on, until_on: first and last day of it.
    """

    company = models.ForeignKey("ledger.Company", models.CASCADE, related_name="absences")
    person = models.CharField(max_length=150)
    deputy = models.CharField(max_length=150)
    from_on = models.DateField()
    until_on = models.DateField()

    class Meta:
        indexes = (models.Index(fields=("company", "from_on", "until_on"), name="absence_of_company"),)

    def __str__(self) -> str:
        return f"{self.person} {self.from_on} to {self.until_on}: {self.deputy}"


class Schedule(models.Model):
    """When a company's day begins by itself: the hour of its own place.

    Attributes:
        tried_at: when the day was last put on the worker's list: set by one conditional UPDATE, so that one worker puts it
            there.
    """

    company = models.OneToOneField("ledger.Company", models.CASCADE, related_name="schedule")
    hour = models.SmallIntegerField(default=6)
    time_zone = models.CharField(max_length=50, default="Europe/Brussels")
    on = models.BooleanField(default=True)
    tried_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.company_id} at {self.hour}:00 {self.time_zone}"
