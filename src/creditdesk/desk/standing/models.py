"""How things stand now, for lists: written by the stage `record` of the day and whenever customers are decided anew.

It repeats what the decisions and the ledger say, in columns with an index behind them, and can be written anew from
them at any time. Amounts are in minor units.
"""

from __future__ import annotations

from typing import Any

from django.db import models


class WordField(models.CharField):
    """Text compared byte by byte, so that a prefix is a range of the index on both databases."""

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        """Django's: type and collation of the column."""
        found = super().db_parameters(connection)
        found["collation"] = "C" if connection.vendor == "postgresql" else "BINARY"
        return found


def written_by_the_day() -> models.ForeignKey[Any, Any]:
    """The company of rows that repeat what was decided, and are made anew with it.

    The database does not look the company up for each row: that took a third of the time of writing them. Their unique keys begin
    with it, so that it needs no index of its own.
    """
    return models.ForeignKey(
        "ledger.Company", models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )


class Account(models.Model):
    """One customer as it stands today: a row per customer that was decided.

    Amounts are in `currency`, the reporting currency of its company of ours. Ages are kept as days of the calendar
    (`oldest_due_on`), not as numbers of days, so that a row changes only when something happens.

    Attributes:
        words: what it is found by: id, name, city, VAT and registration number, without accents, in small letters.
        collector, account_manager: the person: a portfolio's owner, else whom the facts name.
        portfolio: id of the portfolio of its collector.
        oldest_due_on: effective due day of the oldest invoice past due.
        collectible: past due net of what is disputed, promised, planned and paid: what may be asked for today.
        step, do, step_state, hold, priority: of the step that is due or held today; of several the most urgent one.
        proposed_since, move_held: since when another segment is proposed, and the brake that holds the move.
        order_rank: how hard the order block is: 0 none, 1 review, 2 prepayment, 3 stop.
        order_release_when, order_release_amount: what lifts the order block, and what has to be paid for that.
        released_until: last day of a person's release.
        growth: of our turnover with it, in percent of the 12 months before; empty where there was none.
        pipeline: open opportunities.
        room: what more could be sold: the pipeline, else last year's growth, within the headroom; 0 for no candidate.
        at_risk: expected loss, where it is to be watched: uninsured, and not of low risk or beyond its limit.
        slipping: days by which its last invoices were paid ever later, from 15 on; else 0.
        more: columns of the profile that a person reads on the customer's page (`PROFILE` in `day/current.py`).
    """

    company = written_by_the_day()
    customer = models.CharField(max_length=200)
    digest = models.CharField(max_length=32)
    name = models.TextField()
    words = models.TextField()
    kind = models.CharField(max_length=20)
    country = models.CharField(max_length=2, blank=True)
    city = models.TextField(blank=True)
    language = models.CharField(max_length=2)
    payer = models.CharField(max_length=200)
    group_id = models.CharField(max_length=200)
    key_account = models.BooleanField(default=False)
    intercompany = models.BooleanField(default=False)
    collector = models.CharField(max_length=150, blank=True)
    account_manager = models.CharField(max_length=150, blank=True)
    portfolio = models.BigIntegerField(null=True)
    segment = models.CharField(max_length=100)
    segment_since = models.DateField()
    previous_segment = models.CharField(max_length=100, blank=True)
    proposed_segment = models.CharField(max_length=100, blank=True)
    proposed_since = models.DateField(null=True)
    move_held = models.CharField(max_length=16, blank=True)
    cell_row = models.CharField(max_length=100, blank=True)
    cell_column = models.CharField(max_length=100, blank=True)
    risk_class = models.CharField(max_length=10)
    payment_index = models.BigIntegerField(null=True)
    procedure = models.CharField(max_length=100, blank=True)
    case_no = models.BigIntegerField(null=True)
    next_step = models.CharField(max_length=100, blank=True)
    next_due_on = models.DateField(null=True)
    step = models.CharField(max_length=100, blank=True)
    do = models.CharField(max_length=20, blank=True)
    step_state = models.CharField(max_length=4, blank=True)
    hold = models.CharField(max_length=30, blank=True)
    priority = models.SmallIntegerField(default=0)
    acceptance = models.CharField(max_length=12)
    terms_days = models.BigIntegerField(null=True)
    delivery_terms = models.CharField(max_length=16, default="normal")
    order_block = models.CharField(max_length=12)
    order_rank = models.SmallIntegerField(default=0)
    order_block_reason = models.CharField(max_length=30, blank=True)
    order_release_when = models.CharField(max_length=12, blank=True)
    order_release_amount = models.BigIntegerField(null=True)
    released_until = models.DateField(null=True)
    currency = models.CharField(max_length=3)
    open_items = models.BigIntegerField(default=0)
    open = models.BigIntegerField(default=0)
    overdue = models.BigIntegerField(default=0)
    collectible = models.BigIntegerField(default=0)
    disputed = models.BigIntegerField(default=0)
    promised = models.BigIntegerField(default=0)
    planned = models.BigIntegerField(default=0)
    unallocated = models.BigIntegerField(default=0)
    oldest_due_on = models.DateField(null=True)
    exposure = models.BigIntegerField(default=0)
    credit_limit = models.BigIntegerField(null=True)
    headroom = models.BigIntegerField(null=True)
    uninsured = models.BigIntegerField(default=0)
    turnover = models.BigIntegerField(default=0)
    growth = models.BigIntegerField(null=True)
    pipeline = models.BigIntegerField(default=0)
    room = models.BigIntegerField(default=0)
    at_risk = models.BigIntegerField(default=0)
    slipping = models.BigIntegerField(default=0)
    more = models.JSONField(default=dict)

    class Meta:
        ordering = ("name", "id")
        constraints = (models.UniqueConstraint(fields=("company", "customer"), name="account_once"),)
        indexes = (
            models.Index(fields=("company", "name", "id"), name="account_name"),
            models.Index(fields=("company", "-overdue", "id"), name="account_overdue"),
            models.Index(fields=("company", "-open", "id"), name="account_open"),
            models.Index(fields=("company", "-exposure", "id"), name="account_exposure"),
            models.Index(fields=("company", "oldest_due_on", "id"), name="account_oldest"),
            models.Index(fields=("company", "segment"), name="account_segment"),
            models.Index(fields=("company", "cell_row", "cell_column"), name="account_cell"),
            models.Index(fields=("company", "collector"), name="account_collector"),
            models.Index(fields=("company", "account_manager"), name="account_manager"),
            models.Index(fields=("company", "group_id"), name="account_group"),
            models.Index(fields=("company", "payer"), name="account_payer"),
            models.Index(fields=("company", "-order_rank", "id"), name="account_orders"),
            models.Index(
                fields=("company", "-room", "id"),
                condition=models.Q(room__gt=0) | models.Q(pipeline__gt=0),
                name="account_room",
            ),
            models.Index(
                fields=("company", "-at_risk", "id"),
                condition=models.Q(at_risk__gt=0) | models.Q(slipping__gt=0),
                name="account_watch",
            ),
            models.Index(fields=("company", "segment_since"), name="account_moved"),
            models.Index(
                fields=("company", "move_held"), condition=~models.Q(move_held=""), name="account_proposed"
            ),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.name}"


