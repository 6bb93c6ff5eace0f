"""A company over days: what goes out, what people get to do, what closes, and what may never happen twice."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.conf import settings

from creditdesk.desk.casework import policies
from creditdesk.desk.casework.models import Alert, Decision, Entry, Message, Run, Task
from creditdesk.desk.day import golive
from creditdesk.desk.day.run import DayToCome, deliver_again, run_day
from creditdesk.desk.ledger import importing
from creditdesk.desk.ledger.writing import add_all
from desk.office import LADDER, Office, facts

pytestmark = pytest.mark.usefixtures("desk")


def test_going_live_shows_everything_first_and_then_goes_in_batches(engine, peer) -> None:
    office = Office.open(engine, peer, ["anton", "berta", "carlo"])
    first = office.day("2026-03-24")
    assert first.preview
    assert office.step("anton").hold == "needs_approval"
    assert (Message.objects.count(), Task.objects.count(), sum(peer.taken.values())) == (0, 0, 0)
    office.desk("bert").release(["anton", "berta"], "the first two")
    assert office.messages("anton") == [("reminder", "queued")]  # decided at once, sent by the next delivery
    again = office.day("2026-03-24")
    assert (again.preview, again.pk, again.attempt) == (False, first.pk, 2)
    assert office.messages("anton") == office.messages("berta") == [("reminder", "sent")]
    assert office.messages("carlo") == []
    assert office.step("carlo").hold == "needs_approval"
    assert sum(peer.taken.values()) == 2
    assert [step.customer for step in golive.waiting(office.company)] == ["carlo"]
    office.day("2026-03-28")
    assert office.step("carlo").hold == "not_a_working_day"
    assert [step.customer for step in golive.waiting(office.company)] == ["carlo"]  # a Saturday to look at it
    with pytest.raises(golive.UnknownPayer, match="found dora; allowed: customers of"):
        office.desk("bert").release(["carlo", "dora"], "the rest")
    assert office.step("carlo").hold == "not_a_working_day"


def test_one_ladder_for_those_who_pay_promise_dispute_or_say_nothing(engine, peer) -> None:
    office = Office.open(engine, peer, ["pays", "promises", "disputes", "reached", "silent"])
    office.day("2026-03-23")
    office.release("pays", "promises", "disputes", "reached", "silent")
    for on in ("2026-03-24", "2026-03-27"):  # the weekend and two quiet days are caught up without effects
        office.day(on)
    assert office.tasks("silent") == [("call", "open", "")]
    assert [run.kind for run in Run.objects.order_by("as_of")] == [
        "day",
        "day",
        "catch_up",
        "catch_up",
        "day",
    ]
    assert {task.assigned for task in Task.objects.all()} == {"carla"}

    desk = office.desk("carla")
    desk.done(office.task("reached"), "reached")
    desk.fact("promise", {"promise_id": "p1", "customer_id": "promises", "made_on": office.today,
                          "due_on": date(2026, 4, 15), "amount": 100_000, "currency": "EUR", "by": "carla"})  # fmt: skip
    desk.fact("dispute", {"dispute_id": "d1", "customer_id": "disputes", "invoice_id": "i-disputes",
                          "opened_on": office.today, "amount": 100_000, "reason": "quality",
                          "deadline": date(2026, 3, 31)})  # fmt: skip
    assert office.tasks("promises") == [("call", "closed", "promised")]
    assert office.tasks("disputes") == [("call", "closed", "disputed")]
    office.pays("pays", "2026-03-27")
    desk.done(office.task("silent"), "no_answer")
    assert office.tasks("silent") == [("call", "open", "")]  # the right person was not reached: it stays

    office.day("2026-03-30")
    assert office.tasks("pays") == [
        ("call", "closed", "paid")
    ]  # the case was found paid on the first day that knew it
    assert (office.case("pays").closed_on, office.case("pays").closed_because) == (date(2026, 3, 28), "paid")
    assert office.case("silent").closed_on is None

    office.day("2026-04-03")
    assert office.messages("reached") == [("reminder", "sent"), ("second", "sent")]
    assert office.tasks("silent") == [("call", "closed", "overdue")]  # no task stops a ladder unseen
    assert office.step("promises").hold == "promised"
    assert {(row.kind, row.customer) for row in Alert.objects.all()} >= {
        ("task_overdue", "silent"), ("dispute_late", "disputes"),
    }  # fmt: skip
    assert max(peer.taken.values()) == 1
    assert [row.what for row in Entry.objects.filter(customer="promises")] == ["promise"]

    # the state of any past day can be shown
    assert office.decision("pays", "2026-03-24").segment == "standard"
    assert json.loads(office.decision("pays", "2026-03-24").content)["exposure"] == 100_000
    assert json.loads(office.decision("pays", "2026-03-30").content)["exposure"] == 0
    assert office.decision("pays", "2026-03-22") is None


def test_after_days_without_a_run_each_payer_gets_one_step_and_the_next_counts_from_it(engine, peer) -> None:
    office = Office.open(engine, peer, ["anton"])
    office.day("2026-03-23")
    office.release("anton")
    office.day("2026-03-30")  # an outage from the 24th to the 27th
    assert office.messages("anton") == [("reminder", "sent")]
    assert office.tasks("anton") == []
    (message,) = Message.objects.all()
    assert message.asked_on == date(2026, 3, 30)
    office.day("2026-04-02")
    assert office.tasks("anton") == [("call", "open", "")]
    assert sum(peer.taken.values()) == 1


def test_a_run_for_a_past_day_changes_nothing_and_one_for_tomorrow_is_refused(engine, peer) -> None:
    office = Office.open(engine, peer, ["anton"])
    office.day("2026-03-23")
    office.release("anton")
    office.day("2026-03-24")
    before = (
        list(Decision.objects.values()),
        list(Message.objects.values("state")),
        list(Task.objects.values()),
    )
    past = run_day(office.company, date(2026, 3, 23), office.today, office.worker)
    assert (past.kind, past.state) == ("past", "done")
    assert before == (
        list(Decision.objects.values()), list(Message.objects.values("state")), list(Task.objects.values()),
    )  # fmt: skip
    with pytest.raises(DayToCome, match="allowed: today, 2026-03-24"):
        run_day(office.company, date(2026, 3, 25), office.today, office.worker)


def test_a_policy_changed_on_the_same_day_decides_that_day_once(engine, peer) -> None:
    office = Office.open(engine, peer, ["anton"])
    office.day("2026-03-23")
    office.release("anton")
    office.day("2026-03-24")
    text = (
        LADDER.read_text()
        .replace('version: "1"', 'version: "2"')
        .replace("id: reminder, after: 2", "id: reminder, after: 3")
    )
    version = policies.propose(
        office.company, text, by="anna", why="later", now=office.now(), effective_on=office.today
    )
    with pytest.raises(policies.SamePerson):
        policies.approve(version, by="anna", why="mine", now=office.now())
    policies.approve(version, by="bert", why="agreed", now=office.now())
    run = office.day("2026-03-24")
    assert run.policy == version
    assert Decision.objects.filter(customer="anton", from_on=office.today).count() == 1
    assert json.loads(office.decision("anton", "2026-03-24").content)["policy_version"] == "2"
    assert json.loads(office.decision("anton", "2026-03-23").content)["policy_version"] == "1"
    assert office.messages("anton") == [("reminder", "sent")]
    assert sum(peer.taken.values()) == 1


def test_an_import_during_the_day_is_asked_of_the_gate_before_anything_goes_out(engine, peer) -> None:
    office = Office.open(engine, peer, ["pays", "owes"])
    office.day("2026-03-23")
    office.release("pays", "owes")

    def money_comes(stage: str, *_progress: int) -> None:
        if stage == "open" and not office.told:
            office.told.append(stage)
            office.pays("pays", "2026-03-24")

    office.day("2026-03-24", money_comes)
    assert office.told == ["open"]
    assert office.messages("pays") == [("reminder", "cancelled")]
    assert office.messages("owes") == [("reminder", "sent")]
    assert sum(peer.taken.values()) == 1


def test_what_was_sent_stays_when_its_import_is_undone_and_the_case_closes_with_why(engine, peer) -> None:
    office = Office.open(engine, peer, ["other"])
    rows = facts(["wrong"])
    add_all(office.company, {name: rows[name] for name in ("customer", "contact")}, by="import")
    brought = add_all(office.company, {"invoice": rows["invoice"]}, by="import")
    office.day("2026-03-23")
    office.release("wrong")
    office.day("2026-03-24")
    office.day("2026-03-27")
    assert office.messages("wrong") == [("reminder", "sent")]
    assert office.tasks("wrong") == [("call", "open", "")]
    importing.undo(brought.pk, by="anna", why="another company's file")
    office.day("2026-03-30")
    assert office.messages("wrong") == [("reminder", "sent")]
    assert office.tasks("wrong")[0][1] == "closed"
    assert office.case("wrong").closed_because == "withdrawn"
    assert json.loads(office.decision("wrong", "2026-03-27").content)["exposure"] == 100_000
    assert json.loads(office.decision("wrong", "2026-03-30").content)["exposure"] == 0


def test_what_waits_for_a_customer_of_an_undone_import_never_goes_out(engine, peer) -> None:
    office = Office.open(engine, peer, ["other"])
    office.day("2026-03-23")
    golive.release_all(office.company, by="bert", why="go", on=office.today, now=office.now())
    office.day("2026-03-24")
    brought = add_all(office.company, facts(["wrong"]), by="import")
    peer.stop()
    office.day("2026-03-25")
    assert office.messages("wrong") == [("reminder", "queued")]
    importing.undo(brought.pk, by="anna", why="another company's file")
    peer.start()
    settings.EMAIL_PORT = peer.port
    office.hour += 2
    assert deliver_again(office.company, office.today, office.worker).cancelled == 1
    assert office.messages("wrong") == [("reminder", "cancelled")]
    assert sum(peer.taken.values()) == 1


def test_new_year_and_summer_time_do_not_move_a_day(engine, peer) -> None:
    office = Office.open(engine, peer, ["anton"])
    office.fact("invoice", invoice_id="i-anton", customer_id="anton", company_id="acme", number="2026/anton",
                kind="invoice", issued=date(2025, 11, 12), due=date(2025, 12, 12), amount=100_000, currency="EUR")  # fmt: skip
    office.day("2025-12-15")
    office.release("anton")
    for on in ("2025-12-16", "2025-12-31", "2026-01-01", "2026-01-02"):
        office.day(on)
    # reminder 16 Dec; call 19 Dec, caught up on 31 Dec; nothing on New Year's day
    assert office.messages("anton") == [("reminder", "sent")]
    assert [run.as_of for run in Run.objects.filter(kind="day").order_by("as_of")][-2:] == [
        date(2026, 1, 1), date(2026, 1, 2),
    ]  # fmt: skip
    assert office.tasks("anton") == [("call", "open", "")]
