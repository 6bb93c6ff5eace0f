"""Events reach whom they should, signed, at least once and not a thousand times; and nobody is made to call what is inside."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from creditdesk.desk.api import turns
from creditdesk.desk.api.models import Delivery, Event, Subscription
from creditdesk.desk.api.webhooks import address, delivering, events, sending, signing, subscribing
from creditdesk.desk.ledger.models import Company
from desk.api.asking import Program, company
from desk.api.receiver import Receiver

pytestmark = pytest.mark.usefixtures("one_desk")


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with Receiver() as started:
        monkeypatch.setenv(address.ALLOW, started.origin)
        yield started


class Clock:
    """Moves only when it is told to."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def __call__(self) -> datetime:
        return self.now

    def later(self, **how: float) -> None:
        self.now += timedelta(**how)


def subscribed(acme: Company, receiver: Receiver, path: str = "/hook", *kinds: str) -> Subscription:
    row, secret = subscribing.subscribe(acme, receiver.origin + path, kinds, by="anna", now=timezone.now())
    receiver.secret = secret
    return row


def happened(acme: Company, count: int = 1, kind: str = "segment.moved") -> list[Event]:
    with transaction.atomic():
        return events.put(
            acme,
            [(kind, f"c{index}", {"customer_id": f"c{index}"}) for index in range(count)],
            timezone.now(),
        )


def round_(acme: Company, clock: Clock, whole: float = 5) -> list[tuple[str, int]]:
    """One round of deliveries; state and attempts of each delivery of the company."""
    delivering.deliver(clock, whole)
    rows = Delivery.objects.filter(subscription__company=acme).order_by("id")
    return list(rows.values_list("state", "attempts"))


def test_an_event_is_delivered_once_signed_so_that_others_can_tell(receiver) -> None:
    acme = company()
    subscribed(acme, receiver)
    told = happened(acme, 3)
    assert round_(acme, Clock()) == [("delivered", 1)] * 3
    assert round_(acme, Clock()) == [("delivered", 1)] * 3
    assert receiver.taken == {one.key: 1 for one in told}
    assert receiver.refused == []  # by the receiver's side of the standard, which others wrote
    assert receiver.events[0]["type"] == "segment.moved"
    assert receiver.events[0]["data"] == {"customer_id": "c0"}
    _where, sent = receiver.requests[0]
    assert sent["host"] == receiver.origin.removeprefix("http://")
    assert "authorization" not in sent


def test_what_was_changed_on_the_way_is_seen_by_the_receiver(receiver) -> None:
    row = subscribed(company(), receiver)
    body, now = b'{"type":"x"}', timezone.now()
    sent = signing.headers(row, "evt_1", body, now)
    assert Webhook(signing.secret(row)).verify(body, sent) == {"type": "x"}
    stale = signing.headers(row, "evt_1", body, now - timedelta(minutes=10))
    for wrong in (
        (body + b" ", sent),
        (body, sent | {"webhook-id": "evt_2"}),
        (body, sent | {"webhook-timestamp": str(int(sent["webhook-timestamp"]) + 1)}),
        (body, stale),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(signing.secret(row)).verify(*wrong)
    other = subscribed(company(), receiver)
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.secret(other)).verify(body, sent)


def test_a_new_secret_and_the_one_before_hold_together_for_a_day(receiver) -> None:
    row = subscribed(company(), receiver)
    old = signing.secret(row)
    now = timezone.now()
    new = subscribing.renew(row, by="anna", now=now)
    assert new != old
    for secret in (old, new):
        Webhook(secret).verify(b"{}", signing.headers(row, "evt_1", b"{}", now))
    row.old_until = now - timedelta(seconds=1)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(b"{}", signing.headers(row, "evt_1", b"{}", now))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM api_subscription")
        assert new.removeprefix("whsec_") not in str(cursor.fetchall())  # nowhere kept


def test_each_subscriber_gets_what_it_asked_for_of_its_own_company(receiver) -> None:
    acme, other = company(), company()
    subscribed(acme, receiver, "/all")
    subscribed(acme, receiver, "/risk", "risk.changed")
    subscribed(other, receiver, "/other")
    receiver.secret = ""
    happened(acme, 1, "segment.moved")
    happened(acme, 1, "risk.changed")
    delivering.deliver(Clock(), 5)
    assert sorted(path for path, _sent in receiver.requests) == ["POST /all", "POST /all", "POST /risk"]


def test_an_event_that_is_rolled_back_was_none(receiver) -> None:
    acme = company()
    subscribed(acme, receiver)
    with transaction.atomic():
        happened(acme)
        transaction.set_rollback(True)
    assert round_(acme, Clock()) == []


