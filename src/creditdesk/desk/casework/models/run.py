"""A day of a company, and the stages it went through: the row that a screen polls."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Run(models.Model):
    """One day of one company. A day that is run again goes on in the same row.

    Attributes:
        kind: `day` has effects; `catch_up` is a missed day, decided and recorded without effects (R6); `past` is a day
            before the last one decided: it is shown and changes nothing.
        ledger_no: the last import that the facts were read with.
        done, total: progress of the stage under way.
        counts: what the run did, by name.
    """

    class Kind(models.TextChoices):
        """What a run may do."""

        DAY = "day", "Day"
        CATCH_UP = "catch_up", "Missed day"
        PAST = "past", "Past day"

    class State(models.TextChoices):
        """Where a run stands."""

        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="runs")
    as_of = models.DateField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.DAY)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    preview = models.BooleanField(
        default=False, help_text="Nobody was released yet: everything was only shown."
    )
    policy = models.ForeignKey("casework.PolicyVersion", models.PROTECT, null=True, related_name="+")
    ledger_no = models.BigIntegerField(null=True)
    stage = models.CharField(max_length=20, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    attempt = models.IntegerField(default=1)
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    by = models.CharField(max_length=150)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-as_of", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("company", "as_of"), condition=~Q(kind="past"), name="run_one_per_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.company_id} {self.as_of} {self.kind} {self.state}"


class Stage(models.Model):
    """One stage of a run, recorded in the transaction that did its work.

    Attributes:
        ledger_no: the last import that it worked with.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="stages")
    name = models.CharField(max_length=20)
    rows = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0)
    finished_at = models.DateTimeField()
    ledger_no = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("run", "name"), name="stage_once"),)

    def __str__(self) -> str:
        return f"{self.run_id} {self.name}"


class Whole(models.Model):
    """What the last day knew of all customers at once (ranks, means): a customer decided alone is measured against it.

    Attributes:
        content: the stage's rows as an Arrow stream.
    """

    company = models.ForeignKey("ledger.Company", models.CASCADE, related_name="+")
    stage = models.CharField(max_length=30)
    as_of = models.DateField()
    content = models.BinaryField()

    class Meta:
        verbose_name_plural = "whole"
        constraints = (models.UniqueConstraint(fields=("company", "stage"), name="whole_once"),)

    def __str__(self) -> str:
        return f"{self.company_id} {self.stage} {self.as_of}"


class Redecided(models.Model):
    """The last import with which a customer was decided alone: a day that read the ledger before that leaves it be."""

    company = models.ForeignKey("ledger.Company", models.CASCADE, related_name="+")
    customer = models.CharField(max_length=200)
    as_of = models.DateField()
    ledger_no = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "redecided"
        constraints = (models.UniqueConstraint(fields=("company", "customer"), name="redecided_once"),)

    def __str__(self) -> str:
        return f"{self.customer} with import {self.ledger_no}"
