"""The ledger: companies, imports, and a table of versions per table of the contract."""

from __future__ import annotations

import creditdesk.desk.ledger.fields
import datetime
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="Company",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.TextField(help_text="the company_id of the facts", unique=True)),
                ("name", models.TextField(help_text="legal name")),
            ],
            options={
                "verbose_name_plural": "companies",
                "indexes": [],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="Import",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "legal_entity",
                    models.ForeignKey(
                        help_text="whose ledger",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imports",
                        to="ledger.company",
                    ),
                ),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("folder", "facts folder"),
                            ("file", "foreign file"),
                            ("desk", "done at the desk"),
                            ("undo", "undoing of an import"),
                        ]
                    ),
                ),
                ("source", models.TextField(blank=True, help_text="name of the folder or file")),
                ("by", models.TextField(help_text="who did it")),
                ("why", models.TextField(blank=True, help_text="reason; required for an undoing")),
                (
                    "made_at",
                    models.DateTimeField(
                        help_text="moment at which it became known; never before that of an earlier one"
                    ),
                ),
                (
                    "undoes",
                    models.ForeignKey(
                        help_text="the import that it undoes",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="ledger.import",
                    ),
                ),
                (
                    "counts",
                    models.JSONField(default=dict, help_text="per table: rows new, replaced, same, gone"),
                ),
                (
                    "content",
                    models.TextField(
                        blank=True, help_text="fingerprint of all rows: the same file again is no news"
                    ),
                ),
                ("quarantined", models.BigIntegerField(default=0, help_text="rows that were set apart")),
            ],
            options={
                "ordering": ("id",),
                "indexes": [models.Index(fields=["legal_entity", "made_at"], name="import_moment")],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        help_text="the later import",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirms",
                        to="ledger.import",
                    ),
                ),
                (
                    "of",
                    models.ForeignKey(
                        help_text="the earlier import",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmed",
                        to="ledger.import",
                    ),
                ),
                ("table", models.TextField()),
                ("rows", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("of", "by", "table"), name="confirmation_once")
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="Quarantined",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "legal_entity",
                    models.ForeignKey(
                        help_text="whose ledger",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.company",
                    ),
                ),
                (
                    "brought_by",
                    models.ForeignKey(
                        help_text="the import that set it apart",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.import",
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        help_text="the import that settled it; empty while it stands",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.import",
                    ),
                ),
                ("source", models.TextField(help_text="name of the folder or file it came from")),
                ("code", models.TextField(help_text="kind of mistake")),
                ("table", models.TextField(help_text="table of the contract")),
                ("file", models.TextField(help_text="file it stands in")),
                (
                    "line",
                    models.BigIntegerField(
                        help_text="line of a CSV file, number of the row of a Parquet file", null=True
                    ),
                ),
                ("column", models.TextField(help_text="column; empty when the whole row is meant")),
                ("found", models.TextField(help_text="the value found")),
                ("reason", models.TextField(help_text="what is wrong")),
                ("allowed", models.TextField(help_text="what may stand there")),
                ("remedy", models.TextField(help_text="the way out")),
                (
                    "customer_id",
                    models.TextField(help_text="whose row it is, where that can be told", null=True),
                ),
                ("key", models.TextField(help_text="its key as JSON, where that can be read", null=True)),
                ("row", models.TextField(help_text="the row itself, so that nothing is lost")),
            ],
            options={
                "verbose_name_plural": "quarantined",
                "indexes": [
                    models.Index(
                        condition=models.Q(("replaced_by", None)),
                        fields=["legal_entity", "table"],
                        name="quarantined_stands",
                    )
                ],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="HeldCustomer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "legal_entity",
                    models.ForeignKey(
                        help_text="whose ledger",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.company",
                    ),
                ),
                (
                    "brought_by",
                    models.ForeignKey(
                        help_text="the import that set it apart",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.import",
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        help_text="the import that settled it; empty while it stands",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.import",
                    ),
                ),
                ("customer_id", models.TextField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("replaced_by", None)),
                        fields=["legal_entity", "customer_id"],
                        name="held_stands",
                    )
                ],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="CompanyFacts",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("company_id", models.TextField(help_text="id of the company")),
                ("name", models.TextField(help_text="legal name")),
                ("country", models.TextField(help_text="ISO 3166-1 alpha-2")),
                (
                    "subdivision",
                    models.TextField(blank=True, help_text="ISO 3166-2 part, without the country", null=True),
                ),
                ("street", models.TextField(blank=True, help_text="street and number", null=True)),
                ("postal_code", models.TextField(blank=True, help_text="postal code", null=True)),
                ("city", models.TextField(blank=True, help_text="town", null=True)),
                ("currency", models.TextField(help_text="reporting currency, ISO 4217")),
                ("language", models.TextField(help_text="ISO 639-1")),
                (
                    "registration_number",
                    models.TextField(blank=True, help_text="number in the trade register", null=True),
                ),
                ("vat_number", models.TextField(blank=True, help_text="VAT number", null=True)),
                (
                    "size",
                    models.TextField(blank=True, help_text="size for the law on payment terms", null=True),
                ),
            ],
            options={
                "verbose_name": "company",
                "verbose_name_plural": "company",
                "db_table": "fact_company",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_company_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_company_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_company_gone",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("company_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_company_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("customer_id", models.TextField(help_text="id of the customer")),
                ("name", models.TextField(help_text="name as invoiced")),
                ("kind", models.TextField(help_text="what it is in law")),
                (
                    "company_id",
                    models.TextField(blank=True, help_text="our legal entity it belongs to", null=True),
                ),
                (
                    "party_id",
                    models.TextField(
                        blank=True, help_text="the same legal person over our companies", null=True
                    ),
                ),
                (
                    "payer_id",
                    models.TextField(blank=True, help_text="the customer that pays its invoices", null=True),
                ),
                ("parent_id", models.TextField(blank=True, help_text="the parent in its group", null=True)),
                (
                    "merged_into_id",
                    models.TextField(
                        blank=True, help_text="the customer that goes on in its place", null=True
                    ),
                ),
                ("status", models.TextField(blank=True, help_text="stage of the relation", null=True)),
                ("country", models.TextField(blank=True, help_text="ISO 3166-1 alpha-2", null=True)),
                (
                    "subdivision",
                    models.TextField(blank=True, help_text="ISO 3166-2 part, without the country", null=True),
                ),
                ("street", models.TextField(blank=True, help_text="street and number", null=True)),
                ("postal_code", models.TextField(blank=True, help_text="postal code", null=True)),
                ("city", models.TextField(blank=True, help_text="town", null=True)),
                ("language", models.TextField(blank=True, help_text="ISO 639-1", null=True)),
                ("currency", models.TextField(blank=True, help_text="usual currency, ISO 4217", null=True)),
                ("legal_form", models.TextField(blank=True, help_text="legal form as registered", null=True)),
                ("founded_on", models.DateField(blank=True, help_text="date of foundation", null=True)),
                (
                    "registration_number",
                    models.TextField(
                        blank=True,
                        help_text="number in the trade register; decides identity across spellings",
                        null=True,
                    ),
                ),
                ("vat_number", models.TextField(blank=True, help_text="VAT number", null=True)),
                (
                    "sector",
                    models.TextField(
                        blank=True, help_text="NACE Rev. 2 code of the main activity", null=True
                    ),
                ),
                (
                    "other_sectors",
                    models.TextField(blank=True, help_text="further NACE codes, separated by ;", null=True),
                ),
                ("employees", models.BigIntegerField(blank=True, help_text="staff (persons)", null=True)),
                (
                    "annual_revenue",
                    models.BigIntegerField(
                        blank=True,
                        help_text="its own yearly revenue (minor units of the reporting currency)",
                        null=True,
                    ),
                ),
                (
                    "customer_since",
                    models.DateField(blank=True, help_text="first day of the relation", null=True),
                ),
                ("account_manager", models.TextField(blank=True, help_text="who sells to it", null=True)),
                ("collector", models.TextField(blank=True, help_text="who collects from it", null=True)),
                (
                    "key_account",
                    models.BooleanField(
                        blank=True, help_text="watched by Sales: moves need approval", null=True
                    ),
                ),
                (
                    "intercompany",
                    models.BooleanField(blank=True, help_text="one of our own group: no dunning", null=True),
                ),
                (
                    "payment_terms_days",
                    models.BigIntegerField(blank=True, help_text="agreed term (calendar days)", null=True),
                ),
                (
                    "credit_limit",
                    models.BigIntegerField(
                        blank=True,
                        help_text="limit set by hand or ERP (minor units of `currency`)",
                        null=True,
                    ),
                ),
                (
                    "credit_limit_until",
                    models.DateField(blank=True, help_text="last day of that limit", null=True),
                ),
                (
                    "limit_scope",
                    models.TextField(blank=True, help_text="whose exposure the limit holds", null=True),
                ),
                (
                    "invoice_manner",
                    models.TextField(blank=True, help_text="how it receives invoices", null=True),
                ),
                (
                    "preferred_channel",
                    models.TextField(blank=True, help_text="how it wants to be reached", null=True),
                ),
                ("formality", models.TextField(blank=True, help_text="how it is addressed", null=True)),
                (
                    "po_required",
                    models.BooleanField(blank=True, help_text="invoices need its order number", null=True),
                ),
                (
                    "insolvent_on",
                    models.DateField(
                        blank=True, help_text="short for a legal_status of bankruptcy", null=True
                    ),
                ),
                (
                    "do_not_contact",
                    models.BooleanField(blank=True, help_text="no automatic contact", null=True),
                ),
                (
                    "known_from",
                    models.DateField(blank=True, help_text="first day on which this row is known", null=True),
                ),
            ],
            options={
                "verbose_name": "customer",
                "verbose_name_plural": "customer",
                "db_table": "fact_customer",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_customer_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_customer_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_customer_gone",
                    ),
                    models.Index(
                        condition=models.Q(("payer_id__isnull", False)),
                        fields=["legal_entity", "payer_id"],
                        name="fact_customer_payer_id",
                    ),
                    models.Index(
                        condition=models.Q(("parent_id__isnull", False)),
                        fields=["legal_entity", "parent_id"],
                        name="fact_customer_parent_id",
                    ),
                    models.Index(
                        condition=models.Q(("merged_into_id__isnull", False)),
                        fields=["legal_entity", "merged_into_id"],
                        name="fact_customer_merged_in",
                    ),
                    models.Index(
                        condition=models.Q(("party_id__isnull", False)),
                        fields=["legal_entity", "party_id"],
                        name="fact_customer_party_id",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("customer_id"),
                        django.db.models.functions.comparison.Coalesce(
                            "known_from", models.Value(datetime.date(1, 1, 1))
                        ),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_customer_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerCode",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("customer_id", models.TextField(help_text="whose code")),
                ("code", models.TextField(help_text="name of the coding")),
                ("value", models.TextField(help_text="its value")),
                ("from_on", models.DateField(blank=True, help_text="first day it holds", null=True)),
            ],
            options={
                "verbose_name": "customer code",
                "verbose_name_plural": "customer code",
                "db_table": "fact_customer_code",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_customer_code_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_customer_code_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_customer_code_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_customer_code_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("customer_id"),
                        models.F("code"),
                        django.db.models.functions.comparison.Coalesce(
                            "from_on", models.Value(datetime.date(1, 1, 1))
                        ),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_customer_code_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("customer_id", models.TextField(help_text="whose wish")),
                ("kind", models.TextField(help_text="what it is about")),
                ("value", models.TextField(help_text="the wish")),
                ("from_on", models.DateField(help_text="first day it holds")),
                ("set_by", models.TextField(help_text="who set it")),
            ],
            options={
                "verbose_name": "preference",
                "verbose_name_plural": "preference",
                "db_table": "fact_preference",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_preference_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_preference_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_preference_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_preference_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("customer_id"),
                        models.F("kind"),
                        models.F("from_on"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_preference_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LegalStatus",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("customer_id", models.TextField(help_text="whose status")),
                ("kind", models.TextField(help_text="which status")),
                ("from_on", models.DateField(help_text="first day")),
                ("ended_on", models.DateField(blank=True, help_text="last day", null=True)),
                (
                    "reference",
                    models.TextField(blank=True, help_text="reference of court or trustee", null=True),
                ),
                (
                    "claim_deadline",
                    models.DateField(blank=True, help_text="last day to file our claim", null=True),
                ),
            ],
            options={
                "verbose_name": "legal status",
                "verbose_name_plural": "legal status",
                "db_table": "fact_legal_status",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_legal_status_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_legal_status_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_legal_status_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_legal_status_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("customer_id"),
                        models.F("kind"),
                        models.F("from_on"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_legal_status_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("contact_id", models.TextField(help_text="id of the contact")),
                ("customer_id", models.TextField(help_text="whose contact")),
                ("role", models.TextField(help_text="what it is for")),
                (
                    "is_primary",
                    models.BooleanField(blank=True, help_text="the first to use in its role", null=True),
                ),
                ("salutation", models.TextField(blank=True, help_text="form of address", null=True)),
                ("first_name", models.TextField(blank=True, help_text="first name", null=True)),
                (
                    "name",
                    models.TextField(blank=True, help_text="family name or name of the mailbox", null=True),
                ),
                ("email", models.TextField(blank=True, help_text="e-mail address", null=True)),
                (
                    "phone",
                    models.TextField(
                        blank=True, help_text="telephone, E.164 or as dialled at home", null=True
                    ),
                ),
                ("mobile", models.TextField(blank=True, help_text="mobile telephone", null=True)),
                ("address", models.TextField(blank=True, help_text="postal address on one line", null=True)),
                ("language", models.TextField(blank=True, help_text="ISO 639-1", null=True)),
                ("formality", models.TextField(blank=True, help_text="how it is addressed", null=True)),
                ("opted_out", models.BooleanField(blank=True, help_text="wants no messages here", null=True)),
                ("until_on", models.DateField(blank=True, help_text="last day it is valid", null=True)),
                (
                    "known_from",
                    models.DateField(blank=True, help_text="first day on which this row is known", null=True),
                ),
            ],
            options={
                "verbose_name": "contact",
                "verbose_name_plural": "contact",
                "db_table": "fact_contact",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_contact_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_contact_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_contact_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_contact_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("contact_id"),
                        django.db.models.functions.comparison.Coalesce(
                            "known_from", models.Value(datetime.date(1, 1, 1))
                        ),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_contact_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("invoice_id", models.TextField(help_text="id of the document")),
                ("customer_id", models.TextField(help_text="who owes it")),
                ("number", models.TextField(help_text="number printed on it")),
                ("kind", models.TextField(help_text="which of the two")),
                ("issued", models.DateField(help_text="date of issue")),
                ("due", models.DateField(help_text="date of payment")),
                (
                    "amount",
                    models.BigIntegerField(help_text="total, VAT included (minor units of `currency`)"),
                ),
                ("currency", models.TextField(help_text="ISO 4217")),
                (
                    "company_id",
                    models.TextField(blank=True, help_text="our legal entity that issued it", null=True),
                ),
                (
                    "part",
                    models.TextField(
                        blank=True, help_text="which part of an invoice payable in parts", null=True
                    ),
                ),
                (
                    "corrects_invoice_id",
                    models.TextField(
                        blank=True, help_text="the invoice this one corrects or credits", null=True
                    ),
                ),
                (
                    "net_amount",
                    models.BigIntegerField(
                        blank=True, help_text="total without VAT (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "cost",
                    models.BigIntegerField(
                        blank=True, help_text="cost of what was sold (minor units of `currency`)", null=True
                    ),
                ),
                ("order_id", models.TextField(blank=True, help_text="the order it bills", null=True)),
                (
                    "order_reference",
                    models.TextField(blank=True, help_text="the customer's order number", null=True),
                ),
                (
                    "buyer_reference",
                    models.TextField(blank=True, help_text="the customer's own reference", null=True),
                ),
                (
                    "payment_reference",
                    models.TextField(blank=True, help_text="reference to pay with", null=True),
                ),
                (
                    "payment_method",
                    models.TextField(blank=True, help_text="agreed way of payment", null=True),
                ),
                ("mandate_id", models.TextField(blank=True, help_text="direct debit mandate", null=True)),
                ("manner", models.TextField(blank=True, help_text="how it was sent", null=True)),
                ("sent_on", models.DateField(blank=True, help_text="date of sending", null=True)),
                ("received_on", models.DateField(blank=True, help_text="date of receipt", null=True)),
                (
                    "delivery_state",
                    models.TextField(blank=True, help_text="what is known of its delivery", null=True),
                ),
                (
                    "delivered_on",
                    models.DateField(
                        blank=True, help_text="date of delivery of the goods or service", null=True
                    ),
                ),
                (
                    "discount_until",
                    models.DateField(blank=True, help_text="last day of the cash discount", null=True),
                ),
                (
                    "discount_amount",
                    models.BigIntegerField(
                        blank=True, help_text="cash discount (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "factored_on",
                    models.DateField(blank=True, help_text="date it was sold to a factor", null=True),
                ),
                (
                    "retention",
                    models.BooleanField(
                        blank=True, help_text="a retained part, due later by contract", null=True
                    ),
                ),
                ("document", models.TextField(blank=True, help_text="where the document is", null=True)),
            ],
            options={
                "verbose_name": "invoice",
                "verbose_name_plural": "invoice",
                "db_table": "fact_invoice",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_invoice_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_invoice_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_invoice_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_invoice_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("invoice_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_invoice_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("payment_id", models.TextField(help_text="id of the movement")),
                ("customer_id", models.TextField(blank=True, help_text="who paid", null=True)),
                ("kind", models.TextField(blank=True, help_text="what it is; empty = receipt", null=True)),
                ("value_date", models.DateField(help_text="value date: measures the behaviour")),
                (
                    "entry_date",
                    models.DateField(
                        blank=True,
                        help_text="booking date: governs what was known; empty = value date",
                        null=True,
                    ),
                ),
                ("amount", models.BigIntegerField(help_text="amount (minor units of `currency`)")),
                ("currency", models.TextField(help_text="ISO 4217")),
                ("method", models.TextField(blank=True, help_text="how it was paid", null=True)),
                ("payer_iban", models.TextField(blank=True, help_text="account it came from", null=True)),
                ("our_iban", models.TextField(blank=True, help_text="account of ours", null=True)),
                ("remittance", models.TextField(blank=True, help_text="text with the payment", null=True)),
                (
                    "order_id",
                    models.TextField(blank=True, help_text="the order a deposit is bound to", null=True),
                ),
                (
                    "reverses_payment_id",
                    models.TextField(blank=True, help_text="the receipt this return undoes", null=True),
                ),
            ],
            options={
                "verbose_name": "payment",
                "verbose_name_plural": "payment",
                "db_table": "fact_payment",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_payment_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_payment_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_payment_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_payment_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("payment_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_payment_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("allocation_id", models.TextField(help_text="id of the allocation")),
                ("invoice_id", models.TextField(help_text="the invoice it closes")),
                ("kind", models.TextField(help_text="what closes it")),
                (
                    "payment_id",
                    models.TextField(blank=True, help_text="the payment, if the kind is payment", null=True),
                ),
                (
                    "credit_note_id",
                    models.TextField(
                        blank=True, help_text="the credit note, if the kind is credit_note", null=True
                    ),
                ),
                ("allocated_on", models.DateField(help_text="first day it is in force")),
                (
                    "amount",
                    models.BigIntegerField(
                        help_text="amount, in the currency of the invoice (minor units of `currency`)"
                    ),
                ),
                (
                    "reversed_on",
                    models.DateField(blank=True, help_text="first day it is no longer in force", null=True),
                ),
            ],
            options={
                "verbose_name": "allocation",
                "verbose_name_plural": "allocation",
                "db_table": "fact_allocation",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_allocation_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_allocation_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_allocation_gone",
                    ),
                    models.Index(fields=["legal_entity", "invoice_id"], name="fact_allocation_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("allocation_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_allocation_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("order_id", models.TextField(help_text="id of the order")),
                ("customer_id", models.TextField(help_text="who ordered")),
                ("ordered_on", models.DateField(help_text="date of the order")),
                (
                    "amount",
                    models.BigIntegerField(help_text="value, VAT included (minor units of `currency`)"),
                ),
                ("currency", models.TextField(help_text="ISO 4217")),
                (
                    "promised_for",
                    models.DateField(blank=True, help_text="promised date of delivery", null=True),
                ),
                ("delivered_on", models.DateField(blank=True, help_text="date of delivery", null=True)),
                (
                    "delivered_amount",
                    models.BigIntegerField(
                        blank=True, help_text="value delivered (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "invoiced_amount",
                    models.BigIntegerField(
                        blank=True, help_text="value invoiced (minor units of `currency`)", null=True
                    ),
                ),
                ("cancelled_on", models.DateField(blank=True, help_text="date it was cancelled", null=True)),
                ("refused_on", models.DateField(blank=True, help_text="date it was refused", null=True)),
                ("refused_by", models.TextField(blank=True, help_text="who refused", null=True)),
                (
                    "known_from",
                    models.DateField(blank=True, help_text="first day on which this row is known", null=True),
                ),
            ],
            options={
                "verbose_name": "order",
                "verbose_name_plural": "order",
                "db_table": "fact_order",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_order_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_order_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_order_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_order_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("order_id"),
                        django.db.models.functions.comparison.Coalesce(
                            "known_from", models.Value(datetime.date(1, 1, 1))
                        ),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_order_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("dispute_id", models.TextField(help_text="id of the dispute")),
                ("customer_id", models.TextField(help_text="who disputes")),
                ("invoice_id", models.TextField(blank=True, help_text="the invoice in dispute", null=True)),
                ("opened_on", models.DateField(help_text="date it became known")),
                ("closed_on", models.DateField(blank=True, help_text="date it was closed", null=True)),
                (
                    "amount",
                    models.BigIntegerField(help_text="disputed part (minor units of the invoice's currency)"),
                ),
                ("reason", models.TextField(help_text="why")),
                ("outcome", models.TextField(blank=True, help_text="how it ended", null=True)),
                ("owner", models.TextField(blank=True, help_text="who must solve it", null=True)),
                ("deadline", models.DateField(blank=True, help_text="until when", null=True)),
                (
                    "credit_note_id",
                    models.TextField(blank=True, help_text="the credit note that settles it", null=True),
                ),
            ],
            options={
                "verbose_name": "dispute",
                "verbose_name_plural": "dispute",
                "db_table": "fact_dispute",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_dispute_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_dispute_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_dispute_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_dispute_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("dispute_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_dispute_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditReport",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("report_id", models.TextField(help_text="id of the report")),
                ("customer_id", models.TextField(blank=True, help_text="about whom", null=True)),
                ("lead_id", models.TextField(blank=True, help_text="about which lead", null=True)),
                (
                    "registration_number",
                    models.TextField(blank=True, help_text="about which registration number", null=True),
                ),
                ("provider", models.TextField(help_text="who reports")),
                ("reported_on", models.DateField(help_text="date of the report")),
                ("received_on", models.DateField(help_text="date it reached us: governs what was known")),
                ("scale", models.TextField(help_text="the provider's scale")),
                (
                    "score",
                    models.FloatField(
                        blank=True, help_text="score on that scale (points of the scale)", null=True
                    ),
                ),
                ("grade", models.TextField(blank=True, help_text="grade on that scale", null=True)),
                (
                    "pd",
                    models.FloatField(
                        blank=True,
                        help_text="probability of default as the provider states it (share 0..1)",
                        null=True,
                    ),
                ),
                ("valid_until", models.DateField(blank=True, help_text="last day it may be used", null=True)),
                (
                    "recommended_limit",
                    models.BigIntegerField(
                        blank=True,
                        help_text="limit the provider recommends (minor units of `currency`)",
                        null=True,
                    ),
                ),
                (
                    "currency",
                    models.TextField(blank=True, help_text="of the recommended limit, ISO 4217", null=True),
                ),
                (
                    "event",
                    models.TextField(
                        blank=True, help_text="what happened, for a report about an event", null=True
                    ),
                ),
            ],
            options={
                "verbose_name": "credit report",
                "verbose_name_plural": "credit report",
                "db_table": "fact_credit_report",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_credit_report_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_credit_report_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_credit_report_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_credit_report_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("report_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_credit_report_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AnnualAccount",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("customer_id", models.TextField(help_text="whose accounts")),
                ("year_end", models.DateField(help_text="last day of the year")),
                ("months", models.BigIntegerField(help_text="length of the year (months)")),
                ("currency", models.TextField(help_text="ISO 4217")),
                (
                    "total_assets",
                    models.BigIntegerField(
                        blank=True, help_text="balance total (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "fixed_assets",
                    models.BigIntegerField(
                        blank=True, help_text="fixed assets (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "intangible_assets",
                    models.BigIntegerField(
                        blank=True, help_text="of which intangible (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "current_assets",
                    models.BigIntegerField(
                        blank=True, help_text="current assets (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "inventories",
                    models.BigIntegerField(
                        blank=True, help_text="of which stock (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "receivables",
                    models.BigIntegerField(
                        blank=True, help_text="of which receivables (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "cash",
                    models.BigIntegerField(
                        blank=True, help_text="of which cash (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "equity",
                    models.BigIntegerField(
                        blank=True, help_text="equity (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "retained_earnings",
                    models.BigIntegerField(
                        blank=True,
                        help_text="reserves and result carried forward (minor units of `currency`)",
                        null=True,
                    ),
                ),
                (
                    "long_term_debt",
                    models.BigIntegerField(
                        blank=True, help_text="debts due after a year (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "current_liabilities",
                    models.BigIntegerField(
                        blank=True, help_text="debts due within a year (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "total_liabilities",
                    models.BigIntegerField(
                        blank=True, help_text="all debts (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "turnover",
                    models.BigIntegerField(
                        blank=True, help_text="sales (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "gross_margin",
                    models.BigIntegerField(
                        blank=True, help_text="gross margin (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "staff_cost",
                    models.BigIntegerField(
                        blank=True, help_text="cost of staff (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "depreciation",
                    models.BigIntegerField(
                        blank=True, help_text="depreciation (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "operating_profit",
                    models.BigIntegerField(
                        blank=True, help_text="operating result (EBIT) (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "financial_charges",
                    models.BigIntegerField(
                        blank=True,
                        help_text="interest and other financial charges (minor units of `currency`)",
                        null=True,
                    ),
                ),
                (
                    "profit_before_tax",
                    models.BigIntegerField(
                        blank=True, help_text="result before tax (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "profit_after_tax",
                    models.BigIntegerField(
                        blank=True, help_text="result after tax (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "published_on",
                    models.DateField(
                        blank=True,
                        help_text="date of publication: governs what was known; empty = seven months after the year",
                        null=True,
                    ),
                ),
            ],
            options={
                "verbose_name": "annual account",
                "verbose_name_plural": "annual account",
                "db_table": "fact_annual_account",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_annual_account_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_annual_account_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_annual_account_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_annual_account_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("customer_id"),
                        models.F("year_end"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_annual_account_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Cover",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("cover_id", models.TextField(help_text="id of the cover")),
                ("customer_id", models.TextField(help_text="on whom")),
                ("insurer", models.TextField(help_text="who insures")),
                (
                    "policy_id",
                    models.TextField(blank=True, help_text="under which insurance policy", null=True),
                ),
                ("kind", models.TextField(blank=True, help_text="how it was granted", null=True)),
                ("amount", models.BigIntegerField(help_text="insured limit (minor units of `currency`)")),
                ("currency", models.TextField(help_text="ISO 4217")),
                ("insured_share", models.FloatField(help_text="share of a loss that is paid (share 0..1)")),
                ("valid_from", models.DateField(help_text="first day")),
                ("valid_to", models.DateField(blank=True, help_text="last day", null=True)),
                (
                    "withdrawn_on",
                    models.DateField(blank=True, help_text="day the insurer withdrew it", null=True),
                ),
                (
                    "maximum_extension_days",
                    models.BigIntegerField(
                        blank=True, help_text="maximum extension period (calendar days)", null=True
                    ),
                ),
            ],
            options={
                "verbose_name": "cover",
                "verbose_name_plural": "cover",
                "db_table": "fact_cover",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_cover_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_cover_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_cover_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_cover_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("cover_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_cover_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Security",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("customer_id", models.TextField(help_text="for whose debts")),
                ("kind", models.TextField(help_text="what it is")),
                ("amount", models.BigIntegerField(help_text="value (minor units of `currency`)")),
                ("currency", models.TextField(help_text="ISO 4217")),
                ("from_on", models.DateField(help_text="first day")),
                ("until_on", models.DateField(blank=True, help_text="last day", null=True)),
            ],
            options={
                "verbose_name": "security",
                "verbose_name_plural": "security",
                "db_table": "fact_security",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_security_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_security_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_security_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_security_of"),
                ],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="CreditGroup",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("group_id", models.TextField(help_text="id of the group")),
                (
                    "limit",
                    models.BigIntegerField(
                        blank=True, help_text="limit they share (minor units of `currency`)", null=True
                    ),
                ),
                ("currency", models.TextField(help_text="ISO 4217")),
                ("customer_ids", creditdesk.desk.ledger.fields.IdsField(help_text="its members")),
            ],
            options={
                "verbose_name": "credit group",
                "verbose_name_plural": "credit group",
                "db_table": "fact_credit_group",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_credit_group_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_credit_group_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_credit_group_gone",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("group_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_credit_group_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FxRate",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("currency", models.TextField(help_text="currency that is priced, ISO 4217")),
                ("base", models.TextField(help_text="currency of the price, ISO 4217")),
                ("on", models.DateField(help_text="day of the rate")),
                ("rate", models.FloatField(help_text="price of one unit (base per currency)")),
            ],
            options={
                "verbose_name": "fx rate",
                "verbose_name_plural": "fx rate",
                "db_table": "fact_fx_rate",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_fx_rate_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_fx_rate_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_fx_rate_gone",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("currency"),
                        models.F("base"),
                        models.F("on"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_fx_rate_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BankStatement",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("statement_id", models.TextField(help_text="id of the statement")),
                ("iban", models.TextField(help_text="our account")),
                ("from_on", models.DateField(help_text="first day covered")),
                ("to_on", models.DateField(help_text="last day covered")),
                (
                    "opening",
                    models.BigIntegerField(
                        blank=True, help_text="opening balance (minor units of `currency`)", null=True
                    ),
                ),
                (
                    "closing",
                    models.BigIntegerField(
                        blank=True, help_text="closing balance (minor units of `currency`)", null=True
                    ),
                ),
                ("currency", models.TextField(help_text="ISO 4217")),
                ("received_on", models.DateField(help_text="date it reached us")),
            ],
            options={
                "verbose_name": "bank statement",
                "verbose_name_plural": "bank statement",
                "db_table": "fact_bank_statement",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_bank_statement_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_bank_statement_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_bank_statement_gone",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("statement_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_bank_statement_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentCandidate",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("payment_id", models.TextField(help_text="the payment")),
                ("customer_id", models.TextField(help_text="the candidate")),
                ("confidence", models.FloatField(help_text="how likely (share 0..1)")),
            ],
            options={
                "verbose_name": "payment candidate",
                "verbose_name_plural": "payment candidate",
                "db_table": "fact_payment_candidate",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"],
                        name="fact_payment_candidate_known",
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_payment_candidate_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_payment_candidate_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_payment_candidate_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("payment_id"),
                        models.F("customer_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_payment_candidate_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Contra",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("customer_id", models.TextField(help_text="to whom")),
                ("on", models.DateField(help_text="day of the balance")),
                ("amount", models.BigIntegerField(help_text="what we owe (minor units of `currency`)")),
                ("currency", models.TextField(help_text="ISO 4217")),
            ],
            options={
                "verbose_name": "contra",
                "verbose_name_plural": "contra",
                "db_table": "fact_contra",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_contra_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_contra_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_contra_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_contra_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("customer_id"),
                        models.F("currency"),
                        models.F("on"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_contra_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Collection",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("collection_id", models.TextField(help_text="id of the collection")),
                ("mandate_id", models.TextField(blank=True, help_text="under which mandate", null=True)),
                ("invoice_id", models.TextField(help_text="for which invoice")),
                ("collect_on", models.DateField(help_text="date of collection")),
                (
                    "amount",
                    models.BigIntegerField(help_text="amount (minor units of the invoice's currency)"),
                ),
                ("returned_on", models.DateField(blank=True, help_text="date it was returned", null=True)),
                ("return_reason", models.TextField(blank=True, help_text="why it was returned", null=True)),
            ],
            options={
                "verbose_name": "collection",
                "verbose_name_plural": "collection",
                "db_table": "fact_collection",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_collection_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_collection_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_collection_gone",
                    ),
                    models.Index(fields=["legal_entity", "invoice_id"], name="fact_collection_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("collection_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_collection_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Charge",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("charge_id", models.TextField(help_text="id of the charge")),
                ("customer_id", models.TextField(help_text="from whom")),
                ("invoice_id", models.TextField(blank=True, help_text="for which invoice", null=True)),
                ("kind", models.TextField(help_text="what it is")),
                ("amount", models.BigIntegerField(help_text="amount (minor units of `currency`)")),
                ("currency", models.TextField(help_text="ISO 4217")),
                ("on", models.DateField(help_text="date of the claim")),
                ("waived_on", models.DateField(blank=True, help_text="date it was waived", null=True)),
            ],
            options={
                "verbose_name": "charge",
                "verbose_name_plural": "charge",
                "db_table": "fact_charge",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_charge_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_charge_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_charge_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_charge_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("charge_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_charge_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Action",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("action_id", models.TextField(help_text="id of the action")),
                ("customer_id", models.TextField(help_text="the payer")),
                (
                    "procedure",
                    models.TextField(
                        blank=True,
                        help_text="the procedure it belongs to; `imported` for an earlier system's",
                        null=True,
                    ),
                ),
                (
                    "case_no",
                    models.BigIntegerField(
                        blank=True, help_text="number of the case of this payer (count)", null=True
                    ),
                ),
                ("step", models.TextField(blank=True, help_text="the step's id; empty = ad hoc", null=True)),
                ("level", models.BigIntegerField(blank=True, help_text="level of the step (0-6)", null=True)),
                (
                    "policy_version",
                    models.TextField(blank=True, help_text="version of the policy that set it", null=True),
                ),
                ("channel", models.TextField(help_text="how")),
                ("direction", models.TextField(help_text="out = by us, in = by the customer")),
                ("done_on", models.DateField(help_text="date")),
                (
                    "invoice_ids",
                    creditdesk.desk.ledger.fields.IdsField(
                        blank=True, help_text="the invoices it listed", null=True
                    ),
                ),
                (
                    "amount",
                    models.BigIntegerField(
                        blank=True,
                        help_text="amount it asked for (minor units of the reporting currency)",
                        null=True,
                    ),
                ),
                ("by", models.TextField(blank=True, help_text="who did it", null=True)),
                ("contact_id", models.TextField(blank=True, help_text="whom it reached", null=True)),
                ("call_back_on", models.DateField(blank=True, help_text="date to call back", null=True)),
                ("outcome", models.TextField(blank=True, help_text="what came of it", null=True)),
                ("document", models.TextField(blank=True, help_text="where the document is", null=True)),
            ],
            options={
                "verbose_name": "action",
                "verbose_name_plural": "action",
                "db_table": "fact_action",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_action_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_action_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_action_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_action_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("action_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_action_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("promise_id", models.TextField(help_text="id of the promise")),
                ("customer_id", models.TextField(help_text="who promised")),
                ("invoice_id", models.TextField(blank=True, help_text="for which invoice", null=True)),
                ("made_on", models.DateField(help_text="date it was made")),
                ("due_on", models.DateField(help_text="date it is for")),
                ("amount", models.BigIntegerField(help_text="amount promised (minor units of `currency`)")),
                ("currency", models.TextField(help_text="ISO 4217")),
                ("by", models.TextField(blank=True, help_text="who noted it", null=True)),
                ("channel", models.TextField(blank=True, help_text="how it was made", null=True)),
                ("withdrawn_on", models.DateField(blank=True, help_text="date it was withdrawn", null=True)),
            ],
            options={
                "verbose_name": "promise",
                "verbose_name_plural": "promise",
                "db_table": "fact_promise",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_promise_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_promise_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_promise_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_promise_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("promise_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_promise_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("plan_id", models.TextField(help_text="id of the plan")),
                ("customer_id", models.TextField(help_text="with whom")),
                ("agreed_on", models.DateField(help_text="date it was agreed")),
                ("invoice_ids", creditdesk.desk.ledger.fields.IdsField(help_text="the invoices it covers")),
                ("ended_on", models.DateField(blank=True, help_text="date it ended", null=True)),
            ],
            options={
                "verbose_name": "plan",
                "verbose_name_plural": "plan",
                "db_table": "fact_plan",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_plan_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_plan_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_plan_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_plan_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("plan_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_plan_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Instalment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("plan_id", models.TextField(help_text="which plan")),
                ("due_on", models.DateField(help_text="date")),
                (
                    "amount",
                    models.BigIntegerField(help_text="amount (minor units of the invoices' currency)"),
                ),
            ],
            options={
                "verbose_name": "instalment",
                "verbose_name_plural": "instalment",
                "db_table": "fact_instalment",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_instalment_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_instalment_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_instalment_gone",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("plan_id"),
                        models.F("due_on"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_instalment_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Pause",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("pause_id", models.TextField(help_text="id of the pause")),
                ("customer_id", models.TextField(help_text="for whom")),
                (
                    "invoice_id",
                    models.TextField(blank=True, help_text="for which invoice; empty = all", null=True),
                ),
                (
                    "channel",
                    models.TextField(blank=True, help_text="for which channel; empty = all", null=True),
                ),
                ("from_on", models.DateField(help_text="first day")),
                (
                    "until_on",
                    models.DateField(blank=True, help_text="last day; empty = until lifted", null=True),
                ),
                ("reason", models.TextField(help_text="why")),
                ("by", models.TextField(help_text="who set it")),
            ],
            options={
                "verbose_name": "pause",
                "verbose_name_plural": "pause",
                "db_table": "fact_pause",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_pause_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_pause_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_pause_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_pause_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("pause_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_pause_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("approval_id", models.TextField(help_text="id of the approval")),
                (
                    "customer_id",
                    models.TextField(
                        blank=True,
                        help_text="about whom; empty = the whole company (go_live, policy)",
                        null=True,
                    ),
                ),
                ("subject", models.TextField(help_text="about what")),
                (
                    "ref",
                    models.TextField(
                        blank=True,
                        help_text="which one: the step's id, the segment, the plan or promise, the company",
                        null=True,
                    ),
                ),
                ("decided_on", models.DateField(help_text="date")),
                ("granted", models.BooleanField(help_text="true = yes")),
                ("by", models.TextField(help_text="who decided")),
                ("reason", models.TextField(help_text="why")),
                (
                    "amount",
                    models.BigIntegerField(
                        blank=True,
                        help_text="amount, of a limit or release (minor units of the reporting currency)",
                        null=True,
                    ),
                ),
                ("valid_until", models.DateField(blank=True, help_text="last day", null=True)),
            ],
            options={
                "verbose_name": "approval",
                "verbose_name_plural": "approval",
                "db_table": "fact_approval",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_approval_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_approval_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_approval_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_approval_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("approval_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_approval_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Override",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("override_id", models.TextField(help_text="id of the override")),
                ("customer_id", models.TextField(help_text="for whom")),
                ("field", models.TextField(help_text="which value")),
                ("value", models.TextField(help_text="the value, as text; money in minor units")),
                ("from_on", models.DateField(help_text="first day")),
                ("until_on", models.DateField(blank=True, help_text="last day", null=True)),
                ("by", models.TextField(help_text="who set it")),
                ("reason", models.TextField(help_text="why")),
            ],
            options={
                "verbose_name": "override",
                "verbose_name_plural": "override",
                "db_table": "fact_override",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_override_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_override_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_override_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_override_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("override_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_override_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("handover_id", models.TextField(help_text="id of the file")),
                ("customer_id", models.TextField(help_text="against whom")),
                ("to", models.TextField(help_text="to whom")),
                ("invoice_ids", creditdesk.desk.ledger.fields.IdsField(help_text="the invoices handed over")),
                ("handed_on", models.DateField(help_text="date")),
                ("status", models.TextField(help_text="state as the other side reports it")),
                ("status_on", models.DateField(help_text="date of that state")),
                ("returned_on", models.DateField(blank=True, help_text="date the file came back", null=True)),
            ],
            options={
                "verbose_name": "handover",
                "verbose_name_plural": "handover",
                "db_table": "fact_handover",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_handover_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_handover_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_handover_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_handover_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("handover_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_handover_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("note_id", models.TextField(help_text="id of the note")),
                ("customer_id", models.TextField(help_text="about whom")),
                ("on", models.DateField(help_text="date")),
                ("by", models.TextField(blank=True, help_text="who wrote it", null=True)),
                ("tag", models.TextField(blank=True, help_text="what it tells", null=True)),
                ("tactic", models.TextField(blank=True, help_text="a tactic seen", null=True)),
                ("text", models.TextField(help_text="the note")),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "note",
                "db_table": "fact_note",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_note_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_note_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_note_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_note_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("note_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_note_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CompanyAccount",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("iban", models.TextField(help_text="account")),
                ("company_id", models.TextField(help_text="whose account")),
                ("currency", models.TextField(help_text="ISO 4217")),
                ("holder", models.TextField(help_text="name of the holder")),
                ("bic", models.TextField(blank=True, help_text="bank", null=True)),
                ("use", models.TextField(help_text="what it is for")),
            ],
            options={
                "verbose_name": "company account",
                "verbose_name_plural": "company account",
                "db_table": "fact_company_account",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"],
                        name="fact_company_account_known",
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_company_account_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_company_account_gone",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("iban"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_company_account_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Opportunity",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("opportunity_id", models.TextField(help_text="id of the opportunity")),
                ("customer_id", models.TextField(blank=True, help_text="with whom", null=True)),
                ("lead_id", models.TextField(blank=True, help_text="with which lead", null=True)),
                ("stage", models.TextField(help_text="stage of the sale")),
                (
                    "amount",
                    models.BigIntegerField(
                        blank=True, help_text="expected value (minor units of `currency`)", null=True
                    ),
                ),
                ("currency", models.TextField(blank=True, help_text="ISO 4217", null=True)),
                ("expected_on", models.DateField(blank=True, help_text="expected date", null=True)),
                ("updated_on", models.DateField(help_text="date of the last change")),
                (
                    "known_from",
                    models.DateField(blank=True, help_text="first day on which this row is known", null=True),
                ),
            ],
            options={
                "verbose_name": "opportunity",
                "verbose_name_plural": "opportunity",
                "db_table": "fact_opportunity",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_opportunity_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_opportunity_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_opportunity_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_opportunity_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("opportunity_id"),
                        django.db.models.functions.comparison.Coalesce(
                            "known_from", models.Value(datetime.date(1, 1, 1))
                        ),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_opportunity_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Lead",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("lead_id", models.TextField(help_text="id of the lead")),
                ("received_on", models.DateField(help_text="date it came in")),
                ("source", models.TextField(blank=True, help_text="where it came from", null=True)),
                ("name", models.TextField(blank=True, help_text="name", null=True)),
                (
                    "registration_number",
                    models.TextField(blank=True, help_text="number in the trade register", null=True),
                ),
                ("vat_number", models.TextField(blank=True, help_text="VAT number", null=True)),
                ("domain", models.TextField(blank=True, help_text="internet domain", null=True)),
                ("ip", models.TextField(blank=True, help_text="internet address", null=True)),
                ("email", models.TextField(blank=True, help_text="e-mail address", null=True)),
                ("phone", models.TextField(blank=True, help_text="telephone", null=True)),
                ("country", models.TextField(blank=True, help_text="ISO 3166-1 alpha-2", null=True)),
                ("sector", models.TextField(blank=True, help_text="NACE Rev. 2 code", null=True)),
                ("employees", models.BigIntegerField(blank=True, help_text="staff (persons)", null=True)),
                (
                    "annual_revenue",
                    models.BigIntegerField(
                        blank=True,
                        help_text="its own yearly revenue (minor units of the reporting currency)",
                        null=True,
                    ),
                ),
                (
                    "resolved_party_id",
                    models.TextField(blank=True, help_text="the legal person it turned out to be", null=True),
                ),
                (
                    "refused_elsewhere",
                    models.TextField(
                        blank=True, help_text="what is known of refusals by other suppliers", null=True
                    ),
                ),
            ],
            options={
                "verbose_name": "lead",
                "verbose_name_plural": "lead",
                "db_table": "fact_lead",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_lead_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_lead_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_lead_gone",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("lead_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_lead_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Market",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("country", models.TextField(help_text="ISO 3166-1 alpha-2")),
                ("sector", models.TextField(help_text="NACE Rev. 2 code")),
                ("from_on", models.DateField(help_text="first day it holds")),
                ("provider", models.TextField(help_text="who says so")),
                (
                    "payment_days",
                    models.FloatField(blank=True, help_text="usual days to pay (days)", null=True),
                ),
                (
                    "late_share",
                    models.FloatField(
                        blank=True, help_text="share of invoices paid late (share 0..1)", null=True
                    ),
                ),
                (
                    "default_rate",
                    models.FloatField(
                        blank=True, help_text="share of firms that fail in a year (share 0..1)", null=True
                    ),
                ),
                (
                    "growth",
                    models.FloatField(
                        blank=True, help_text="growth of the sector in a year (ratio)", null=True
                    ),
                ),
            ],
            options={
                "verbose_name": "market",
                "verbose_name_plural": "market",
                "db_table": "fact_market",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_market_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_market_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_market_gone",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("country"),
                        models.F("sector"),
                        models.F("from_on"),
                        models.F("provider"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_market_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mandate",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("mandate_id", models.TextField(help_text="id of the mandate")),
                ("customer_id", models.TextField(help_text="whose mandate")),
                ("scheme", models.TextField(help_text="core or B2B")),
                ("iban", models.TextField(help_text="account it debits")),
                ("signed_on", models.DateField(help_text="date of signature")),
                ("cancelled_on", models.DateField(blank=True, help_text="date it was cancelled", null=True)),
            ],
            options={
                "verbose_name": "mandate",
                "verbose_name_plural": "mandate",
                "db_table": "fact_mandate",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_mandate_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_mandate_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_mandate_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_mandate_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("mandate_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_mandate_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PayerLink",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("iban", models.TextField(help_text="account")),
                ("customer_id", models.TextField(help_text="for whom it pays")),
                ("learnt_on", models.DateField(help_text="date")),
                ("by", models.TextField(help_text="who learnt it")),
            ],
            options={
                "verbose_name": "payer link",
                "verbose_name_plural": "payer link",
                "db_table": "fact_payer_link",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_payer_link_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_payer_link_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_payer_link_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_payer_link_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("iban"),
                        models.F("customer_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_payer_link_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("invoice_id", models.TextField(help_text="which invoice")),
                ("line_no", models.BigIntegerField(help_text="number of the line (count)")),
                ("product", models.TextField(blank=True, help_text="what was sold", null=True)),
                ("product_group", models.TextField(blank=True, help_text="its group", null=True)),
                (
                    "net_amount",
                    models.BigIntegerField(
                        help_text="value without VAT (minor units of the invoice's currency)"
                    ),
                ),
                (
                    "cost",
                    models.BigIntegerField(
                        blank=True,
                        help_text="cost of what was sold (minor units of the invoice's currency)",
                        null=True,
                    ),
                ),
                ("delivered_on", models.DateField(blank=True, help_text="date of delivery", null=True)),
            ],
            options={
                "verbose_name": "invoice line",
                "verbose_name_plural": "invoice line",
                "db_table": "fact_invoice_line",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_invoice_line_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_invoice_line_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_invoice_line_gone",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("invoice_id"),
                        models.F("line_no"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_invoice_line_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductGroup",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("code", models.TextField(help_text="code of the group")),
                ("margin_share", models.FloatField(help_text="margin as a share of net sales (share 0..1)")),
            ],
            options={
                "verbose_name": "product group",
                "verbose_name_plural": "product group",
                "db_table": "fact_product_group",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_product_group_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_product_group_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_product_group_gone",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("code"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_product_group_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InsurancePolicy",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("policy_id", models.TextField(help_text="id of the policy")),
                ("insurer", models.TextField(help_text="who insures")),
                ("valid_from", models.DateField(help_text="first day")),
                ("valid_to", models.DateField(help_text="last day")),
                (
                    "discretionary_limit",
                    models.BigIntegerField(
                        blank=True,
                        help_text="limit we may set ourselves (minor units of the reporting currency)",
                        null=True,
                    ),
                ),
                ("insured_share", models.FloatField(help_text="share of a loss that is paid (share 0..1)")),
                (
                    "first_loss",
                    models.BigIntegerField(
                        blank=True,
                        help_text="loss we bear first (minor units of the reporting currency)",
                        null=True,
                    ),
                ),
                (
                    "maximum_liability",
                    models.BigIntegerField(
                        blank=True,
                        help_text="most the insurer pays in a year (minor units of the reporting currency)",
                        null=True,
                    ),
                ),
                (
                    "maximum_extension_days",
                    models.BigIntegerField(help_text="maximum extension period (calendar days)"),
                ),
                (
                    "notify_days",
                    models.BigIntegerField(help_text="time to report late payment (calendar days)"),
                ),
                ("hand_over_days", models.BigIntegerField(help_text="time to hand over (calendar days)")),
            ],
            options={
                "verbose_name": "insurance policy",
                "verbose_name_plural": "insurance policy",
                "db_table": "fact_insurance_policy",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"],
                        name="fact_insurance_policy_known",
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_insurance_policy_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_insurance_policy_gone",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("legal_entity"),
                        models.F("policy_id"),
                        condition=models.Q(("replaced_by", None)),
                        name="fact_insurance_policy_holds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InsuranceEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("cover_id", models.TextField(help_text="which cover")),
                ("kind", models.TextField(help_text="what happened")),
                ("on", models.DateField(help_text="date")),
                (
                    "amount",
                    models.BigIntegerField(
                        blank=True, help_text="amount (minor units of the cover's currency)", null=True
                    ),
                ),
            ],
            options={
                "verbose_name": "insurance event",
                "verbose_name_plural": "insurance event",
                "db_table": "fact_insurance_event",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"],
                        name="fact_insurance_event_known",
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_insurance_event_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_insurance_event_gone",
                    ),
                    models.Index(fields=["legal_entity", "cover_id"], name="fact_insurance_event_of"),
                ],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "legal_entity",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="whose ledger it stands in"),
                ),
                (
                    "brought_by",
                    creditdesk.desk.ledger.fields.NumberOf(help_text="the import that brought it"),
                ),
                (
                    "replaced_by",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that replaced it or took it back; empty while it holds",
                        null=True,
                    ),
                ),
                (
                    "origin",
                    creditdesk.desk.ledger.fields.NumberOf(
                        help_text="the import that said so first: another one where an undoing brought it back"
                    ),
                ),
                (
                    "content",
                    models.BigIntegerField(help_text="fingerprint of all columns: an equal row is no news"),
                ),
                ("customer_id", models.TextField(help_text="who said it")),
                ("on", models.DateField(help_text="date")),
                ("about", models.TextField(help_text="about what")),
                ("score", models.BigIntegerField(help_text="answer (1-5)")),
            ],
            options={
                "verbose_name": "feedback",
                "verbose_name_plural": "feedback",
                "db_table": "fact_feedback",
                "indexes": [
                    models.Index(
                        fields=["legal_entity", "brought_by", "replaced_by"], name="fact_feedback_known"
                    ),
                    models.Index(
                        condition=models.Q(("origin", models.F("brought_by")), _negated=True),
                        fields=["legal_entity", "origin"],
                        name="fact_feedback_back",
                    ),
                    models.Index(
                        condition=models.Q(("replaced_by__isnull", False)),
                        fields=["legal_entity", "replaced_by"],
                        name="fact_feedback_gone",
                    ),
                    models.Index(fields=["legal_entity", "customer_id"], name="fact_feedback_of"),
                ],
                "constraints": [],
            },
        ),
    ]
