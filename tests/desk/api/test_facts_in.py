"""Facts pushed by another program: a batch is one import; bad rows come back with their place while the good ones go in."""

from __future__ import annotations

import json

import pytest

from creditdesk.desk.api import batch
from creditdesk.desk.api.models import Answered
from creditdesk.desk.ledger.importing import undo
from creditdesk.desk.ledger.models import FACTS, HeldCustomer, Import, Quarantined
from creditdesk.facts.schema import TABLES
from desk.api.asking import Program, company, customer, invoice

pytestmark = pytest.mark.usefixtures("one_desk")


def test_a_batch_is_one_import_and_the_same_again_changes_nothing() -> None:
    acme = company()
    erp = Program.of(acme, "facts:write", name="erp")
    assert erp.post("/facts/customer", {"rows": [customer("c1"), customer("c2")]}).status == 200
    rows = [invoice("i1", "c1"), invoice("i2", "c2", 25_000)]
    first = erp.post("/facts/invoice", {"rows": rows})
    assert first["tables"] == {
        "invoice": {"received": 2, "new": 2, "replaced": 0, "same": 0, "quarantined": 0}
    }
    brought = Import.objects.get(pk=first["import_number"])
    assert (brought.kind, brought.by, brought.quarantined) == ("api", "token:erp", 0)

    again = erp.post("/facts/invoice", {"rows": rows})
    assert (again["import_number"], again["tables"]["invoice"]["same"]) == (None, 2)
    changed = erp.post("/facts/invoice", {"rows": [rows[0], rows[1] | {"amount": 30_000}]})
    assert changed["tables"]["invoice"] == {
        "received": 2,
        "new": 0,
        "replaced": 1,
        "same": 1,
        "quarantined": 0,
    }
    standing = FACTS["invoice"].objects.filter(legal_entity=acme, replaced_by=None).order_by("invoice_id")
    assert list(standing.values_list("invoice_id", "amount")) == [("i1", 100_000), ("i2", 30_000)]

    undo(changed["import_number"], by="anna", why="wrong file")  # an import like any other
    assert standing.get(invoice_id="i2").amount == 25_000
    assert [one["undone"] for one in erp.get("/imports")["items"]][-2:] == [True, False]


def test_bad_rows_come_back_with_their_place_and_the_good_ones_go_in() -> None:
    acme = company()
    erp = Program.of(acme, "facts:write")
    erp.post("/facts/customer", {"rows": [customer("c1")]})
    rows = [
        invoice("good", "c1"),
        invoice("day", "c1", due="30/03/2026"),
        invoice("who", "nobody"),
        invoice("kind", "c1", kind="bill"),
        invoice("part", "c1", 12.5),
        invoice("less", "c1", -1),
        {"invoice_id": "bare"},
    ]
    got = erp.post("/facts/invoice", {"rows": rows})
    assert got.status == 200
    assert got["tables"]["invoice"] == {"received": 7, "new": 1, "replaced": 0, "same": 0, "quarantined": 6}
    told = {one["pointer"]: one for one in got["problems"]}
    assert {"/rows/1/due", "/rows/2/customer_id", "/rows/3/kind", "/rows/4/amount", "/rows/5/amount"} <= set(
        told
    )
    assert {one.rsplit("/", 1)[0] for one in told} == {f"/rows/{index}" for index in range(1, 7)}
    day = told["/rows/1/due"]
    assert (day["found"], day["kept"]) == ("30/03/2026", False)
    assert "YYYY-MM-DD" in day["allowed"]
    assert all(one["way_out"] and one["reason"] for one in got["problems"])
    assert (
        HeldCustomer.objects.get(legal_entity=acme, replaced_by=None).customer_id == "c1"
    )  # not all is known of it

    number = got["import_number"]
    apart = erp.all(f"/imports/{number}/quarantined", 3)
    assert len(apart) == got["problems_total"]
    assert json.loads(next(one["row"] for one in apart if one["line"] == 2))["invoice_id"] == "day"

    mended = erp.post(
        "/facts/invoice",
        {"rows": [invoice("day", "c1"), invoice("kind", "c1"), invoice("part", "c1"), invoice("less", "c1"),
                  invoice("bare", "c1"), invoice("who", "c1")]},
    )  # fmt: skip
    assert mended["tables"]["invoice"]["new"] == 6
    assert not Quarantined.objects.filter(legal_entity=acme, replaced_by=None).exists()
    assert not HeldCustomer.objects.filter(legal_entity=acme, replaced_by=None).exists()


