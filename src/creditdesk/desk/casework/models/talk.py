"""What people say to each other about a request, a dispute, a move or a policy: on record, beside the facts."""

from __future__ import annotations

from django.db import models

from creditdesk.desk.choices import TextChoices


class Comment(models.Model):
    """One remark about something that people settle among themselves. Remarks are added, never changed.

    Attributes:
        subject: what it is about.
        ref: which one: the number of the request or of the draft of a policy, the id of the dispute, the move as its answers name it.
    """

    class Subject(TextChoices):
        """What a remark is about."""

        REQUEST = "request", "Request"
        DISPUTE = "dispute", "Dispute"
        MOVE = "move", "Move"
        POLICY = "policy", "Policy"

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="+")
    customer = models.CharField(max_length=200)
    subject = models.CharField(max_length=10, choices=Subject.choices)
    ref = models.CharField(max_length=300)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        ordering = ("at", "id")
        indexes = (models.Index(fields=("company", "subject", "ref"), name="comment_about"),)

    def __str__(self) -> str:
        return f"{self.by} on {self.subject} {self.ref}"


class MoveAnswer(models.Model):
    """What somebody of Sales says of a move between segments, proposed or made. The last answer of a person counts.

    Attributes:
        was, target: the segments.
        since: since when it has been proposed, or the day on which it was made.
        reason: why not; needed to object.
        settled_by, settled_at: who of credit management has decided on an objection.
    """

    class Answer(TextChoices):
        """What is said."""

        AGREE = "agree", "Agrees"
        OBJECT = "object", "Objects"

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="+")
    customer = models.CharField(max_length=200)
    was = models.CharField(max_length=100)
    target = models.CharField(max_length=100)
    since = models.DateField()
    answer = models.CharField(max_length=10, choices=Answer.choices)
    reason = models.TextField(blank=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    settled_by = models.CharField(max_length=150, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("at", "id")
        indexes = (models.Index(fields=("company", "customer", "target"), name="move_answer_of"),)

    def __str__(self) -> str:
        return f"{self.by} {self.answer}: {self.customer} {self.was} to {self.target}"
