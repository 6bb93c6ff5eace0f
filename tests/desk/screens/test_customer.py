"""One customer: everything about it, every act in place, for those whose role may."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest

from creditdesk.desk.access.roles import RIGHTS, Right
from creditdesk.desk.casework import privacy
from creditdesk.desk.casework.models import Decision, Entry, Message, Request, Task
from creditdesk.desk.ledger.models import FACTS, Company
from creditdesk.desk.ledger.writing import add
from creditdesk.desk.screens.customer.acts import ACTS
from creditdesk.desk.screens.customer.asking import months_later
from creditdesk.desk.standing.models import Account, OpenItem, Stale
from desk.screens.people import EVERYBODY, NOW, TODAY, account, customer, invoice, people, signed_in, task

pytestmark = pytest.mark.usefixtures("monday")

RIGHT_FORMS = {
    "promise": {"amount": "1.000,00 €", "due_on": "2026-04-02"},
    "note": {"text": "asks for a copy", "tag": "stalling", "tactic": "asks_copy"},
    "dispute": {"invoice_id": "i-deb", "reason": "price", "amount": "250"},
    "pause": {"until_on": "2026-03-30", "reason": "holiday"},
    "plan": {"amount": "900", "count": "3", "first_on": "2026-04-01", "reason": "short of cash"},
    "ask": {"kind": "limit", "amount": "50000", "reason": "large order"},
    "copies": {"why": "asked on the phone"},
    "reassign": {"to": "collector:carla", "why": "nearer to Gent"},
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
    contact = {
        "contact_id": "c-deb",
        "customer_id": "deb",
        "role": "accounts_payable",
        "email": "ap@deb.example",
    }
    add(company, "contact", [contact], by="import", at=NOW)
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
    if act == "copies":
        assert Message.objects.get(customer="deb", step="copies").address == "ap@deb.example"
        again = client.post(address, form | {"token": "again"})
        assert (again.status_code, "Vandaag al" in again.content.decode()) == (422, True)
    elif act == "reassign":
        assert Account.objects.get(company=acme, customer="deb").collector == "carla"
        assert Entry.objects.filter(customer="deb", what="portfolio", why="nearer to Gent").exists()
    elif act in FACT_OF:
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


# --- papers, and what comes next --------------------------------------------------------------------------------------


def test_a_letter_is_printed_as_it_would_go_and_kept_as_it_went(acme) -> None:
    add(acme, "company", [{"company_id": "us", "name": "Acme BV", "country": "BE", "currency": "EUR", "language": "nl",
                           "street": "Kaai 1", "postal_code": "9000", "city": "Gent"}], by="import", at=NOW)  # fmt: skip
    customer(acme, "let", language="fr")
    add(acme, "customer", [{"customer_id": "let", "name": "Let", "kind": "company", "country": "BE", "street": "Dorp 5",
                            "postal_code": "2000", "city": "Antwerpen"}], by="import", at=NOW)  # fmt: skip
    add(acme, "contact", [{"contact_id": "c-let", "customer_id": "let", "role": "director", "name": "<b>Peeters</b>"}], by="import", at=NOW)  # fmt: skip
    invoice(acme, "let", "i-let", 123_456)
    waits = task(
        acme, "let", kind="post", do="letter", step="letter", template="firm_letter", level=3,
        invoice_ids=["i-let"], content={"language": "fr", "contact_id": "c-let"},
    )  # fmt: skip
    address = f"/c/acme/customer/let/letter/{waits.pk}"
    carla = signed_in("carla")
    assert f'href="{address}"' in carla.get(f"/c/acme/today/{waits.pk}/").content.decode()
    page = carla.get(address).content.decode().replace("\u202f", " ").replace("\xa0", " ")
    for said in (
        "Kaai 1",
        "9000 Gent",
        "Dorp 5",
        "2000 Antwerpen",
        "&lt;b&gt;Peeters&lt;/b&gt;",
        "N-i-let",
        "1 234,56 €",
        'lang="fr"',
        "23 mars 2026",
    ):
        assert said in page, said
    assert "to be sent" in carla.get("/c/acme/customer/let/").content.decode()
    assert carla.post(f"/c/acme/today/{waits.pk}/outcome", {"outcome": "sent"}).status_code == 302
    OpenItem.objects.filter(company=acme, invoice="i-let").update(open=1)
    gone = signed_in("ada").get(address).content.decode().replace("\u202f", " ").replace("\xa0", " ")
    assert "1 234,56 €" in gone, "as it was sent, whatever is open since"
    assert "As it was sent on 23 Mar 2026." in gone
    assert signed_in("dirk").get(address).status_code == 403
    call = task(acme, "let", case_no=2)
    assert carla.get(f"/c/acme/customer/let/letter/{call.pk}").status_code == 404
    assert carla.get(f"/c/acme/customer/deb/letter/{waits.pk}").status_code == 404

    shown = privacy.export(acme, "c-let")
    assert shown["letters"][0]["recipient"][1] == "<b>Peeters</b>"
    privacy.erase(acme, "c-let", by="dpo", why="asked", now=NOW)
    assert "Peeters" not in json.dumps(
        list(Task.objects.filter(company=acme).values_list("content", flat=True))
    )


def test_the_papers_of_a_customer_are_listed(acme) -> None:
    customer(acme, "pap")
    row = {
        "customer_id": "pap",
        "kind": "invoice",
        "issued": date(2026, 3, 1),
        "due": date(2026, 3, 31),
        "amount": 100,
        "currency": "EUR",
    }
    add(
        acme, "invoice",
        [row | {"invoice_id": "p1", "number": "N-P1", "document": "https://files.example/p1.pdf"},
         row | {"invoice_id": "p2", "number": "N-P2", "document": "archive 17/2"},
         row | {"invoice_id": "p3", "number": "N-P3", "document": "javascript:alert(1)"}],
        by="import", at=NOW,
    )  # fmt: skip
    page = signed_in("mia").get("/c/acme/customer/pap/").content.decode()
    assert (
        '<a href="https://files.example/p1.pdf" rel="noreferrer noopener" target="_blank">Invoice N-P1</a>'
        in page
    )
    assert "archive 17/2" in page
    assert 'href="javascript' not in page


def test_a_step_whose_day_is_past_is_not_what_comes_next(acme) -> None:
    customer(
        acme,
        "ins",
        segment="insolvent",
        next_step="file_claim",
        next_due_on=date(2026, 3, 10),
        procedure="insolvent",
    )
    customer(
        acme,
        "lag",
        segment="standard",
        next_step="second_call",
        next_due_on=date(2026, 3, 20),
        procedure="reference",
    )
    customer(
        acme,
        "nxt",
        segment="standard",
        next_step="second_call",
        next_due_on=date(2026, 3, 26),
        procedure="reference",
    )
    client = signed_in("mia")
    assert "This segment gets no reminders" in client.get("/c/acme/customer/ins/").content.decode()
    assert "was planned for 20 Mar 2026" in client.get("/c/acme/customer/lag/").content.decode()
    assert "Thursday, 26 March 2026" in client.get("/c/acme/customer/nxt/").content.decode()
    listed = client.get("/c/acme/customers/").content.decode()
    assert "26 Mar 2026" in listed
    for past in ("10 Mar 2026", "20 Mar 2026"):
        assert past not in re.sub(r"<script.*?</script>", "", listed, flags=re.DOTALL), past


def test_what_would_move_it_names_the_invoice_by_its_number(acme) -> None:
    customer(acme, "mov")
    invoice(acme, "mov", "i-mov")
    near = {
        "segment": "partner", "criterion": "behaviour", "value": 5.0, "distance": 3.0, "unit": "days", "band": "good",
        "remedy": "pay_overdue", "amount": 100_000, "invoice_id": "i-mov",
    }  # fmt: skip
    told = {"reasons": [{"criterion": "segment", "value": None, "text": None, "band": "dormant", "rule": "legal status"}],
            "currency": "EUR", "proposed_segment": None, "move_held": None, "nearest_change": near}  # fmt: skip
    Decision.objects.create(
        company=acme, customer="mov", digest="x", risk_class="low", acceptance="open", order_block="none", currency="EUR",
        exposure=1, segment="dormant", from_on=date(2026, 3, 1), content=json.dumps(told),
    )  # fmt: skip
    page = signed_in("mia").get("/c/acme/customer/mov/").content.decode()
    assert "paying invoice N-i-mov" in page
    assert "Legal status: known" in page, "what the rule asks, in words"


def test_the_timeline_says_which_task_and_which_invoice(acme) -> None:
    customer(acme, "who")
    invoice(acme, "who", "i-who")
    add(acme, "payment", [{"payment_id": "pay", "customer_id": "who", "value_date": date(2026, 3, 21), "amount": 100_000,
                           "currency": "EUR"}], by="import", at=NOW)  # fmt: skip
    add(acme, "allocation", [{"allocation_id": "al", "payment_id": "pay", "invoice_id": "i-who", "kind": "payment", "amount": 100_000,
                              "allocated_on": date(2026, 3, 21)}], by="import", at=NOW)  # fmt: skip
    customer(acme, "child", payer="who")
    invoice(acme, "child", "i-child", 40_000)
    add(acme, "payment", [{"payment_id": "for", "customer_id": "who", "value_date": date(2026, 3, 22), "amount": 40_000,
                           "currency": "EUR"}], by="import", at=NOW)  # fmt: skip
    add(acme, "allocation", [{"allocation_id": "af", "payment_id": "for", "invoice_id": "i-child", "kind": "payment", "amount": 40_000,
                              "allocated_on": date(2026, 3, 22)}], by="import", at=NOW)  # fmt: skip
    paid = signed_in("mia").get("/c/acme/customer/child/timeline?group=money").content.decode()
    assert re.search(r"Paid by who: €400.00</p><p[^>]*>N-i-child<", paid)
    call = task(acme, "who", case_no=5)
    signed_in("carla").post(f"/c/acme/today/{call.pk}/outcome", {"outcome": "reached"})
    read = signed_in("mia")
    everything = read.get("/c/acme/customer/who/timeline").content.decode()
    assert re.search(r"Paid: €1,000.00</p><p[^>]*>N-i-who<", everything)
    assert "Task done" not in everything, "the call itself stands there"
    assert "Call" in everything
    changes = read.get("/c/acme/customer/who/timeline?group=changes").content.decode()
    assert "Task done: Call" in changes
    assert "reached" in changes


def test_a_record_that_was_merged_leads_to_the_one_that_goes_on(acme) -> None:
    customer(acme, "stays")
    for gone, into in (("old1", "old2"), ("old2", "stays"), ("ring1", "ring2"), ("ring2", "ring1")):
        add(
            acme,
            "customer",
            [{"customer_id": gone, "name": gone, "kind": "company", "merged_into_id": into}],
            by="import",
            at=NOW,
        )
    client = signed_in("mia")
    led = client.get("/c/acme/customer/old1/")
    assert (led.status_code, led["Location"]) == (302, "/c/acme/customer/stays/")
    assert "old1 was merged into this customer." in client.get(led["Location"]).content.decode()
    assert "/c/acme/customer/stays/" in client.get("/c/acme/find/?q=old2").content.decode()
    assert client.get("/c/acme/customer/ring1/").status_code == 404
    assert client.get("/c/acme/customer/never/").status_code == 404