def test_the_same_batch_with_bad_rows_is_no_news_either() -> None:
    acme = company()
    erp = Program.of(acme, "facts:write")
    rows = {"rows": [customer("c1"), customer("c2", kind="strange")]}
    assert erp.post("/facts/customer", rows)["import_number"]
    before = Import.objects.filter(legal_entity=acme).count()
    assert erp.post("/facts/customer", rows)["import_number"] is None
    assert Import.objects.filter(legal_entity=acme).count() == before


def test_several_tables_go_in_together() -> None:
    acme = company()
    erp = Program.of(acme, "facts:write")
    tables = {
        "invoice": [invoice("i1", "c1")],
        "customer": [customer("c1")],
        "payment": [
            {"payment_id": "p1", "customer_id": "c1", "value_date": "2026-03-19", "amount": 400, "currency": "EUR"}
        ],
        "allocation": [
            {"allocation_id": "a1", "invoice_id": "i1", "kind": "payment", "payment_id": "p1", "amount": 400,
             "allocated_on": "2026-03-19"},
            {"allocation_id": "a2", "invoice_id": "i9", "kind": "payment", "payment_id": "p1", "amount": 1,
             "allocated_on": "2026-03-19"},
        ],
        "credit_group": [{"group_id": "g", "limit": 5, "currency": "EUR", "customer_ids": ["c1"]}],
    }  # fmt: skip
    got = erp.post("/facts", {"tables": tables})
    assert {name: one["new"] for name, one in got["tables"].items()} == {
        "invoice": 1, "customer": 1, "payment": 1, "allocation": 1, "credit_group": 1,
    }  # fmt: skip
    assert [one["pointer"] for one in got["problems"]] == ["/tables/allocation/1/invoice_id"]
    assert FACTS["credit_group"].objects.get(legal_entity=acme).customer_ids == ["c1"]
    assert Import.objects.filter(legal_entity=acme, kind="api").count() == 1


def test_what_people_decide_is_not_pushed() -> None:
    acme = company()
    erp = Program.of(acme, "facts:write")
    assert set(TABLES) - set(batch.PUSHED) == {
        "action", "approval", "handover", "instalment", "note", "override", "pause", "plan", "promise",
    }  # fmt: skip
    assert erp.post("/facts/approval", {"rows": []}).status == 404
    got = erp.post("/facts", {"tables": {"override": []}})
    assert (got.status, got["errors"][0]["pointer"]) == (422, "/tables/override")


