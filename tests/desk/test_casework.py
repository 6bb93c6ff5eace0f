"""What is on record stays, a second person decides, tasks find their person, and personal data can go."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
from django.db import DatabaseError, transaction

from creditdesk.desk.casework import audit, people, policies, privacy, requests
from creditdesk.desk.casework.models import (
    Absence,
    Band,
    Entry,
    Member,
    Message,
    PolicyInUse,
    PolicyVersion,
    Portfolio,
    Request,
    Task,
)
from creditdesk.desk.day.assigning import Desks
from creditdesk.desk.ledger import reading
from creditdesk.desk.ledger.models import FACTS, Company
from creditdesk.desk.ledger.row_check import WrongRows
from creditdesk.desk.ledger.writing import add, add_all
from desk.office import HERE, LADDER, facts

pytestmark = pytest.mark.usefixtures("desk")
TODAY = date(2026, 3, 24)
NOW = datetime(2026, 3, 24, 7, tzinfo=HERE)


@pytest.fixture
def company() -> Company:
    made = Company.objects.create(code="acme", name="Acme BV")
    add_all(made, facts(["anton"]), by="import")
    return made


def test_a_policy_in_use_is_never_edited_in_place(company) -> None:
    text = LADDER.read_text()
    first = policies.propose(company, text, by="anna", why="the first", now=NOW)
    assert policies.propose(company, text, by="anna", why="again", now=NOW) == first
    with pytest.raises(policies.NoPolicy, match="have it approved"):
        policies.in_force(company, TODAY)
    policies.approve(first, by="bert", why="agreed", now=NOW)
    first.text = text.replace("after: 2", "after: 9")
    with pytest.raises(PolicyInUse, match="write a new version"):
        first.save()
    with pytest.raises(PolicyInUse, match="a version of its own"):
        policies.propose(company, text.replace("after: 2", "after: 9"), by="anna", why="other", now=NOW)
    for statement in (
        lambda: PolicyVersion.objects.filter(pk=first.pk).update(text="another"),
        lambda: PolicyVersion.objects.filter(pk=first.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
            statement()
    second = policies.propose(
        company,
        text.replace('version: "1"', 'version: "2"'),
        by="anna",
        why="next",
        now=NOW,
        effective_on=date(2026, 4, 1),
    )
    policies.approve(second, by="bert", why="agreed", now=NOW)
    assert policies.in_force(company, date(2026, 3, 31)) == first
    assert policies.in_force(company, date(2026, 4, 1)) == second


def test_the_audit_trail_says_from_what_to_what_and_nobody_changes_it(company) -> None:
    people.write_fact(company, "customer", {"customer_id": "anton", "known_from": None, "do_not_contact": True},
                      by="carla", why="asked by phone", now=NOW)  # fmt: skip
    (entry,) = Entry.objects.all()
    assert (entry.by, entry.what, entry.customer, entry.why) == (
        "carla",
        "customer",
        "anton",
        "asked by phone",
    )
    assert "do_not_contact" not in entry.was
    assert entry.became["do_not_contact"] is True
    assert entry.became["name"] == "Anton"  # the rest of the row is as it was
    for statement in (
        lambda: Entry.objects.update(why="otherwise"),
        lambda: Entry.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
            statement()


@pytest.mark.parametrize("field", ["credit_limit", "terms_days", "segment"])
def test_a_limit_a_term_and_a_segment_set_by_hand_need_a_reason(company, field) -> None:
    row = {"override_id": "o1", "customer_id": "anton", "field": field, "value": "1", "from_on": TODAY, "by": "anna",
           "reason": "r"}  # fmt: skip
    with pytest.raises(audit.ReasonMissing, match=field):
        people.write_fact(company, "override", row, by="anna", why=" ", now=NOW)
    assert not FACTS["override"].objects.exists()
    people.write_fact(company, "override", row, by="anna", why="a good customer", now=NOW)
    assert FACTS["override"].objects.get().value == "1"


def ask(company, amount: int, kind: str = "limit", **wanted: object) -> Request:
    return requests.ask(
        company, kind, "anton", amount, "EUR", wanted, by="carla", why="large order", now=NOW, on=TODAY
    )


def vote(
    request, by: str, granted: bool = True, roles: tuple[str, ...] = ("credit_manager", "finance_director")
) -> Request:
    return requests.vote(request, granted, by=by, roles=roles, why="seen the accounts", on=TODAY, now=NOW)


def test_a_small_limit_needs_one_other_person_and_a_large_one_two(company) -> None:
    small = ask(company, 2_000_000)
    with pytest.raises(requests.NotAllowed, match="a second person decides"):
        vote(small, "carla")
    with pytest.raises(requests.NotAllowed, match="allowed: a credit_manager"):
        vote(small, "dirk", roles=("collector",))
    assert vote(small, "bert").state == "granted"
    row = reading.facts(company)["override"].to_pylist()[0]
    assert (row["field"], row["value"], row["from_on"]) == ("credit_limit", "2000000", TODAY)
    assert "carla" in row["reason"]
    assert "bert" in row["reason"]

    large = ask(company, 9_000_000)
    assert (large.role, large.persons) == ("finance_director", 2)
    assert vote(large, "bert").state == "open"
    with pytest.raises(requests.NotAllowed, match="has decided on it already"):
        vote(large, "bert")
    assert vote(large, "eva").state == "granted"
    assert Task.objects.filter(kind="request", state="done").count() == 2

    refused = ask(company, 3_000_000)
    assert vote(refused, "bert", granted=False).state == "refused"
    assert len(reading.facts(company)["override"]) == 2


def test_bands_of_the_company_go_before_the_usual_ones(company) -> None:
    Band.objects.create(company=company, kind="limit", up_to=100, role="collector", persons=1)
    assert ask(company, 100).role == "collector"
    with pytest.raises(requests.NotAllowed, match="without an upper amount"):
        ask(company, 101)


def test_a_granted_plan_release_or_write_off_is_a_fact(company) -> None:
    vote(ask(company, 100_000, "plan", invoice_ids=["i-anton"],
             more={"instalment": [{"due_on": "2026-04-15", "amount": 50_000}]}), "bert")  # fmt: skip
    vote(ask(company, 5_000, "release", valid_until="2026-04-30"), "bert")
    vote(ask(company, 20_000, "write_off", invoice_id="i-anton"), "bert")
    found = reading.facts(company)
    (plan,) = found["plan"].to_pylist()
    assert found["instalment"].to_pylist() == [
        {"plan_id": plan["plan_id"], "due_on": date(2026, 4, 15), "amount": 50_000}
    ]
    assert plan["invoice_ids"] == ["i-anton"]
    release = found["approval"].to_pylist()[0]
    assert (release["subject"], release["amount"], release["valid_until"]) == (
        "order_release",
        5_000,
        date(2026, 4, 30),
    )
    assert found["allocation"].to_pylist()[0]["kind"] == "write_off"


def test_what_could_not_be_written_is_refused_when_it_is_asked_for(company) -> None:
    with pytest.raises(WrongRows, match="instalment: column amount: found an empty value"):
        ask(
            company, 100_000, "plan", invoice_ids=["i-anton"], more={"instalment": [{"due_on": "2026-04-15"}]}
        )
    with pytest.raises(WrongRows, match="allocation: column invoice_id"):
        ask(company, 20_000, "write_off")
    assert (Request.objects.count(), Task.objects.count()) == (0, 0)


def test_tasks_of_somebody_away_go_to_the_deputy_and_on_to_his(company) -> None:
    portfolio = Portfolio.objects.create(company=company, name="north", owner="carla")
    Member.objects.create(portfolio=portfolio, company=company, customer="anton")
    for person, deputy in (("carla", "dirk"), ("dirk", "eva")):
        Absence.objects.create(
            company=company,
            person=person,
            deputy=deputy,
            from_on=date(2026, 3, 23),
            until_on=date(2026, 3, 27),
        )
    desks = Desks(company, TODAY)
    assert desks.person("collector", "anton", "zoe") == "carla"
    assert desks.person("collector", "berta", "zoe") == "zoe"
    assert desks.today("carla") == "eva"
    assert Desks(company, date(2026, 3, 28)).today("carla") == "carla"
    Absence.objects.create(company=company, person="eva", deputy="carla", from_on=TODAY, until_on=TODAY)
    assert Desks(company, TODAY).today("carla") == "carla"  # all are away: it stays where it is


def test_personal_data_of_a_contact_is_shown_and_erased_and_the_books_stay(company) -> None:
    contact = facts(["anton"])["contact"][0]
    add(company, "contact", [contact | {"email": "new@example.org"}], by="import")
    people.write_fact(
        company, "contact", contact | {"known_from": None, "phone": "+32 2 1"}, by="carla", why="", now=NOW
    )
    Message.objects.create(
        company=company, customer="anton", procedure="p", case_no=1, step="s", turn=1, level=1, template="t",
        language="en", contact_id="k-anton", address="anton@example.org", subject="Reminder", text="Dear Peeters",
        message_id="<1@example>", raw=b"To: anton@example.org", digest="d" * 64, amount=100, currency="EUR",
        asked_on=TODAY, asked_no=0, queued_at=NOW, state="sent",
    )  # fmt: skip
    before = {name: rows.num_rows for name, rows in reading.facts(company).items()}
    shown = privacy.export(company, "k-anton")
    assert {row["email"] for row in shown["versions"]} == {"anton@example.org", "new@example.org"}
    assert shown["messages"][0]["text"] == "Dear Peeters"

    with pytest.raises(audit.ReasonMissing):
        privacy.erase(company, "k-anton", by="dpo", why="", now=NOW)
    privacy.erase(company, "k-anton", by="dpo", why="asked by the person", now=NOW)
    everything = json.dumps(
        [privacy.export(company, "k-anton"), list(Entry.objects.values("was", "became")),
         [bytes(row.raw).decode() + row.address + row.text for row in Message.objects.all()]]
    )  # fmt: skip
    for trace in ("Peeters", "example.org", "+32 2", "Kerkstraat"):
        assert trace not in everything
    assert {name: rows.num_rows for name, rows in reading.facts(company).items()} == before
    assert Message.objects.get().digest == "d" * 64

    add(company, "contact", [contact | {"email": "back@example.org"}], by="import")  # the source still has it
    privacy.empty_again(company)
    assert "back@example.org" not in json.dumps(privacy.export(company, "k-anton"))
    with pytest.raises(privacy.UnknownContact):
        privacy.erase(company, "nobody", by="dpo", why="asked", now=NOW)


def test_contacts_that_are_valid_no_longer_are_erased_after_their_time(company) -> None:
    add(company, "contact", [{"contact_id": "old", "customer_id": "anton", "role": "buyer", "name": "Janssens",
                              "until_on": date(2018, 12, 31)}], by="import")  # fmt: skip
    assert privacy.retire(company, date(2019, 3, 24), by="dpo", now=NOW) == ["old"]
    assert privacy.retire(company, date(2019, 3, 24), by="dpo", now=NOW) == []
    names = {row["contact_id"]: row["name"] for row in reading.facts(company)["contact"].to_pylist()}
    assert names == {"old": None, "k-anton": "Peeters"}
