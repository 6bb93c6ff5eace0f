"""Disputes as cases: whose, until when, how they end; and a role that sees these and nothing else."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest

from creditdesk.desk.access.members import admit
from creditdesk.desk.access.roles import RIGHTS, Right, Role
from creditdesk.desk.casework.models import Comment, Entry, Portfolio
from creditdesk.desk.ledger.models import FACTS, Company
from creditdesk.desk.ledger.writing import add
from creditdesk.desk.screens.disputes.acts import ACTS
from creditdesk.desk.standing.models import Stale
from desk.screens.people import EVERYBODY, NOW, TODAY, account, customer, invoice, people, signed_in

pytestmark = pytest.mark.usefixtures("monday")

FORMS = {
    "settle": {"outcome": "partly_right", "credit_note_id": "cn-1", "why": "half of the pallets were wet"},
    "hand": {"owner": "sam", "deadline": "2026-04-02", "why": "he sold it"},
    "change": {"reason": "quality", "amount": "300", "deadline": "2026-04-10", "why": "counted again"},
    "reopen": {"deadline": "2026-04-10", "why": "the credit note was refused"},
}


@pytest.fixture(scope="module")
def acme(one_desk) -> Company:  # noqa: ARG001  one database for all cases
    company = Company.objects.create(code="acme", name="Acme BV")
    people(company)
    customer(company, "deb", credit_limit=7_654_321, exposure=1_234_567, overdue=99_999)
    for number in range(1, 8):
        invoice(company, "deb", f"i-{number}")
    rows = [
        {"invoice_id": "cn-1", "customer_id": "deb", "number": "CN/1", "kind": "credit_note", "issued": TODAY,
         "due": TODAY, "amount": 50_000, "currency": "EUR", "corrects_invoice_id": "i-1"},
    ]  # fmt: skip
    add(company, "invoice", rows, by="import", at=NOW)
    return company


@pytest.fixture
def case(acme, request) -> str:
    """A dispute of a part of an invoice, which the dispute handler has."""
    name = f"d{abs(hash(request.node.name)) % 10**9}"
    opened(acme, name)
    yield name
    rows = FACTS["dispute"].objects.filter(legal_entity=acme)
    rows.delete()


def opened(company: Company, name: str, **more) -> None:
    row = {
        "dispute_id": name, "customer_id": "deb", "invoice_id": "i-1", "opened_on": date(2026, 3, 9),
        "amount": 40_000, "reason": "delivery", "owner": "dirk", "deadline": date(2026, 3, 30), **more,
    }  # fmt: skip
    add(company, "dispute", [row], by="carla", at=NOW)


def fact(name: str):
    return FACTS["dispute"].objects.get(dispute_id=name, replaced_by=None)


@pytest.mark.parametrize("name", EVERYBODY)
def test_who_sees_disputes_and_who_acts(case, name) -> None:
    rights = RIGHTS[EVERYBODY[name]]
    client = signed_in(name)
    for address in ("/c/acme/disputes/", f"/c/acme/disputes/{case}/"):
        assert client.get(address).status_code == (200 if Right.SEE_DISPUTES in rights else 403), address
    handles = Right.HANDLE_DISPUTES in rights
    page = client.get(f"/c/acme/disputes/{case}/").content.decode()
    for act in ("settle", "hand", "change"):
        address = f"/c/acme/disputes/{case}/do/{act}"
        assert client.get(address).status_code == (200 if handles else 403), act
        assert client.post(address, FORMS[act] if not handles else {}).status_code == (
            422 if handles else 403
        )
        assert (address in page) == handles
    said = client.post(f"/c/acme/disputes/{case}/say", {"text": f"{name} was here"})
    talks = handles or Right.SELL in rights
    assert said.status_code == (302 if talks else 403)
    assert Comment.objects.filter(by=name, ref=case).exists() == talks
    assert (f"{name} was here" in client.get(f"/c/acme/disputes/{case}/").content.decode()) == talks


def test_the_dispute_handler_sees_disputes_and_nothing_else(case) -> None:
    client = signed_in("dirk")
    assert client.get("/c/acme/")["Location"] == "/c/acme/disputes/"
    page = client.get(f"/c/acme/disputes/{case}/").content.decode()
    assert "Deb" in page
    assert "€400.00" in page
    for figure in ("76,543", "12,345", "999"):  # limit, exposure, past due: of no use to settle a dispute
        assert figure not in page, figure
    assert "/customer/deb/" not in page
    for other in ("today/", "customers/", "customer/deb/", "requests/", "customer/deb/do/dispute"):
        assert client.get(f"/c/acme/{other}").status_code == 403, other
    assert "/c/acme/customer" not in client.get("/c/acme/find/?q=deb").content.decode()


def test_whoever_was_asked_to_settle_one_may_whatever_the_role(acme, case) -> None:
    client = signed_in("sam")
    assert client.get(f"/c/acme/disputes/{case}/do/settle").status_code == 403
    opened(acme, case, owner="sam")
    assert client.get(f"/c/acme/disputes/{case}/do/settle").status_code == 200
    assert client.post(f"/c/acme/disputes/{case}/do/settle", {"outcome": "withdrawn"}).status_code == 204
    assert fact(case).outcome == "withdrawn"


@pytest.mark.parametrize("act", ["settle", "hand", "change"])
def test_each_act_is_a_fact_with_its_entry_and_makes_the_customer_stale(case, act) -> None:
    Stale.objects.all().delete()
    client = signed_in("dirk")
    done = client.post(f"/c/acme/disputes/{case}/do/{act}", FORMS[act])
    assert done.status_code == 204, done.content.decode()[-1500:]
    row = fact(case)
    found = {
        "settle": (row.closed_on, row.outcome, row.credit_note_id),
        "hand": (row.owner, row.deadline),
        "change": (row.reason, row.amount, row.deadline),
    }
    assert found[act] == {
        "settle": (TODAY, "partly_right", "cn-1"), "hand": ("sam", date(2026, 4, 2)),
        "change": ("quality", 30_000, date(2026, 4, 10)),
    }[act]  # fmt: skip
    assert row.opened_on == date(2026, 3, 9), "what was not changed is as it was"
    assert Stale.objects.filter(customer="deb").exists()
    entry = Entry.objects.filter(what="dispute", ref=case).first()
    assert entry is not None
    assert (entry.by, entry.why) == ("dirk", FORMS[act]["why"])
    assert entry.was is not None
    page = client.get(f"/c/acme/disputes/{case}/").content.decode()
    told = {
        "settle": "Settled: the customer was partly right",
        "hand": "Handed to sam",
        "change": "Disputed amount: €300.00, before €400.00",
    }
    assert told[act] in page
    assert FORMS[act]["why"] in page


def test_one_that_was_settled_too_soon_is_opened_again(case) -> None:
    client = signed_in("dirk")
    assert client.post(f"/c/acme/disputes/{case}/do/reopen", FORMS["reopen"])["HX-Redirect"]
    assert fact(case).deadline == date(2026, 3, 30), "an open one is not opened again"
    client.post(f"/c/acme/disputes/{case}/do/settle", {"outcome": "we_right"})
    page = client.get(f"/c/acme/disputes/{case}/").content.decode()
    assert "/do/reopen" in page
    assert "/do/settle" not in page
    assert client.post(f"/c/acme/disputes/{case}/do/reopen", FORMS["reopen"]).status_code == 204
    row = fact(case)
    assert (row.closed_on, row.outcome, row.deadline) == (None, None, date(2026, 4, 10))
    assert "Opened again" in client.get(f"/c/acme/disputes/{case}/").content.decode()


def test_two_people_settle_the_same_one(case) -> None:
    hers, his = signed_in("dirk"), signed_in("mia")
    assert his.get(f"/c/acme/disputes/{case}/do/settle").status_code == 200
    hers.post(f"/c/acme/disputes/{case}/do/settle", {"outcome": "we_right"})
    late = his.post(f"/c/acme/disputes/{case}/do/settle", {"outcome": "customer_right"})
    assert "Nothing was recorded" in his.get(late["HX-Redirect"]).content.decode()
    assert fact(case).outcome == "we_right"


def test_what_makes_no_sense_is_said_at_the_field(case) -> None:
    client = signed_in("dirk")
    more = client.post(f"/c/acme/disputes/{case}/do/change", {**FORMS["change"], "amount": "1000.01"})
    assert "The invoice is of €1,000.00." in more.content.decode()
    past = client.post(f"/c/acme/disputes/{case}/do/hand", {**FORMS["hand"], "deadline": "2026-03-01"})
    assert "This day is past" in past.content.decode()
    other = client.post(f"/c/acme/disputes/{case}/do/settle", {"outcome": "who knows"})
    assert other.status_code == 422
    assert fact(case).amount == 40_000


def test_those_past_their_deadline_come_first(acme, case) -> None:
    opened(acme, "late", deadline=TODAY - timedelta(days=3), invoice_id="i-2")
    opened(acme, "later", deadline=TODAY - timedelta(days=12), invoice_id="i-3")
    opened(acme, "none", deadline=None, invoice_id="i-4", owner=None)
    opened(acme, "done", closed_on=TODAY, outcome="we_right", invoice_id="i-5")
    client = signed_in("dirk")
    page = client.get("/c/acme/disputes/").content.decode()
    order = [page.index(f"/disputes/{name}/") for name in ("later", "late", case, "none")]
    assert order == sorted(order)
    assert "12 days late" in page
    assert "/disputes/done/" not in page

    def found(query: str) -> set[str]:
        text = client.get(f"/c/acme/disputes/?{query}").content.decode()
        return {name for name in ("late", "later", "none", "done", case) if f"/disputes/{name}/" in text}

    assert found("state=late") == {"late", "later"}
    assert found("state=closed") == {"done"}
    assert found("state=all") == {"late", "later", "none", "done", case}
    assert found("owner=-") == {"none"}
    assert found("q=N-i-3") == {"later"}
    assert found("q=de") == {"late", "later", "none", case}
    assert found("q=nobody") == set()
    told = b"".join(client.get("/c/acme/disputes/?format=csv&state=all").streaming_content).decode(
        "utf-8-sig"
    )
    rows = {row["number"]: row for row in csv.DictReader(io.StringIO(told))}
    assert (rows["N-i-3"]["amount"], rows["N-i-3"]["currency"], rows["N-i-3"]["name"]) == (
        "400.00",
        "EUR",
        "Deb",
    )


def test_a_dispute_without_an_invoice_and_of_a_customer_not_decided_yet(acme, case) -> None:
    del case
    add(acme, "customer", [{"customer_id": "raw", "name": "Raw", "kind": "company"}], by="import", at=NOW)
    opened(acme, "bare", customer_id="raw", invoice_id=None, owner=None, deadline=None)
    client = signed_in("dirk")
    page = client.get("/c/acme/disputes/bare/").content.decode()
    assert "raw: Delivery incomplete or late" in page
    assert "Nobody settles it yet" in page
    assert "no invoice named" in client.get("/c/acme/disputes/").content.decode()
    assert client.post("/c/acme/disputes/bare/do/settle", {"outcome": "withdrawn"}).status_code == 204


def test_script_in_what_a_debtor_can_fill_stays_text(acme, case) -> None:
    del case
    evil = "<script>alert(1)</script>"
    opened(acme, "evil", owner=evil, invoice_id="i-6")
    signed_in("dirk").post("/c/acme/disputes/evil/say", {"text": evil})
    for address in ("/c/acme/disputes/", "/c/acme/disputes/evil/"):
        page = signed_in("dirk").get(address).content.decode()
        assert evil not in page, address
        assert "&lt;script&gt;" in page, address


def test_a_customers_page_leads_to_its_disputes(case) -> None:
    assert f"/c/acme/disputes/{case}/" in signed_in("carla").get("/c/acme/customer/deb/").content.decode()
    assert "/c/acme/customer/deb/" in signed_in("carla").get(f"/c/acme/disputes/{case}/").content.decode()


def test_another_companys_dispute_is_not_one_id_away(acme, case) -> None:
    del acme
    other = Company.objects.create(code=f"o{case}", name="Other NV")
    admit(other, f"olga{case}", [Role.CREDIT_MANAGER], by="test", now=NOW)
    client = signed_in(f"olga{case}")
    assert client.get(f"/c/{other.code}/disputes/").status_code == 200
    assert client.get(f"/c/acme/disputes/{case}/").status_code == 404
    for address in ("", "do/settle", "say"):
        assert client.get(f"/c/{other.code}/disputes/{case}/{address}").status_code == 404, address
        assert client.post(f"/c/{other.code}/disputes/{case}/{address}").status_code in {404, 405}, address
    assert fact(case).closed_on is None


def test_who_is_restricted_to_a_portfolio_sees_its_disputes_alone(acme, case) -> None:
    portfolio = Portfolio.objects.create(company=acme, name=f"P{case}", owner="carla")
    customer(acme, f"mine{case}", portfolio=portfolio.pk)
    invoice(acme, f"mine{case}", f"i{case}")
    opened(acme, f"own{case}", customer_id=f"mine{case}", invoice_id=f"i{case}")
    admit(acme, f"nora{case}", [Role.DISPUTE_HANDLER], by="test", now=NOW, portfolios=[portfolio.pk])
    client = signed_in(f"nora{case}")
    page = client.get("/c/acme/disputes/?state=all").content.decode()
    assert f"/disputes/own{case}/" in page
    assert f"/disputes/{case}/" not in page
    assert client.get(f"/c/acme/disputes/{case}/").status_code == 404
    assert client.post(f"/c/acme/disputes/{case}/do/settle", {"outcome": "we_right"}).status_code == 404


def test_a_page_takes_few_statements(acme, case) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    account(acme, "many", "Many NV")
    for number in range(60):
        opened(acme, f"m{number}", customer_id="many", invoice_id=None)
    for name in ("dirk", "mia"):
        client = signed_in(name)
        for address in ("/c/acme/disputes/", f"/c/acme/disputes/{case}/"):
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            assert len(asked) < 30, address


def test_every_act_is_tried_here() -> None:
    assert FORMS.keys() == ACTS.keys()
