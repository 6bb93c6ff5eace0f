"""Monitor in a real Chromium: every page sound and whole, by day and on a phone by night; alerts seen by key."""

from __future__ import annotations

import pytest

from desk.screens.looks import LANGUAGES, NIGHT
from desk.screens.test_browser import cut_off, sound

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("screens")]

PAGES = ("", "behaviour", "disputes", "work", "effect", "alerts?state=open")


@pytest.mark.parametrize(("dark", "phone"), [(False, False), NIGHT], ids=["desk", "phone by night"])
def test_every_page_is_sound(served, browser, dark, phone) -> None:
    page = browser(served, "manager", dark=dark, phone=phone)
    for address in PAGES:
        page.goto(f"/c/brabo/monitor/{address}")
        page.wait_for_load_state("networkidle")
        assert cut_off(page) == [], address
        assert sound(page) == [], address
        if address == "disputes":  # with every table and formula opened
            page.evaluate("document.querySelectorAll('.fold').forEach(one => { one.open = true })")
            assert sound(page) == [], address
            assert cut_off(page) == [], address
        if not address.startswith("alerts"):
            for picture in page.locator(".chart svg").all():
                box = picture.bounding_box()
                assert box["width"] > 200
                assert box["height"] > 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_off_in_any_language(served, browser, language) -> None:
    page = browser(served, "manager", phone=True, language=language)
    for address in PAGES:
        page.goto(f"/c/brabo/monitor/{address}")
        assert cut_off(page) == [], address


def test_figures_of_a_segment_by_week_and_an_alert_seen_by_key(served, browser) -> None:
    page = browser(served, "manager")
    page.goto("/c/brabo/monitor/")
    page.select_option("#group", index=1)
    page.wait_for_url("**group=**")
    page.click('a:has-text("Weeks")')
    page.wait_for_url("**by=week**")
    assert "group=" in page.url, "the choice of customers stays"
    page.keyboard.press("6")
    page.wait_for_selector("tbody .tick input")
    before = page.locator("tbody tr").count()
    page.check("tbody .tick input >> nth=0")
    page.keyboard.press("s")
    page.wait_for_selector(".told.success")
    assert page.locator("tbody tr").count() == before - 1


def test_an_empty_desk_says_why_it_is_empty(served_empty, browser) -> None:
    page = browser(served_empty, "manager", phone=True)
    for address in PAGES:
        page.goto(f"/c/brabo/monitor/{address}")
        assert page.is_visible("main .empty h2"), address
        assert sound(page) == [], address
        assert cut_off(page) == [], address
