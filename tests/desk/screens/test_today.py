"""The work list: whose it is, in which order, what is said of a call, and what happens when two say it."""

from __future__ import annotations

from datetime import date

import pytest

from creditdesk.desk.access.roles import RIGHTS, Right
from creditdesk.desk.casework.models import Entry, Step, Task
from creditdesk.desk.ledger.models import FACTS, Company
from creditdesk.desk.ledger.writing import add
from creditdesk.desk.standing.models import Stale
from desk.screens.people import EVERYBODY, NOW, TODAY, account, customer, invoice, people, signed_in, task

pytestmark = pytest.mark.usefixtures("monday")


@pytest.fixture(scope="module")
def acme(one_desk) -> Company:  # noqa: ARG001  one database for all cases
    company = Company.objects.create(code="acme", name="Acme BV")
    people(company)
    return company


@pytest.fixture
def call(acme, request) -> Task:
    """A customer with an invoice past due, and a call that is due."""
    name = f"c{abs(hash(request.node.name)) % 10**8}"
    customer(acme, name, overdue=100_000, open=100_000, collectible=100_000)
    invoice(acme, name, f"i-{name}")
    yield task(acme, name, invoice_ids=[f"i-{name}"])
    Task.objects.all().delete()


def facts(table: str, who: str) -> list:
    return list(FACTS[table].objects.filter(customer_id=who, replaced_by=None).order_by("id"))


WORKERS = {name for name, role in EVERYBODY.items() if RIGHTS[role] & {Right.WORK, Right.DECIDE, Right.SELL}}


@pytest.mark.parametrize("name", EVERYBODY)
def test_who_sees_the_screen(call, name) -> None:
    client = signed_in(name)
    for address in ("/c/acme/today/", "/c/acme/today/held/", f"/c/acme/today/{call.pk}/"):
        assert client.get(address).status_code == (200 if name in WORKERS else 403), address


@pytest.mark.parametrize("name", EVERYBODY)
def test_who_may_say_what_came_of_it(call, name) -> None:
    role = EVERYBODY[name]
    said = signed_in(name).post(f"/c/acme/today/{call.pk}/outcome", {"outcome": "reached"})
    allowed = Right.WORK in RIGHTS[role]
    assert said.status_code == (302 if allowed else 403)
    call.refresh_from_db()
    assert call.state == ("done" if allowed else "open")


def test_sales_says_what_came_of_its_own_tasks_alone(acme, call) -> None:
    own = task(
        acme, call.customer, role="account_manager", do="sales", step="sales", assigned="sam", case_no=9
    )
    client = signed_in("sam")
    assert 'data-key="p"' in client.get(f"/c/acme/today/{own.pk}/").content.decode()
    assert 'value="reached"' not in client.get(f"/c/acme/today/{call.pk}/").content.decode()
    form = {"amount": "5", "due_on": "2026-04-03", "token": "sales"}
    assert client.post(f"/c/acme/today/{call.pk}/with/promised", form).status_code == 403
    assert client.post(f"/c/acme/today/{own.pk}/with/promised", form).status_code == 204
    own.refresh_from_db()
    assert (own.state, own.done_by) == ("done", "sam")


@pytest.mark.usefixtures("call")
def test_the_list_is_mine_by_priority_and_cut_to_my_day(acme) -> None:
    for name, priority, whose in (
        ("low", 10, "carla"),
        ("high", 90, "carla"),
        ("free", 60, ""),
        ("hers", 99, "nora"),
    ):
        account(acme, name, name.title())
        task(acme, name, priority=priority, assigned=whose)
    page = signed_in("carla").get("/c/acme/today/").content.decode()
    order = [page.index(f">{name}<") for name in ("High", "Free", "Low")]
    assert order == sorted(order)
    assert ">Hers<" not in page
    assert ">Hers<" in signed_in("carla").get("/c/acme/today/?who=all").content.decode()
    member = acme.memberships.get(person="carla")
    member.capacity = 2
    member.save()
    page = signed_in("carla").get("/c/acme/today/").content.decode()
    assert "2 tasks fit your day; 2 wait for another day" in page
    assert ">Low<" not in page
    member.capacity = 40
    member.save()