@pytest.mark.parametrize("says", [500, 429, 404, 301, 307, "drop", "nonsense"])
def test_who_fails_is_tried_again_with_patience_one_event_at_a_time(receiver, says) -> None:
    acme, clock = company(), Clock()
    row = subscribed(acme, receiver)
    happened(acme, 3)
    receiver.says = says
    assert round_(acme, clock) == [("queued", 1), ("queued", 0), ("queued", 0)]
    assert round_(acme, clock) == [("queued", 1), ("queued", 0), ("queued", 0)]  # not before its time
    clock.later(seconds=6)
    assert sum(attempts for _state, attempts in round_(acme, clock)) == 2
    assert sum(receiver.taken.values()) == 2
    row.refresh_from_db()
    assert row.failures == 2
    receiver.says = 200
    clock.later(hours=1)
    assert {state for state, _attempts in round_(acme, clock)} == {"delivered"}
    row.refresh_from_db()
    assert (row.failures, row.wait_until) == (0, None)
    assert [path for path, _sent in receiver.requests if "elsewhere" in path] == []  # nobody is led elsewhere


@pytest.mark.parametrize("says", ["hang", "drip"])
def test_who_holds_the_line_is_hung_up_on(receiver, says) -> None:
    acme, clock = company(), Clock()
    subscribed(acme, receiver)
    happened(acme, 5)
    receiver.says = says
    assert round_(acme, clock, whole=0.5)[:2] == [("queued", 1), ("queued", 0)]
    assert "no answer within 0.5 seconds" in Delivery.objects.filter(subscription__company=acme).first().reply
    assert sum(receiver.taken.values()) == 1


def test_one_who_hangs_holds_up_nobody_else(receiver) -> None:
    acme, other, clock = company(), company(), Clock()
    receiver.says = "hang"
    subscribed(acme, receiver)
    happened(acme)
    with Receiver() as good, pytest.MonkeyPatch.context() as patch:
        patch.setenv(address.ALLOW, f"{receiver.origin},{good.origin}")
        subscribed(other, good)
        happened(other)
        assert round_(other, clock, whole=0.5) == [("delivered", 1)]


def test_after_the_last_try_it_is_dead_and_a_person_can_send_it_again(receiver) -> None:
    acme, clock = company(), Clock()
    row = subscribed(acme, receiver)
    happened(acme)
    receiver.says = 500
    for _ in range(len(delivering.LATER) + 3):
        round_(acme, clock)
        clock.later(hours=14)  # longer waits follow each other
        Subscription.objects.update(wait_until=None)
        Delivery.objects.update(next_try_at=None)
    program = Program.of(acme, "webhooks")
    (dead,) = program.get(f"/webhooks/{row.pk}/deliveries?state=dead")["items"]
    assert (dead["attempts"], dead["status"], dead["reply"]) == (10, 500, "out of \ufffdorder")
    assert program.get(f"/webhooks/{row.pk}")["dead"] == 1
    receiver.says = 200
    got = program.post(f"/webhooks/{row.pk}/deliveries/{dead['id']}/retry", None)
    assert (got["state"], got["attempts"]) == ("queued", 0)
    assert round_(acme, clock) == [("delivered", 1)]
    assert set(receiver.taken) == {dead["event"]}


def test_what_is_too_old_is_given_up_however_seldom_it_was_tried(receiver) -> None:
    acme, clock = company(), Clock()
    subscribed(acme, receiver)
    happened(acme)
    clock.later(days=8)
    assert round_(acme, clock) == [("dead", 0)]


def test_a_receiver_that_is_gone_for_good_is_asked_no_more(receiver) -> None:
    acme, clock = company(), Clock()
    row = subscribed(acme, receiver)
    happened(acme, 3)
    receiver.says = 410
    assert {state for state, _attempts in round_(acme, clock)} == {"dead"}
    row.refresh_from_db()
    assert (row.on, row.off_because) == (False, "the receiver answered 410 Gone")
    happened(acme)
    round_(acme, clock)
    assert sum(receiver.taken.values()) == 1


def test_a_sender_that_died_in_between_leaves_it_to_be_sent_again(receiver) -> None:
    acme, clock = company(), Clock()
    subscribed(acme, receiver)
    (told,) = happened(acme)
    delivery = Delivery.objects.get(event=told)
    assert delivering.claim(delivery, clock())
    assert not delivering.claim(delivery, clock())
    assert round_(acme, clock) == [("sending", 1)]  # somebody may still be at it
    clock.later(minutes=6)
    assert round_(acme, clock) == [("delivered", 2)]
    assert receiver.taken == {told.key: 1}


def test_several_workers_send_each_event_once(receiver) -> None:
    acme = company()
    subscribed(acme, receiver)
    told = happened(acme, 30)

    def work() -> None:
        delivering.deliver(timezone.now, 10)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    round_(acme, Clock())
    assert receiver.taken == {one.key: 1 for one in told}
    assert receiver.refused == []


