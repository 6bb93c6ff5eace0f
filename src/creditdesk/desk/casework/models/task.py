"""What a person has to do."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Task(models.Model):
    """Something for a person, opened once for its reason and closed when it is done or the reason has gone.

    The natural key is company, customer, kind, procedure, case, step, turn and ref: unique among tasks that are open
    or done, so that no run opens a second one. A task closed without being done gives its key free again.

    Attributes:
        kind: `step` of a procedure; `approve` a held step; `post` a letter the desk cannot send; `unknown` a message
            that may or may not have gone out; `alert`; `request` to be decided.
        turn: how often the step was brought to an end before, plus one, counted on the facts that decided.
        ref: what else the task is about: the message, the alert, the request.
        role, person: whose it is; `assigned` is who has it today, a deputy when the person is away.
        handed_to, handed_role: who was given the task, by name, and in which role: it stays theirs whatever the next day says.
        tried_on: the last day on which somebody tried in vain; the task goes behind the others that day.
        amount: in minor units of `currency`.
        closed_because: why it was closed without being done.
    """

    class Kind(models.TextChoices):
        """What a task is about."""

        STEP = "step", "Step"
        APPROVE = "approve", "Approval"
        POST = "post", "Letter to post"
        UNKNOWN = "unknown", "Message of unknown fate"
        ALERT = "alert", "Alert"
        REQUEST = "request", "Request"

    class State(models.TextChoices):
        """Where a task stands."""

        OPEN = "open", "Open"
        DONE = "done", "Done"
        CLOSED = "closed", "Closed"

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="+")
    customer = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    procedure = models.CharField(max_length=100, blank=True)
    case_no = models.BigIntegerField(default=0)
    step = models.CharField(max_length=100, blank=True)
    turn = models.IntegerField(default=1)
    ref = models.CharField(max_length=200, blank=True)
    do = models.CharField(max_length=20, blank=True)
    level = models.SmallIntegerField(default=0)
    template = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=20)
    person = models.CharField(max_length=150, blank=True)
    assigned = models.CharField(max_length=150, blank=True)
    handed_to = models.CharField(max_length=150, blank=True)
    handed_role = models.CharField(max_length=20, blank=True)
    tried_on = models.DateField(null=True)
    priority = models.SmallIntegerField(default=0)
    due_on = models.DateField()
    opened_on = models.DateField()
    overdue = models.BooleanField(default=False)
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    closed_on = models.DateField(null=True)
    closed_because = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    done_by = models.CharField(max_length=150, blank=True)
    invoice_ids = models.JSONField(default=list)
    amount = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    content = models.JSONField(default=dict)

    class Meta:
        ordering = ("-priority", "-amount", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("company", "customer", "kind", "procedure", "case_no", "step", "turn", "ref"),
                condition=~Q(state="closed"),
                name="task_once",
            ),
        )
        indexes = (
            models.Index(fields=("company", "state", "assigned"), name="task_list"),
            models.Index(fields=("company", "customer"), name="task_customer"),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.kind} {self.step or self.ref} {self.state}"
