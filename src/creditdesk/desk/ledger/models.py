"""What the ledger keeps: companies, imports, and a table of versions per table of the contract."""

from __future__ import annotations

from django.db import models

from creditdesk.desk.choices import TextChoices
from creditdesk.desk.ledger import rows


class Company(models.Model):
    """A legal entity of ours. Its code is the `company_id` of the contract."""

    code = models.TextField(unique=True, help_text="the company_id of the facts")
    name = models.TextField(help_text="legal name")
    sender = models.EmailField(
        blank=True, help_text="address that its messages come from; empty = that of the installation"
    )

    class Meta:
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return self.code


class Import(models.Model):
    """One step of the ledger of a company: the rows it brought, and those it replaced, in one transaction.

    Its number is its place in the order in which things became known. An import is never changed or deleted; to undo it
    is a further import.
    """

    class Kind(TextChoices):
        """Where the rows came from."""

        FOLDER = "folder", "facts folder"
        FILE = "file", "foreign file"
        API = "api", "pushed over the API"
        DESK = "desk", "done at the desk"
        UNDO = "undo", "undoing of an import"

    legal_entity = models.ForeignKey(
        Company, models.PROTECT, related_name="imports", help_text="whose ledger"
    )
    kind = models.TextField(choices=Kind)
    source = models.TextField(blank=True, help_text="name of the folder or file")
    by = models.TextField(help_text="who did it")
    why = models.TextField(blank=True, help_text="reason; required for an undoing")
    made_at = models.DateTimeField(
        help_text="moment at which it became known; never before that of an earlier one"
    )
    undoes = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="undone_by", help_text="the import that it undoes"
    )
    counts = models.JSONField(default=dict, help_text="per table: rows new, replaced, same, gone")
    content = models.TextField(
        blank=True, help_text="fingerprint of all rows: the same file again is no news"
    )
    quarantined = models.BigIntegerField(default=0, help_text="rows that were set apart")
    mapping = models.TextField(blank=True, help_text="of a foreign file: the mapping it was read by, as JSON")
    header = models.JSONField(default=list, help_text="of a foreign file: the names of its columns")

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=["legal_entity", "made_at"], name="import_moment")]

    def __str__(self) -> str:
        return f"import {self.pk}" if self.pk else "no import: nothing was new"

    @property
    def changed(self) -> bool:
        """Whether the ledger changed; an import that brought no news is not kept and has no number."""
        return self.pk is not None


class Confirmation(models.Model):
    """How many rows of an earlier import a later one brought again: the earlier one cannot be undone beneath it."""

    by = models.ForeignKey(Import, models.PROTECT, related_name="confirms", help_text="the later import")
    of = models.ForeignKey(Import, models.PROTECT, related_name="confirmed", help_text="the earlier import")
    table = models.TextField()
    rows = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "by", "table"], name="confirmation_once")]

    def __str__(self) -> str:
        return f"{self.rows} rows of {self.table}"


class SetApart(models.Model):
    """What every version of what was set apart has: it is brought and replaced as facts are, so that an undoing holds for it too."""

    legal_entity = models.ForeignKey(Company, models.PROTECT, related_name="+", help_text="whose ledger")
    brought_by = models.ForeignKey(
        Import, models.PROTECT, related_name="+", help_text="the import that set it apart"
    )
    replaced_by = models.ForeignKey(
        Import, models.PROTECT, related_name="+", null=True, help_text="the import that settled it; empty while it stands"
    )  # fmt: skip

    class Meta:
        abstract = True


class Quarantined(SetApart):
    """A row of a file that breaks the contract, with what is wrong: one line per mistake."""

    source = models.TextField(help_text="name of the folder or file it came from")
    code = models.TextField(help_text="kind of mistake")
    table = models.TextField(help_text="table of the contract")
    file = models.TextField(help_text="file it stands in")
    line = models.BigIntegerField(
        null=True, help_text="line of a CSV file, number of the row of a Parquet file"
    )
    column = models.TextField(help_text="column; empty when the whole row is meant")
    found = models.TextField(help_text="the value found")
    reason = models.TextField(help_text="what is wrong")
    allowed = models.TextField(help_text="what may stand there")
    remedy = models.TextField(help_text="the way out")
    customer_id = models.TextField(null=True, help_text="whose row it is, where that can be told")
    key = models.TextField(null=True, help_text="its key as JSON, where that can be read")
    row = models.TextField(help_text="the row itself, so that nothing is lost")

    class Meta:
        verbose_name_plural = "quarantined"
        indexes = [
            models.Index(
                fields=["legal_entity", "table"],
                condition=models.Q(replaced_by=None),
                name="quarantined_stands",
            )
        ]

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}, {self.column}: {self.reason}"


class HeldCustomer(SetApart):
    """A customer about whom not all is known, since a row of it is quarantined: nothing is sent to it."""

    customer_id = models.TextField()

    class Meta:
        indexes = [
            models.Index(
                fields=["legal_entity", "customer_id"],
                condition=models.Q(replaced_by=None),
                name="held_stands",
            )
        ]

    def __str__(self) -> str:
        return self.customer_id


FACTS: dict[str, type[rows.FactRow]] = rows.build(__name__)
"""The model of every table of the contract."""

globals().update({model.__name__: model for model in FACTS.values()})