def test_one_key_says_it_and_opens_the_next(acme, call) -> None:
    account(acme, "next", "Next NV")
    following = task(acme, "next", priority=40)
    client = signed_in("carla")
    said = client.post(f"/c/acme/today/{call.pk}/outcome", {"outcome": "reached", "text": "pays on Friday"})
    assert said["Location"] == f"/c/acme/today/{following.pk}/"
    (action,) = facts("action", call.customer)
    assert (action.outcome, action.done_on, action.by) == ("reached", TODAY, "carla")
    assert [one.text for one in facts("note", call.customer)] == ["pays on Friday"]
    assert Stale.objects.filter(customer=call.customer).exists()
    assert Entry.objects.filter(customer=call.customer, what="task", by="carla").exists()


def test_skipping_goes_through_the_list_and_begins_anew(acme, call) -> None:
    """Skipping twice leads to the third one, not back to the first."""
    first = task(acme, call.customer, priority=99, case_no=7)
    others = []
    for name, priority in (("second", 98), ("third", 97)):
        account(acme, name, name.title())
        others.append(task(acme, name, priority=priority))
    order = [first, *others, call]
    client = signed_in("carla")
    for here, behind in zip(order, [*order[1:], first], strict=True):
        page = client.get(f"/c/acme/today/{here.pk}/").content.decode()
        assert f'data-key="s" href="/c/acme/today/{behind.pk}/"' in page


def test_an_invoice_number_is_found_however_it_is_typed(acme, call) -> None:
    """Somebody on the phone reads it out, and nobody presses Shift for it."""
    invoice(acme, call.customer, "RE-77")
    for typed in ("N-RE-77", "n-re-7"):
        assert (
            f"/c/acme/customer/{call.customer}/#items"
            in signed_in("carla").get(f"/c/acme/find/?q={typed}").content.decode()
        )


def test_a_paid_invoice_is_found_by_its_number(acme, call) -> None:
    row = {"invoice_id": "long-ago", "customer_id": call.customer, "number": "N-1999", "kind": "invoice", "issued": date(2020, 1, 1),
           "due": date(2020, 2, 1), "amount": 100, "currency": "EUR"}  # fmt: skip
    add(acme, "invoice", [row], by="import", at=NOW)
    for typed in ("N-1999", "n-1999", "long-ago"):
        found = signed_in("carla").get(f"/c/acme/find/?q={typed}").content.decode()
        assert f"/c/acme/customer/{call.customer}/" in found, typed
        assert "N-1999" in found, typed


def test_a_letter_shows_where_it_goes_not_whom_to_phone(acme, call) -> None:
    letter = task(acme, call.customer, kind="post", do="letter", step="letter", case_no=8)
    page = signed_in("carla").get(f"/c/acme/today/{letter.pk}/").content.decode()
    assert "<h1>" in page
    assert "Letter to post: letter" not in page
    assert "no phone number" not in page


