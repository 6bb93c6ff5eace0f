"""One call at order time: the answer is right on the latest facts, says what was counted, and keeps two carts apart."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test.utils import CaptureQueriesContext

from creditdesk.desk.api.credit import reserving
from creditdesk.desk.api.credit.checking import Question, check
from creditdesk.desk.api.models import CreditCheck, Reservation
from creditdesk.desk.ledger.models import HeldCustomer, Import
from creditdesk.desk.ledger.writing import add, begin
from desk.api.asking import Program, customer
from desk.api.shop import NOON, TODAY, Shop, stand_still

pytestmark = pytest.mark.usefixtures("one_desk")


@pytest.fixture
def shop(one_desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:  # noqa: ARG001  the database
    stand_still(tmp_path, monkeypatch)
    return Shop()


def test_what_was_counted_is_told_with_the_reason(shop) -> None:
    shop.customer("anna", limit=500_000, owes=120_000)
    add(shop.company, "order", [{"order_id": "o1", "customer_id": "anna", "ordered_on": TODAY, "amount": 80_000,
                                 "currency": "EUR"}], by="import")  # fmt: skip
    got = shop.asks("anna", 200_000, "cart-1", terms_days=60)
    assert (got["answer"], got["pay_amount"], got["reason"]["code"]) == ("yes", None, "within_limit")
    counted = got["counted"]
    assert {name: counted[name] for name in ("order", "exposure", "open_amount", "open_orders", "reserved", "limit",
                                             "headroom", "headroom_after")} == {
        "order": 200_000, "exposure": 200_000, "open_amount": 120_000, "open_orders": 80_000, "reserved": 0,
        "limit": 500_000, "headroom": 300_000, "headroom_after": 100_000,
    }  # fmt: skip
    assert got["terms"] == {"requested": 60, "granted": 30, "offered": 30, "reason": None}
    assert got["holds_until"] == "2026-03-24T00:00:00+01:00"
    assert got["decided_on"] == "2026-03-23"
    assert (got["policy"], got["segment"]) == ("starter", "standard")
    assert CreditCheck.objects.get(company=shop.company).answer == "yes"


def test_the_reason_is_told_in_the_language_that_was_asked_for(shop) -> None:
    shop.customer("anna", owes=250_000, late=40)
    said = {
        language: shop.asks("anna", 1_000, language=language)["reason"]["text"]
        for language in ("nl", "fr", "de", "en")
    }
    assert said["nl"] == (
        "€\u00a02.500,00 is vervallen, het oudste deel sinds 40 dagen. De bestelling kan doorgaan zodra €\u00a02.500,00 is betaald."
    )
    assert said["en"] == (
        "€2,500.00 is past due, the oldest by 40 days. The order can go on once €2,500.00 has been paid."
    )
    assert "échus" in said["fr"]
    assert "überfällig" in said["de"]
    wanted = shop.asks("anna", 1_000, accept_language="es, fr-BE;q=0.8, nl;q=0.9")
    assert (wanted["language"], wanted["reason"]["text"]) == ("nl", said["nl"])


def test_money_that_came_in_a_moment_ago_counts(shop) -> None:
    shop.customer("anna", owes=250_000, late=40)
    assert shop.says("anna", 1_000) == ("pay_first", 250_000, "overdue")
    shop.pays("anna", 100_000, "i-anna")
    assert shop.says("anna", 1_000) == ("pay_first", 150_000, "overdue")
    shop.pays("anna", 150_000, "i-anna")
    assert shop.says("anna", 1_000) == ("yes", None, "within_limit")


def test_an_order_and_an_invoice_that_came_in_a_moment_ago_count(shop) -> None:
    shop.customer("anna", limit=300_000, owes=100_000)
    assert shop.says("anna", 200_000) == ("yes", None, "within_limit")
    shop.program.post("/facts/order", {"rows": [{"order_id": "o1", "customer_id": "anna", "ordered_on": "2026-03-23",
                                                 "amount": 150_000, "currency": "EUR"}]})  # fmt: skip
    assert shop.says("anna", 60_000) == ("pay_first", 10_000, "limit")
    shop.invoice("i2", "anna", 150_000, order_id="o1")  # the same goods, billed: not counted twice
    assert shop.says("anna", 60_000) == ("pay_first", 10_000, "limit")
    assert shop.says("anna", 50_000) == ("yes", None, "within_limit")


def unjudged(shop: Shop, name: str, amount: int, order: str = "", **more: Any) -> dict[str, Any]:
    """The answer before anybody has decided: the address decides at once and asks again."""
    return check(shop.company, Question(name, amount, "EUR", order, **more), by="test", now=NOON, today=TODAY)


def test_a_customer_nobody_knows_is_looked_at_by_a_person(shop) -> None:
    got = shop.asks("nobody", 1_000, "cart", reserve=True)
    assert (got["answer"], got["reason"]["code"], got["counted"], got["reservation"]) == (
        "review", "unknown_customer", None, None,
    )  # fmt: skip
    other = Shop()
    other.customer("theirs")
    assert shop.says("theirs", 1_000)[2] == "unknown_customer"  # known to another company: told as if to none
    add(shop.company, "customer", [customer("fresh") | {"country": None}], by="import")
    fresh = unjudged(shop, "fresh", 1_000)
    assert (fresh["answer"], fresh["reason"]["code"], fresh["retry_after"]) == ("review", "not_decided", 60)


def test_nobody_says_yes_to_what_has_just_changed(shop) -> None:
    shop.customer("anna")
    shop.customer("bert")
    add(
        shop.company,
        "legal_status",
        [{"customer_id": "anna", "kind": "bankruptcy", "from_on": TODAY}],
        by="import",
    )
    got = unjudged(shop, "anna", 1_000, "cart", reserve=True)
    assert (got["answer"], got["reason"]["code"], got["retry_after"], got["reservation"]) == (
        "review", "facts_newer", 60, None,
    )  # fmt: skip
    assert got["reasons"][0]["figures"] == {"tables": ["legal_status"]}
    assert shop.says("bert", 1_000)[0] == "yes"
    shop.decided("anna", "insolvent", 0, acceptance="prepayment")
    assert shop.says("anna", 1_000) == ("prepay", 1_000, "segment")


def test_a_customer_of_whom_not_all_could_be_read_is_looked_at(shop) -> None:
    shop.customer("anna")
    brought = Import.objects.filter(legal_entity=shop.company).last()
    HeldCustomer.objects.create(legal_entity=shop.company, brought_by=brought, customer_id="anna")
    assert shop.says("anna", 1_000) == ("review", None, "data_problem")


def test_two_carts_do_not_both_pass(shop) -> None:
    shop.customer("anna", limit=100_000)
    first = shop.asks("anna", 60_000, "cart-1", reserve=True)
    assert first["answer"] == "yes"
    assert first["reservation"]["on_account"] == 60_000
    second = shop.asks("anna", 60_000, "cart-2", reserve=True)
    assert (second["answer"], second["reason"]["code"], second["counted"]["reserved"]) == (
        "no",
        "limit",
        60_000,
    )
    assert shop.says("anna", 40_000, "cart-3", reserve=True)[0] == "yes"

    again = shop.asks("anna", 60_000, "cart-1", reserve=True)  # the same question, the same answer
    assert again == first | {"repeated": True}
    assert Reservation.objects.filter(company=shop.company, order_id="cart-1").count() == 1
    more = shop.asks("anna", 61_000, "cart-1", reserve=True)  # a larger cart is another question
    assert (more["answer"], more["reservation"]) == ("no", None)
    assert Reservation.objects.get(company=shop.company, order_id="cart-1").state == "released"
    assert shop.says("anna", 55_000, "cart-1", reserve=True)[0] == "yes"


def test_a_reservation_ends_by_hand_by_time_and_by_its_order(shop) -> None:
    shop.customer("anna", limit=100_000)
    full = {"reserve": True, "reserve_minutes": 30}
    number = shop.asks("anna", 90_000, "cart-1", **full)["reservation"]["id"]
    assert shop.says("anna", 20_000, "cart-2")[0] == "no"
    for _ in range(2):
        got = shop.program.ask("DELETE", f"/reservations/{number}")
        assert (got.status, got["state"]) == (200, "released")
    assert shop.says("anna", 20_000, "cart-2")[0] == "yes"

    shop.asks("anna", 90_000, "cart-3", **full)
    kept = Reservation.objects.filter(company=shop.company, order_id="cart-3")
    kept.update(expires_at=NOON - timedelta(hours=13))
    assert reserving.sweep(NOON) >= 1
    assert kept.get().state == "expired"
    assert shop.says("anna", 20_000, "cart-2")[0] == "yes"
    assert shop.asks("anna", 90_000, "cart-3", **full)["answer"] == "yes"  # it may be asked for again

    order = {
        "order_id": "cart-3",
        "customer_id": "anna",
        "ordered_on": TODAY,
        "amount": 70_000,
        "currency": "EUR",
    }
    add(shop.company, "order", [order], by="import")
    got = shop.asks("anna", 20_000, "cart-4")  # the order counts now, and not twice
    assert (got["answer"], got["counted"]["reserved"], got["counted"]["open_orders"]) == ("yes", 0, 70_000)
    assert shop.program.get("/reservations?order_id=cart-3")["items"][-1]["state"] == "ordered"
    held = shop.asks(
        "anna", 70_000, "cart-3", reserve=True
    )  # asked about again, it does not count against itself
    assert (held["answer"], held["counted"]["exposure"], held["reservation"]) == ("yes", 0, None)


def test_a_reservation_does_not_outlive_trust(shop) -> None:
    shop.customer("anna", owes=50_000)
    assert shop.says("anna", 10_000, "cart", reserve=True)[0] == "yes"
    shop.invoice("old", "anna", 70_000, late=45)
    got = shop.asks("anna", 10_000, "cart", reserve=True)
    assert (got["answer"], got["pay_amount"], got["reservation"]) == ("pay_first", 70_000, None)
    assert Reservation.objects.get(company=shop.company).state == "released"


def test_room_that_was_kept_is_kept_when_others_fill_the_limit(shop) -> None:
    shop.customer("anna", limit=100_000)
    shop.asks("anna", 60_000, "cart", reserve=True)
    shop.invoice("big", "anna", 90_000)  # the ERP did not ask
    assert shop.says("anna", 60_000, "cart", reserve=True)[0] == "yes"
    assert shop.says("anna", 1, "other")[0] == "pay_first"


def test_an_order_id_of_one_customer_is_not_anothers(shop) -> None:
    shop.customer("anna")
    shop.customer("bert")
    shop.asks("anna", 1_000, "cart", reserve=True)
    got = shop.program.post(
        "/customers/bert/credit-check", {"amount": 1, "currency": "EUR", "order_id": "cart"}
    )
    assert (got.status, got["code"]) == (409, "already_there")


def test_only_what_is_on_account_takes_room(shop) -> None:
    shop.customer("anna", segment="new", limit=100_000)
    got = shop.asks("anna", 130_000, "cart", reserve=True)
    assert (got["answer"], got["pay_amount"], got["pay_currency"]) == ("prepay", 30_000, "EUR")
    assert got["reservation"]["on_account"] == 100_000
    assert shop.asks("anna", 130_000, "cart", reserve=True)["repeated"]


def test_the_order_that_passes_the_limit_of_a_group_is_stopped_whosever_it_is(shop) -> None:
    shop.customer("anna", limit=None, owes=40_000)
    shop.customer("bert", limit=None, owes=50_000)
    shop.customer("carl", limit=None, owes=90_000)
    add(shop.company, "credit_group", [{"group_id": "g", "limit": 120_000, "currency": "EUR", "customer_ids": ["anna", "bert"]}],
        by="import")  # fmt: skip
    assert shop.says("anna", 30_000, "a1", reserve=True)[0] == "yes"
    got = shop.asks("bert", 1_000, "b1")
    assert (got["answer"], got["pay_amount"], got["reason"]["code"]) == ("pay_first", 1_000, "group_limit")
    assert got["counted"]["groups"] == [
        {"group": "g", "limit": 120_000, "exposure": 90_000, "reserved": 30_000, "headroom": 0}
    ]
    assert shop.says("carl", 10**9)[0] == "yes"
    shop.pays("anna", 40_000, "i-anna")  # what one member pays gives room to the other
    assert shop.says("bert", 40_000, "b1")[0] == "yes"


def test_a_member_that_is_not_decided_yet_owes_all_the_same(shop) -> None:
    shop.customer("anna", limit=None)
    add(shop.company, "customer", [{"customer_id": "new", "name": "New", "kind": "company"}], by="import")
    shop.invoice("i-new", "new", 90_000)
    group = {"group_id": "g", "limit": 100_000, "currency": "EUR", "customer_ids": ["anna", "new", "nobody"]}
    add(shop.company, "credit_group", [group], by="import")
    assert shop.says("anna", 10_000)[0] == "yes"
    assert shop.says("anna", 10_001) == ("no", None, "group_limit")


def test_a_limit_whose_scope_is_the_group_counts_the_whole_family(shop) -> None:
    shop.customer("anna", limit=None, credit_limit=100_000, currency="EUR", limit_scope="group", owes=30_000)
    shop.customer("bert", limit=None, parent_id="anna", owes=60_000)
    shop.decided("anna", "standard", 100_000, limit_reason="set_by_hand")
    assert shop.says("anna", 10_000)[0] == "yes"
    assert shop.says("anna", 10_001) == ("pay_first", 1, "group_limit")


def test_a_release_by_a_person_lets_an_order_pass(shop) -> None:
    shop.customer("anna", limit=100_000, owes=100_000)
    assert shop.says("anna", 50_000)[0] == "pay_first"
    row = {"approval_id": "r1", "customer_id": "anna", "subject": "order_release", "decided_on": TODAY, "granted": True,
           "by": "cmd", "reason": "known order", "amount": 50_000, "valid_until": TODAY + timedelta(days=2)}  # fmt: skip
    add(shop.company, "approval", [row], by="desk")
    shop.decided("anna", "standard", 100_000)
    got = shop.asks("anna", 50_000, delivery_on="2026-03-27")
    assert (got["answer"], got["reason"]["code"], got["remarks"]) == (
        "yes",
        "released",
        ["release_ends_before_delivery"],
    )
    assert "25 March 2026" in got["reason"]["text"] or "March 25, 2026" in got["reason"]["text"]
    assert shop.says("anna", 50_001)[0] == "pay_first"


def test_an_order_in_another_currency_is_brought_to_ours(shop) -> None:
    shop.customer("anna", segment="new", limit=100_000)
    assert shop.says("anna", 1_000, currency="USD") == ("review", None, "no_rate")
    add(shop.company, "fx_rate", [{"currency": "USD", "base": "EUR", "on": TODAY, "rate": 0.8}], by="import")
    assert shop.says("anna", 125_000, currency="USD")[0] == "yes"
    got = shop.asks("anna", 150_000, currency="USD")
    assert (got["answer"], got["pay_amount"], got["pay_currency"], got["counted"]["order"]) == (
        "prepay", 25_000, "USD", 120_000,
    )  # fmt: skip


def test_what_makes_no_sense_is_refused(shop) -> None:
    shop.customer("anna")
    for body, pointer in (
        ({"amount": -1, "currency": "EUR"}, "/amount"),
        ({"amount": 1.5, "currency": "EUR"}, "/amount"),
        ({"amount": "1", "currency": "eur"}, "/currency"),
        ({"amount": 1, "currency": "XXQ"}, "/currency"),
        ({"amount": 1, "currency": "EUR", "reserve": True}, ""),
        ({"amount": 1, "currency": "EUR", "order_id": ""}, "/order_id"),
        ({"amount": 1, "currency": "EUR", "order_id": "a\u0000b"}, "/order_id"),
        ({"amount": 1, "currency": "EUR", "language": "xx"}, "/language"),
    ):
        got = shop.program.post("/customers/anna/credit-check", body)
        assert (got.status, got["code"]) == (422, "invalid_request"), body
        assert pointer in [one["pointer"] for one in got["errors"]], got["errors"]
    assert not CreditCheck.objects.filter(company=shop.company).exists()


def test_ids_may_hold_anything_but_what_no_database_keeps(shop) -> None:
    for name in (
        "1000/20",
        "a b?c&d=e",
        "%2e%2e",
        "ünï",
        "x'); DROP TABLE fact_customer; --",
        "credit-check",
    ):
        shop.customer(name)
        where = "".join(f"%{byte:02x}" for byte in name.encode())
        assert (
            shop.program.post(f"/customers/{where}/credit-check", {"amount": 1, "currency": "EUR"})["answer"]
            == "yes"
        )
        assert shop.program.get(f"/customers/{where}")["customer_id"] == name
    assert shop.program.get("/customers/a%00b").status == 422


def test_the_number_of_statements_does_not_grow(shop) -> None:
    shop.customer("anna", owes=100)
    shop.customer("bert", owes=100)
    add(shop.company, "credit_group", [{"group_id": "g", "limit": 10**9, "currency": "EUR", "customer_ids": ["anna", "bert"]}],
        by="import")  # fmt: skip

    def statements(order: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert shop.says("anna", 100, order, reserve=True)[0] == "yes"
        return len(caught)

    few = statements("o-1")
    for index in range(8):
        shop.invoice(f"more-{index}", "anna", 100)
        shop.asks("bert", 100, f"b-{index}", reserve=True)
    many = statements("o-2")
    assert many <= few + 2  # what is reserved is looked up in the ledger
    assert many < 30


class Served:
    """The desk behind a real HTTP server, one thread per request."""

    def __init__(self) -> None:
        class Quiet(WSGIRequestHandler):
            def log_message(self, *_words: Any) -> None: ...

        self._server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
        self._server.set_app(get_wsgi_application())
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_carts_at_the_same_moment_do_not_both_pass(shop) -> None:
    """Twenty carts of 10,000 for a limit of 75,000, all at once over HTTP: seven pass, of whichever member of the group."""
    import http.client
    import json

    for name in ("anna", "bert"):
        shop.customer(name, limit=None)
    add(shop.company, "credit_group", [{"group_id": "g", "limit": 75_000, "currency": "EUR", "customer_ids": ["anna", "bert"]}],
        by="import")  # fmt: skip
    token = Program.of(shop.company, "credit_check", name="many").token
    start, answers, guard = threading.Barrier(20), [], threading.Lock()

    def cart(index: int) -> None:
        body = json.dumps({"amount": 10_000, "currency": "EUR", "order_id": f"cart-{index}", "reserve": True})
        http_ = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
        start.wait()
        http_.request("POST", f"/api/v1/customers/{'anna' if index % 2 else 'bert'}/credit-check", body,
                      {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})  # fmt: skip
        got = http_.getresponse()
        content = json.loads(got.read())
        http_.close()
        with guard:
            answers.append((got.status, content.get("answer"), content))

    with Served() as served:
        threads = [threading.Thread(target=cart, args=(index,)) for index in range(20)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert [status for status, _answer, _content in answers] == [200] * 20, answers
    assert sum(answer == "yes" for _status, answer, _content in answers) == 7
    assert Reservation.objects.filter(company=shop.company, state="active").count() == 7


def test_the_same_cart_asked_many_times_at_once_is_reserved_once(shop) -> None:
    shop.customer("anna", limit=10_000)
    start, answers = threading.Barrier(8), []

    def ask() -> None:
        start.wait()
        answers.append(shop.says("anna", 10_000, "cart", reserve=True)[0])
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert answers == ["yes"] * 8
    assert Reservation.objects.filter(company=shop.company).count() == 1


def test_an_import_under_way_holds_no_check_up(shop) -> None:
    """A long import holds its company; orders are answered meanwhile (on SQLite a writer is alone)."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer")
    from django.db import transaction

    shop.customer("anna")
    ready, done = threading.Event(), threading.Event()

    def long_import() -> None:
        with transaction.atomic():
            begin(shop.company, kind="folder", by="import")
            ready.set()
            done.wait(60)
        connection.close()

    other = threading.Thread(target=long_import)
    other.start()
    try:
        assert ready.wait(30)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        assert shop.says("anna", 1_000, "cart", reserve=True)[0] == "yes"
    finally:
        done.set()
        other.join()
