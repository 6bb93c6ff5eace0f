"""How things stand now: written by the day, kept up by deciding one customer, and the same either way."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from creditdesk.desk.beside import beside
from creditdesk.desk.day.at_once import decide_stale
from creditdesk.desk.day.desk import Desk
from creditdesk.desk.day.outcome import DECISIONS
from creditdesk.desk.ledger import filed
from creditdesk.desk.monitor.models import Figure
from creditdesk.desk.standing.models import Account, OpenItem, SearchWord, Stale
from creditdesk.desk.standing.search import found, words_of
from creditdesk.facts.decisions import TABLES_OUT
from desk.office import Office

pytestmark = pytest.mark.usefixtures("desk")


def state(office: Office, customer: str) -> dict[str, list[str]]:
    """All rows of a customer, without their ids."""
    kept = {}
    for model in (Account, OpenItem, SearchWord):
        names = [field.attname for field in model._meta.concrete_fields if field.attname != "id"]
        kept[model.__name__] = sorted(
            map(str, model.objects.filter(company=office.company, customer=customer).values_list(*names))
        )
    return kept


def test_how_things_stand_is_kept_by_day_and_by_deciding_one_customer(engine, peer) -> None:
    office = Office.open(engine, peer, ["janssen", "unal", "lefevre"])
    office.fact("customer", customer_id="unal", name="Café Ünal", kind="company", company_id="acme", country="BE",
                language="en", collector="carla")  # fmt: skip
    office.day("2026-03-23")
    office.release("janssen", "unal", "lefevre")
    office.day("2026-03-24")

    janssen = Account.objects.get(customer="janssen")
    assert (janssen.open, janssen.overdue, janssen.collectible, janssen.open_items) == (
        100_000,
        100_000,
        100_000,
        1,
    )
    assert (janssen.oldest_due_on.isoformat(), janssen.collector) == ("2026-03-20", "carla")
    item = OpenItem.objects.get(customer="janssen")
    assert (item.open, item.collectible, item.overdue, item.holds) == (100_000, 100_000, True, "")

    # what a person says is recorded at once, and the customer is stale until the worker has decided it anew
    clock = office.worker
    hers = Desk(office.company, office.today, clock, "carla", later=True)
    due = office.today + timedelta(days=8)
    hers.fact("promise", {"promise_id": "p", "customer_id": "janssen", "made_on": office.today, "due_on": due,
                          "amount": 60_000, "currency": "EUR", "by": "carla"})  # fmt: skip
    assert Stale.objects.get().customer == "janssen"
    assert Account.objects.get(customer="janssen").collectible == 100_000
    assert decide_stale(engine, office.now()) == 1
    assert not Stale.objects.exists()
    janssen = Account.objects.get(customer="janssen")
    assert (janssen.collectible, janssen.promised) == (40_000, 60_000)
    assert OpenItem.objects.get(customer="janssen").promised == 60_000

    # the day over all customers says the same as deciding the one did, row by row
    alone = state(office, "janssen")
    office.day("2026-03-24")
    assert state(office, "janssen") == alone

    # paid: the item goes, the customer stays
    office.pays("janssen", "2026-03-25")
    office.day("2026-03-25")
    assert not OpenItem.objects.filter(customer="janssen").exists()
    assert Account.objects.get(customer="janssen").open == 0

    rows = Account.objects.filter(company=office.company)
    assert [one.customer for one in found(rows, "cafe")] == ["unal"]
    assert [one.customer for one in found(rows, "ÜN CA")] == ["unal"]
    assert [one.customer for one in found(rows, "JAN")] == ["janssen"]
    assert list(found(rows, "nobody")) == []
    assert words_of("Café-Ünal 12") == ["cafe", "unal", "12"]


def test_a_worker_that_fails_says_so_and_tries_again_later(engine, peer, monkeypatch) -> None:
    office = Office.open(engine, peer, ["janssen"])
    office.day("2026-03-23")
    hers = Desk(office.company, office.today, office.worker, "carla", later=True)
    hers.fact("note", {"note_id": "n", "customer_id": "janssen", "on": office.today, "text": "calls back"})
    with monkeypatch.context() as broken:
        broken.setattr(type(engine.alone), "decide", lambda *_args, **_more: 1 / 0)
        assert decide_stale(engine, office.now()) == 0
    waiting = Stale.objects.get()
    assert (waiting.tries, "ZeroDivisionError" in waiting.error) == (1, True)
    assert decide_stale(engine, office.now()) == 0  # its time has not come
    assert decide_stale(engine, office.now() + timedelta(hours=1)) == 1
    assert not Stale.objects.exists()


def told() -> list[tuple[Any, ...]]:
    """All that the monitor shows."""
    return sorted(Figure.objects.values_list("group", "grain", "name", "part", "on", "amount", "count"))


@pytest.mark.long
def test_a_day_over_facts_in_files_says_the_same(engine, peer, monkeypatch) -> None:
    office = Office.open(engine, peer, ["janssen", "unal", "lefevre"])
    office.day("2026-03-23")
    office.release("janssen", "unal", "lefevre")
    office.day("2026-03-24")
    office.day("2026-03-24")  # what was sent is known
    usual, figures = state(office, "janssen"), told()
    sent = dict(peer.taken)
    monkeypatch.setattr(filed, "MANY", 0)
    for _again in range(2):
        assert office.day("2026-03-24").state == "done"
        assert state(office, "janssen") == usual
        assert (told(), dict(peer.taken)) == (figures, sent)
    monkeypatch.undo()
    office.pays("janssen", "2026-03-25")
    office.day("2026-03-25")
    assert not OpenItem.objects.filter(customer="janssen").exists()


def said(**more: object) -> str:
    """The digest of a made-up decision."""
    reason = {
        "criterion": "behaviour",
        "value": 6.97,
        "text": None,
        "band": "fair",
        "rule": "days_late_shrunken",
    }
    nearest = {
        "criterion": "behaviour",
        "value": 17.0,
        "distance": 10.03,
        "unit": "days",
        "band": "poor",
        "segment": "firm",
    }
    row = {"customer_id": "c1", "as_of": date(2026, 3, 30), "segment": "light", "risk_pd": 0.0213, "reasons": [reason],
           "nearest_change": nearest, **more}  # fmt: skip
    rows = pa.Table.from_pylist([row], TABLES_OUT["decision"].schema().to_pyarrow())
    with beside(decision=rows) as con:
        return con.sql(DECISIONS).to_arrow_table().column("digest")[0].as_py()


def test_what_moves_by_a_hundredth_because_all_others_moved_is_no_other_decision() -> None:
    reason = {
        "criterion": "behaviour",
        "value": 6.98,
        "text": None,
        "band": "fair",
        "rule": "days_late_shrunken",
    }
    nearest = {
        "criterion": "behaviour",
        "value": 17.0,
        "distance": 10.02,
        "unit": "days",
        "band": "poor",
        "segment": "firm",
    }
    assert said() == said(as_of=date(2026, 3, 31), risk_pd=0.0212, reasons=[reason], nearest_change=nearest)
    for other in (
        {"segment": "firm"},
        {"risk_pd": 0.03},
        {"reasons": [{**reason, "value": 8.2}]},
        {"reasons": [{**reason, "band": "poor"}]},
        {"reasons": [reason, reason]},
        {"nearest_change": {**nearest, "distance": 8.9}},
        {"nearest_change": {**nearest, "segment": "strict"}},
        {"nearest_change": None},
        {"credit_limit": 100},
    ):
        assert said(**other) != said()
