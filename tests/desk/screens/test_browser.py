"""In a real Chromium: axe finds nothing on any page, ten customers are worked by keyboard alone, nothing is cut off."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from desk.screens.looks import NIGHT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("screens")]

AXE = Axe()
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def sound(page) -> list[str]:
    """What axe finds wrong, each with the element."""
    found = AXE.run(page, options=WCAG).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def cut_off(page) -> list[str]:
    """What is seen and sticks out at the right of the window."""
    return page.evaluate(
        """() => { const width = document.documentElement.clientWidth;
        return [...document.querySelectorAll('main *, .top *')].filter(one => {
            const box = one.getBoundingClientRect();
            return box.width && box.right > width + 1 && one.checkVisibility() && !one.closest('.table-wrap') && !one.closest('dialog')
                && !one.closest('.visually-hidden') && getComputedStyle(one).position !== 'absolute'; })
          .map(one => one.outerHTML.slice(0, 120)); }"""
    )


def first_customer(page) -> str:
    page.goto("/c/brabo/customers/")
    return page.get_attribute("tbody th a >> nth=0", "href")


@pytest.mark.parametrize(("dark", "phone"), [(False, False), NIGHT], ids=["light", "dark phone"])
def test_every_page_is_sound(served, browser, dark, phone) -> None:
    page = browser(served, "manager", dark=dark, phone=phone)
    customer = first_customer(page)
    pages = [
        "/c/brabo/today/",
        "/c/brabo/today/?who=all",
        "/c/brabo/today/held/",
        "/c/brabo/customers/",
        customer,
    ]
    pages.append(f"{customer}on?day=2026-06-24")
    for address in pages:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert sound(page) == [], address
        assert cut_off(page) == [], address
    page = browser(served, "collector", dark=dark, phone=phone)
    for address in ("/c/brabo/today/next", "/c/brabo/today/letters/"):
        page.goto(address)
        assert sound(page) == [], address
        assert cut_off(page) == [], address
    assert page.locator(".sheet-of-paper").count() > 0


def test_signing_in_and_the_second_factor_are_sound(served, browser) -> None:
    page = browser(served, "auditor")
    for address in ("/accounts/2fa/", "/accounts/password/change/", "/accounts/sessions/"):
        page.goto(address)
        assert sound(page) == [], address
    page.context.clear_cookies()
    for address in ("/accounts/login/", "/accounts/password/reset/", "/c/brabo/nowhere/"):
        page.goto(address)
        assert sound(page) == [], address


def test_an_empty_desk_says_why_it_is_empty(served_empty, browser) -> None:
    page = browser(served_empty, "collector")
    for address, told in (
        ("/c/brabo/today/", "Nothing to do"),
        ("/c/brabo/today/held/", "Nothing is held"),
        ("/c/brabo/customers/", "No customers yet"),
    ):
        page.goto(address)
        assert page.inner_text("main .empty h2") == told
        assert sound(page) == [], address


def test_the_sheets_are_sound_and_say_what_is_wrong_at_the_field(served, browser) -> None:
    page = browser(served, "manager")
    page.goto(first_customer(page))
    page.wait_for_load_state("networkidle")
    for key in "pnduam":
        page.keyboard.press(key)
        page.wait_for_selector("#sheet[open] form")
        assert sound(page) == [], key
        page.keyboard.press("Escape")
        page.wait_for_selector("#sheet:not([open])", state="attached")
    page.keyboard.press("p")
    page.wait_for_selector("#sheet[open] form")
    page.fill("#sheet [name=amount]", "a lot")
    page.keyboard.press("Enter")
    assert "amount above zero" in page.inner_text("#sheet .wrong-list")


def test_ten_customers_by_keyboard_alone(served, browser) -> None:
    page = browser(served, "collector")
    page.goto("/c/brabo/today/")
    page.keyboard.press("s")
    page.wait_for_url("**/today/*/")
    worked = []
    for index in range(10):
        worked.append(page.inner_text("h1"))
        keys = {
            one: page.locator(f'.outcomes [data-key="{one}"], .outcome [data-key="{one}"]').count()
            for one in "pnr"
        }
        here = page.url
        if keys["p"] and index % 2:
            page.keyboard.press("p")
            page.wait_for_selector("#sheet[open] [name=amount]")
            page.keyboard.press("Control+Enter")
        elif keys["n"] and not index:
            page.keyboard.press("n")
        else:
            page.keyboard.press("t")
            page.keyboard.type("spoke with accounts payable")
            page.keyboard.press("Escape")
            page.keyboard.press("r")
        page.wait_for_url(lambda url, here=here: url != here)
        page.wait_for_load_state("networkidle")
        assert page.locator(".told.success").count() == 1
        if page.url.endswith("/today/"):
            break
    assert len(worked) == 10, f"there was work for {len(worked)} alone"

    # the last one is taken back, and is open again
    here = page.url
    page.keyboard.press("z")
    page.wait_for_url(lambda url: url != here)
    page.wait_for_load_state("networkidle")
    assert page.inner_text("h1") == worked[-1]
    assert page.locator(".outcome").count() == 1


def test_what_was_said_is_worked_in_within_moments(served, browser) -> None:
    page = browser(served, "manager")
    page.goto("/c/brabo/customers/?overdue=30")
    page.click('tbody th:has-text("C0000") a >> nth=1')
    page.wait_for_load_state("networkidle")
    before = page.inner_text(".figures")
    page.keyboard.press("p")
    page.wait_for_selector("#sheet[open] [name=amount]")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".told.success")
    # with a window open the page does not load itself anew, however often it hears that the figures are there
    page.keyboard.press("?")
    for _answer in range(2):
        page.wait_for_event("response", lambda answer: answer.status == 204, timeout=60_000)
    assert page.locator("#keys[open]").count() == 1
    page.keyboard.press("Escape")
    # until the worker has decided the customer anew the page says so; then it loads itself again
    page.wait_for_selector("#stale", state="detached", timeout=60_000)
    page.wait_for_load_state("networkidle")
    page.wait_for_function("before => document.querySelector('.figures').innerText !== before", arg=before)
    assert "Promise of" in page.inner_text("main")


def test_keys_lead_everywhere(served, browser) -> None:
    page = browser(served, "manager")
    page.goto("/c/brabo/today/")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/customers/")
    page.keyboard.press("?")
    assert page.is_visible("#keys")
    assert sound(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.inner_text("tbody tr:nth-child(2) th a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customer/**")
    assert page.inner_text("h1") == second
    page.keyboard.press("Control+k")
    page.keyboard.type("today")
    page.wait_for_selector('#palette-list [role="option"]:has-text("Today")')
    assert sound(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/today/")


def test_search_as_you_type_and_the_back_button(served, browser) -> None:
    page = browser(served, "manager")
    page.goto("/c/brabo/customers/")
    name = page.inner_text("tbody tr:nth-child(3) th a")
    word = max(name.split(), key=len)
    page.keyboard.press("/")
    page.keyboard.type(word[:5].lower())
    page.wait_for_function("word => [...document.querySelectorAll('tbody th')].every(one => one.innerText.toLowerCase().includes(word))",
                           arg=word[:5].lower())  # fmt: skip
    page.click(f'tbody th a:has-text("{name}")')
    page.wait_for_url("**/customer/**")
    page.go_back()
    page.wait_for_url("**/customers/?**q=**")
    assert page.input_value("[name=q]") == word[:5].lower()


def test_the_first_load_is_small_and_nothing_moves(served, browser) -> None:
    page = browser(served, "collector")
    page.goto("/c/brabo/today/next")
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate(
        "() => performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".map(one => one.encodedBodySize)"
    )
    assert sum(sizes) < 150_000
    shift = page.evaluate(
        """() => new Promise(done => { let sum = 0; new PerformanceObserver(list => list.getEntries().forEach(one => {
        if (!one.hadRecentInput) sum += one.value; })).observe({type: 'layout-shift', buffered: true});
        setTimeout(() => done(sum), 300); })"""
    )
    assert shift < 0.01
