"""In a real Chromium, with the real worker: a cut point is moved, proposed, approved by a second person, and the next day decides by it."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest

from creditdesk.desk import place
from desk.screens.conftest import Served, creditdesk, serving
from desk.screens.test_browser import cut_off, sound

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("screens")]


def right(page, where: str) -> None:
    page.wait_for_load_state("networkidle")
    assert sound(page) == [], where
    assert cut_off(page) == [], where


def next_day(desk: Served) -> date:
    """Let the demo's day go on by one, and run it, if its worker has not begun to."""
    day = place.standing_day({place.HOME: str(desk.home)}) + timedelta(days=1)
    place.write_standing_day(desk.home, day)
    with contextlib.suppress(subprocess.CalledProcessError):  # its worker is at it
        creditdesk(desk.home, "day")
    return day


def decided_by(home: Path, day: date) -> list[tuple[str, str]]:
    """The state of a day's run, and the version of the policy that decided it."""
    with sqlite3.connect(home / place.SQLITE_FILE) as database:
        return database.execute(
            "SELECT r.state, p.version FROM casework_run r JOIN casework_policyversion p ON p.id = r.policy_id WHERE r.as_of = ?",
            (day.isoformat(),),
        ).fetchall()


def test_a_cut_point_moved_becomes_the_policy_of_the_next_day(sample, browser, tmp_path) -> None:
    with serving(sample, tmp_path / "desk") as desk:
        page = browser(desk, "manager")
        page.goto("/c/brabo/matrix/try")
        slider = page.locator('[data-cut="behaviour-0-0"]')
        slider.wait_for()
        right(page, "cut points")

        # by keyboard; the field, the line in the drawing and who would move follow
        slider.focus()
        before = page.locator('[data-line="behaviour-0-0"]').get_attribute("x1")
        for _step in range(4):
            page.keyboard.press("ArrowRight")
        assert page.input_value('[name="behaviour-0-0"]') == "9"
        assert slider.get_attribute("aria-valuetext").startswith("9 ")
        assert page.locator('[data-line="behaviour-0-0"]').get_attribute("x1") != before
        page.wait_for_selector("#preview form.save")
        told = page.inner_text("#preview .card >> nth=0")
        assert "would" in told
        right(page, "who would move")

        # by mouse
        box = page.locator('[data-cut="size-0-0"]').bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2, steps=5)
        page.mouse.up()
        dragged = page.input_value('[name="size-0-0"]')
        assert int(dragged) > 50
        page.wait_for_selector("#preview .told.error")  # past the next cut point: told, and not to be saved
        assert page.locator("#preview form.save").count() == 0
        page.fill('[name="size-0-0"]', "20")
        page.keyboard.press("Tab")
        page.wait_for_selector("#preview form.save")

        page.fill("#save-title", "Nine days are good enough")
        page.click("#preview form.save button")
        page.wait_for_url("**/policy/draft/*/")
        draft = page.url
        assert "Payment behaviour › Good" in page.inner_text("main")
        page.wait_for_selector("main .preview .card")
        right(page, "a draft")
        page.keyboard.press("p")
        page.wait_for_selector("#sheet[open] form")
        assert sound(page) == []
        page.fill("#sheet [name=why]", "half of them pay within nine days")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("text=waits for a second person")
        assert page.locator('[data-key="a"]').count() == 0, "not by who wrote it"

        second = browser(desk, "director")
        second.goto(draft)
        right(second, "a proposal")
        second.keyboard.press("a")
        second.wait_for_selector("#sheet[open] form")
        second.fill("#sheet [name=why]", "agreed with Sales")
        second.keyboard.press("Control+Enter")
        second.wait_for_selector("text=approved it as starter 2")

        # its own cases, by the worker, while one looks on
        page.goto(f"{draft}cases")
        assert page.locator('[data-key="r"]').count() == 1
        page.keyboard.press("r")
        page.wait_for_selector(".case-results", timeout=120_000)
        right(page, "cases")

        day = next_day(desk)
        page.goto("/c/brabo/policy/")
        assert "In force: starter 2" in page.inner_text("main")
        page.goto("/c/brabo/matrix/")
        for _try in range(60):
            if decided_by(desk.home, day) == [("done", "2")]:
                break
            page.wait_for_timeout(1000)
        assert decided_by(desk.home, day) == [("done", "2")]
        page.reload()
        assert "1 July 2026" in page.inner_text(".lead")
        assert "≤ 9" in page.inner_text(".matrix thead")


ADDRESSES = (
    "matrix/", "matrix/moves", "matrix/moves?since=held", "matrix/try?behaviour-0-0=9", "policy/", "policy/version/1/",
    "policy/compare",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "dark", "phone", "language"),
    [("manager", True, True, "de"), pytest.param("auditor", False, False, "fr", marks=pytest.mark.long)],
)
def test_every_page_is_sound(served, browser, name, dark, phone, language) -> None:
    page = browser(served, name, dark=dark, phone=phone, language=language)
    for address in ADDRESSES:
        page.goto(f"/c/brabo/{address}")
        page.wait_for_selector("main .busy", state="detached", timeout=60_000)
        right(page, address)


def test_writing_is_sound(served, browser) -> None:
    page = browser(served, "manager", dark=True)
    page.goto("/c/brabo/policy/")
    page.keyboard.press("n")
    page.wait_for_selector("#sheet[open] form")
    assert sound(page) == []
    page.fill("#sheet [name=name]", "Faster")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/policy/draft/*/")
    draft = page.url
    for address in ("words", "matrix", "procedures/reference", "text", "cases", "replay", "remarks"):
        page.goto(f"{draft}{address}")
        right(page, address)

    page.goto(f"{draft}procedures/reference")
    page.keyboard.press("+")
    page.wait_for_selector(".step >> nth=7")
    assert "Not saved yet" in page.inner_text("#ladder")
    page.goto(f"{draft}matrix")
    page.fill('[name="band-behaviour-0-good"]', "<= many")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector('[name="band-behaviour-0-good"][aria-invalid="true"]')
    right(page, "a mistake at its field")
    page.goto(f"{draft}text")
    page.fill("#text", page.input_value("#text").replace('good: "<= 5"', 'good: "<= many"'))
    page.focus("#text")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".mistakes a")
    right(page, "mistakes of a text")
    page.click(".mistakes a")
    chosen = page.evaluate(
        "() => { const t = document.querySelector('#text'); return t.value.slice(t.selectionStart, t.selectionEnd); }"
    )
    assert chosen.startswith('"<= many"') or "many" in chosen


def test_an_empty_desk_says_what_comes_first(served_empty, browser) -> None:
    page = browser(served_empty, "manager")
    for address, told in (
        ("matrix/", "No policy is in force"),
        ("matrix/moves", "No day was run yet"),
        ("matrix/try", "No policy is in force"),
        ("policy/", "No policy is in force"),
    ):
        page.goto(f"/c/brabo/{address}")
        assert page.inner_text("main .empty h2") == told
        right(page, address)
