"""One customer: everything about it, every act in place, for those whose role may."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest

from creditdesk.desk.access.roles import RIGHTS, Right
from creditdesk.desk.casework.models import Decision, Entry, Message, Request
from creditdesk.desk.ledger.models import FACTS, Company
from creditdesk.desk.ledger.writing import add
from creditdesk.desk.screens.customer.acts import ACTS
from creditdesk.desk.screens.customer.asking import months_later
from creditdesk.desk.standing.models import Account, Stale
from desk.screens.people import EVERYBODY, NOW, TODAY, account, customer, invoice, people, signed_in

pytestmark = pytest.mark.usefixtures("monday")

RIGHT_FORMS = {
    "promise": {"amount": "1.000,00 €", "due_on": "2026-04-02"},
    "note": {"text": "asks for a copy", "tag": "stalling", "tactic": "asks_copy"},
    "dispute": {"invoice_id": "i-deb", "reason": "price", "amount": "250"},
    "pause": {"until_on": "2026-03-30", "reason": "holiday"},
    "plan": {"amount": "900", "count": "3", "first_on": "2026-04-01", "reason": "short of cash"},
    "ask": {"kind": "limit", "amount": "50000", "reason": "large order"},
    "contact": {"role": "director", "name": "De Smet", "phone": "+32 9 555 01 01"},
    "segment": {"segment": "firm", "reason": "agreed with the director"},
    "hand-over": {"to": "bailiff", "invoice_ids": ["i-deb"], "reason": "three letters, no answer"},
}
FACT_OF = {
    "promise": "promise", "note": "note", "dispute": "dispute", "pause": "pause", "contact": "contact",
    "segment": "override", "hand-over": "handover",
}  # fmt: skip


@pytest.fixture(scope="module")
def acme(one_desk) -> Company:  # noqa: ARG001  one database for all cases
    from creditdesk.desk.casework import policies
    from creditdesk.policy.load import policy_text

    company = Company.objects.create(code="acme", name="Acme BV")
    people(company)
    version = policies.propose(
        company, policy_text("starter"), by="a", why="first", now=NOW, effective_on=date(2026, 1, 1)
    )
    policies.approve(version, by="b", why="ok", now=NOW)
    customer(
        company, "deb", overdue=100_000, open=100_000, collectible=100_000, oldest_due_on=date(2026, 3, 20)
    )
    invoice(company, "deb", "i-deb")
    return company


def facts(table: str, who: str = "deb") -> list:
    return list(FACTS[table].objects.filter(customer_id=who, replaced_by=None).order_by("id"))


def test_every_act_has_its_form_here() -> None:
    assert RIGHT_FORMS.keys() == ACTS.keys()


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("name", EVERYBODY)
def test_who_sees_it_and_which_acts(name) -> None:
    rights = RIGHTS[EVERYBODY[name]]
    client = signed_in(name)
    sees = Right.SEE_CUSTOMERS in rights
    for address in ("", "timeline", "on?day=2026-03-20", "stale"):
        status = client.get(f"/c/acme/customer/deb/{address}").status_code
        assert status in ({200, 204} if sees else {403}), address
    for act, kind in ACTS.items():
        got = client.get(f"/c/acme/customer/deb/do/{act}").status_code
        assert got == (200 if kind.right in rights else 403), act
    page = client.get("/c/acme/customer/deb/").content.decode()
    for act, kind in ACTS.items():
        if sees and act != "contact":
            assert (f"/do/{act}" in page) == (kind.right in rights), act


@pytest.mark.parametrize("act", ACTS)
def test_each_act_is_a_fact_with_its_entry_and_makes_the_customer_stale(acme, act) -> None:
    Stale.objects.all().delete()
    client = signed_in("mia", **{"accept-language": "nl"})
    address = f"/c/acme/customer/deb/do/{act}"
    assert client.get(address).status_code == 200
    assert client.post(address, {}).status_code == 422
    form = {**RIGHT_FORMS[act], "token": f"t{act}"}
    done = client.post(address, form)
    assert done.status_code == 204, done.content.decode()[-2000:]
    assert done["HX-Redirect"] == "/c/acme/customer/deb/"
    if act in FACT_OF:
        assert [one for one in facts(FACT_OF[act]) if getattr(one, "by", "mia") in {"mia", None}]
        assert Stale.objects.filter(customer="deb").exists()
        assert Entry.objects.filter(company=acme, customer="deb", what=FACT_OF[act], by="mia").exists()
    else:
        asked = Request.objects.filter(customer="deb", asked_by="mia").first()
        assert asked is not None
        assert asked.kind == {"plan": "plan", "ask": "limit"}[act]
    assert client.get("/c/acme/customer/deb/").status_code == 200
    timeline = client.get("/c/acme/customer/deb/timeline").content.decode()
    if act == "promise":
        assert facts("promise")[-1].amount == 100_000
        assert "Beloofde" in timeline


def test_what_runs_is_ended_in_place(acme) -> None:
    customer(acme, "run")
    rows = {
        "promise": {"promise_id": "p", "customer_id": "run", "made_on": TODAY, "due_on": TODAY + timedelta(days=5),
                    "amount": 5_000, "currency": "EUR"},
        "pause": {"pause_id": "u", "customer_id": "run", "from_on": TODAY, "reason": "x", "by": "mia"},
    }  # fmt: skip
    for table, row in rows.items():
        add(acme, table, [row], by="mia", at=NOW)
    client = signed_in("carla")
    page = client.get("/c/acme/customer/run/").content.decode()
    assert "Promise of €50.00 for 28 Mar 2026" in page
    assert "Paused until lifted" in page
    assert (
        signed_in("ada").post("/c/acme/customer/run/end", {"table": "promise", "key": "p"}).status_code == 403
    )
    client.post("/c/acme/customer/run/end", {"table": "promise", "key": "p"})
    client.post("/c/acme/customer/run/end", {"table": "pause", "key": "u"})
    client.post("/c/acme/customer/run/end", {"table": "override", "key": "u"})
    assert facts("promise", "run")[0].withdrawn_on == TODAY
    assert facts("pause", "run")[0].until_on == TODAY - timedelta(days=1)
    assert "Running" not in client.get("/c/acme/customer/run/").content.decode()


def test_invoices_are_handed_over_by_a_person_and_come_back(acme) -> None:
    """R12: a hand-over takes invoices, not the customer; what is handed over already is not offered again."""
    customer(acme, "far")
    for number in ("f1", "f2"):
        invoice(acme, "far", number)
    client, address = signed_in("mia"), "/c/acme/customer/far/do/hand-over"
    form = {"to": "agency", "invoice_ids": ["f1"], "reason": "does not answer", "token": "far1"}
    assert client.post(address, {**form, "invoice_ids": ["i-deb"]}).status_code == 422
    assert client.post(address, {**form, "reason": ""}).status_code == 422
    assert client.post(address, form).status_code == 204
    (file,) = facts("handover", "far")
    assert (file.to, file.invoice_ids, file.handed_on, file.returned_on) == ("agency", ["f1"], TODAY, None)
    assert Entry.objects.get(customer="far", what="handover").why == "does not answer"
    sheet = client.get(address).content.decode()
    assert 'value="f2"' in sheet
    assert 'value="f1"' not in sheet
    page = client.get("/c/acme/customer/far/").content.decode()
    assert "Handed over: Collection agency" in page
    assert signed_in("carla").get(address).status_code == 403
    client.post("/c/acme/customer/far/end", {"table": "handover", "key": file.handover_id})
    (file,) = facts("handover", "far")
    assert (file.to, file.returned_on) == ("agency", TODAY)
    assert 'value="f1"' in client.get(address).content.decode()


def test_the_timeline_tells_everything_latest_first_and_page_by_page(acme) -> None:
    customer(acme, "old")
    notes = [
        {
            "note_id": f"n{index}",
            "customer_id": "old",
            "on": TODAY - timedelta(days=index),
            "text": f"note {index:03d}",
        }
        for index in range(300)
    ]
    add(acme, "note", notes, by="mia", at=NOW)
    client, found, before = signed_in("mia"), [], ""
    for _page in range(20):
        page = client.get(f"/c/acme/customer/old/timeline?group=talk&before={before}").content.decode()
        found += re.findall(r"note \d{3}", page)
        more = re.search(r"before=(\d{4}-\d\d-\d\d)", page)
        if not more:
            break
        before = more[1]
    assert found == [f"note {index:03d}" for index in range(300)]


def test_changes_by_people_are_for_those_who_may_see_the_audit_trail(acme) -> None:
    customer(acme, "aud")
    Entry.objects.create(
        at=NOW - timedelta(hours=1), by="mia", company=acme, customer="aud", what="override", why="because"
    )
    assert "because" in signed_in("ada").get("/c/acme/customer/aud/timeline?group=changes").content.decode()
    assert (
        "because" not in signed_in("sam").get("/c/acme/customer/aud/timeline?group=changes").content.decode()
    )


def test_the_state_on_a_past_day(acme) -> None:
    customer(acme, "past", segment="firm")
    invoice(acme, "past", "i-past")
    add(acme, "payment", [{"payment_id": "pp", "customer_id": "past", "value_date": date(2026, 3, 10), "amount": 40_000,
                           "currency": "EUR"}], by="import", at=NOW)  # fmt: skip
    add(acme, "allocation", [{"allocation_id": "aa", "invoice_id": "i-past", "kind": "payment", "payment_id": "pp",
                              "allocated_on": date(2026, 3, 10), "amount": 40_000}], by="import", at=NOW)  # fmt: skip
    common = {
        "company": acme, "customer": "past", "digest": "x", "risk_class": "low", "acceptance": "open",
        "order_block": "none", "currency": "EUR", "exposure": 100_000,
    }  # fmt: skip
    said = json.dumps(
        {
            "segment": "SEGMENT", "segment_since": "2026-01-05", "risk_class": "low", "exposure": 1, "currency": "EUR",
            "credit_limit": None, "order_block": "none", "reasons": [], "proposed_segment": None, "move_held": None,
        }
    )  # fmt: skip
    Decision.objects.create(
        from_on=date(2026, 2, 1),
        to_on=date(2026, 3, 15),
        segment="partner",
        content=said.replace("SEGMENT", "partner"),
        **common,
    )
    Decision.objects.create(
        from_on=date(2026, 3, 15), segment="firm", content=said.replace("SEGMENT", "firm"), **common
    )
    client = signed_in("mia")
    then = client.get("/c/acme/customer/past/on?day=2026-03-01").content.decode()
    assert "Partner" in then
    assert "€1,000.00" in then
    later = client.get("/c/acme/customer/past/on?day=2026-03-20").content.decode()
    assert "Firm" in later
    assert "€600.00" in later
    early = client.get("/c/acme/customer/past/on?day=2026-01-20").content.decode()
    assert "had not decided this customer yet" in early
    assert "Nothing was open" in early
    for day in ("2027-01-01", "x", ""):
        assert client.get(f"/c/acme/customer/past/on?day={day}").status_code == 302


def test_a_message_is_read_as_it_went_out(acme) -> None:
    customer(acme, "msg")
    made = Message.objects.create(
        company=acme, customer="msg", procedure="reference", case_no=1, step="reminder", turn=1, level=1, template="x",
        language="nl", address="ap@msg.example", subject="Herinnering <b>", text="Beste,\n\n<script>alert(1)</script>",
        message_id="<m@x>", raw=b"", digest="", amount=1, currency="EUR", asked_on=TODAY, asked_no=1, queued_at=NOW,
    )  # fmt: skip
    page = signed_in("ada").get(f"/c/acme/customer/msg/message/{made.pk}").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert 'lang="nl"' in page
    assert signed_in("ada").get(f"/c/acme/customer/deb/message/{made.pk}").status_code == 404
    assert signed_in("dirk").get(f"/c/acme/customer/msg/message/{made.pk}").status_code == 403


def test_what_is_being_decided_anew_says_so(acme) -> None:
    account(acme, "stale", "Stale NV")
    waiting = Stale.objects.create(company=acme, customer="stale", ledger_no=1, asked_at=NOW)
    client = signed_in("mia")
    assert "being worked into these figures" in client.get("/c/acme/customer/stale/").content.decode()
    assert client.get("/c/acme/customer/stale/stale").status_code == 200
    waiting.error = "StageError: x"
    waiting.save()
    assert "will be tried again" in client.get("/c/acme/customer/stale/stale").content.decode()
    waiting.delete()
    done = client.get("/c/acme/customer/stale/stale")
    assert (done.status_code, done["HX-Refresh"]) == (204, "true")
    assert "being worked into" not in client.get("/c/acme/customer/stale/").content.decode()


def test_ids_with_any_character_have_an_address(acme) -> None:
    client = signed_in("mia")
    for odd in ("A/1", "..", "a b+c?d#e%f", "~2F", "<b>", "é/~"):
        account(acme, odd, f"Odd {odd}")
        row = Account.objects.get(company=acme, customer=odd)
        from django.urls import reverse

        address = reverse("customer:page", kwargs={"company": "acme", "customer": odd})
        page = client.get(address)
        assert page.status_code == 200, odd
        assert row.name.replace("<", "&lt;").replace(">", "&gt;") in page.content.decode()


def test_a_page_takes_few_statements(acme) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in("mia")
    del acme
    for address in ("/c/acme/customer/deb/", "/c/acme/customer/deb/timeline", "/c/acme/today/"):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert len(asked) < 30, address


def test_instalments_are_a_month_apart_also_from_the_last_of_a_month() -> None:
    first = date(2026, 1, 31)
    assert [months_later(first, index).isoformat() for index in range(4)] == [
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30",
    ]  # fmt: skip
    assert months_later(date(2026, 12, 15), 2) == date(2027, 2, 15)