def test_letters_are_printed_and_posted_in_one_go(acme, call) -> None:
    invoice(acme, call.customer, "L-1")
    mine = [
        task(acme, call.customer, kind="post", do="letter", step="letter", template="firm_letter", case_no=number, invoice_ids=["L-1"])
        for number in (11, 12)
    ]  # fmt: skip
    hers = task(acme, call.customer, kind="post", do="letter", step="letter", case_no=13, assigned="zoe")
    task(acme, call.customer, kind="post", do="registered_letter", step="formal", case_no=14)
    carla = signed_in("carla")
    assert "2 letters" in carla.get("/c/acme/today/").content.decode()
    page = carla.get("/c/acme/today/letters/").content.decode()
    assert (page.count('class="sheet-of-paper"'), page.count("N-L-1")) == (2, 2)
    assert carla.get("/c/acme/today/letters/?who=all").content.decode().count('class="sheet-of-paper"') == 3
    for name in ("sam", "ada", "fien"):
        assert signed_in(name).get("/c/acme/today/letters/").status_code == 403
        assert signed_in(name).post("/c/acme/today/letters/posted", {"task": mine[0].pk}).status_code == 403
    sent = {"task": [mine[0].pk, mine[1].pk, call.pk, "x", 2**80]}
    told = carla.post("/c/acme/today/letters/posted", sent, follow=True).content.decode()
    assert "2 letters recorded as posted." in told
    assert [one.state for one in Task.objects.filter(pk__in=[one.pk for one in mine])] == ["done", "done"]
    assert {Task.objects.get(pk=call.pk).state, Task.objects.get(pk=hers.pk).state} == {"open"}
    assert (
        "None of these letters waits any more."
        in carla.post("/c/acme/today/letters/posted", sent, follow=True).content.decode()
    )
    assert {one.outcome for one in facts("action", call.customer)} == {"sent"}


def test_a_promise_with_date_and_amount(call) -> None:
    client = signed_in("carla")
    address = f"/c/acme/today/{call.pk}/with/promised"
    form = client.get(address).content.decode()
    assert 'value="1000.00"' in form
    wrong = client.post(address, {"token": "t", "amount": "x", "due_on": "2026-03-01"})
    assert wrong.status_code == 422
    assert "An amount above zero" in wrong.content.decode()
    assert "This day is past" in wrong.content.decode()
    assert not facts("promise", call.customer)
    said = client.post(
        address, {"token": "abc", "amount": "600.00", "due_on": "2026-04-03", "invoice_id": ""}
    )
    assert said.status_code == 204
    assert said["HX-Redirect"] == "/c/acme/today/"
    (promise,) = facts("promise", call.customer)
    assert (promise.amount, promise.due_on.isoformat(), promise.by) == (60_000, "2026-04-03", "carla")
    call.refresh_from_db()
    assert (call.state, call.outcome, call.done_by) == ("done", "promised", "carla")


def test_a_dispute_of_a_part_of_an_invoice(call) -> None:
    address = f"/c/acme/today/{call.pk}/with/disputed"
    form = {"invoice_id": f"i-{call.customer}", "reason": "quality", "deadline": "2026-04-06", "token": "d"}
    more = signed_in("carla").post(address, {**form, "amount": "1000.01"})
    assert more.status_code == 422
    assert "only" in more.content.decode()
    assert signed_in("carla").post(address, {**form, "amount": "250"}).status_code == 204
    (dispute,) = facts("dispute", call.customer)
    assert (dispute.amount, dispute.reason, dispute.invoice_id) == (25_000, "quality", f"i-{call.customer}")


def test_a_plan_is_asked_for_and_not_given(call) -> None:
    address = f"/c/acme/today/{call.pk}/with/plan_asked"
    form = {"amount": "1000", "count": "3", "first_on": "2026-04-01", "reason": "short of cash", "token": "p"}
    assert signed_in("carla").post(address, form).status_code == 204
    assert not facts("plan", call.customer)
    from creditdesk.desk.casework.models import Request

    asked = Request.objects.get(customer=call.customer)
    assert (asked.kind, asked.amount, asked.asked_by) == ("plan", 100_000, "carla")
    parts = asked.wanted["more"]["instalment"]
    assert [part["amount"] for part in parts] == [33_333, 33_333, 33_334]
    assert [part["due_on"] for part in parts] == ["2026-04-01", "2026-05-01", "2026-06-01"]


