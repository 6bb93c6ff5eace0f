"""The sample conforms to the contract: types, values, keys, references, and nothing known before its day."""

# ruff: noqa: S608  the statements are built from the contract's own names

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from creditdesk.facts.schema import TABLES
from creditdesk.sample import SampleSummary

# What may lie after the horizon: agreements about the future.
AHEAD = {
    ("invoice", "due"), ("invoice", "discount_until"), ("order", "promised_for"), ("promise", "due_on"),
    ("instalment", "due_on"), ("pause", "until_on"), ("approval", "valid_until"), ("override", "until_on"),
    ("legal_status", "claim_deadline"), ("dispute", "deadline"), ("credit_report", "valid_until"),
    ("cover", "valid_to"), ("security", "until_on"), ("opportunity", "expected_on"),
}  # fmt: skip


def tables_of(sample: SampleSummary) -> list[str]:
    return sorted(set(sample.rows) - {"truth"})


@pytest.mark.parametrize("size", ["small", "large"])
def test_every_file_has_exactly_the_columns_and_types_of_the_contract(size, request):
    sample = request.getfixturevalue(size)
    for name in tables_of(sample):
        written = pq.read_schema(sample.folder / f"{name}.parquet")
        declared = TABLES[name].schema().to_pyarrow()
        assert written.names == declared.names, name
        for field in declared:
            assert written.field(field.name).type == field.type, f"{name}.{field.name}"


def test_every_table_of_the_main_job_has_rows(small):
    used = {name for name, table in TABLES.items() if not table.later}
    assert used <= set(small.rows)


def test_required_columns_are_filled_and_listed_values_are_kept(ask, small):
    for name in tables_of(small):
        for column in TABLES[name].columns:
            cell = f'"{name}"."{column.name}"'
            if column.required:
                assert ask(f'SELECT count(*) FROM "{name}" WHERE {cell} IS NULL') == [(0,)], cell
            if column.allowed:
                allowed = ", ".join(f"'{value}'" for value in column.allowed)
                found = ask(f'SELECT DISTINCT {cell} FROM "{name}" WHERE {cell} NOT IN ({allowed})')
                assert found == [], cell
            for bound, sign in ((column.minimum, "<"), (column.maximum, ">")):
                if bound is not None:
                    assert ask(f'SELECT count(*) FROM "{name}" WHERE {cell} {sign} {bound}') == [(0,)], cell


def test_keys_are_unique(ask, small):
    for name in tables_of(small):
        if TABLES[name].key:
            key = ", ".join(f'"{column}"' for column in TABLES[name].key)
            twice = ask(f'SELECT {key} FROM "{name}" GROUP BY ALL HAVING count(*) > 1')
            assert twice == [], name


def test_every_reference_leads_somewhere(ask, small):
    for name in tables_of(small):
        for column in TABLES[name].columns:
            if not column.references:
                continue
            target = TABLES[column.references]
            value = f'unnest("{column.name}")' if column.type.startswith("array") else f'"{column.name}"'
            dangling = ask(
                f'SELECT v FROM (SELECT {value} AS v FROM "{name}") WHERE v IS NOT NULL '
                f'AND v NOT IN (SELECT "{target.key[0]}" FROM "{target.name}") LIMIT 3'
            )
            assert dangling == [], f"{name}.{column.name}"


def test_references_that_are_only_names_lead_somewhere_too(ask):
    assert ask('SELECT count(*) FROM invoice WHERE order_id NOT IN (SELECT order_id FROM "order")') == [(0,)]
    assert ask("SELECT count(*) FROM invoice WHERE mandate_id NOT IN (SELECT mandate_id FROM mandate)") == [
        (0,)
    ]
    assert ask(
        "SELECT count(*) FROM payment WHERE customer_id NOT IN (SELECT customer_id FROM customer)"
    ) == [(0,)]


def test_credit_notes_and_invoices_are_allocated_as_what_they_are(ask):
    wrong_kind = """
        SELECT count(*) FROM allocation a JOIN invoice i ON i.invoice_id = a.invoice_id
        LEFT JOIN invoice n ON n.invoice_id = a.credit_note_id
        WHERE i.kind <> 'invoice' OR (a.kind = 'credit_note') <> (n.kind IS NOT DISTINCT FROM 'credit_note')
           OR (a.kind = 'payment') <> (a.payment_id IS NOT NULL)"""
    assert ask(wrong_kind) == [(0,)]


def test_nothing_is_known_after_the_horizon(ask, small):
    seen = set()
    for name in tables_of(small):
        for column in TABLES[name].columns:
            if column.type != "date":
                continue
            later = ask(f"""SELECT count(*) FROM "{name}" WHERE "{column.name}" > DATE '2026-06-30'""")[0][0]
            if (name, column.name) in AHEAD:
                seen |= {(name, column.name)} if later else set()
            else:
                assert later == 0, f"{name}.{column.name}"
    assert {("invoice", "due"), ("promise", "due_on"), ("instalment", "due_on")} <= seen


def test_days_follow_each_other(ask):
    for table, first, second in (
        ("payment", "value_date", "entry_date"),
        ("invoice", "issued", "sent_on"),
        ("allocation", "allocated_on", "reversed_on"),
        ("dispute", "opened_on", "closed_on"),
        ("promise", "made_on", "due_on"),
        ("credit_report", "reported_on", "received_on"),
        ("collection", "collect_on", "returned_on"),
        ("handover", "handed_on", "status_on"),
        ("bank_statement", "from_on", "to_on"),
        ("cover", "valid_from", "withdrawn_on"),
        ("pause", "from_on", "until_on"),
        ("order", "ordered_on", "delivered_on"),
    ):
        assert ask(f'SELECT count(*) FROM "{table}" WHERE {second} < {first}') == [(0,)], table


def test_nothing_is_allocated_before_the_money_and_the_invoice_are_there(ask):
    early = """SELECT count(*) FROM allocation a JOIN invoice i USING (invoice_id) LEFT JOIN payment p USING (payment_id)
               WHERE a.allocated_on < i.issued OR a.allocated_on < p.entry_date"""
    assert ask(early) == [(0,)]


def test_every_foreign_amount_has_a_rate_on_its_day(ask):
    without = """
        SELECT count(*) FROM (SELECT currency, issued AS day FROM invoice UNION SELECT currency, value_date FROM payment
                              UNION SELECT currency, ordered_on FROM "order") m
        WHERE currency <> 'EUR' AND NOT EXISTS (
            SELECT 1 FROM fx_rate r WHERE r.currency = m.currency AND r."on" BETWEEN m.day - 10 AND m.day)"""
    assert ask(without) == [(0,)]