def test_a_batch_that_is_none_is_refused_and_nothing_is_written() -> None:
    acme = company()
    erp = Program.of(acme, "facts:write")
    before = Import.objects.filter(legal_entity=acme).count()
    cases = (
        (b"", 415, "unsupported_media_type"),
        (b"{", 400, "malformed_json"),
        (b"\xff\xfe", 400, "malformed_json"),
        (b'{"rows": [{"customer_id": NaN}]}', 400, "malformed_json"),
        (b'{"rows": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}", 400, "malformed_json"),
        (b'{"rows": [{"employees": ' + b"9" * 5000 + b"}]}", 400, "malformed_json"),
        (b"[]", 422, "invalid_request"),
        (b'{"rows": {}}', 422, "invalid_request"),
        (b'{"rows": ["c1"]}', 422, "invalid_request"),
        (b'{"rows": [{"customer_id": {"a": 1}}]}', 422, "invalid_request"),
        (b'{"rows": [{"customer_id": "\\ud800"}]}', 422, "invalid_request"),
        (json.dumps({"rows": [{}] * (batch.MOST_ROWS + 1)}).encode(), 413, "too_large"),
        (b" " * (batch.MOST_BYTES + 1), 413, "too_large"),
    )
    for body, status, code in cases:
        got = erp.post("/facts/customer", body)
        assert (got.status, got["code"]) == (status, code), body[:60]
    got = erp.post("/facts/customer", b"rows", content_type="text/csv")
    assert (got.status, got["code"]) == (415, "unsupported_media_type")
    assert Import.objects.filter(legal_entity=acme).count() == before


def test_values_are_judged_like_those_of_a_file() -> None:
    acme = company()
    erp = Program.of(acme, "facts:write")
    rows = [
        customer("x", employees=5.0) | {"customer_id": 12, "name": "Zé\u0000ro"},
        customer("c2", employees=2**70),
        customer("c3", payment_terms_days=True),
        customer("c4", annual_revenue="1e5"),
        customer("", founded_on="1999-02-30"),
        customer("c6", do_not_contact="yes", surprise=1),
        customer("c7", vat_number="'; DROP TABLE fact_customer; --"),
    ]
    got = erp.post("/facts/customer", {"rows": rows})
    assert got.status == 200
    assert got["tables"]["customer"]["new"] + got["tables"]["customer"]["quarantined"] == 7
    assert got["warnings"] == [
        {"code": "unknown_column", "pointer": "/rows/5/surprise", "detail": "is no column and was not read"}
    ]
    standing = {
        one.customer_id: one for one in FACTS["customer"].objects.filter(legal_entity=acme, replaced_by=None)
    }
    assert standing["12"].employees == 5
    assert standing["12"].name == "Zé\ufffdro"
    assert standing["c7"].vat_number == "'; DROP TABLE fact_customer; --"
    assert not {"c3", "c4", "c6", ""} & set(standing)


def test_a_zero_byte_in_a_bad_row_is_kept_as_a_mark() -> None:
    acme = company()
    erp = Program.of(acme, "facts:write")
    bad = customer("z\u0000", kind="a\u0000b", city="c\u0000d")
    for row in (bad, bad | {"customer_id": "z\u0000", "founded_on": "\u0000"}):
        got = erp.post("/facts/customer", {"rows": [row]})
        assert (got.status, got["tables"]["customer"]["quarantined"]) == (200, 1)
        told = erp.get(f"/imports/{got['import_number']}/quarantined")["items"]
        assert "\u0000" not in told[0]["found"]
        assert json.loads(told[0]["row"])["kind"] in ("a\u0000b", "a\ufffdb")


def test_an_allocation_of_nothing_known_is_set_apart() -> None:
    erp = Program.of(company(), "facts:write")
    row = {
        "allocation_id": "",
        "invoice_id": "",
        "kind": "payment",
        "allocated_on": "2026-01-01",
        "amount": 0,
    }
    got = erp.post("/facts/allocation", {"rows": [row]})
    assert (got.status, got["tables"]["allocation"]["quarantined"]) == (200, 1)


def test_a_key_does_a_request_once() -> None:
    acme = company()
    erp = Program.of(acme, "facts:write")
    rows = {"rows": [customer("c1")]}
    first = erp.post("/facts/customer", rows, idempotency_key="monday-1")
    again = erp.post("/facts/customer", rows, idempotency_key="monday-1")
    assert again.content == first.content
    assert again["import_number"] is not None  # the answer of the first time, not `nothing new`
    assert again.headers["idempotent-replayed"] == "true"
    other = erp.post("/facts/customer", {"rows": []}, idempotency_key="monday-1")
    assert (other.status, other["code"]) == (422, "key_reused")
    assert erp.post("/facts/invoice", rows, idempotency_key="monday-1").status == 422
    assert erp.post("/facts/customer", rows, idempotency_key="x" * 256).status == 422
    neighbour = Program.of(acme, "facts:write", name="other")
    assert neighbour.post("/facts/customer", {"rows": []}, idempotency_key="monday-1").status == 200

    assert erp.post("/facts/customer", b"{", idempotency_key="monday-2").status == 400
    assert (
        erp.post("/facts/customer", rows, idempotency_key="monday-2").status == 200
    )  # a refusal uses no key up


def test_a_key_whose_request_was_cut_off_can_be_used_again() -> None:
    acme = company()
    erp = Program.of(acme, "facts:write")
    rows = {"rows": [customer("c1")]}
    erp.post("/facts/customer", rows, idempotency_key="k")
    Answered.objects.filter(token__company=acme).update(status=None, content="")
    got = erp.post("/facts/customer", rows, idempotency_key="k")
    assert (got.status, got["code"]) == (409, "in_progress")
    Answered.objects.filter(token__company=acme).update(begun_at="2026-01-01T00:00:00Z")
    assert erp.post("/facts/customer", rows, idempotency_key="k").status == 200


def test_ten_thousand_invoices_in_one_batch() -> None:
    acme = company()
    erp = Program.of(acme, "facts:write")
    customers = [customer(f"c{index}") for index in range(1000)]
    assert erp.post("/facts/customer", {"rows": customers})["tables"]["customer"]["new"] == 1000
    rows = [invoice(f"i{index}", f"c{index % 1000}") for index in range(batch.MOST_ROWS)]
    got = erp.post("/facts/invoice", {"rows": rows})
    assert got["tables"]["invoice"]["new"] == batch.MOST_ROWS
    for row in rows[::100]:
        row["amount"] += 1
    got = erp.post("/facts/invoice", {"rows": rows})
    assert (got["tables"]["invoice"]["replaced"], got["tables"]["invoice"]["same"]) == (100, 9900)