def test_nobody_there_leaves_the_task_behind_the_others(acme, call) -> None:
    account(acme, "other", "Other NV")
    other = task(acme, "other", priority=1)
    client = signed_in("carla")
    said = client.post(f"/c/acme/today/{call.pk}/outcome", {"outcome": "no_answer"})
    assert said["Location"] == f"/c/acme/today/{other.pk}/"
    call.refresh_from_db()
    assert (call.state, call.tried_on) == ("open", TODAY)
    page = client.get("/c/acme/today/").content.decode()
    assert page.index(f"/today/{other.pk}/") < page.index(f"/today/{call.pk}/")
    assert "tried today" in page


def test_call_back_on_another_day(call) -> None:
    address = f"/c/acme/today/{call.pk}/with/call_back"
    said = signed_in("carla").post(address, {"call_back_on": "2026-03-25", "at": "10:30", "token": "b"})
    assert said.status_code == 204
    (action,) = facts("action", call.customer)
    assert (action.outcome, action.call_back_on.isoformat()) == ("call_back", "2026-03-25")
    assert "10:30" in facts("note", call.customer)[0].text


def test_a_slip_of_the_finger_is_taken_back(call) -> None:
    client = signed_in("carla")
    client.post(f"/c/acme/today/{call.pk}/outcome", {"outcome": "refused", "text": "slip"})
    assert facts("action", call.customer)
    taken = client.post("/c/acme/today/back")
    assert taken["Location"] == f"/c/acme/today/{call.pk}/"
    call.refresh_from_db()
    assert (call.state, call.outcome) == ("open", "")
    assert facts("action", call.customer) == []
    assert facts("note", call.customer) == []
    assert client.post("/c/acme/today/back")["Location"] == "/c/acme/today/"


def test_two_people_on_the_same_task(call) -> None:
    hers, his = signed_in("carla"), signed_in("mia")
    assert his.get(f"/c/acme/today/{call.pk}/").status_code == 200
    hers.post(f"/c/acme/today/{call.pk}/outcome", {"outcome": "reached"})
    late = his.post(f"/c/acme/today/{call.pk}/outcome", {"outcome": "refused"}, follow=True)
    assert "carla was first" in late.content.decode()
    assert [one.outcome for one in facts("action", call.customer)] == ["reached"]
    # and with a form that was open meanwhile
    late = his.post(
        f"/c/acme/today/{call.pk}/with/promised", {"amount": "5", "due_on": "2026-04-03", "token": "late"}
    )
    assert late.status_code == 204
    assert facts("promise", call.customer) == []


def test_the_same_form_sent_twice_is_one_promise(acme, call) -> None:
    again = task(acme, call.customer, step="letter", case_no=2)
    form = {"amount": "5", "due_on": "2026-04-03", "token": "once"}
    for one in (call, again):
        signed_in("carla").post(f"/c/acme/today/{one.pk}/with/promised", form)
    assert len(facts("promise", call.customer)) == 1


def test_a_task_is_handed_over_and_stays_with_the_other(call) -> None:
    client = signed_in("carla")
    form = client.get(f"/c/acme/today/{call.pk}/hand").content.decode()
    assert "account_manager:sam" in form
    gone = client.post(
        f"/c/acme/today/{call.pk}/hand", {"to": "account_manager:sam", "why": "knows the buyer"}
    )
    assert gone.status_code == 204
    call.refresh_from_db()
    assert (call.assigned, call.role, call.handed_to) == ("sam", "account_manager", "sam")
    assert f"/today/{call.pk}/" not in client.get("/c/acme/today/").content.decode()
    assert f"/today/{call.pk}/" in signed_in("sam").get("/c/acme/today/").content.decode()
    assert signed_in("sam").get(f"/c/acme/today/{call.pk}/hand").status_code == 403
    entry = Entry.objects.filter(what="task", ref=str(call.pk)).first()
    assert entry is not None
    assert (entry.by, entry.became) == ("carla", {"person": "sam", "role": "account_manager"})


