"""The list of customers: found, filtered, ordered, paged by key, saved, exported without formulas, acted upon in bulk."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from creditdesk.desk.access.members import admit
from creditdesk.desk.access.roles import RIGHTS, Right, Role
from creditdesk.desk.casework.models import Entry, Member, Message, Portfolio, Task
from creditdesk.desk.ledger.models import FACTS, Company
from creditdesk.desk.ledger.writing import add
from creditdesk.desk.screens.listing.export import harmless
from creditdesk.desk.standing.models import Account, Stale
from desk.screens.people import EVERYBODY, NOW, TODAY, account, customer, invoice, people, signed_in, task

pytestmark = pytest.mark.usefixtures("monday")


@pytest.fixture(scope="module")
def acme(one_desk) -> Company:  # noqa: ARG001  one database for all cases
    company = Company.objects.create(code="acme", name="Acme BV")
    people(company)
    for index in range(120):
        late = TODAY - timedelta(days=index) if index % 3 == 0 else None
        account(
            company, f"C{index:03d}", f"Firma {index:03d}", overdue=index * 100 if late else 0, open=index * 150,
            oldest_due_on=late, segment="firm" if index % 2 else "partner", country="BE" if index < 60 else "NL",
            risk_class=("low", "medium", "high")[index % 3], collector="carla" if index % 4 else "nora",
            headroom=None if index % 5 == 0 else 10_000 - index,
        )  # fmt: skip
    return company


def names(page: str) -> list[str]:
    return re.findall(r">(Firma \d+)<", page)


def walk(client, query: str) -> list[str]:
    """All names of a list, page by page forwards; and back again, which must be the same pages."""
    forwards, pages = [], []
    address = f"/c/acme/customers/?{query}"
    while address:
        page = client.get(address).content.decode()
        pages.append(names(page))
        forwards += names(page)
        found = re.search(r'rel="next"[^>]*href="(\?[^"]*)"', page)
        before = re.search(r'rel="prev"[^>]*href="(\?[^"]*)"', page)
        address = f"/c/acme/customers/{found[1].replace('&amp;', '&')}" if found else ""
    backwards = [pages[-1]]
    while before:
        page = client.get(f"/c/acme/customers/{before[1].replace('&amp;', '&')}").content.decode()
        backwards.append(names(page))
        before = re.search(r'rel="prev"[^>]*href="(\?[^"]*)"', page)
    assert backwards[::-1] == pages
    return forwards


@pytest.mark.parametrize(
    ("order", "key", "reverse"),
    [
        ("name", lambda one: one.name, False),
        ("-name", lambda one: one.name, True),
        ("-overdue", lambda one: one.overdue, True),
        ("segment", lambda one: one.segment, False),
        ("oldest_due_on", lambda one: one.oldest_due_on, False),
        ("-headroom", lambda one: one.headroom, True),
    ],
)
def test_pages_by_key_give_every_row_once_in_order(acme, order, key, reverse) -> None:
    found = walk(signed_in("mia"), f"order={order}")
    rows = {one.name: one for one in Account.objects.filter(company=acme, name__startswith="Firma")}
    assert sorted(found) == sorted(rows)
    said = [key(rows[name]) for name in found]
    known = [value for value in said if value is not None]
    assert known == sorted(known, reverse=reverse)
    assert said[len(known) :] == [None] * (len(said) - len(known)), "what is empty comes last"


@pytest.mark.usefixtures("acme")
def test_a_key_that_was_tampered_with_begins_at_the_first_page() -> None:
    client = signed_in("mia")
    first = names(client.get("/c/acme/customers/?order=name").content.decode())
    for key in ("x", "bm9uc2Vuc2U", "WyJwbGFpbiIsW10sMV0", "%00", "WyJkYXkiLCJ4IiwxXQ"):
        assert names(client.get(f"/c/acme/customers/?order=name&after={key}").content.decode()) == first
    assert client.get("/c/acme/customers/?order=password").status_code == 200


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("segment=firm", lambda index: index % 2),
        ("risk=high&country=NL", lambda index: index % 3 == 2 and index >= 60),
        ("overdue=any", lambda index: index % 3 == 0),
        ("overdue=60", lambda index: index % 3 == 0 and index > 60),
        ("collector=nora", lambda index: index % 4 == 0),
        ("q=firma+04", lambda index: 40 <= index < 50),
        ("q=c007", lambda index: index == 7),
        ("q=FÏRMA+007", lambda index: index == 7),
        ("segment=nonsense", lambda _index: False),
    ],
)
def test_filters(query, fits) -> None:
    found = walk(signed_in("mia"), f"{query}&order=name")
    assert found == [f"Firma {index:03d}" for index in range(120) if fits(index)]


@pytest.mark.usefixtures("acme")
def test_a_view_is_saved_for_oneself_or_for_all_and_forgotten() -> None:
    mia, ada = signed_in("mia"), signed_in("ada")
    saved = mia.post("/c/acme/customers/views", {"name": "Firm first", "query": "segment=firm&order=-open"})
    assert saved["Location"] == "/c/acme/customers/?segment=firm&order=-open"
    assert "Firm first" in mia.get("/c/acme/customers/").content.decode()
    assert "Firm first" not in ada.get("/c/acme/customers/").content.decode()
    mia.post("/c/acme/customers/views", {"name": "Ours", "query": "risk=high", "shared": "on"})
    assert ">Ours<" in ada.get("/c/acme/customers/").content.decode()
    from creditdesk.desk.screens.models import SavedView

    ours = SavedView.objects.get(name="Ours")
    ada.post("/c/acme/customers/views", {"forget": str(ours.pk)})
    assert SavedView.objects.filter(pk=ours.pk).exists(), "only its owner forgets a view"
    mia.post("/c/acme/customers/views", {"forget": str(ours.pk)})
    assert not SavedView.objects.filter(pk=ours.pk).exists()


def test_exports_hold_everything_and_no_formula(acme) -> None:
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", ' =HYPERLINK("http://x")', "＝1"]  # fmt: skip
    for index, name in enumerate(evil):
        account(acme, f"E{index}", name, segment="evil", overdue=123_45, oldest_due_on=date(2026, 3, 1))
    client = signed_in("mia")
    told = b"".join(client.get("/c/acme/customers/?segment=evil&format=csv&order=name").streaming_content)
    rows = list(csv.DictReader(io.StringIO(told.decode("utf-8-sig"))))
    assert len(rows) == len(evil)
    assert all(row["name"].startswith("'") for row in rows)
    assert {row["overdue"] for row in rows} == {"123.45"}
    assert {row["oldest_due_on"] for row in rows} == {"2026-03-01"}
    sheet = load_workbook(
        io.BytesIO(b"".join(client.get("/c/acme/customers/?segment=evil&format=xlsx").streaming_content))
    ).active
    assert sheet is not None
    cells = [cell for line in sheet.iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert 123.45 in [cell.value for cell in cells]
    every = b"".join(client.get("/c/acme/customers/?format=csv").streaming_content).decode()
    assert every.count("Firma ") == 120
    Account.objects.filter(company=acme, segment="evil").delete()


def test_what_looks_like_a_formula_is_made_harmless_and_nothing_else() -> None:
    assert harmless("=1") == "'=1"
    assert harmless("\u00a0@x") == "'\u00a0@x"
    assert harmless("Müller & Söhne - Bau") == "Müller & Söhne - Bau"
    assert harmless("") == ""


@pytest.mark.parametrize("name", EVERYBODY)
def test_who_may_act_in_bulk(acme, name) -> None:
    rights = RIGHTS[EVERYBODY[name]]
    row = Account.objects.get(company=acme, customer="C001").pk
    for act, right in (("pause", Right.HAND_OVER), ("reassign", Right.HAND_OVER), ("copies", Right.WORK)):
        answer = signed_in(name).get(f"/c/acme/customers/do/{act}?row={row}")
        assert answer.status_code == (200 if right in rights else 403), (name, act)


def test_many_are_paused_at_once(acme) -> None:
    for name in ("p1", "p2", "p3"):
        customer(acme, name, segment="bulk")
    rows = list(Account.objects.filter(company=acme, customer__in=("p1", "p2")).values_list("pk", flat=True))
    form = {"row": rows, "until_on": "2026-04-01", "reason": "fair in Gent", "token": "t"}
    client = signed_in("carla")
    assert client.post("/c/acme/customers/do/pause", {**form, "row": []}).status_code == 422
    assert client.post("/c/acme/customers/do/pause", form).status_code == 204
    client.post("/c/acme/customers/do/pause", form)  # twice is once
    pauses = FACTS["pause"].objects.filter(replaced_by=None, reason="fair in Gent")
    assert sorted(pauses.values_list("customer_id", flat=True)) == ["p1", "p2"]
    assert Stale.objects.filter(customer__in=("p1", "p2")).count() == 2
    assert Entry.objects.filter(what="pause", customer="p1", by="carla").count() == 1
    everybody = {**form, "row": [], "everybody": "on", "query": "segment=bulk", "token": "u"}
    assert client.post("/c/acme/customers/do/pause", everybody).status_code == 204
    assert FACTS["pause"].objects.filter(replaced_by=None, customer_id="p3").count() == 1


def test_customers_are_given_to_somebody_else(acme) -> None:
    admit(acme, "nora", [Role.COLLECTOR], by="test", now=NOW)
    row = customer(acme, "r1", collector="carla")
    open_task = task(acme, "r1", assigned="carla", person="carla")
    named = task(acme, "r1", step="letter", handed_to="sam", handed_role="collector", assigned="sam")
    form = {"row": [row.pk], "to": "collector:nora", "why": "carla is away"}
    assert signed_in("mia").post("/c/acme/customers/do/reassign", form).status_code == 204
    row.refresh_from_db()
    assert row.collector == "nora"
    assert Portfolio.objects.get(pk=row.portfolio).owner == "nora"
    assert Member.objects.get(company=acme, role="collector", customer="r1").portfolio.owner == "nora"
    assert Task.objects.get(pk=open_task.pk).assigned == "nora"
    assert Task.objects.get(pk=named.pk).assigned == "sam"
    entry = Entry.objects.get(what="portfolio", customer="r1")
    assert (entry.was, entry.became, entry.by) == ({"person": "carla"}, {"person": "nora"}, "mia")


def test_who_sees_some_customers_reassigns_no_others(acme) -> None:
    mine = Portfolio.objects.create(company=acme, name="South", owner="zoe")
    admit(acme, "zoe", [Role.COLLECTOR], by="test", now=NOW, portfolios=[mine.pk])
    theirs = customer(acme, "s1", collector="carla")
    form = {"row": [theirs.pk], "to": "collector:zoe", "why": "grab"}
    assert signed_in("zoe").post("/c/acme/customers/do/reassign", form).status_code == 422
    theirs.refresh_from_db()
    assert theirs.collector == "carla"


def test_an_overview_of_open_invoices_is_sent_once_a_day(acme) -> None:
    rows = []
    for name, mail in (("m1", "ap@m1.example"), ("m2", ""), ("m3", "ap@m3.example")):
        rows.append(customer(acme, name, more={"do_not_contact": name == "m3"}).pk)
        invoice(acme, name, f"i-{name}")
        contact = {
            "contact_id": f"k-{name}",
            "customer_id": name,
            "role": "accounts_payable",
            "email": mail or None,
        }
        add(acme, "contact", [contact], by="import", at=NOW)
    client = signed_in("carla")
    form = {"row": rows, "why": "asked by phone"}
    assert client.post("/c/acme/customers/do/copies", form).status_code == 204
    (sent,) = Message.objects.filter(company=acme, step="copies")
    assert (sent.customer, sent.address, sent.state, sent.procedure) == ("m1", "ap@m1.example", "queued", "")
    assert "N-i-m1" in sent.text
    told = client.get("/c/acme/customers/").content.decode()
    assert "1 message waits to be sent" in told
    assert "2 customers were left out" in told
    client.post("/c/acme/customers/do/copies", form)
    assert Message.objects.filter(company=acme, step="copies").count() == 1


def test_a_list_takes_few_statements_whatever_its_size(acme, django_assert_few) -> None:
    client = signed_in("mia")
    del acme
    for address in ("/c/acme/customers/", "/c/acme/customers/?q=firma&overdue=any", "/c/acme/find/?q=firma"):
        django_assert_few(client, address)


@pytest.fixture
def django_assert_few():
    """A page takes under 30 SQL statements."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def few(client, address: str) -> None:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        assert len(asked) < 30, f"{address}: {len(asked)}"

    return few
