"""Sales, Requests and Disputes in a real Chromium: on a phone and on a desk, by key and by tap, and axe finds nothing."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from desk.screens.looks import LANGUAGES, NIGHT
from desk.screens.test_browser import cut_off, sound

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("screens")]

WORK = """
import json, sys
from datetime import timedelta
from creditdesk.desk import starting; starting.start()
from creditdesk.desk.access.models import Membership
from creditdesk.desk.casework import requests
from creditdesk.desk.casework.models import Task
from creditdesk.desk.day.clock import moment
from creditdesk.desk.ledger.models import FACTS, Company
from creditdesk.desk.standing.models import Account
company = Company.objects.get()
now, name = moment(), sys.argv[1]
on = now.date()
me = Membership.objects.get(user__username="sales").person
mine = list(Account.objects.filter(company=company, account_manager=me, overdue__gt=0).order_by("-overdue", "id")[:3])
for number, one in enumerate(mine):
    Task.objects.create(
        company=company, customer=one.customer, kind="step", procedure="reference", case_no=9000 + len(name), step="sales",
        do="sales", level=3, role="account_manager", person=me, assigned=me, due_on=on, opened_on=on, turn=number + 1,
        amount=one.overdue, currency=one.currency,
    )
Account.objects.filter(pk=mine[1].pk).update(pipeline=9_000_000_00)
asked = requests.ask(
    company, "limit", mine[0].customer, 1_234_500, mine[0].currency, {}, by="sales", why=f"a large order, {name}", now=now, on=on
)
dispute = FACTS["dispute"].objects.filter(legal_entity=company, replaced_by=None, closed_on=None).first()
print(json.dumps({"request": asked.pk, "dispute": dispute.dispute_id, "customer": mine[0].customer, "name": mine[0].name}))
"""

MOVE = """
import sys, time
from creditdesk.desk import starting; starting.start()
from creditdesk.desk.day.clock import moment
from creditdesk.desk.standing.models import Account, Stale
rows = Account.objects.filter(customer=sys.argv[1])
while Stale.objects.filter(customer=sys.argv[1]).exists():  # what is decided anew has the moves of the policy alone
    time.sleep(0.2)
