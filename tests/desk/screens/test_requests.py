"""Requests on the screen: asked by one, decided by others before they expire, with what a yes would change before their eyes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from creditdesk.desk.access.members import admit
from creditdesk.desk.access.roles import RIGHTS, Right, Role
from creditdesk.desk.casework import requests
from creditdesk.desk.casework.models import Comment, Entry, Request, Task
from creditdesk.desk.ledger.models import FACTS, Company
from creditdesk.desk.standing.models import Stale
from desk.screens.people import EVERYBODY, NOW, TODAY, customer, invoice, people, signed_in

pytestmark = pytest.mark.usefixtures("monday")


@pytest.fixture(scope="module")
def acme(one_desk) -> Company:  # noqa: ARG001  one database for all cases
    company = Company.objects.create(code="acme", name="Acme BV")
    people(company)
    admit(company, "max", [Role.CREDIT_MANAGER], by="test", now=NOW)
    admit(company, "finn", [Role.FINANCE_DIRECTOR], by="test", now=NOW)
    customer(
        company, "deb", credit_limit=1_000_000, exposure=1_200_000, headroom=-200_000, overdue=100_000, open=900_000,
        order_block="stop", order_rank=3, terms_days=30,
        more={"insured_limit": 400_000, "securities": 100_000, "open_orders": 300_000},
    )  # fmt: skip
    invoice(company, "deb", "i-deb", 100_000)
    return company


@pytest.fixture(autouse=True)
def nothing_left():
    yield
    Request.objects.all().delete()
    Task.objects.all().delete()


def ask(company: Company, kind: str = "limit", amount: int = 2_000_000, by: str = "sam", **more) -> Request:
    wanted = more.pop("wanted", {})
    return requests.ask(
        company, kind, "deb", amount, "EUR", wanted, by=by, why="a large order in April", now=NOW, on=TODAY, **more
    )  # fmt: skip


def page_of(name: str, request: Request) -> str:
    return signed_in(name).get(f"/c/acme/requests/{request.pk}/").content.decode()


def vote(name: str, request: Request, granted: str = "yes", why: str = "seen the accounts"):
    return signed_in(name).post(f"/c/acme/requests/{request.pk}/vote", {"granted": granted, "why": why})


def state(request: Request) -> str:
    request.refresh_from_db()
    return request.state


@pytest.mark.parametrize("name", EVERYBODY)
def test_who_sees_who_asks_who_talks_and_who_decides(acme, name) -> None:
    rights = RIGHTS[EVERYBODY[name]]
    asked = ask(acme, by="nobody")
    client = signed_in(name)
    for address in ("/c/acme/requests/", f"/c/acme/requests/{asked.pk}/"):
        assert client.get(address).status_code == (200 if Right.SEE_REQUESTS in rights else 403), address
    assert client.get("/c/acme/requests/new").status_code == (200 if Right.ASK in rights else 403)
    withdrawn = client.post(f"/c/acme/requests/{asked.pk}/withdraw")
    assert withdrawn.status_code == (302 if Right.ASK in rights else 403)
    assert state(asked) == "open", "only who asked withdraws"
    said = client.post(f"/c/acme/requests/{asked.pk}/say", {"text": "a remark"})
    talks = bool(rights & {Right.ASK, Right.DECIDE})
    assert said.status_code == (302 if talks else 403)
    assert Comment.objects.filter(ref=str(asked.pk), by=name).exists() == talks
    decided = vote(name, asked)
    assert decided.status_code == (302 if Right.DECIDE in rights else 403)
    assert state(asked) == ("granted" if Right.DECIDE in rights else "open")
    assert client.get(f"/c/acme/requests/{asked.pk}/vote").status_code in {403, 405}


def test_who_asked_never_decides(acme) -> None:
    asked = ask(acme, by="mia")
    assert "You asked for it: somebody else decides." in page_of("mia", asked)
    assert 'name="granted"' not in page_of("mia", asked)
    told = signed_in("mia").post(
        f"/c/acme/requests/{asked.pk}/vote", {"granted": "yes", "why": "mine"}, follow=True
    )
    assert "Nothing was recorded" in told.content.decode()
    assert state(asked) == "open"
    vote("max", asked)
    assert state(asked) == "granted"


def test_a_large_one_needs_two_finance_directors(acme) -> None:
    asked = ask(acme, amount=9_000_000)
    assert "2 × Finance director" in page_of("sam", asked)
    vote("mia", asked)
    assert not asked.votes.exists(), "a credit manager's word does not count here"
    vote("fien", asked)
    assert state(asked) == "open"
    assert "You have said yes: another person decides too." in page_of("fien", asked)
    assert "fien: seen the accounts" in page_of("finn", asked)
    vote("fien", asked)
    assert asked.votes.count() == 1
    vote("finn", asked)
    assert state(asked) == "granted"
    (row,) = FACTS["override"].objects.filter(customer_id="deb", value="9000000", replaced_by=None)
    assert "sam" in row.reason
    assert "finn" in row.reason


def test_a_finance_director_stands_in_for_the_credit_manager(acme) -> None:
    asked = ask(acme, by="mia")
    vote("fien", asked)
    assert state(asked) == "granted"


def test_a_no_needs_a_reason_and_ends_it(acme) -> None:
    asked = ask(acme)
    Stale.objects.all().delete()
    told = signed_in("mia").post(
        f"/c/acme/requests/{asked.pk}/vote", {"granted": "no", "why": " "}, follow=True
    )
    assert "A reason is needed." in told.content.decode()
    vote("mia", asked, "no", "the accounts are two years old")
    assert state(asked) == "refused"
    assert Task.objects.get(ref=f"request:{asked.pk}").state == "done"
    assert "the accounts are two years old" in page_of("sam", asked)
    assert not Stale.objects.exists(), "a no changes nothing for the customer"


def test_one_that_has_expired_is_not_decided(acme) -> None:
    asked = ask(acme, expires_on=TODAY - timedelta(days=1))
    assert "Its time is over" in page_of("mia", asked)
    vote("mia", asked)
    assert state(asked) == "open"
    requests.expire(acme, TODAY, NOW)
    assert state(asked) == "expired"
    assert "Expired" in page_of("mia", asked)


def test_it_is_withdrawn_by_who_asked(acme) -> None:
    asked = ask(acme)
    assert "/withdraw" in page_of("sam", asked)
    assert "/withdraw" not in page_of("carla", asked)
    signed_in("sam").post(f"/c/acme/requests/{asked.pk}/withdraw")
    assert state(asked) == "withdrawn"
    assert "Withdrawn" in page_of("mia", asked)


@pytest.mark.parametrize(
    ("kind", "amount", "wanted", "told"),
    [
        ("limit", 2_000_000, {}, ["€10,000", "€20,000", "−€2,000", "€8,000", "120 %", "60 %", "€5,000", "€15,000"]),
        ("terms", 45, {}, ["30 days", "45 days"]),
        ("release", 800_000, {"valid_until": "2026-04-06"}, ["stopped", "go through", "6 Apr 2026", "€17,000", "−€7,000"]),
        ("release", 200_000, {"valid_until": "2026-04-06"}, ["stopped", "€12,000"]),
        ("write_off", 40_000, {"invoice_id": "i-deb"}, ["€9,000", "€8,600", "€1,000", "€600", "€11,600", "−€1,600"]),
        ("plan", 100_000, {"plan_id": "p", "invoice_ids": ["i-deb"], "more": {"instalment": [
            {"plan_id": "p", "due_on": "2026-05-01", "amount": 100_000}]}}, ["1 May 2026", "€1,000.00"]),
    ],
)  # fmt: skip
def test_the_decider_sees_what_a_yes_would_change(acme, kind, amount, wanted, told) -> None:
    asked = ask(acme, kind, amount, wanted=wanted)
    page = page_of("mia", asked)
    table = page[page.index("What it would change") :] if kind != "plan" else page
    for text in told:
        assert text in table, text
    # and it is on record what was seen
    vote("mia", asked)
    if state(asked) == "granted":
        assert asked.votes.get().seen
        entry = Entry.objects.filter(what=f"request {kind}", ref=str(asked.pk), by="mia").first()
        assert entry is not None
        assert entry.became["seen"] == asked.votes.get().seen
        assert "What the deciders saw" in page_of("sam", asked)


FORMS = {
    "limit": ({"amount": "25000"}, (2_500_000, {})),
    "terms": ({"days": "45", "until": "2026-12-31"}, (45, {"until_on": "2026-12-31"})),
    "release": ({"amount": "8000", "until": "2026-04-06"}, (800_000, {"valid_until": "2026-04-06"})),
    "write_off": ({"amount": "400", "invoice_id": "i-deb"}, (40_000, {"invoice_id": "i-deb"})),
}


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.usefixtures("acme")
def test_each_kind_is_asked_for_from_the_customers_page(kind) -> None:
    form, (amount, wanted) = FORMS[kind]
    client = signed_in("sam")
    address = "/c/acme/customer/deb/do/ask"
    for name in form:
        lacking = {key: value for key, value in form.items() if key != name}
        if (kind, name) != ("terms", "until"):
            told = client.post(address, {"kind": kind, "reason": "r", **lacking})
            assert told.status_code == 422, name
            assert "This is needed here." in told.content.decode(), name
    full = {"kind": kind, "reason": "because", "expires_on": "2026-03-27", **form}
    assert client.post(address, full).status_code == 204
    assert client.post(address, full).status_code == 204, "sent twice it is one request"
    asked = Request.objects.get()
    assert (asked.kind, asked.amount, asked.wanted, asked.expires_on) == (
        kind, amount, wanted, date(2026, 3, 27),
    )  # fmt: skip
    assert f"/c/acme/requests/{asked.pk}/" in client.get("/c/acme/customer/deb/").content.decode()
    vote("mia", asked)
    assert state(asked) == "granted"


@pytest.mark.usefixtures("acme")
def test_no_more_is_written_off_than_is_open() -> None:
    form = {"kind": "write_off", "reason": "r", "invoice_id": "i-deb", "amount": "1000.01"}
    told = signed_in("carla").post("/c/acme/customer/deb/do/ask", form)
    assert "Of this invoice only €1,000.00 is open." in told.content.decode()
    past = signed_in("carla").post(
        "/c/acme/customer/deb/do/ask", {"kind": "limit", "amount": "1", "reason": "r", "expires_on": "2026-03-01"}
    )  # fmt: skip
    assert "This day is past" in past.content.decode()


def test_the_list_says_whose_turn_it_is(acme) -> None:
    small, large, mine = ask(acme), ask(acme, amount=9_000_000), ask(acme, amount=1_000_000, by="mia")
    soon = ask(acme, "terms", 60, by="carla", expires_on=TODAY + timedelta(days=1))

    def found(name: str, query: str = "") -> set[int]:
        page = signed_in(name).get(f"/c/acme/requests/?{query}").content.decode()
        return {one.pk for one in (small, large, mine, soon) if f"/requests/{one.pk}/" in page}

    everything = {small.pk, large.pk, mine.pk, soon.pk}
    assert found("ada") == everything
    assert found("mia", "whose=decide") == {small.pk, soon.pk}
    assert found("fien", "whose=decide") == everything
    assert found("sam", "whose=decide") == set()
    assert found("sam", "whose=asked&state=all") == {small.pk, large.pk}
    vote("mia", small, "no")
    assert found("ada") == everything - {small.pk}
    assert found("ada", "state=refused") == {small.pk}
    assert found("ada", "state=all") == everything
    assert found("ada", "kind=terms") == {soon.pk}
    assert found("ada", "q=deb") == everything - {small.pk}
    assert found("ada", "q=nobody") == set()
    page = signed_in("mia").get("/c/acme/requests/").content.decode()
    assert page.index(f"/requests/{soon.pk}/") < page.index(f"/requests/{large.pk}/"), "next to expire first"
    assert "in 1 day" in page
    assert "Payment term: 60 days" in page


@pytest.mark.usefixtures("acme")
def test_for_whom_is_found_as_one_types() -> None:
    client = signed_in("sam")
    assert "/customer/deb/do/ask" in client.get("/c/acme/requests/new?q=de").content.decode()
    assert "No customer is found" in client.get("/c/acme/requests/new?q=zzz").content.decode()


def test_from_the_work_list_it_is_one_key_to_the_request(acme) -> None:
    asked = ask(acme, "terms", 45)
    task = Task.objects.get(ref=f"request:{asked.pk}")
    page = signed_in("mia").get(f"/c/acme/today/{task.pk}/").content.decode()
    assert f"/c/acme/requests/{asked.pk}/" in page
    assert "Payment term: 45 days" in page
    assert "€0.45" not in page


def test_another_companys_request_is_not_one_id_away(acme) -> None:
    asked = ask(acme)
    other = Company.objects.create(code=f"other{asked.pk}", name="Other NV")
    admit(other, f"olga{asked.pk}", [Role.CREDIT_MANAGER], by="test", now=NOW)
    client = signed_in(f"olga{asked.pk}")
    for code in ("acme", other.code):
        for address in ("", "vote", "withdraw", "say"):
            url = f"/c/{code}/requests/{asked.pk}/{address}"
            form = {"granted": "yes", "why": "x", "text": "x"}
            assert client.get(url).status_code in {404, 405}, url
            assert client.post(url, form).status_code in {404, 405}, url
    assert state(asked) == "open"
    assert not asked.votes.exists()


def test_script_in_a_reason_stays_text(acme) -> None:
    evil = "<script>alert(1)</script>"
    asked = requests.ask(acme, "limit", "deb", 1_000_000, "EUR", {}, by=evil, why=evil, now=NOW, on=TODAY)
    signed_in("sam").post(f"/c/acme/requests/{asked.pk}/say", {"text": evil})
    for address in ("/c/acme/requests/", f"/c/acme/requests/{asked.pk}/", "/c/acme/customer/deb/"):
        page = signed_in("mia").get(address).content.decode()
        assert evil not in page, address
        assert "&lt;script&gt;" in page, address


def test_a_page_takes_few_statements(acme) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    asked = ask(acme)
    for amount in range(60):
        ask(acme, amount=100_000 + amount)
    client = signed_in("mia")
    for address in ("/c/acme/requests/", f"/c/acme/requests/{asked.pk}/", "/c/acme/requests/?whose=decide"):
        client.get(address)
        with CaptureQueriesContext(connection) as said:
            client.get(address)
        assert len(said) < 30, address
