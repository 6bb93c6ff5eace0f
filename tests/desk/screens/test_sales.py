"""Sales: what customers may order, what is asked of it, moves it agrees with or objects to, room to grow, whom to watch."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta

import pytest

from creditdesk.desk.access.members import admit
from creditdesk.desk.access.roles import RIGHTS, Right, Role
from creditdesk.desk.casework.models import Comment, Decision, Entry, MoveAnswer, Portfolio, Task
from creditdesk.desk.ledger.models import FACTS, Company
from creditdesk.desk.ledger.writing import add
from creditdesk.desk.standing.models import Account, SearchWord, Stale
from desk.screens.people import EVERYBODY, NOW, TODAY, account, customer, invoice, people, signed_in, task

pytestmark = pytest.mark.usefixtures("monday")

PAGES = ("", "interventions/", "moves/", "room/", "watch/")


@pytest.fixture(scope="module")
def acme(one_desk) -> Company:  # noqa: ARG001  one database for all cases
    from creditdesk.desk.casework import policies
    from creditdesk.policy.load import policy_text

    company = Company.objects.create(code="acme", name="Acme BV")
    people(company)
    admit(company, "sara", [Role.SALES], by="test", now=NOW)
    version = policies.propose(
        company, policy_text("starter"), by="a", why="first", now=NOW, effective_on=date(2026, 1, 1)
    )
    policies.approve(version, by="b", why="ok", now=NOW)
    ours = {"company_id": "acme", "name": "Acme BV", "country": "BE", "currency": "EUR", "language": "nl"}
    add(company, "company", [ours], by="import", at=NOW)
    return company


@pytest.fixture(autouse=True)
def nothing_left():
    yield
    for model in (Account, SearchWord, Task, MoveAnswer, Comment):
        model.objects.all().delete()


def row(company: Company, name: str, **more) -> Account:
    return account(company, name, name.title(), **{"account_manager": "sam", **more})


def page_of(name: str, address: str = "") -> str:
    got = signed_in(name).get(f"/c/acme/sales/{address}")
    assert got.status_code == 200, got.status_code
    return got.content.decode()


@pytest.mark.parametrize("name", EVERYBODY)
def test_who_sees_the_screen_and_who_has_it_in_the_menu(acme, name) -> None:
    row(acme, "deb")
    rights = RIGHTS[EVERYBODY[name]]
    for address in PAGES:
        status = signed_in(name).get(f"/c/acme/sales/{address}").status_code
        assert status == (200 if Right.SEE_CUSTOMERS in rights else 403), address
        assert signed_in(name).post(f"/c/acme/sales/{address}").status_code in {403, 405}, address
    if Right.SEE_CUSTOMERS in rights:
        shown = bool(rights & {Right.SELL, Right.DECIDE, Right.SEE_AUDIT})
        menu = signed_in(name).get("/c/acme/customers/").content.decode()
        assert ('href="/c/acme/sales/"' in menu) == shown


# --- my customers --------------------------------------------------------------------------------------------------------


def test_sales_begins_with_its_customers_and_who_collects_with_the_work_list(acme) -> None:  # noqa: ARG001  the company
    assert signed_in("sam").get("/c/acme/")["Location"] == "/c/acme/sales/"
    assert signed_in("carla").get("/c/acme/")["Location"] == "/c/acme/today/"


def test_mine_first_with_their_stance_and_what_lifts_it(acme) -> None:
    row(acme, "free", headroom=500_000, credit_limit=1_000_000, terms_days=30)
    row(
        acme, "stopped", order_block="stop", order_rank=3, order_block_reason="overdue", order_release_when="overdue_paid",
        order_release_amount=300_000, headroom=-60_000, credit_limit=240_000, acceptance="limited", terms_days=14,
        delivery_terms="credit_confirms",
    )  # fmt: skip
    row(
        acme,
        "person",
        order_block="review",
        order_rank=1,
        order_block_reason="segment",
        order_release_when="person",
    )
    row(acme, "released", order_block_reason="released", released_until=date(2026, 3, 27))
    row(acme, "hers", account_manager="sara", order_block="stop", order_rank=3, order_release_when="person")
    page = page_of("sam")
    assert [page.index(f">{name}</a>") for name in ("Stopped", "Person", "Free")] == sorted(
        page.index(f">{name}</a>") for name in ("Stopped", "Person", "Free")
    ), "the hardest first"
    for told in (
        "too long past due", "until what is past due is paid: €3,000", "−€600", "of €2,400", "on account, limited",
        "14 days", "after a yes of credit management", "until a person releases it", "released until 27 Mar 2026",
    ):  # fmt: skip
        assert told in page, told
    assert "Hers" not in page
    assert "/customer/stopped/do/ask?kind=release" in page
    assert "/customer/free/do/ask" not in page

    everybody = page_of("sam", "?manager=all")
    assert ">Hers</a>" in everybody
    assert ">Free</a>" in everybody
    assert ">Hers</a>" in page_of("sam", "?manager=sara")
    assert ">Hers</a>" in page_of("mia"), "a credit manager sees everybody's"
    assert ">Free</a>" not in page_of("mia", "?manager=sara")
    assert ">Free</a>" in page_of("sam", "?manager=sam")
    assert ">Free</a>" not in page_of("sam", "?orders=blocked")
    assert ">Stopped</a>" in page_of("sam", "?orders=over")
    assert ">Person</a>" not in page_of("sam", "?q=stop")
    assert "/do/ask" not in page_of("ada"), "an auditor asks for nothing"
    told = b"".join(signed_in("sam").get("/c/acme/sales/?format=csv").streaming_content).decode("utf-8-sig")
    rows = {one["customer"]: one for one in csv.DictReader(io.StringIO(told))}
    assert rows.keys() == {"free", "stopped", "person", "released"}
    assert (rows["stopped"]["order_rank"], rows["stopped"]["order_release_amount"]) == ("stop", "3000.00")


def test_a_release_is_asked_for_from_the_list(acme) -> None:
    row(acme, "deb", order_block="stop", order_rank=3)
    form = signed_in("sam").get("/c/acme/customer/deb/do/ask?kind=release").content.decode()
    assert '<option value="release" selected>' in form
    form = signed_in("sam").get("/c/acme/customer/deb/do/ask?kind=limit&amount=1234500").content.decode()
    assert 'value="12345.00"' in form


# --- what is asked of Sales -------------------------------------------------------------------------------------------------


def asked_of(company: Company, who: str, name: str = "deb", **more) -> Task:
    return task(
        company, name, **{"role": "account_manager", "do": "sales", "step": "sales", "assigned": who, **more}
    )


def test_interventions_by_their_deadline_with_whom_to_call(acme) -> None:
    for name in ("early", "later", "late"):
        row(acme, name, oldest_due_on=date(2026, 3, 3))
    add(acme, "contact", [
        {"contact_id": "k1", "customer_id": "early", "role": "accounts_payable", "name": "Peeters", "phone": "+32 2 1"},
        {"contact_id": "k2", "customer_id": "early", "role": "buyer", "first_name": "An", "name": "Maes",
         "mobile": "+32 470 12 34 56"},
    ], by="import", at=NOW)  # fmt: skip
    asked_of(acme, "sam", "later", opened_on=TODAY)  # Monday: five working days are the Monday after
    asked_of(acme, "sam", "early", opened_on=date(2026, 3, 18), amount=250_000)
    asked_of(acme, "sam", "late", opened_on=date(2026, 3, 10))
    asked_of(acme, "sara", "later", case_no=2)
    # a collector's call that was handed to Sales keeps the collector's three days
    asked_of(acme, "sam", "early", step="call", do="call", case_no=3, opened_on=TODAY)
    page = page_of("sam", "interventions/")
    assert page.index(">Late</a>") < page.index(">Early</a>") < page.index(">Later</a>")
    assert ">late</span>" in page
    for told in ("by 25 Mar 2026", "by 30 Mar 2026", "by 26 Mar 2026", "€2,500", "oldest 20 days"):
        assert told in page, told
    assert 'href="tel:+32470123456"' in page
    assert "An Maes" in page
    assert page.count("data-row>") == 4
    assert page_of("sara", "interventions/").count("data-row>") == 1
    assert page_of("mia", "interventions/").count("data-row>") == 5
    assert 'aria-current="page">Asked of Sales <span class="badge accent">4</span>' in page


def test_a_tap_says_what_came_of_it_and_stays_here(acme) -> None:
    customer(acme, "tap", account_manager="sam", collectible=100_000, overdue=100_000)
    invoice(acme, "tap", "i-tap")
    one, other = asked_of(acme, "sam", "tap"), asked_of(acme, "sam", "tap", case_no=2)
    here = "/c/acme/sales/interventions/?manager=all"
    said = signed_in("sam").post(f"/c/acme/today/{one.pk}/outcome", {"outcome": "reached", "back": here})
    assert said["Location"] == here
    form = {"amount": "600", "due_on": "2026-04-03", "token": "sales"}
    address = f"/c/acme/today/{other.pk}/with/promised"
    shown = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{here}"}
    sent = signed_in("sam").post(address, form, headers=shown)
    assert (sent.status_code, sent["HX-Redirect"]) == (204, here)
    (promise,) = FACTS["promise"].objects.filter(customer_id="tap", replaced_by=None)
    assert (promise.amount, promise.by) == (60_000, "sam")
    page = page_of("sam", "interventions/")
    assert "Nothing is asked of you" in page
    assert "Promised to pay" in page
    assert "Reached" in page
    # nowhere else is led to from outside
    third = asked_of(acme, "sam", "tap", case_no=3)
    said = signed_in("sam").post(
        f"/c/acme/today/{third.pk}/outcome", {"outcome": "reached", "back": "https://evil.example/"}
    )
    assert said["Location"].startswith("/c/acme/today/")


def test_cards_come_in_pages(acme, monkeypatch) -> None:
    row(acme, "deb")
    moving(acme, "mov", exposure=300_000)
    moving(acme, "big", exposure=400_000)
    for number in (1, 2, 3):
        asked_of(acme, "sam", case_no=number, opened_on=TODAY - timedelta(days=number), amount=number * 100)
    for address in ("interventions/", "moves/"):
        assert 'rel="next"' not in page_of("sam", address)
    for module in ("views", "interventions", "moves"):
        monkeypatch.setattr(f"creditdesk.desk.screens.sales.{module}.MOST", 1)
    seen = []
    for number in (1, 2, 3):
        page = page_of("sam", f"interventions/?page={number}")
        assert page.count("data-row>") == 1
        assert (f"page={number + 1}" in page) == (number < 3)
        seen += re.findall(r"/c/acme/today/([0-9]+)/outcome", page)[:1]
    assert len(set(seen)) == 3
    assert [re.findall(r"/customer/(big|mov)/\"", page_of("sam", f"moves/?page={n}")) for n in (1, 2)] == [
        ["big"],
        ["mov"],
    ]
    for wild in ("0", "99", "x", "-1", "9" * 30):
        assert page_of("sam", f"moves/?page={wild}").count("data-row>") == 1


def test_what_was_not_done_in_time_is_shown(acme) -> None:
    row(acme, "deb")
    asked_of(acme, "sam", state="closed", closed_because="overdue", closed_on=TODAY - timedelta(days=2))
    asked_of(
        acme, "sam", case_no=2, state="closed", closed_because="paid", closed_on=TODAY - timedelta(days=90)
    )
    page = page_of("sam", "interventions/")
    assert "not done in time" in page
    assert page.count("/c/acme/today/") - page.count("/c/acme/today/back") == 2  # the menu's, and the one


# --- moves ---------------------------------------------------------------------------------------------------------------


def moving(company: Company, name: str = "deb", **more) -> Account:
    return row(
        company, name,
        **{"segment": "partner", "proposed_segment": "firm", "proposed_since": date(2026, 3, 20), "move_held": "approval",
           "exposure": 900_000, **more},
    )  # fmt: skip


MOVE = {"target": "firm", "since": "2026-03-20"}


def test_moves_to_discuss_with_what_they_give(acme) -> None:
    moving(acme)
    moving(acme, "later", move_held="minimum_stay", exposure=2_000_000)
    moving(acme, "margin", move_held="margin")
    moving(acme, "byhand", move_held="manual")
    moving(acme, "hers", account_manager="sara")
    row(acme, "moved", segment="strict", segment_since=TODAY - timedelta(days=4), previous_segment="light")
    row(acme, "longago", segment="strict", segment_since=TODAY - timedelta(days=31), previous_segment="light")
    told = {
        "segment": "partner", "currency": "EUR", "proposed_segment": "firm", "move_held": "approval", "cell_row": "large",
        "cell_column": "good", "reasons": [{"criterion": "segment", "rule": "override", "band": None, "value": None, "text": None}],
    }  # fmt: skip
    Decision.objects.create(
        company=acme, customer="deb", from_on=TODAY, digest="x", segment="partner", risk_class="low", acceptance="open",
        order_block="none", currency="EUR", exposure=1, content=json.dumps(told),
    )  # fmt: skip
    page = page_of("sam", "moves/")
    assert page.index(">Deb</a>") < page.index(">Later</a>") < page.index(">Moved</a>")
    for name in ("Margin", "Byhand", "Hers", "Longago"):
        assert f">{name}</a>" not in page, name
    for said in (
        "waits for a yes", "moves by itself later", "moved on 19 Mar 2026", "Partner", "Firm", "on account, limited",
        "45 days", "14 days", "after a yes of credit management",
    ):  # fmt: skip
        assert said in page, said
    assert 'Moves to discuss <span class="badge accent">3</span>' in page
    assert page_of("mia", "moves/").count("data-row>") == 4
    Decision.objects.all().delete()


def test_sales_agrees_with_one_tap(acme) -> None:
    moving(acme)
    client = signed_in("sam")
    done = client.post("/c/acme/sales/moves/deb/agree", MOVE)
    assert done["Location"] == "/c/acme/sales/moves/"
    made = MoveAnswer.objects.get()
    assert (made.answer, made.by, made.was, made.target) == ("agree", "sam", "partner", "firm")
    entry = Entry.objects.filter(what="move", customer="deb").first()
    assert entry is not None
    assert (entry.by, entry.became["answer"]) == ("sam", "agree")
    page = page_of("sam", "moves/")
    assert "agrees" in page
    assert 'Moves to discuss <span class="badge accent">' not in page
    assert not Task.objects.exists()


def test_an_objection_goes_to_a_credit_manager_who_decides(acme) -> None:
    customer(acme, "obj", account_manager="sam", segment="partner", proposed_segment="firm",
             proposed_since=date(2026, 3, 20), move_held="approval", exposure=900_000)  # fmt: skip
    sam, mia = signed_in("sam"), signed_in("mia")
    address = "/c/acme/sales/moves/obj/do/object"
    assert sam.get(address, MOVE).status_code == 200
    assert sam.post(address, {**MOVE, "reason": ""}).status_code == 422
    assert sam.post(address, {**MOVE, "reason": "one late payment after a merger"}).status_code == 204
    found = Task.objects.get()
    assert (found.kind, found.role, found.amount, found.currency) == (
        "alert",
        "credit_manager",
        900_000,
        "EUR",
    )
    page = mia.get(f"/c/acme/today/{found.pk}/").content.decode()
    assert "sam objects to the move from Partner to Firm:" in page
    assert "one late payment after a merger" in page
    assert "/c/acme/sales/moves/obj/do/decide?target=firm&amp;since=2026-03-20" in page
    assert mia.get("/c/acme/today/").status_code == 200
    assert "objects" in page_of("mia", "moves/")

    decide = "/c/acme/sales/moves/obj/do/decide"
    assert sam.get(decide, MOVE).status_code == 403
    form = mia.get(decide, MOVE).content.decode()
    assert "Let it move to Firm" in form
    assert "Keep it in Partner" in form
    Stale.objects.all().delete()
    shown = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/c/acme/today/{found.pk}/"}
    sent = mia.post(
        decide,
        {**MOVE, "decision": "keep", "until_on": "2026-06-30", "reason": "Sales is right"},
        headers=shown,
    )
    assert (sent.status_code, sent["HX-Redirect"]) == (204, "/c/acme/today/")
    (kept,) = FACTS["override"].objects.filter(customer_id="obj", replaced_by=None)
    assert (kept.field, kept.value, kept.until_on, kept.by, kept.reason) == (
        "segment", "partner", date(2026, 6, 30), "mia", "Sales is right",
    )  # fmt: skip
    assert Stale.objects.filter(customer="obj").exists()
    found.refresh_from_db()
    assert (found.state, found.done_by, found.outcome) == ("done", "mia", "granted")
    assert "decided by mia" in page_of("sam", "moves/")


def test_a_credit_manager_lets_it_move_all_the_same(acme) -> None:
    customer(acme, "go", account_manager="sam", segment="partner", proposed_segment="firm",
             proposed_since=date(2026, 3, 20), move_held="approval")  # fmt: skip
    signed_in("sam").post("/c/acme/sales/moves/go/do/object", {**MOVE, "reason": "wait"})
    signed_in("mia").post(
        "/c/acme/sales/moves/go/do/decide", {**MOVE, "decision": "go", "reason": "three late ones in a row"}
    )
    (said,) = FACTS["approval"].objects.filter(customer_id="go", replaced_by=None)
    assert (said.subject, said.ref, said.granted, said.by) == ("move", "firm", True, "mia")
    assert Task.objects.get().outcome == "refused"


def test_one_that_was_made_is_put_back_or_left(acme) -> None:
    for name in ("back", "left"):
        customer(acme, name, account_manager="sam", segment="firm", segment_since=date(2026, 3, 20),
                 previous_segment="partner")  # fmt: skip
    mia = signed_in("mia")
    assert "Put it back into Partner" in mia.get("/c/acme/sales/moves/back/do/decide", MOVE).content.decode()
    mia.post(
        "/c/acme/sales/moves/back/do/decide", {**MOVE, "decision": "keep", "until_on": "", "reason": "r"}
    )
    (row_,) = FACTS["override"].objects.filter(customer_id="back", replaced_by=None)
    assert (row_.value, row_.until_on) == ("partner", None)
    mia.post("/c/acme/sales/moves/left/do/decide", {**MOVE, "decision": "go", "reason": "it is so"})
    assert not FACTS["override"].objects.filter(customer_id="left").exists()
    assert not FACTS["approval"].objects.filter(customer_id="left").exists()
    assert "it is so" in page_of("sam", "moves/")


def test_a_remark_on_a_move(acme) -> None:
    moving(acme)
    for name in ("sam", "mia"):
        sent = signed_in(name).post("/c/acme/sales/moves/deb/do/comment", {**MOVE, "text": f"says {name}"})
        assert sent.status_code == 204
    page = page_of("sam", "moves/")
    assert "says sam" in page
    assert "says mia" in page
    for name in ("carla", "ada"):
        assert signed_in(name).get("/c/acme/sales/moves/deb/do/comment", MOVE).status_code == 403
        assert signed_in(name).post("/c/acme/sales/moves/deb/agree", MOVE).status_code == 403


def test_a_move_that_stands_so_no_more_is_not_answered(acme) -> None:
    moving(acme, proposed_segment="attentive")
    told = signed_in("sam").post("/c/acme/sales/moves/deb/agree", MOVE, follow=True)
    assert "does not stand so any more" in told.content.decode()
    sent = signed_in("sam").post("/c/acme/sales/moves/deb/do/object", {**MOVE, "reason": "r"})
    assert sent["HX-Redirect"] == "/c/acme/sales/moves/"
    assert not MoveAnswer.objects.exists()


# --- room to grow, watch --------------------------------------------------------------------------------------------------


def test_room_to_grow_and_offers_that_would_pass_the_limit(acme) -> None:
    row(acme, "much", room=900_000, headroom=900_000, credit_limit=1_000_000, growth=26, turnover=5_000_000)
    row(acme, "little", room=10_000, headroom=50_000, growth=-3)
    row(acme, "offer", room=0, headroom=100_000, exposure=400_000, pipeline=2_000_000, risk_class="medium")
    row(acme, "fits", room=80_000, headroom=100_000, pipeline=80_000)
    row(acme, "none")
    page = page_of("sam", "room/")
    order = [page.index(f">{name}</a>") for name in ("Much", "Fits", "Little", "Offer")]
    assert order == sorted(order)
    assert ">None</a>" not in page
    for told in ("+26%", "−3%", "€20,000", "would pass the limit"):
        assert told in page, told
    assert page.count("would pass the limit") == 1
    assert "/customer/offer/do/ask?kind=limit&amp;amount=2400000" in page
    over = page_of("sam", "room/?pipeline=over")
    assert ">Offer</a>" in over
    assert ">Fits</a>" not in over
    assert ">Fits</a>" in page_of("sam", "room/?pipeline=fits")


def test_whom_to_watch_and_why(acme) -> None:
    row(acme, "risky", at_risk=50_000, risk_class="high", uninsured=200_000)
    row(acme, "beyond", at_risk=90_000, headroom=-1_620_400, uninsured=900_000)
    row(acme, "slips", slipping=18)
    row(acme, "calm", uninsured=100_000)
    page = page_of("sam", "watch/")
    order = [page.index(f">{name}</a>") for name in ("Beyond", "Risky", "Slips")]
    assert order == sorted(order)
    assert ">Calm</a>" not in page
    for told in ("beyond its limit by €16,204", "Risk: high", "pays ever later: 18 days"):
        assert told in page, told


def test_each_page_says_why_it_is_empty(acme) -> None:
    del acme
    for address, told in {
        "": "No customers of yours yet", "interventions/": "Nothing is asked of you", "moves/": "No moves to discuss",
        "room/": "No room to grow is seen", "watch/": "Nobody to watch",
    }.items():  # fmt: skip
        assert told in page_of("sam", address), address
    assert "No customers yet" in page_of("mia")


# --- what may not be seen ------------------------------------------------------------------------------------------------


def test_another_companys_moves_are_not_one_id_away(acme) -> None:
    moving(acme)
    other = Company.objects.create(code=f"other{Company.objects.count()}", name="Other NV")
    admit(other, f"olga{other.pk}", [Role.SALES, Role.CREDIT_MANAGER], by="test", now=NOW)
    client = signed_in(f"olga{other.pk}")
    for code in ("acme", other.code):
        for address in ("agree", "do/object", "do/comment", "do/decide"):
            url = f"/c/{code}/sales/moves/deb/{address}"
            assert client.post(url, {**MOVE, "reason": "x", "text": "x"}).status_code == 404, url
    assert client.get("/c/acme/sales/").status_code == 404
    assert ">Deb</a>" not in client.get(f"/c/{other.code}/sales/moves/?manager=all").content.decode()
    assert not MoveAnswer.objects.exists()


def test_who_is_restricted_to_a_portfolio_sees_its_customers_alone(acme) -> None:
    portfolio = Portfolio.objects.create(company=acme, name=f"P{Portfolio.objects.count()}", owner="sam")
    common = {"portfolio": portfolio.pk, "at_risk": 5, "room": 5, "account_manager": "nils"}
    moving(acme, "inside", **common)
    moving(acme, "outside", **{**common, "portfolio": None})
    for name in ("inside", "outside"):
        asked_of(acme, "nils", name)
    admit(acme, "nils", [Role.SALES], by="test", now=NOW, portfolios=[portfolio.pk])
    for address in PAGES:
        page = page_of("nils", address)
        assert ">Inside</a>" in page, address
        assert ">Outside</a>" not in page, address
    assert signed_in("nils").post("/c/acme/sales/moves/outside/agree", MOVE).status_code == 404
    assert signed_in("nils").post("/c/acme/sales/moves/inside/agree", MOVE).status_code == 302


def test_script_in_what_others_write_stays_text(acme) -> None:
    evil = "<script>alert(1)</script>"
    customer(acme, "evil", account_manager="sam", proposed_segment=evil, proposed_since=date(2026, 3, 20),
             move_held="approval", segment="partner", room=1, at_risk=1)  # fmt: skip
    Account.objects.filter(customer="evil").update(name=evil)
    sent = {"target": evil, "since": "2026-03-20"}
    signed_in("sam").post("/c/acme/sales/moves/evil/do/object", {**sent, "reason": evil})
    signed_in("sam").post("/c/acme/sales/moves/evil/do/comment", {**sent, "text": evil})
    for address in PAGES:
        assert evil not in page_of("sam", address), address
    found = Task.objects.get()
    assert evil not in signed_in("mia").get(f"/c/acme/today/{found.pk}/").content.decode()


def test_a_page_takes_few_statements(acme) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for index in range(55):
        moving(acme, f"m{index}", room=index, at_risk=index)
        asked_of(acme, "sam", f"m{index}")
    client = signed_in("sam")
    for address in PAGES:
        client.get(f"/c/acme/sales/{address}")
        with CaptureQueriesContext(connection) as said:
            client.get(f"/c/acme/sales/{address}")
        assert len(said) < 30, (address, len(said))


def test_what_a_segment_takes_from_the_matrix_is_told_as_what_it_is() -> None:
    from creditdesk.desk.screens.sales.moves import gives
    from creditdesk.policy.load import load_policy

    policy = load_policy("starter")
    assert policy.segments["rhythm"].terms_days == "cell"
    given = {
        one["what"]: (one["was"], one["then"])
        for one in gives(
            policy,
            "strict",
            "rhythm",
            {"segment": "strict", "bands": {"size": "medium", "behaviour": "good"}},
        )
    }
    assert given["terms_days"] == (8, policy.segments["trusted"].terms_days)
    assert given["acceptance"] == ("limited", policy.segments["trusted"].acceptance)
    stands = {
        "segment": "rhythm",
        "bands": {"size": "small", "behaviour": "unknown"},
        "terms_days": 21,
        "acceptance": "open",
    }
    given = {one["what"]: one["then"] for one in gives(policy, "strict", "rhythm", stands)}
    assert given["terms_days"] == 21, "whose band is not known: what it was decided to get"
    assert "cell" in {
        one["then"] for one in gives(policy, "strict", "rhythm", {"segment": "strict", "bands": {}})
    }