def test_a_step_that_needs_a_yes_is_put_before_who_may_say_it(acme, call) -> None:
    held = task(
        acme, call.customer, kind="approve", step="final", role="credit_manager", assigned="", case_no=3
    )
    assert (
        signed_in("carla")
        .post(f"/c/acme/today/{held.pk}/approve", {"granted": "yes", "why": "x"})
        .status_code
        == 403
    )
    manager = signed_in("mia")
    manager.post(f"/c/acme/today/{held.pk}/approve", {"granted": "yes", "why": ""})
    held.refresh_from_db()
    assert held.state == "open"
    manager.post(f"/c/acme/today/{held.pk}/approve", {"granted": "yes", "why": "third reminder"})
    (approval,) = facts("approval", call.customer)
    assert (approval.granted, approval.by, approval.reason) == (True, "mia", "third reminder")


def test_a_registered_letter_is_posted_with_its_number_only(acme, call) -> None:
    letter = task(acme, call.customer, do="registered_letter", step="formal", case_no=4)
    client = signed_in("carla")
    assert client.post(f"/c/acme/today/{letter.pk}/outcome", {"outcome": "reached"}).status_code == 404
    assert client.post(f"/c/acme/today/{letter.pk}/with/sent", {"document": ""}).status_code == 422
    assert (
        client.post(f"/c/acme/today/{letter.pk}/with/sent", {"document": "RR 123", "token": "r"}).status_code
        == 204
    )
    assert [one.document for one in facts("action", call.customer)] == ["RR 123"]


def test_what_is_held_and_why(acme, call) -> None:
    Step.objects.create(
        company=acme, customer=call.customer, procedure="reference", case_no=1, step="letter", from_on=TODAY, digest="x",
        state="held", level=2, do="letter", due_on=TODAY, hold="disputed", owner="system", priority=5, amount=100_000,
        currency="EUR", content='{"holds": ["disputed", "habit"], "hold_until": "2026-03-30"}',
    )  # fmt: skip
    page = signed_in("carla").get("/c/acme/today/held/").content.decode()
    assert "Disputed" in page
    assert "Habitual pay-day not reached" in page
    assert "until 30 Mar 2026" in page
    none = signed_in("carla").get("/c/acme/today/held/?hold=paused").content.decode()
    assert call.customer not in none
    assert "Select a valid choice" in none


@pytest.mark.usefixtures("acme")
def test_a_task_of_another_company_is_not_there(call) -> None:
    other = Company.objects.create(code=f"other{call.pk}", name="Other")
    account(other, "theirs", "Theirs")
    theirs = task(other, "theirs")
    client = signed_in("mia")
    for address in (f"today/{theirs.pk}/", f"today/{theirs.pk}/with/promised", f"today/{theirs.pk}/hand"):
        assert client.get(f"/c/acme/{address}").status_code == 404, address
    for address in ("outcome", "approve", "resolve", "seen"):
        sent = client.post(f"/c/acme/today/{theirs.pk}/{address}", {"outcome": "reached", "granted": "yes"})
        assert sent.status_code == 404, address
    theirs.refresh_from_db()
    assert theirs.state == "open"


def test_script_in_what_a_debtor_can_fill_stays_text(acme, call) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    client = signed_in("carla")
    client.post(f"/c/acme/today/{call.pk}/outcome", {"outcome": "no_answer", "text": evil})
    row = acme.memberships.first()
    assert row is not None
    from creditdesk.desk.standing.models import Account

    Account.objects.filter(company=acme, customer=call.customer).update(name=evil, city=evil)
    for address in (f"today/{call.pk}/", "today/", "customers/", f"customer/{call.customer}/",
                    f"customer/{call.customer}/timeline", f"find/?q={call.customer}", "find/?q=%3Cscript%3Ealert(1)"):  # fmt: skip
        page = client.get(f"/c/acme/{address}").content.decode()
        assert "<script>alert" not in page, address
        assert "<img src=x" not in page, address