INSIDE = (
    "http://example.com/hook", "ftp://example.com/", "https://", "https:///x", "https://user:pass@example.com/",
    "https://example.com/#x", "https://127.0.0.1/", "https://10.1.2.3/", "https://192.168.0.1:8443/", "https://169.254.169.254/latest",
    "https://100.64.0.1/", "https://0.0.0.0/", "https://224.0.0.1/", "https://[::1]/", "https://[fe80::1]/", "https://[fc00::1]/",
    "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://[2002:7f00:1::]/", "https://localhost/", "https://2130706433/",
    "https://0x7f.1/", "https://example.com:99999/", "https://exa mple.com/", "https://example.com/\r\nX-Header: 1", "https://bücher.example/",
    "javascript:alert(1)", "file:///etc/passwd", "gopher://example.com/",
)  # fmt: skip


def test_nobody_is_made_to_call_what_is_inside() -> None:
    program = Program.of(company(), "webhooks")
    for url in INSIDE:
        got = program.post("/webhooks", {"url": url})
        assert (got.status, got["code"]) == (422, "invalid_request"), url
        assert got["errors"][0]["pointer"] == "/url"
    assert Subscription.objects.filter(url__in=INSIDE).count() == 0


def test_a_name_that_leads_inside_later_is_refused_when_something_is_sent(receiver) -> None:
    """The administrator's permission was withdrawn: as if a name had come to lead elsewhere."""
    acme, clock = company(), Clock()
    row = subscribed(acme, receiver)
    happened(acme)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(address.ALLOW, "")
        Subscription.objects.filter(pk=row.pk).update(
            url=f"https://localhost:{receiver.server.server_port}/hook"
        )
        assert round_(acme, clock) == [("queued", 1)]
    assert "no public address" in Delivery.objects.get(subscription=row).reply
    assert sum(receiver.taken.values()) == 0
    for public in ("8.8.8.8", "2606:4700:4700::1111"):
        assert address.public(public)


def test_a_certificate_of_somebody_else_is_refused(receiver) -> None:
    """TLS spoken to who does not speak it: nothing is told."""
    target = address.Target("https", "127.0.0.1", receiver.server.server_port, "/", allowed=True)
    with pytest.raises(sending.NotDelivered, match="SSL"):
        sending.post(target, b"{}", {}, 5)
    assert receiver.requests == []


def test_subscriptions_over_the_api(receiver) -> None:
    acme = company()
    program = Program.of(acme, "webhooks")
    url = f"{receiver.origin}/hook?key=1"
    made = program.post("/webhooks", {"url": url, "kinds": ["order_block.changed"]})
    assert made.status == 201
    assert made["secret"].startswith("whsec_")
    receiver.secret = made["secret"]
    again = program.post("/webhooks", {"url": url})
    assert (again.status, again["code"]) == (409, "already_there")
    assert "secret" not in program.get(f"/webhooks/{made['id']}").content
    assert program.post("/webhooks", {"url": url, "kinds": ["everything"]}).status == 422

    tried = program.post(f"/webhooks/{made['id']}/test", None)
    assert tried["type"] == "webhook.test"
    delivering.deliver(Clock(), 5)
    assert receiver.taken == {tried["id"]: 1}
    assert receiver.requests[0][0] == "POST /hook?key=1"
    assert receiver.refused == []
    renewed = program.post(f"/webhooks/{made['id']}/secret", None)
    assert renewed["secret"] != made["secret"]

    stranger = Program.of(company(), "webhooks", name="stranger")
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/secret"), ("POST", "/test"), ("GET", "/deliveries"),
                         ("POST", "/deliveries/1/retry")):  # fmt: skip
        assert stranger.ask(method, f"/webhooks/{made['id']}{path}").status == 404
    ended = program.ask("DELETE", f"/webhooks/{made['id']}")
    assert (ended.status, ended["on"]) == (200, False)
    assert program.ask("DELETE", f"/webhooks/{made['id']}")["on"] is False


def test_events_can_be_fetched_instead() -> None:
    acme = company()
    program = Program.of(acme, "webhooks")
    assert program.get("/events").content == {"items": [], "next": None}
    told = happened(acme, 5)
    first = program.get("/events?limit=3")
    rest = program.get(f"/events?limit=3&after={first['next']}")
    assert [one["id"] for one in first["items"] + rest["items"]] == [one.key for one in told]
    assert program.get(f"/events?after={rest['next']}").content == {"items": [], "next": rest["next"]}
    more = happened(acme, 1, "risk.changed")
    assert [one["id"] for one in program.get(f"/events?after={rest['next']}")["items"]] == [more[0].key]
    assert [one["type"] for one in program.get("/events?kind=risk.changed")["items"]] == ["risk.changed"]
    assert program.get("/events?customer_id=c3")["items"][0]["data"] == {"customer_id": "c3"}
    Event.objects.filter(company=acme).update(at=timezone.now() - timedelta(days=31))
    events.forget(timezone.now())
    assert program.get("/events")["items"] == []


def test_the_worker_puts_deliveries_on_its_list_once(receiver) -> None:
    acme = company()
    subscribed(acme, receiver)
    happened(acme)
    assert "deliver events" in turns.put_on_list(None, timezone.now())
    assert "deliver events" not in turns.put_on_list(None, timezone.now())
    told: Any = json.loads(Event.objects.filter(company=acme).get().content)
    assert told["type"] == "segment.moved"
