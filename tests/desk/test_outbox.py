"""Each message goes out once, byte for byte as it was written; what nobody can tell is put before a person."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.conf import settings

from creditdesk.desk.casework.models import Alert, Message, Task
from creditdesk.desk.day import outbox
from creditdesk.desk.day.lock import one_day
from creditdesk.desk.day.transport import Smtp
from creditdesk.desk.day.writing import Invoice, write
from creditdesk.desk.ledger.models import FACTS, Company
from creditdesk.desk.ledger.writing import add, add_all
from creditdesk.desk.problem import AnotherRun
from desk.office import HERE, facts

pytestmark = pytest.mark.usefixtures("desk")
TODAY = date(2026, 3, 24)
NOW = datetime(2026, 3, 24, 7, tzinfo=HERE)


@pytest.fixture
def company(peer) -> Company:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", peer.port
    settings.DEFAULT_FROM_EMAIL = "credit@acme.example"
    made = Company.objects.create(code="acme", name="Acme BV")
    add_all(made, facts(["anton", "berta"]), by="import")
    return made


def queued(company: Company, customer: str = "anton", address: str | None = None) -> Message:
    to = f"{customer}@example.org" if address is None else address
    text = write(
        key=(company.code, customer, "ladder", 1, "reminder", 1, 0), sender="credit@acme.example", to=to or "x@y.example",
        name="Peeters", language="fr", template="friendly_reminder", level=1, company="Acme BV", country="BE",
        customer=customer, invoices=[Invoice("2026/1", date(2026, 3, 20), 100_000, "EUR")], at=NOW,
    )  # fmt: skip
    return Message.objects.create(
        company=company, customer=customer, procedure="ladder", case_no=1, step="reminder", turn=1, level=1,
        template="friendly_reminder", language="fr", contact_id=f"k-{customer}", address=to, subject=text.subject,
        text=text.text, message_id=text.message_id, raw=text.raw, digest=text.digest, invoice_ids=[f"i-{customer}"],
        amounts=[], amount=100_000, currency="EUR", asked_on=TODAY, asked_no=outbox.last_import(company), queued_at=NOW,
    )  # fmt: skip


def deliver(company: Company, now: datetime = NOW, ask=None) -> outbox.Delivered:
    def never(_messages) -> None:
        raise AssertionError("the gate's answer is fresh")

    return outbox.deliver(company, TODAY, Smtp(), ask or never, lambda: now)


def actions(company: Company) -> list[tuple[str, str]]:
    rows = FACTS["action"].objects.filter(legal_entity=company, replaced_by=None).order_by("id")
    return [(row.step, row.outcome) for row in rows]


def test_the_bytes_on_record_are_the_bytes_that_went_out(company, peer) -> None:
    message = queued(company)
    assert deliver(company).sent == 1
    message.refresh_from_db()
    assert (message.state, message.reply, message.attempts) == ("sent", "250 taken", 1)
    assert peer.bytes[message.message_id] == bytes(message.raw)
    assert b"1\xc2\xa0000,00" not in bytes(message.raw)  # plain seven-bit lines on the wire
    assert "1 000,00 €" in message.text.replace("\u202f", " ").replace("\xa0", " ")
    assert actions(company) == [("reminder", "sent")]
    assert deliver(company).sent == 0
    assert peer.taken == {message.message_id: 1}


def test_a_refusal_for_good_fails_and_the_ladder_learns_of_it(company, peer) -> None:
    message = queued(company)
    peer.answers[message.address] = "550 no such person"
    other = queued(company, "berta")
    done = deliver(company)
    assert (done.sent, done.failed) == (1, 1)
    message.refresh_from_db()
    assert (message.state, message.reply) == ("failed", "550 no such person")
    assert actions(company) == [("reminder", "failed"), ("reminder", "sent")]
    assert peer.taken == {other.message_id: 1}


@pytest.mark.parametrize(
    "address", ["", "nobody", "a b@example.org", "x@example.org\r\nBcc: all@example.org"]
)
def test_what_is_no_address_is_never_tried(company, peer, address) -> None:
    message = queued(company)
    Message.objects.filter(pk=message.pk).update(address=address)
    assert deliver(company).failed == 1
    message.refresh_from_db()
    assert message.state == "failed"
    assert "allowed: an e-mail address" in message.reply
    assert not peer.taken


def test_a_refusal_for_now_waits_and_goes_later_under_the_same_name(company, peer) -> None:
    message = queued(company)
    peer.answers[message.address] = "451 try again later"
    assert deliver(company).later == 1
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("queued", 1)
    assert message.next_try_at == NOW + timedelta(minutes=5)
    del peer.answers[message.address]
    assert deliver(company, NOW + timedelta(minutes=4)).sent == 0
    assert deliver(company, NOW + timedelta(minutes=5)).sent == 1
    assert peer.taken == {message.message_id: 1}
    assert actions(company) == [("reminder", "sent")]


def test_a_mail_server_that_is_away_costs_nothing_but_time(company, peer) -> None:
    message = queued(company)
    peer.stop()
    assert deliver(company).later == 1
    message.refresh_from_db()
    assert (message.state, actions(company)) == ("queued", [])
    peer.start()
    settings.EMAIL_PORT = peer.port
    assert deliver(company, NOW + timedelta(hours=1)).sent == 1


def test_a_connection_that_breaks_after_the_message_leaves_the_matter_to_a_person(company, peer) -> None:
    message = queued(company)
    peer.drop_after_data.add(message.address)
    assert deliver(company).unknown == 1
    message.refresh_from_db()
    assert (message.state, actions(company)) == ("unknown", [])
    (task,) = Task.objects.filter(kind="unknown", state="open")
    assert (task.ref, task.role) == (message.message_id, "collector")
    assert Alert.objects.filter(kind="unknown_message", ref=message.message_id).count() == 1
    peer.drop_after_data.clear()
    assert deliver(company, NOW + timedelta(days=1)).sent == 0
    assert peer.taken == {message.message_id: 1}


@pytest.mark.parametrize(
    ("verdict", "state", "action"),
    [
        ("sent", "sent", [("reminder", "sent")]),
        ("not_sent", "failed", [("reminder", "failed")]),
        ("send_again", "queued", []),
    ],
)
def test_a_person_says_what_became_of_it(company, verdict, state, action) -> None:
    message = queued(company)
    Message.objects.filter(pk=message.pk).update(state="sending", claimed_at=NOW)
    assert outbox.recover(company, TODAY, NOW) == 1
    message.refresh_from_db()
    outbox.resolve(message, verdict, by="carla", on=TODAY, now=NOW)
    message.refresh_from_db()
    assert (message.state, message.resolved_by, actions(company)) == (state, "carla", action)
    (task,) = Task.objects.filter(kind="unknown")
    assert (task.state, task.outcome, task.done_by) == ("done", verdict, "carla")
    if verdict != "send_again":
        with pytest.raises(ValueError, match="allowed: unknown"):
            outbox.resolve(message, verdict, by="carla", on=TODAY, now=NOW)


def test_what_waited_in_a_backup_may_have_gone_out_since(company, peer) -> None:
    message = queued(company)
    assert outbox.restored(company, TODAY, NOW, "2026-03-22T02:30") == 1
    message.refresh_from_db()
    assert message.state == "unknown"
    assert "2026-03-22T02:30" in message.reply
    assert deliver(company).sent == 0
    assert not peer.taken
    (task,) = Task.objects.filter(kind="unknown", state="open")
    assert (task.ref, task.role) == (message.message_id, "collector")


def test_the_gate_is_asked_again_when_anything_became_known_or_the_day_has_changed(company, peer) -> None:
    asked: list[list[str]] = []

    def ask(messages) -> None:
        asked.append([message.customer for message in messages])
        Message.objects.filter(pk__in=[one.pk for one in messages], customer="anton").update(
            state="cancelled"
        )
        Message.objects.filter(pk__in=[one.pk for one in messages], customer="berta").update(
            asked_on=TODAY, asked_no=outbox.last_import(company)
        )

    anton, berta = queued(company), queued(company, "berta")
    add(
        company,
        "note",
        [{"note_id": "n1", "customer_id": "anton", "on": TODAY, "text": "called"}],
        by="carla",
    )
    done = deliver(company, ask=ask)
    assert asked == [["anton", "berta"]]
    assert (done.cancelled, done.sent) == (1, 1)
    assert peer.taken == {berta.message_id: 1}
    anton.refresh_from_db()
    assert anton.state == "cancelled"


def test_a_message_about_which_the_gate_says_nothing_waits_and_holds_up_nobody(company, peer) -> None:
    def ask(messages) -> None:
        Message.objects.filter(pk__in=[one.pk for one in messages], customer="berta").update(
            asked_on=TODAY, asked_no=outbox.last_import(company)
        )

    anton, berta = queued(company), queued(company, "berta")
    add(company, "note", [{"note_id": "n1", "customer_id": "anton", "on": TODAY, "text": "x"}], by="carla")
    assert deliver(company, ask=ask).sent == 1
    assert peer.taken == {berta.message_id: 1}
    anton.refresh_from_db()
    assert (anton.state, anton.attempts) == ("queued", 0)


def test_a_message_is_claimed_by_one(company) -> None:
    message = queued(company)
    assert outbox._claim(message, NOW)
    assert not outbox._claim(message, NOW)


def test_the_natural_key_holds_in_the_database(company) -> None:
    from django.db import IntegrityError, transaction

    queued(company)
    with pytest.raises(IntegrityError), transaction.atomic():
        queued(company)
    Message.objects.update(state="cancelled", message_id="<another@example>")
    assert queued(company).state == "queued"


def test_a_second_day_at_once_is_told_so(company) -> None:
    with one_day(company), pytest.raises(AnotherRun, match="acme is under way"), one_day(company):
        pass
    with one_day(company):
        pass