end = "easy" if rows.get().segment != "easy" else "firm"
rows.update(proposed_segment=end, proposed_since=moment().date(), move_held="approval")
"""


@pytest.fixture
def move(served, work) -> None:
    """A move of the customer that waits for a yes."""
    subprocess.run(
        [sys.executable, "-c", MOVE, work["customer"]], env=served.environment(), check=True, timeout=60
    )


@pytest.fixture(scope="module")
def work(served) -> dict:
    """Something to do for Sales: tasks, a move, an offer, a request; and a dispute of the sample."""
    done = subprocess.run(
        [sys.executable, "-c", WORK, "browser"], env=served.environment(), capture_output=True, text=True, check=True
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.mark.parametrize(("dark", "phone"), [(False, False), NIGHT], ids=["desk", "phone by night"])
def test_every_page_is_sound(served, browser, work, dark, phone) -> None:
    pages = {
        "sales": [
            "sales/",
            "sales/interventions/",
            "sales/moves/",
            "sales/room/",
            "sales/watch/",
            "requests/",
        ],
        "manager": [f"requests/{work['request']}/", "sales/moves/"],
        "disputes": ["disputes/", f"disputes/{work['dispute']}/"],
    }
    for name, addresses in pages.items():
        page = browser(served, name, dark=dark, phone=phone)
        for address in addresses:
            page.goto(f"/c/brabo/{address}")
            page.wait_for_load_state("networkidle")
            assert sound(page) == [], address
            assert cut_off(page) == [], address


def test_an_empty_desk_says_why_it_is_empty(served_empty, browser) -> None:
    page = browser(served_empty, "sales", phone=True)
    for address, told in (
        ("sales/", "No customers of yours yet"),
        ("sales/interventions/", "Nothing is asked of you"),
        ("sales/moves/", "No moves to discuss"),
        ("sales/room/", "No room to grow is seen"),
        ("sales/watch/", "Nobody to watch"),
        ("requests/", "Nothing waits for a decision"),
        ("disputes/", "Nothing is disputed"),
    ):
        page.goto(f"/c/brabo/{address}")
        assert page.inner_text("main .empty h2") == told
        assert sound(page) == [], address
        assert cut_off(page) == [], address


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_off_on_a_phone_in_any_language(served, browser, work, language) -> None:
    page = browser(served, "sales", phone=True, language=language)
    for address in (
        "sales/", "sales/interventions/", "sales/moves/", "sales/room/", "sales/watch/", "requests/",
        f"requests/{work['request']}/", "disputes/", f"disputes/{work['dispute']}/",
    ):  # fmt: skip
        page.goto(f"/c/brabo/{address}")
        page.wait_for_load_state("networkidle")
        assert cut_off(page) == [], address


def test_on_the_road_an_outcome_is_one_tap_and_a_promise_three(served, browser, work) -> None:
    del work
    page = browser(served, "sales", phone=True)
    page.goto("/c/brabo/sales/interventions/")
    page.wait_for_load_state("networkidle")
    before = page.locator(".cards > li").count()
    page.click('.cards > li:first-child button:has-text("Promised")')
    page.wait_for_selector("#sheet[open] [name=amount]")
    assert sound(page) == []
    page.click('#sheet button[type="submit"]')
    page.wait_for_selector(".told.success")
    assert page.url.endswith("/sales/interventions/")
    assert page.locator(".cards > li").count() == before - 1
    page.click('.cards > li:first-child button:has-text("Reached")')
    page.wait_for_function(
        "count => document.querySelectorAll('.cards > li').length === count", arg=before - 2
    )
    # the small ones stand behind one more tap
    page.click(".cards > li:first-child summary")
    assert page.is_visible('.cards > li:first-child .drop-box button:has-text("Refuses")')
    box = page.locator(".cards > li:first-child .drop-box").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert cut_off(page) == []
    assert sound(page) == []


def test_an_objection_reaches_the_credit_manager_who_decides(served, browser, work, move) -> None:  # noqa: ARG001
    sales = browser(served, "sales", phone=True)
    sales.goto("/c/brabo/sales/moves/")
    card = sales.locator(".cards > li", has_text=work["name"]).filter(has_text="waits for a yes")
    card.locator('button:has-text("Object")').click()
    sales.wait_for_selector("#sheet[open] [name=reason]")
    assert sound(sales) == []
    sales.fill("#sheet [name=reason]", "They pay us before anybody else.")
    sales.click('#sheet button[type="submit"]')
    sales.wait_for_selector(".told.success")
    assert "They pay us before anybody else." in card.inner_text()

    manager = browser(served, "manager")
    manager.goto("/c/brabo/today/")
    manager.click(f'tbody tr:has-text("Alert") a:has-text("{work["name"]}")')
    manager.wait_for_load_state("networkidle")
    assert "They pay us before anybody else." in manager.inner_text(".outcome")
    assert sound(manager) == []
    manager.keyboard.press("d")
    manager.wait_for_selector("#sheet[open] [name=decision]")
    assert sound(manager) == []
    manager.check('#sheet [name=decision][value="keep"]')
    manager.fill("#sheet [name=reason]", "Sales is right.")
    manager.keyboard.press("Control+Enter")
    manager.wait_for_selector(".told.success")
    sales.reload()
    assert "decided by" in sales.inner_text("main")


def test_a_request_is_asked_for_on_a_phone_and_granted_by_key(served, browser, work) -> None:
    sales = browser(served, "sales", phone=True)
    sales.goto("/c/brabo/requests/")
    sales.wait_for_load_state("networkidle")
    sales.click('button:has-text("New request")')
    sales.wait_for_selector("#sheet[open] [name=q]")
    sales.fill("#sheet [name=q]", work["customer"])
    sales.click(f'#chosen button:has-text("{work["customer"]}")')
    sales.wait_for_selector("#sheet .asks")
    sales.wait_for_load_state("networkidle")
    assert not sales.is_visible("#sheet [name=days]"), "a limit has no days"
    sales.select_option("#sheet .asks", "terms")
    assert sales.is_visible("#sheet [name=days]")
    assert not sales.is_visible("#sheet [name=amount]")
    assert sound(sales) == []
    sales.fill("#sheet [name=days]", "60")
    sales.fill("#sheet [name=reason]", "their own customers pay late")
    sales.click('#sheet button[type="submit"]')
    sales.wait_for_selector(".told.success")

    manager = browser(served, "manager")
    manager.goto("/c/brabo/requests/")
    manager.wait_for_load_state("networkidle")
    manager.keyboard.press("w")
    manager.wait_for_url("**whose=decide**")
    manager.wait_for_load_state("networkidle")
    manager.click('tbody tr:has-text("60 days") a')
    manager.wait_for_load_state("networkidle")
    manager.keyboard.press("t")
    manager.keyboard.type("a good customer for ten years")
    manager.keyboard.press("Escape")
    manager.keyboard.press("y")
    manager.wait_for_selector(".told.success")
    assert "Granted" in manager.inner_text(".badges")
    assert "What the deciders saw" in manager.inner_text("main")


def test_a_dispute_is_settled_by_key(served, browser, work) -> None:
    page = browser(served, "disputes")
    page.goto(f"/c/brabo/disputes/{work['dispute']}/")
    page.wait_for_load_state("networkidle")
    for key in "he":
        page.keyboard.press(key)
        page.wait_for_selector("#sheet[open] form")
        assert sound(page) == [], key
        page.keyboard.press("Escape")
        page.wait_for_selector("#sheet:not([open])", state="attached")
    page.keyboard.press("t")
    page.keyboard.type("the driver says all of it was there")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".told.success")
    page.keyboard.press("s")
    page.wait_for_selector("#sheet[open] [name=outcome]")
    assert sound(page) == []
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector('.badges:has-text("we were right")')
    page.wait_for_load_state("networkidle")
    page.keyboard.press("o")
    page.wait_for_selector("#sheet[open] [name=why]")
    page.fill("#sheet [name=why]", "a photo turned up")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector('.badges:has-text("Open")')
