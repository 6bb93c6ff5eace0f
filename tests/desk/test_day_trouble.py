"""The day beside other things: people at work, a database that goes away, a disk that is full."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.db import Error, connections

from creditdesk.desk.casework.models import Decision, Message, Run, Step
from creditdesk.desk.day.profiling import kept
from desk.office import Office

pytestmark = pytest.mark.usefixtures("desk")


def test_a_customer_decided_alone_is_decided_as_among_all(engine, peer) -> None:
    office = Office.open(engine, peer, ["late", "early", "mixed"])
    for customer, days in (("late", 40), ("early", 0), ("mixed", 15)):
        for month in range(1, 9):
            name = f"{customer}-{month}"
            due = date(2025, month, 20)
            paid = date.fromordinal(due.toordinal() + days + month % 3)
            office.fact("invoice", invoice_id=name, customer_id=customer, company_id="acme", number=name, kind="invoice",
                        issued=date(2025, month, 1), due=due, amount=1000 * month, currency="EUR")  # fmt: skip
            office.fact(
                "payment",
                payment_id=name,
                customer_id=customer,
                value_date=paid,
                amount=1000 * month,
                currency="EUR",
            )
            office.fact("allocation", allocation_id=name, invoice_id=name, kind="payment", payment_id=name,
                        allocated_on=paid, amount=1000 * month)  # fmt: skip
    office.day("2026-03-23")
    before = list(Decision.objects.order_by("customer").values_list("customer", "from_on", "digest"))
    note = {"note_id": "n1", "customer_id": "mixed", "on": office.today, "text": "called back"}
    assert office.desk().fact("note", note) is not None
    assert list(Decision.objects.order_by("customer").values_list("customer", "from_on", "digest")) == before


def figures(office: Office) -> dict[str, int]:
    """How often each customer ordered, as its standing decision took it."""
    found = kept(office.company, {"orders_12m"})
    assert found is not None
    return dict(
        zip(*(found.profile.column(name).to_pylist() for name in ("customer_id", "orders_12m")), strict=True)
    )


def test_who_orders_nothing_among_others_has_no_orders_when_decided_alone(engine, peer) -> None:
    """Nor has an address who gave none; and nobody waits for statements to be made."""
    office = Office.open(engine, peer, ["orders", "bills", "abroad"])
    office.fact("invoice", invoice_id="i-away", customer_id="away", company_id="acme", number="2026/away",
                kind="invoice", issued=date(2026, 2, 18), due=date(2026, 3, 20), amount=100_000, currency="EUR")  # fmt: skip
    office.fact("customer", customer_id="away", name="Away", kind="company", company_id="acme", country="BE",
                language="en", collector="carla")  # fmt: skip
    office.fact(
        "order",
        order_id="o1",
        customer_id="orders",
        ordered_on=date(2026, 3, 2),
        amount=70_000,
        currency="EUR",
    )
    office.fact("customer", customer_id="abroad", name="À côté", kind="company", company_id="acme", country="FR",
                language="fr", collector="carla", credit_limit=5_000_000, currency="EUR")  # fmt: skip
    office.fact(
        "dispute",
        dispute_id="d1",
        customer_id="bills",
        opened_on=date(2026, 3, 20),
        amount=100,
        reason="price",
    )
    office.day("2026-03-23")
    among_all = figures(office)
    assert [among_all[name] for name in ("orders", "bills")] == [1, 0]
    decisions = list(Decision.objects.order_by("customer").values_list("digest"))
    steps = list(Step.objects.order_by("customer", "id").values_list("customer", "digest", "hold", "to_on"))
    builds = engine.alone.own.builds
    for number, customer in enumerate(("orders", "bills", "abroad", "away", "orders")):
        note = {"note_id": f"n{number}", "customer_id": customer, "on": office.today, "text": "called back"}
        assert office.desk().fact("note", note) is not None
    assert list(Decision.objects.order_by("customer").values_list("digest")) == decisions
    assert (
        list(Step.objects.order_by("customer", "id").values_list("customer", "digest", "hold", "to_on"))
        == steps
    )
    assert figures(office) == among_all
    assert engine.alone.own.builds == builds


def test_a_day_under_way_leaves_a_customer_as_the_person_decided_it(engine, peer) -> None:
    office = Office.open(engine, peer, ["promises", "owes"])
    office.day("2026-03-23")
    office.release("promises", "owes")

    def promise_comes(stage: str, *_progress: int) -> None:
        if stage == "record" and not office.told:
            office.told.append(stage)
            office.desk("carla").fact(
                "promise", {"promise_id": "p1", "customer_id": "promises", "made_on": office.today,
                            "due_on": date(2026, 4, 1), "amount": 100_000, "currency": "EUR"},
            )  # fmt: skip

    office.day("2026-03-24", promise_comes)
    assert office.step("promises").hold == "promised"
    assert office.messages("promises") == []
    assert office.messages("owes") == [("reminder", "sent")]


def test_a_database_that_goes_away_and_comes_back_costs_a_second_run(desk, engine, peer, request) -> None:
    if desk.vendor != "postgresql":
        pytest.skip("SQLite is in the process itself")
    server = request.getfixturevalue("postgres")
    office = Office.open(engine, peer, ["anton"])
    office.day("2026-03-23")
    office.release("anton")

    def goes_away(stage: str, *_progress: int) -> None:
        if stage == "open" and not office.told:
            office.told.append(stage)
            server.stop("immediate")

    with pytest.raises((Error, RuntimeError)):
        office.day("2026-03-24", goes_away)
    server.start()
    connections.close_all()
    assert Run.objects.get(as_of=date(2026, 3, 24)).state == "running"  # as it was cut off
    run = office.day("2026-03-24")
    assert (run.state, run.attempt) == ("done", 2)
    assert office.messages("anton") == [("reminder", "sent")]
    assert sum(peer.taken.values()) == 1


LIMITED = """
import json, resource, sys
sys.path.insert(0, {tests!r})
import desk.crash_driver as driver
resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))
driver.main()
"""


def test_a_full_disk_ends_the_day_and_the_next_one_makes_it_good(desk, engine, peer, tmp_path) -> None:
    if desk.vendor != "sqlite":
        pytest.skip("the disk is the server's")
    office = Office.open(engine, peer, ["anton", "berta"])
    office.day("2026-03-23")
    office.release("anton", "berta")
    before = Decision.objects.count()
    connections.close_all()
    size = Path(desk.address).stat().st_size
    trial = {"database": desk.address, "port": peer.port, "on": "2026-03-24", "log": str(tmp_path / "log")}
    # the write-ahead log of a day is longer than this; the engine's own files are in memory
    most = max(4096, resource.getpagesize())
    code = LIMITED.format(tests=str(Path(__file__).parents[1]), most=min(most, size))
    done = subprocess.run(
        [sys.executable, "-c", code, str(engine._plans)],
        input=json.dumps(trial) + "\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert json.loads(done.stdout)["killed"] is False
    assert json.loads(done.stdout)["status"] != 0
    assert Decision.objects.count() == before
    assert not peer.taken
    run = office.day("2026-03-24")
    assert run.state == "done"
    assert sorted(Message.objects.values_list("customer", "state")) == [("anton", "sent"), ("berta", "sent")]
    assert sorted(peer.taken.values()) == [1, 1]
