"""Settings and the audit trail in a real Chromium: every page in light and dark, wide and narrow, in four languages; a token is shown once."""

from __future__ import annotations

import pytest

from desk.screens.looks import LANGUAGES, NIGHT
from desk.screens.test_browser import cut_off, sound

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("screens")]

PAGES = ("", "people/", "portfolios/", "calendars/", "programs/", "running/", "../audit/")


def test_a_token_is_made_shown_once_and_revoked_by_keys(served, browser) -> None:
    page = browser(served, "admin")
    page.keyboard.press("g")
    page.keyboard.press("e")
    page.wait_for_url("**/settings/")
    page.wait_for_selector(".told.warning", state="detached", timeout=60_000)  # the worker is there
    page.goto("/c/brabo/settings/programs/")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("n")
    page.wait_for_selector("#sheet[open] form")
    assert sound(page) == []
    page.fill("[name=name]", "web shop")
    page.fill("[name=why]", "go live")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#sheet .wrong-list")
    page.check("[name=scopes][value=credit_check]")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#once")
    assert page.inner_text("#once").startswith("cdk_")
    assert sound(page) == []
    page.click("text=I have it")
    page.wait_for_load_state("networkidle")
    assert "web shop" in page.inner_text("main table")
    assert page.locator("#once").count() == 0
    page.click('button:has-text("Revoke")')
    page.wait_for_selector("#sheet[open] form")
    page.fill("[name=why]", "tried enough")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".told.success")
    assert "revoked" in page.inner_text("main table")


@pytest.mark.parametrize(("dark", "phone"), [(False, False), NIGHT], ids=["light", "dark phone"])
def test_every_page_is_sound(served, browser, dark, phone) -> None:
    page = browser(served, "admin", dark=dark, phone=phone)
    for one in PAGES:
        page.goto(f"/c/brabo/settings/{one}")
        page.wait_for_load_state("networkidle")
        assert (one, sound(page), cut_off(page)) == (one, [], [])
    page.goto("/c/brabo/settings/people/")
    page.click('button:has-text("Let somebody in")')
    page.wait_for_selector("#sheet[open] form")
    assert (sound(page), cut_off(page)) == ([], [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_off_in_any_language(served, browser, language) -> None:
    page = browser(served, "admin", phone=True, language=language)
    for one in PAGES:
        page.goto(f"/c/brabo/settings/{one}")
        assert (one, cut_off(page)) == (one, [])


def test_an_empty_desk_and_an_auditor(served_empty, browser) -> None:
    page = browser(served_empty, "auditor")
    for one in PAGES:
        page.goto(f"/c/brabo/settings/{one}")
        page.wait_for_load_state("networkidle")
        assert (one, sound(page), cut_off(page)) == (one, [], [])
        if "audit" not in one:
            assert page.locator("main button").count() == 0, "nothing to press"
