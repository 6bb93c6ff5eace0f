"""The page in a real Chromium: no outside resource, no error, no sideways scrolling, and colours that can be read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from creditdesk.report.figures import figures_of
from creditdesk.report.output import Output
from creditdesk.report.page import render

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt-get install chromium)"),
]

LEAST_CONTRAST = """
() => {
  const channel = value => { value /= 255; return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const colour = text => text.match(/[\\d.]+/g).map(Number);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const found = colour(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.offsetParent) continue;
    seen += 1;
    const [one, two] = [light(colour(getComputedStyle(element).color)), light(behind(element))].sort((a, b) => b - a);
    const contrast = (one + 0.05) / (two + 0.05);
    if (contrast < 4.5) poor.push(`${contrast.toFixed(2)} ${element.className}: ${walker.currentNode.data.trim()}`);
  }
  return [seen, poor];
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-quic"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def file(output: Output, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(figures_of(output), "nl"), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_stands_on_its_own(browser, file: Path, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(file.as_uri())
    assert asked == [file.as_uri()]
    assert said == []
    assert page.title().startswith(
        "Debiteuren op 31 maart 2026"
    )  # not what the hostile name would have made of it
    assert page.evaluate("document.documentElement.scrollWidth") == width
    seen, poor = page.evaluate(LEAST_CONTRAST)
    assert seen > 500
    assert poor == []
    page.close()


def test_nothing_overlaps_in_the_matrix_of_a_phone(browser, file: Path) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.goto(file.as_uri())
    spilt = page.evaluate(
        "[...document.querySelectorAll('.matrix th, .matrix td')].filter(c => c.scrollWidth > c.clientWidth + 1)"
        ".map(c => c.textContent)"
    )
    assert spilt == []
    page.close()


def test_a_long_word_leaves_room_for_the_cell_beside_it_on_a_phone(browser, file: Path) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.goto(file.as_uri())
    narrow = page.evaluate(
        """() => {
          for (const cell of document.querySelectorAll("section[aria-labelledby=today] table:last-child tbody tr > :nth-child(2)"))
            if (cell.textContent.trim()) cell.textContent = "indiening van de schuldvordering bij de curator, niveau 0";
          return [...document.querySelectorAll("section[aria-labelledby=today] tbody :is(td, th)")]
            .filter(cell => cell.textContent.trim().length > 3 && cell.clientWidth < 30).map(cell => cell.textContent);
        }"""
    )
    assert narrow == []
    page.close()


def test_the_page_prints_on_paper(browser, file: Path) -> None:
    page = browser.new_page()
    page.goto(file.as_uri())
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.locator("#matrix").is_visible()
    page.close()
