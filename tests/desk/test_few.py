"""A few rows are laid upon the ledger as many are: to the bit."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditdesk.desk.day import changes, current
from creditdesk.desk.ledger import few, importing, reading, writing
from creditdesk.desk.ledger.models import FACTS, Company, Import, Quarantined
from creditdesk.desk.ledger.row_check import check_rows
from creditdesk.desk.ledger.versions import take_in
from creditdesk.facts.column import MOST_MONEY
from creditdesk.facts.schema import TABLES

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
ACTION = st.fixed_dictionaries(
    {
        "action_id": TEXT,
        "customer_id": TEXT,
        "channel": st.just("email"),
        "direction": st.just("out"),
        "done_on": st.dates(),
    },
    optional={
        "invoice_ids": st.lists(TEXT, max_size=3),
        "amount": st.integers(0, MOST_MONEY),
        "by": TEXT,
        "document": st.none(),
    },
)
CUSTOMER = st.fixed_dictionaries(
    {"customer_id": TEXT, "name": TEXT, "kind": st.sampled_from(["company", "consumer"])},
    optional={"key_account": st.booleans(), "employees": st.integers(0, 10**8), "founded_on": st.dates(), "city": TEXT},
)  # fmt: skip


@given(
    st.one_of(
        st.tuples(st.just("action"), st.lists(ACTION, min_size=1, max_size=3, unique_by=lambda row: row["action_id"])),
        st.tuples(st.just("customer"), st.lists(CUSTOMER, min_size=1, max_size=3, unique_by=lambda row: row["customer_id"])),
    )
)  # fmt: skip
def test_a_row_has_the_same_fingerprint_either_way(drawn: tuple[str, list[dict[str, Any]]]) -> None:
    table = TABLES[drawn[0]]
    rows = check_rows(table, drawn[1])
    if not few.suits(table, rows):
        return
    with duckdb.connect() as con:
        con.register("given", rows)
        take_in(con, table, "given")
        by_many = dict(con.table("incoming").select(table.key[0], "content").fetchall())
    assert {row[table.key[0]]: few.fingerprint(table, row) for row in rows.to_pylist()} == by_many


KEY = ["customer", "case_no"]
STANDS = st.lists(
    st.fixed_dictionaries(
        {"customer": st.sampled_from("ABC"), "case_no": st.one_of(st.none(), st.integers(1, 2)),
         "digest": st.sampled_from(["x", "y"]), "from_on": st.sampled_from([date(2026, 3, 22), date(2026, 3, 23)])}
    ),
    max_size=5,
)  # fmt: skip
STOOD = pa.schema(
    [
        ("customer", pa.string()),
        ("case_no", pa.int64()),
        ("digest", pa.string()),
        ("from_on", pa.date32()),
        ("id", pa.int64()),
    ]
)


def stood(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([row | {"id": no} for no, row in enumerate(rows)], schema=STOOD)


@settings(max_examples=40, deadline=None)
@given(STANDS, STANDS, STANDS, st.lists(st.sampled_from("ABC"), max_size=1))
def test_few_decisions_are_held_against_those_that_stand_as_many_are(
    given_rows: list[dict[str, Any]],
    current_rows: list[dict[str, Any]],
    ended_rows: list[dict[str, Any]],
    leave: list[str],
) -> None:
    rows = stood(given_rows).drop_columns(["id", "from_on"])
    left = pa.table({"customer": pa.array(leave, pa.string())})
    taken = [KEY, date(2026, 3, 23), rows, stood(current_rows), stood(ended_rows), left]
    many, few_ones = changes._compared(*taken), changes._compared_few(*taken)
    for name in ("drop", "close", "given", "fresh"):
        assert _plain(getattr(few_ones, name)) == _plain(getattr(many, name))
    assert set(few_ones.reopen) == set(many.reopen)
    assert _plain(few_ones.insert.to_pylist()) == _plain(many.insert.to_pylist())
    one, other = (
        compared(rows, stood(current_rows), left, [*KEY, "digest"])
        for compared in (current._compared, current._compared_few)
    )
    assert [_plain(one[0]), _plain(one[1].to_pylist()), one[2]] == [
        _plain(other[0]), _plain(other[1].to_pylist()), other[2]
    ]  # fmt: skip


def _plain(found: Any) -> Any:
    return sorted(map(repr, found)) if isinstance(found, list) else found


def action(name: str = "a1", **more: Any) -> dict[str, Any]:
    return {"action_id": name, "customer_id": "c1", "channel": "email", "direction": "out", "done_on": date(2026, 3, 2),
            "invoice_ids": ["i;1", 'i"2', "é"], "amount": 12_300, "by": "desk", "outcome": "sent", **more}  # fmt: skip


def versions(company: Company) -> list[dict[str, Any]]:
    return list(FACTS["action"].objects.filter(legal_entity=company).order_by("action_id", "id").values())


def told(company: Company) -> list[tuple[Any, ...]]:
    imports = Import.objects.filter(legal_entity=company).order_by("id")
    return list(imports.values_list("kind", "by", "why", "counts", "quarantined", "content"))


@pytest.mark.usefixtures("desk")
def test_what_is_left_in_the_ledger_is_the_same_either_way(monkeypatch: Any) -> None:
    acts: list[list[dict[str, Any]]] = [
        [action()],
        [action()],
        [action("a2"), action(outcome="failed")],
        [action("a2"), action("a3", amount=None, invoice_ids=None)],
        [action(outcome="sent")],
    ]
    left = {}
    for way, count in (("few", 50), ("many", -1)):
        monkeypatch.setattr(few, "FEW", count)
        company = Company.objects.create(code=way, name=way)
        first = Import.objects.count()
        for rows in acts:
            done = writing.add(company, "action", rows, by="anna", why="told")
            assert done.changed == (rows is not acts[1])
        kept = versions(company)
        start = Import.objects.filter(legal_entity=company).earliest("id").pk
        for row in kept:
            for name in ("brought_by_id", "replaced_by_id", "origin_id"):
                row[name] = row[name] and row[name] - start
            del row["id"], row["legal_entity_id"]
        confirmed = [
            (one.of_id - start, one.by_id - start, one.table, one.rows)
            for made in Import.objects.filter(legal_entity=company)
            for one in made.confirms.all()
        ]
        left[way] = kept, told(company), confirmed, Import.objects.count() - first
    assert left["few"] == left["many"]


@pytest.mark.usefixtures("desk")
def test_a_good_row_settles_what_was_set_apart_with_its_key(tmp_path: Any) -> None:
    company = Company.objects.create(code="acme", name="Acme")
    (tmp_path / "customer.csv").write_text("customer_id,name,kind\nc1,Janssen,company\nc2,Peeters,guild\n")
    (tmp_path / "invoice.csv").write_text("invoice_id,customer_id,number,kind,issued,due,amount,currency\n")
    importing.import_folder(company, tmp_path, by="anna")
    assert Quarantined.objects.filter(replaced_by=None, table="customer").count() == 1
    done = writing.add(
        company, "customer", [{"customer_id": "c2", "name": "Peeters", "kind": "company"}], by="anna"
    )
    assert Quarantined.objects.get(table="customer").replaced_by == done
    assert reading.facts(company)["customer"].num_rows == 2