class OpenItem(models.Model):
    """An invoice or credit note that is not settled.

    Amounts are in `currency`, the invoice's own, but for `open_base`, in the reporting currency.

    Attributes:
        due_on: effective due day: the due day, or the next bank day.
        collectible: what may be asked for today; 0 before it is due.
        holds: hold codes of the invoice, with spaces: why all or part of it is not asked for.
    """

    company = written_by_the_day()
    customer = models.CharField(max_length=200)
    payer = models.CharField(max_length=200)
    invoice = models.CharField(max_length=200)
    digest = models.CharField(max_length=32)
    number = WordField(max_length=200)
    kind = models.CharField(max_length=12)
    issued_on = models.DateField()
    due_on = models.DateField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    open = models.BigIntegerField()
    open_base = models.BigIntegerField()
    overdue = models.BooleanField()
    collectible = models.BigIntegerField(default=0)
    disputed = models.BigIntegerField(default=0)
    promised = models.BigIntegerField(default=0)
    planned = models.BigIntegerField(default=0)
    holds = models.TextField(blank=True)

    class Meta:
        ordering = ("due_on", "id")
        constraints = (models.UniqueConstraint(fields=("company", "invoice"), name="item_once"),)
        indexes = (
            models.Index(fields=("company", "customer", "due_on"), name="item_customer"),
            models.Index(fields=("company", "number"), name="item_number"),
        )

    def __str__(self) -> str:
        return self.number


class SearchWord(models.Model):
    """A word that a customer is found by, for search by prefix."""

    company = written_by_the_day()
    word = WordField(max_length=200)
    customer = models.CharField(max_length=200)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("company", "word", "customer"), name="word_once"),)
        indexes = (models.Index(fields=("company", "customer"), name="word_customer"),)

    def __str__(self) -> str:
        return f"{self.word}: {self.customer}"


class Stale(models.Model):
    """A customer about whom a person has just said something, and who is not decided anew yet: an outbox of work.

    Written in the transaction of the fact. Whoever decides the customer anew with that import, or a later one, deletes it.

    Attributes:
        ledger_no: the import that the decision must know.
        error: what went wrong the last time, when it did.
    """

    company = models.ForeignKey("ledger.Company", models.CASCADE, related_name="+")
    customer = models.CharField(max_length=200)
    ledger_no = models.BigIntegerField()
    asked_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "stale"
        ordering = ("asked_at", "id")
        constraints = (models.UniqueConstraint(fields=("company", "customer"), name="stale_once"),)

    def __str__(self) -> str:
        return f"{self.customer} after import {self.ledger_no}"


class Profiled(models.Model):
    """What the last day knew of every customer when it placed them: another policy can be tried on it at once.

    Attributes:
        as_of: that day.
        ledger_no: the last import it knew.
        made_with: the parts of the policy that the profile depends on (`engine.preview.basis`).
        content: plain columns of the profile and the decision, one row per customer, as Parquet.
    """

    company = models.OneToOneField("ledger.Company", models.CASCADE, related_name="+")
    as_of = models.DateField()
    ledger_no = models.BigIntegerField()
    made_with = models.JSONField()
    content = models.BinaryField()

    class Meta:
        verbose_name_plural = "profiled"

    def __str__(self) -> str:
        return f"{self.company_id} {self.as_of}"


class ProfiledSince(models.Model):
    """The same of one customer who was decided alone since: it holds instead of the row of the day.

    Attributes:
        content: the row as JSON.
    """

    company = models.ForeignKey("ledger.Company", models.CASCADE, related_name="+")
    customer = models.CharField(max_length=200)
    ledger_no = models.BigIntegerField()
    content = models.TextField()

    class Meta:
        verbose_name_plural = "profiled since"
        constraints = (models.UniqueConstraint(fields=("company", "customer"), name="profiled_since_once"),)

    def __str__(self) -> str:
        return f"{self.customer} with import {self.ledger_no}"
