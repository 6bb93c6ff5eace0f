"""What the intake keeps: files that were received, work asked of the worker, and mappings that a company has saved."""

from __future__ import annotations

from django.db import models

from creditdesk.desk.choices import TextChoices


class Upload(models.Model):
    """Files that somebody brought, on their way into the ledger. Nothing of them counts before a person says so.

    Attributes:
        token: names it in addresses, and its folder.
        name: of the file, or of the folder, as a person knows it.
        files: name and size of each file.
        step: how far it is.
        seen: how a list seems to be written, and what its columns look like.
        choices: which column is which, as the form has it; empty where the mapping is written as text.
        document: the mapping as YAML.
        saved_as: name of the saved or shipped mapping it was taken from.
        result: what bringing it in would do, or did.
        wrong: what is wrong with it, where it cannot be used: a code and what goes with it.
        imported: the import it became.
    """

    class Step(TextChoices):
        """Where it stands."""

        READING = "reading", "being read"
        MAPPING = "mapping", "columns to be chosen"
        CHECKING = "checking", "being checked"
        CHECKED = "checked", "checked"
        BRINGING = "bringing", "being brought in"
        DONE = "done", "brought in"
        FAILED = "failed", "cannot be used"

    class Kind(TextChoices):
        """What was brought."""

        FILE = "file", "a list that needs a mapping"
        FOLDER = "folder", "tables of the contract"

    company = models.ForeignKey("ledger.Company", models.CASCADE, related_name="uploads")
    token = models.CharField(max_length=32, unique=True)
    by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.FILE)
    files = models.JSONField(default=list)
    size = models.BigIntegerField(default=0)
    step = models.CharField(max_length=10, choices=Step, default=Step.READING)
    seen = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    document = models.TextField(blank=True)
    saved_as = models.CharField(max_length=100, blank=True)
    result = models.JSONField(default=dict)
    wrong = models.JSONField(default=dict)
    imported = models.ForeignKey("ledger.Import", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-made_at", "-id")
        indexes = (models.Index(fields=("company", "step"), name="upload_step"),)

    def __str__(self) -> str:
        return self.name


class Work(models.Model):
    """Something that takes longer than a person waits, asked of the worker. Taken by one conditional UPDATE.

    Attributes:
        upload: which files, for the kinds that are about files.
        number: which import, for the kinds that are about one.
        given: what else was said.
        result: what came of it.
        wrong: why it could not be done: a code and what goes with it.
    """

    class Kind(TextChoices):
        """What is to be done."""

        READ = "read", "look at a file"
        CHECK = "check", "check what it would bring"
        BRING = "bring", "bring it in"
        UNDO = "undo", "take an import back"
        RETRY = "retry", "try quarantined rows again"

    class State(TextChoices):
        """How far it is."""

        WAITING = "waiting", "waits"
        WORKING = "working", "under way"
        DONE = "done", "done"
        FAILED = "failed", "could not be done"

    company = models.ForeignKey("ledger.Company", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    upload = models.ForeignKey(Upload, models.CASCADE, null=True, related_name="works")
    number = models.BigIntegerField(null=True)
    by = models.CharField(max_length=150)
    why = models.TextField(blank=True)
    given = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    wrong = models.JSONField(default=dict)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=("id",), condition=models.Q(state__in=("waiting", "working")), name="work_open"
            ),
            models.Index(fields=("company", "kind", "number"), name="work_of_import"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.upload_id or self.number}: {self.state}"


class SavedMapping(models.Model):
    """A mapping under a name: the document that `creditdesk import --map` takes.

    Attributes:
        choices: as the form has it; empty where the document was written by hand.
        header: names of the columns of the file it was made for: a file with the same ones is read by it.
    """

    company = models.ForeignKey("ledger.Company", models.CASCADE, related_name="mappings")
    name = models.CharField(max_length=100)
    document = models.TextField()
    choices = models.JSONField(default=dict)
    header = models.JSONField(default=list)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("company", "name"), name="mapping_name_once"),)

    def __str__(self) -> str:
        return self.name
