"""A request over days: what its decider was shown is what the engine decides after a yes, and a release ends when it says."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from creditdesk.desk.casework import policies, requests
from creditdesk.desk.casework.models import Alert, Request, Task
from creditdesk.desk.screens.requests.effects import Effect, effects
from creditdesk.desk.standing.models import Account
from desk.office import LADDER, Office

from creditdesk.desk.access import scope as access  # isort: skip  needs the settings
from desk.screens.people import people  # isort: skip

from django.contrib.auth import get_user_model  # isort: skip

pytestmark = pytest.mark.usefixtures("desk")

STOPPING = LADDER.read_text().replace('version: "1"', 'version: "stopping"').replace(
    "standard: {procedure: ladder}",
    "standard: {procedure: ladder, terms_days: 30, limit: {peak_months: 1}, order: {stop_overdue_days: 3, release: person}}",
)  # fmt: skip


@pytest.fixture
def office(engine, peer, monkeypatch) -> Office:
    """A company that stops orders of whoever is three days late, until a person releases them."""
    made = Office.open(engine, peer, ["anton", "berta"])
    version = policies.propose(made.company, STOPPING, by="anna", why="stop orders", now=made.now())
    policies.approve(version, by="bert", why="agreed", now=made.now())
    people(made.company)
    monkeypatch.setattr(access, "moment", made.now)
    made.day("2026-03-23")
    return made


def account(customer: str = "anton") -> Account:
    return Account.objects.get(customer=customer)


def ask(office: Office, kind: str, amount: int, **wanted: Any) -> Request:
    return requests.ask(
        office.company, kind, "anton", amount, "EUR", wanted, by="sam", why="a machine stands still",
        now=office.now(), on=office.today,
    )  # fmt: skip


def shown(office: Office, asked: Request) -> dict[str, Effect]:
    """What the credit manager is shown."""
    from creditdesk.desk.screens.wording import content

    scope = access.scope_of(get_user_model().objects.get(username="mia"), "acme")
    found = office.decision("anton", office.today)
    assert found is not None
    return {one.code: one for one in effects(scope, asked, account(), content(found))}


def grant(office: Office, asked: Request) -> None:
    office.desk("mia").vote(asked, True, ["credit_manager"], "they paid the last one on the day")


def test_a_released_order_goes_through_until_the_release_ends_and_the_stop_comes_back(office) -> None:
    assert (account().order_block, account().order_block_reason) == ("stop", "overdue")
    assert (account().order_release_when, account().order_rank) == ("person", 3)
    asked = ask(office, "release", 500_000, valid_until="2026-03-27")
    assert Task.objects.get(kind="request").role == "credit_manager"
    with pytest.raises(requests.NotAllowed, match="a second person decides"):
        office.desk("sam").vote(asked, True, ["credit_manager"], "mine")
    with pytest.raises(requests.NotAllowed, match="allowed: a credit_manager"):
        office.desk("carla").vote(asked, True, ["collector"], "kind of")
    told = shown(office, asked)
    grant(office, asked)
    assert (account().order_block, account().released_until) == ("none", date(2026, 3, 27))
    assert told["order_block"].after == account().order_block
    assert told["released_until"].after == "2026-03-27"
    assert account("berta").order_block == "stop", "another customer is not released"

    for on in ("2026-03-24", "2026-03-25", "2026-03-26", "2026-03-27"):
        office.day(on)
        assert account().order_block == "none", on
    assert Alert.objects.filter(kind="release_expiring", customer="anton").exists()
    office.day("2026-03-28")
    assert (account().order_block, account().order_block_reason) == ("stop", "overdue")
    assert account().released_until is None
    asked.refresh_from_db()
    assert (asked.state, asked.wanted) == ("granted", {"valid_until": "2026-03-27"})


def test_what_was_shown_of_a_limit_a_term_and_a_write_off_is_what_is_decided_then(office) -> None:
    limit = ask(office, "limit", 2_000_000)
    told = shown(office, limit)
    grant(office, limit)
    assert (account().credit_limit, account().headroom) == (2_000_000, 1_900_000)
    assert (told["credit_limit"].after, told["headroom"].after) == (2_000_000, 1_900_000)
    assert told["exposure"].after == account().exposure

    term = ask(office, "terms", 45)
    told = shown(office, term)
    assert told["terms_days"].before == account().terms_days == 30
    grant(office, term)
    assert told["terms_days"].after == account().terms_days == 45

    write_off = ask(office, "write_off", 30_000, invoice_id="i-anton")
    told = shown(office, write_off)
    grant(office, write_off)
    now = account()
    assert {code: told[code].after for code in ("open", "overdue", "exposure", "headroom")} == {
        "open": now.open, "overdue": now.overdue, "exposure": now.exposure, "headroom": now.headroom,
    }  # fmt: skip
    assert now.open == 70_000


def test_a_plan_takes_off_what_it_covers(office) -> None:
    parts = [
        {"plan_id": "p", "due_on": (office.today + timedelta(days=30 * n)).isoformat(), "amount": 50_000} for n in (1, 2)
    ]  # fmt: skip
    plan = ask(office, "plan", 100_000, plan_id="p", invoice_ids=["i-anton"], more={"instalment": parts})
    told = shown(office, plan)
    assert told["collectible"].before == 100_000
    grant(office, plan)
    assert (told["collectible"].after, told["planned"].after) == (account().collectible, account().planned)
    assert account().planned == 100_000


def test_what_nobody_decides_expires_with_the_day(office) -> None:
    asked = ask(office, "limit", 2_000_000)
    office.day("2026-04-06")
    asked.refresh_from_db()
    assert asked.state == "open"
    office.day("2026-04-07")
    asked.refresh_from_db()
    assert asked.state == "expired"
    task = Task.objects.get(ref=f"request:{asked.pk}")
    assert (task.state, task.closed_because) == ("closed", "request_expired")
