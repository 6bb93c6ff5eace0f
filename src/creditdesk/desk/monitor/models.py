"""Figures of a company: what it was owed, sold, collected and did, by period.

They repeat what the ledger says, as the ledger says it now, and can be made anew at any time: a day does it, and the worker after a large
import. What each one means stands with its formula in `creditdesk.measures`.
"""

from __future__ import annotations

from django.db import models

from creditdesk.desk.standing.models import written_by_the_day


class Figure(models.Model):
    """One figure of one period. What is 0 has no row.

    Attributes:
        group: of which customers: empty = all, `portfolio:12`, `segment:firm`; as they are grouped today.
        grain: `month` or `week`.
        on: the last day of the period, as far as it has gone: balances are those of that day.
        name, part: which figure, and which part of it: `open` of the age `31_60`.
        amount: in minor units of the reporting currency; amounts times days where the figure is a mean of days.
    """

    company = written_by_the_day()
    group = models.CharField(max_length=120, blank=True)
    grain = models.CharField(max_length=5)
    on = models.DateField()
    name = models.CharField(max_length=30)
    part = models.CharField(max_length=200, blank=True)
    amount = models.BigIntegerField(default=0)
    count = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("on", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("company", "group", "grain", "name", "on", "part"), name="figure_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.group} {self.grain} {self.on} {self.name} {self.part}"


class Measured(models.Model):
    """That a company's figures were made: with the ledger as of which day and which import.

    Attributes:
        currency: the reporting currency of the amounts.
        first_on: day of the first document in the ledger; empty where there is none.
        asked_at: when making them anew was put on the worker's list.
        error: what went wrong the last time, when it did.
    """

    company = models.OneToOneField("ledger.Company", models.CASCADE, related_name="+")
    as_of = models.DateField(null=True)
    ledger_no = models.BigIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    first_on = models.DateField(null=True)
    asked_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "measured"

    def __str__(self) -> str:
        return f"{self.company_id} as of {self.as_of}"
