"""A policy being written, and what it was tried on."""

from __future__ import annotations

from django.db import models

from creditdesk.desk.choices import TextChoices


class Draft(models.Model):
    """A policy that somebody writes: text that may still be wrong. Approved it becomes a `PolicyVersion`, which stays.

    writing -> proposed -> approved; a proposal that is sent back is written on; one that is given up is `dropped`.

    Attributes:
        title: what it is for, in a few words.
        base: the version that it was begun from; empty = from a shipped policy or from nothing.
        cases: the policy's own cases, as text.
        writers: everybody who wrote any of it: none of them approves it.
        edition: counts the changes: who saves an older one is told so instead of overwriting.
        version: what it was proposed as.
    """

    class State(TextChoices):
        """Where a draft stands."""

        WRITING = "writing", "Being written"
        PROPOSED = "proposed", "Proposed"
        APPROVED = "approved", "Approved"
        DROPPED = "dropped", "Given up"

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="drafts")
    title = models.CharField(max_length=100)
    text = models.TextField()
    cases = models.TextField(blank=True)
    base = models.ForeignKey("casework.PolicyVersion", models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WRITING)
    writers = models.JSONField(default=list)
    edition = models.IntegerField(default=1)
    version = models.OneToOneField("casework.PolicyVersion", models.SET_NULL, null=True, related_name="draft")
    begun_by = models.CharField(max_length=150)
    begun_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("-changed_at", "-id")
        indexes = (models.Index(fields=("company", "state"), name="draft_state"),)

    def __str__(self) -> str:
        return self.title


class Trial(models.Model):
    """A policy tried out by the worker: on its own cases, or on the past. The row that a screen polls.

    waiting -> running -> done | failed | stopped. A trial whose worker has gone begins anew.

    Attributes:
        text, cases: what is tried, as it was when it was asked for.
        against: the policy in force that a replay is compared with.
        first, last: the days of a replay.
        done, total: how far it is; `at`: the day, or the group of cases, under way.
        beat_at: when its worker last said that it is at work.
        result: what came of it, as data.
    """

    class Kind(TextChoices):
        """On what."""

        CASES = "cases", "Own cases"
        REPLAY = "replay", "Replay"

    class State(TextChoices):
        """Where a trial stands."""

        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        STOPPED = "stopped", "Stopped"

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="+")
    draft = models.ForeignKey(Draft, models.CASCADE, null=True, related_name="trials")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    text = models.TextField()
    cases = models.TextField(blank=True)
    against = models.ForeignKey("casework.PolicyVersion", models.PROTECT, null=True, related_name="+")
    first = models.DateField(null=True)
    last = models.DateField(null=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    at = models.CharField(max_length=100, blank=True)
    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-asked_at", "-id")
        indexes = (models.Index(fields=("state", "asked_at"), name="trial_state"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def under_way(self) -> bool:
        """Whether something is still to come."""
        return self.state in {self.State.WAITING, self.State.RUNNING}
