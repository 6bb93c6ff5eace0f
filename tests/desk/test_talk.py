"""Requests that wait, are withdrawn or expire; remarks; and what Sales says of moves."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from creditdesk.desk.casework import requests, talk
from creditdesk.desk.casework.audit import ReasonMissing
from creditdesk.desk.casework.models import Alert, Comment, Entry, MoveAnswer, Request, Task
from creditdesk.desk.ledger import reading
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.ledger.writing import add_all
from desk.office import HERE, facts

pytestmark = pytest.mark.usefixtures("desk")
TODAY = date(2026, 3, 24)
NOW = datetime(2026, 3, 24, 7, tzinfo=HERE)
AGREE, OBJECT = MoveAnswer.Answer.AGREE, MoveAnswer.Answer.OBJECT


@pytest.fixture
def company() -> Company:
    made = Company.objects.create(code="acme", name="Acme BV")
    add_all(made, facts(["anton"]), by="import")
    return made


def ask(company, kind: str = "limit", amount: int = 2_000_000, **more) -> Request:
    return requests.ask(
        company, kind, "anton", amount, "EUR", {}, by="sam", why="large order", now=NOW, on=TODAY, **more
    )


def vote(request: Request, on: date = TODAY) -> Request:
    return requests.vote(
        request, True, by="mia", roles=["credit_manager"], why="seen the accounts", on=on, now=NOW
    )


def task_of(request: Request) -> tuple[str, str]:
    found = Task.objects.get(ref=f"request:{request.pk}")
    return found.state, found.closed_because


def test_a_request_waits_two_weeks_and_then_expires_on_record(company) -> None:
    waits, short = ask(company), ask(company, expires_on=TODAY)
    assert waits.expires_on == TODAY + timedelta(days=14)
    assert requests.expire(company, TODAY, NOW) == 0
    assert requests.expire(company, TODAY + timedelta(days=1), NOW) == 1
    short.refresh_from_db()
    assert (short.state, task_of(short)) == ("expired", ("closed", "request_expired"))
    entry = Entry.objects.filter(ref=str(short.pk)).first()
    assert entry is not None
    assert (entry.by, entry.became) == ("creditdesk day", {"state": "expired"})
    with pytest.raises(requests.NotAllowed, match="is expired"):
        vote(short)
    # before the day has run, a request whose time is over is not decided either
    with pytest.raises(requests.NotAllowed, match="the way out: ask again"):
        vote(waits, TODAY + timedelta(days=15))
    assert vote(waits, TODAY + timedelta(days=14)).state == "granted"


def test_who_asked_may_withdraw_and_nobody_else(company) -> None:
    asked = ask(company)
    with pytest.raises(requests.NotAllowed, match="that person withdraws it"):
        requests.withdraw(asked, by="mia", why="no", on=TODAY, now=NOW)
    gone = requests.withdraw(asked, by="sam", why="the order went elsewhere", on=TODAY, now=NOW)
    assert (gone.state, task_of(asked)) == ("withdrawn", ("closed", "request_withdrawn"))
    with pytest.raises(requests.NotAllowed, match="is withdrawn"):
        vote(asked)
    with pytest.raises(requests.NotAllowed, match="is withdrawn"):
        requests.withdraw(asked, by="sam", why="again", on=TODAY, now=NOW)


def test_of_two_limits_granted_on_one_day_the_later_one_holds(company) -> None:
    for number, amount in enumerate(range(1_000_000, 2_200_000, 100_000), 1):
        vote(ask(company, amount=amount))
        limits = [
            row for row in reading.facts(company)["override"].to_pylist() if row["field"] == "credit_limit"
        ]
        latest = max(limits, key=lambda row: (row["from_on"], row["override_id"]))
        assert latest["value"] == str(amount), f"after request {number}"


def test_the_days_of_a_term_are_no_amount_of_the_task(company) -> None:
    asked = ask(company, "terms", 45)
    assert Task.objects.get(ref=f"request:{asked.pk}").amount == 0


def test_a_remark_is_on_record(company) -> None:
    with pytest.raises(ReasonMissing):
        talk.comment(company, Comment.Subject.REQUEST, "1", "anton", "  ", by="sam", now=NOW)
    talk.comment(company, Comment.Subject.REQUEST, "1", "anton", "they called", by="sam", now=NOW)
    assert Comment.objects.get().text == "they called"
    assert Entry.objects.get().what == "comment request"


def answer(company, said, reason: str = "", by: str = "sam") -> MoveAnswer:
    return talk.answer_move(
        company,
        "anton",
        "partner",
        "firm",
        date(2026, 3, 20),
        said,
        reason,
        by=by,
        on=TODAY,
        now=NOW,
        stake=500_000,
        currency="EUR",
    )


def test_an_objection_comes_before_a_credit_manager_with_its_reason(company) -> None:
    with pytest.raises(ReasonMissing):
        answer(company, OBJECT)
    answer(company, OBJECT, "one late payment after a merger")
    task = Task.objects.get()
    assert (task.kind, task.role, task.state) == ("alert", "credit_manager", "open")
    assert (task.amount, task.currency) == (500_000, "EUR")
    assert task.content["reason"] == "one late payment after a merger"
    alert = Alert.objects.get()
    assert (alert.kind, alert.detail["from"], alert.detail["to"], alert.detail["by"]) == (
        "move_objected", "partner", "firm", "sam",
    )  # fmt: skip
    assert task.ref == f"alert:{alert.pk}"
    # said twice it is one objection
    answer(company, OBJECT, "one late payment after a merger")
    assert (MoveAnswer.objects.count(), Task.objects.count(), Entry.objects.count()) == (1, 1, 1)

    assert talk.settle_objections(company, "anton", "firm", "granted", by="mia", on=TODAY, now=NOW) == 1
    task.refresh_from_db()
    assert (task.state, task.done_by, task.outcome) == ("done", "mia", "granted")
    assert MoveAnswer.objects.get().settled_by == "mia"
    assert talk.settle_objections(company, "anton", "firm", "granted", by="mia", on=TODAY, now=NOW) == 0


def test_who_thinks_again_takes_the_objection_back(company) -> None:
    answer(company, OBJECT, "wait a month")
    answer(company, AGREE)
    assert [(one.state, one.closed_because) for one in Task.objects.all()] == [("closed", "answered_anew")]
    entry = Entry.objects.first()
    assert entry is not None
    assert (entry.was["answer"], entry.became["answer"]) == ("object", "agree")
    # what another person says is another answer
    answer(company, OBJECT, "they pay us first", by="sara")
    assert Task.objects.filter(state="open").count() == 1
