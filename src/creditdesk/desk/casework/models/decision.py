"""What was decided, as changes: a row holds from `from_on` up to, not including, `to_on`.

The state of any past day is the rows with `from_on <= day` and `to_on` empty or after the day.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Decision(models.Model):
    """How one customer was treated from one day on. `content` is the engine's row as JSON, without the day.

    What is asked for often stands in columns of its own; amounts are in minor units of `currency`.
    """

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="+")
    customer = models.CharField(max_length=200)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    digest = models.CharField(max_length=32)
    segment = models.CharField(max_length=100)
    procedure = models.CharField(max_length=100, null=True)
    case_no = models.BigIntegerField(null=True)
    next_step = models.CharField(max_length=100, null=True)
    next_due_on = models.DateField(null=True)
    risk_class = models.CharField(max_length=10)
    payment_index = models.BigIntegerField(null=True)
    acceptance = models.CharField(max_length=12)
    order_block = models.CharField(max_length=12)
    currency = models.CharField(max_length=3)
    exposure = models.BigIntegerField()
    credit_limit = models.BigIntegerField(null=True)
    headroom = models.BigIntegerField(null=True)
    content = models.TextField()

    class Meta:
        ordering = ("customer", "from_on")
        constraints = (
            models.UniqueConstraint(fields=("company", "customer", "from_on"), name="decision_one_a_day"),
            models.UniqueConstraint(
                fields=("company", "customer"), condition=Q(to_on=None), name="decision_one_current"
            ),
        )
        indexes = (
            models.Index(fields=("company", "from_on"), name="decision_from"),
            models.Index(fields=("company", "to_on"), name="decision_to"),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.segment} from {self.from_on}"


class Step(models.Model):
    """A step that was due or held from one day on: `content` is the engine's row as JSON, without the day.

    Attributes:
        state: `due` or `held`.
        listed_since: the first run that listed it.
    """

    class State(models.TextChoices):
        """Whether the gate let it pass."""

        DUE = "due", "Due"
        HELD = "held", "Held"

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="+")
    customer = models.CharField(max_length=200)
    procedure = models.CharField(max_length=100)
    case_no = models.BigIntegerField()
    step = models.CharField(max_length=100)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    digest = models.CharField(max_length=32)
    state = models.CharField(max_length=4, choices=State.choices)
    level = models.SmallIntegerField()
    do = models.CharField(max_length=20)
    due_on = models.DateField()
    listed_since = models.DateField(null=True)
    hold = models.CharField(max_length=30, blank=True)
    owner = models.CharField(max_length=20)
    priority = models.SmallIntegerField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    content = models.TextField()

    class Meta:
        ordering = ("-priority", "-amount", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("company", "customer", "case_no", "step", "from_on"), name="step_one_a_day"
            ),
            models.UniqueConstraint(
                fields=("company", "customer", "case_no", "step"),
                condition=Q(to_on=None),
                name="step_one_current",
            ),
        )
        indexes = (
            models.Index(fields=("company", "from_on"), name="step_from"),
            models.Index(fields=("company", "to_on"), name="step_to"),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.case_no}/{self.step} {self.state} from {self.from_on}"


class Case(models.Model):
    """A case of a payer (R1), from the run that opened it to the one that found it closed, with why."""

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="+")
    customer = models.CharField(max_length=200)
    case_no = models.BigIntegerField()
    procedure = models.CharField(max_length=100)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    closed_because = models.CharField(max_length=30, blank=True)

    class Meta:
        ordering = ("customer", "case_no")
        constraints = (models.UniqueConstraint(fields=("company", "customer", "case_no"), name="case_once"),)
        indexes = (models.Index(fields=("company", "closed_on"), name="case_closed"),)

    def __str__(self) -> str:
        return f"{self.customer} {self.case_no}"
