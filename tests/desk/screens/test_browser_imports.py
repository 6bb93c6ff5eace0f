"""Imports in a real Chromium, with the real worker: a list with bad rows is mapped, a row repaired, the others tried again, the import taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.screens.looks import LANGUAGES, NIGHT
from desk.screens.test_browser import cut_off, sound

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("screens")]

LIST = """\
Liste offener Posten;;;;;;;
Stichtag 30.06.2026;;;;;;;
Debitor;Kundenname;Land;Belegnr;Belegdatum;Fälligkeit;Währung;Offener Betrag
{0}1;Müller & Söhne GmbH;DE;{0}RE-1;01.03.2026;31.03.2026;EUR;1.190,00
{0}1;Müller & Söhne GmbH;DE;{0}RE-2;31.04.2026;15.05.2026;EUR;380,50
{0}1;Müller & Söhne GmbH;DE;{0}GU-1;05.03.2026;05.03.2026;EUR;119,50-
Summe;;;;;;;1.451,00
{0}2;"Huber; Nachf.";AT;{0}RE-3;29.01.2026;30.03.2026;EUR;viel
{0}2;"Huber; Nachf.";AT;{0}RE-4;29.01.2026;30.03.2026;EUR;12.345,67
"""


def dropped(page, folder: Path, name: str, text: str) -> str:
    """Choose a file on the screen; gives the address of the upload once its columns can be chosen."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    page.goto("/c/brabo/imports/")
    page.set_input_files("#files", file)
    page.wait_for_url("**/imports/upload/**")
    page.wait_for_selector("#choosing", timeout=60_000)
    page.wait_for_load_state("networkidle")
    return page.url


def right(page, where: str) -> None:
    assert sound(page) == [], where
    assert cut_off(page) == [], where


def test_a_list_with_bad_rows_from_the_drop_to_the_undoing(served, browser, tmp_path) -> None:
    page = browser(served, "manager")
    dropped(page, tmp_path, "offene-posten.csv", LIST.format("B"))
    right(page, "columns")
    assert "31.04.2026" in page.inner_text("#preview")
    assert "€1,190.00" in page.inner_text("#preview")

    # one column is taken away, told to be missing, and given again
    due = page.get_by_label("Fälligkeit", exact=True)
    due.select_option("")
    page.wait_for_selector('#preview:has-text("Still needed")')
    page.get_by_label("Fälligkeit", exact=True).select_option("due")
    page.wait_for_selector("#preview table")
    page.fill("#save-as", "SAP, open items")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.wait_for_selector(".figures", timeout=60_000)
    page.wait_for_load_state("networkidle")
    right(page, "checked")
    assert "Bring in what is good" in page.inner_text("main")
    page.keyboard.press("b")
    page.wait_for_selector(".ended", timeout=60_000)
    page.wait_for_load_state("networkidle")
    right(page, "done")
    page.keyboard.press("o")
    page.wait_for_url("**/imports/*/")
    right(page, "import")
    imported = page.url
    number = page.inner_text("h1").removeprefix("Import ")

    # a row is repaired: first wrong again, which is told at the field, then right
    page.goto(f"/c/brabo/imports/quarantine/?import={number}")
    right(page, "quarantine")
    assert page.locator("tbody tr").count() == 2
    page.click('tbody th a:has-text("Offener Betrag")')
    page.wait_for_selector("#sheet[open] form")
    right(page, "row")
    page.keyboard.type("noch mehr")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#sheet .wrong-list")
    assert "A number such as" in page.inner_text("#sheet .wrong-list")
    page.fill("#sheet .field.wrong input", "120,00")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".told.success")
    assert page.locator("tbody tr").count() == 1

    # the other one is still wrong as it is
    page.goto(imported)
    page.keyboard.press("r")
    page.wait_for_selector('.told:has-text("that were tried again")', timeout=60_000)
    assert "Of 1 rows that were tried again, 0 are in the ledger." in page.inner_text("main")

    # the import cannot be taken back while the repair rests on it; the repair can, and then the import
    def take_back(reason: str) -> None:
        page.keyboard.press("u")
        page.wait_for_selector("#sheet[open] form")
        page.fill("#undo-why", reason)
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("#under-way", state="detached", timeout=60_000)
        page.wait_for_load_state("networkidle")

    take_back("wrong company")
    page.wait_for_selector(".told.error", timeout=60_000)
    right(page, "refused")
    link = page.get_by_role("link", name="Look at import").first
    assert "back first" in page.inner_text(".told.error")
    link.click()
    page.wait_for_load_state("networkidle")
    take_back("wrong company")
    page.wait_for_selector('.told:has-text("It was taken back")', timeout=60_000)
    page.goto(imported)
    take_back("wrong company")
    page.wait_for_selector('.told:has-text("It was taken back")', timeout=60_000)
    right(page, "taken back")

    # the next list with the same columns is read as this one
    dropped(page, tmp_path, "juli.csv", LIST.format("J"))
    assert "as last time: SAP, open items" in page.inner_text("main")
    page.click('button:has-text("Discard")')
    page.wait_for_selector(".told.success")


@pytest.mark.parametrize(("dark", "phone"), [(False, False), NIGHT], ids=["light", "dark phone"])
def test_every_page_is_sound(served, browser, tmp_path, dark, phone) -> None:
    page = browser(served, "manager", dark=dark, phone=phone)
    for address in (
        "/c/brabo/imports/",
        "/c/brabo/imports/quarantine/",
        "/c/brabo/imports/mappings/",
        "/c/brabo/imports/1/",
    ):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        right(page, address)
    dropped(page, tmp_path, f"list-{dark}-{phone}.csv", LIST.format(f"{dark}{phone}"))
    right(page, "columns")
    page.click('summary:has-text("Another mapping")')
    page.click('button:has-text("Write it as text")')
    page.wait_for_load_state("networkidle")
    right(page, "text")
    (tmp_path / "broken.xlsx").write_bytes(b"no spreadsheet")
    page.goto("/c/brabo/imports/")
    page.set_input_files("#files", tmp_path / "broken.xlsx")
    page.wait_for_selector(".ended", timeout=60_000)
    page.wait_for_load_state("networkidle")
    right(page, "failed")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_off_in_any_language(served, browser, tmp_path, language) -> None:
    page = browser(served, "manager", phone=True, language=language)
    dropped(page, tmp_path, f"{language}.csv", LIST.format(language))
    assert cut_off(page) == []
    page.click(".go .button.main")
    page.wait_for_selector(".figures", timeout=60_000)
    assert cut_off(page) == []


def test_an_empty_desk_says_how_to_begin(served_empty, browser) -> None:
    page = browser(served_empty, "manager")
    for address, told in (
        ("/c/brabo/imports/", "Nothing was brought in yet"),
        ("/c/brabo/imports/quarantine/", "Nothing is in quarantine"),
        ("/c/brabo/imports/mappings/", "No mapping was kept yet"),
    ):
        page.goto(address)
        assert page.inner_text("main .empty h2") == told
        right(page, address)


def test_an_auditor_looks_and_changes_nothing(served, browser) -> None:
    page = browser(served, "auditor")
    page.goto("/c/brabo/imports/")
    assert page.locator("[data-drop]").count() == 0
    page.goto("/c/brabo/imports/1/")
    assert page.locator('button:has-text("Take it back")').count() == 0
    right(page, "import")
