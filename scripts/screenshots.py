"""Takes the pictures of docs/images: fills the made-up company, serves it, signs in per role, and looks at the screens.

`make screenshots` does all of it. A picture is written only when it shows something else than the one that is there, so that a run
without a change of the screens changes no file. The company is made from a fixed seed on a fixed day; what would differ all the
same (the hour at which something was recorded) is shown as one fixed hour.

    python scripts/screenshots.py                      every picture, of a desk that is filled for it
    python scripts/screenshots.py --desk FOLDER        of a copy of a desk that `creditdesk --json demo FOLDER/desk` filled,
                                                       with its answer in FOLDER/demo.json: for whoever works on the pictures
    python scripts/screenshots.py collector-today      some pictures only; acts that they rest on are done all the same
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
DEMO = ["--customers", "400", "--days", "40"]
COMPANY = "/c/brabo"
WIDE, PHONE = (1440, 900), (390, 844)
COLOURS = 256
SEEN = 32
"""Colours that are less far apart are the same to the eye: Chromium smooths an edge a little otherwise from run to run."""
HOUR = "10:30"
LIST = """\
Debitor;Kundenname;Land;Belegnr;Belegdatum;Fälligkeit;Währung;Offener Betrag
70101;Müller & Söhne GmbH;DE;RE-4401;01.03.2026;31.03.2026;EUR;1.190,00
70101;Müller & Söhne GmbH;DE;RE-4402;31.04.2026;15.05.2026;EUR;380,50
70102;"Huber; Nachf.";AT;RE-4403;29.01.2026;30.03.2026;EUR;viel
70102;"Huber; Nachf.";AT;RE-4404;29.01.2026;30.03.2026;EUR;12.345,67
"""
"""A list as somebody would bring it: one invoice is of the 31st of April, another over "much"."""
HOURS = r"\b([01]\d|2[0-3]):[0-5]\d\b"


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes:
        name: of its file, without the ending.
        who: the login that looks.
        steps: what that person does, up to what is seen.
        phone: held in the hand.
        acts: it changes something on which later pictures rest.
        shown: it is kept; else it is done for the sake of those that follow.
    """

    name: str
    who: str
    steps: Callable[[Any], None]
    phone: bool = False
    acts: bool = False
    shown: bool = True


# --- what is done before a picture is taken --------------------------------------------------------------------------


def at(address: str) -> Callable[[Any], None]:
    """A page as it opens."""
    return lambda page: go(page, address)


def go(page: Any, address: str) -> None:
    """Open a page, and wait until everything on it is there."""
    page.goto(f"{COMPANY}/{address}")
    page.wait_for_load_state("networkidle")


def task(page: Any, what: str) -> None:
    """Open the first task of the work list that says this, and wait until its keys are heard."""
    go(page, "today/")
    page.click(f"tbody tr:has-text('{what}') th a >> nth=0")
    page.wait_for_selector(".outcome")
    page.wait_for_load_state("networkidle")


def sheet(page: Any, key: str) -> None:
    """Press a key that opens a form."""
    page.keyboard.press(key)
    page.wait_for_selector("#sheet[open] form")


def said(page: Any, reason: str, text: str) -> None:
    """Send the form of the sheet with its reason, and wait for the answer on the page."""
    page.fill(f"#sheet [name={reason}]", text)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".told.success")
    page.wait_for_load_state("networkidle")


def settled(page: Any) -> None:
    """Wait until the worker has decided the customer anew, and the page says so by itself."""
    page.wait_for_selector("#stale", state="detached", timeout=60_000)
    page.wait_for_load_state("networkidle")


def a_call(page: Any) -> None:
    """The first call of the work list."""
    task(page, "Call")


def a_promise(page: Any) -> None:
    """The form of a promise, as it opens."""
    a_call(page)
    sheet(page, "p")


def a_dispute(page: Any) -> None:
    """The form of a dispute, filled in."""
    a_call(page)
    sheet(page, "d")
    page.fill("#sheet [name=amount]", "250")
    page.select_option("#sheet [name=reason]", "quality")
    page.select_option("#sheet [name=owner]", "disputes")
    page.fill("#sheet [name=text]", "Two of the ten boards were cracked; photos follow by mail.")


def a_dossier(page: Any) -> None:
    """The customer of that call, from above."""
    a_call(page)
    page.keyboard.press("e")
    page.wait_for_url("**/customer/**")


def a_release(page: Any) -> None:
    """Sales asks for a release of orders of the first customer that is stopped."""
    go(page, "sales/")
    page.click("tbody button:has-text('Ask') >> nth=0")
    page.wait_for_selector("#sheet[open] form")
    page.fill("#sheet [name=amount]", "2500")
    page.fill("#sheet [name=until]", "2026-07-15")
    page.fill("#sheet [name=reason]", "The boards for the town hall: they pay what is past due on Friday.")


def a_release_asked(page: Any) -> None:
    """The same, sent; then what waits."""
    a_release(page)
    said(page, "reason", "The boards for the town hall: they pay what is past due on Friday.")
    go(page, "requests/")


def a_request(page: Any) -> None:
    """The credit manager opens the request from the work list."""
    task(page, "Request to decide")
    page.keyboard.press("r")
    page.wait_for_url("**/requests/**")
    settled(page)


def an_approval(page: Any) -> None:
    """A step that waits for a person's yes."""
    task(page, "To be approved")
    page.fill("#why", "Promised twice and paid nothing; the final notice is two weeks old.")


def cut_points(page: Any) -> None:
    """Move the cut point between good and fair, and wait for who would move."""
    go(page, "matrix/try")
    page.wait_for_selector("#cuts form")
    box = page.locator("#cuts section:last-of-type .field input").first
    box.fill("7")
    box.press("Tab")
    page.wait_for_selector("#preview .whole")
    page.evaluate("document.activeElement.blur()")


def a_draft(page: Any) -> None:
    """Keep that as a draft, and propose it."""
    cut_points(page)
    page.fill("#save-title", "Good up to seven days late")
    page.click("#preview form.save button")
    page.wait_for_url("**/policy/draft/**")
    page.wait_for_load_state("networkidle")
    sheet(page, "p")
    said(page, "why", "Half of our good customers pay in one weekly run.")


def a_second_person(page: Any) -> None:
    """The finance director looks at what is proposed."""
    go(page, "policy/")
    page.click(".attention h2 a")
    page.wait_for_selector(".preview .whole")
    page.wait_for_load_state("networkidle")


def a_list(page: Any) -> None:
    """Bring a list, and look at its columns and at what would be set apart."""
    go(page, "imports/")
    page.set_input_files(
        "#files", {"name": "offene-posten.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
    )
    page.wait_for_url("**/imports/upload/**")
    page.wait_for_selector("#preview table", timeout=60_000)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("c")
    page.wait_for_selector(".figures", timeout=60_000)


def a_bad_row(page: Any) -> None:
    """Bring the list in, and open the row over "much"."""
    a_list(page)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("b")
    page.wait_for_selector(".ended", timeout=60_000)
    go(page, "imports/quarantine/")
    page.click('tbody th a:has-text("Offener Betrag")')
    page.wait_for_selector("#sheet[open] form")


PICTURES: tuple[Picture, ...] = (
    Picture("collector-today", "collector", at("today/")),
    Picture("collector-call", "collector", a_call),
    Picture("collector-promise", "collector", a_promise),
    Picture("collector-dispute", "collector", a_dispute),
    Picture("collector-held", "collector", at("today/held/")),
    Picture("collector-customer", "collector", a_dossier),
    Picture("sales-customers", "sales", at("sales/"), phone=True),
    Picture("sales-asked", "sales", at("sales/interventions/"), phone=True),
    Picture("sales-moves", "sales", at("sales/moves/"), phone=True),
    Picture("sales-ask", "sales", a_release),
    Picture("sales-requests", "sales", a_release_asked, acts=True, shown=False),
    Picture("manager-request", "manager", a_request),
    Picture("manager-approval", "manager", an_approval),
    Picture("manager-matrix", "manager", at("matrix/")),
    Picture("manager-cut-points", "manager", cut_points),
    Picture("manager-draft", "manager", a_draft, acts=True, shown=False),
    Picture("director-approves", "director", a_second_person),
    Picture("manager-monitor", "manager", at("monitor/")),
    Picture("manager-import", "manager", a_list),
    Picture("manager-bad-row", "manager", a_bad_row, acts=True),
)
"""All pictures, in the order in which they are taken."""


# --- the desk that is looked at ----------------------------------------------------------------------------------------


def filled(folder: Path) -> None:
    """Fill the made-up company: a desk in `folder`/desk, and who may sign in in `folder`/demo.json."""
    done = subprocess.run(  # noqa: S603  ourselves
        [sys.executable, "-m", "creditdesk.cli", "--json", "demo", str(folder / "desk"), *DEMO, "--no-serve"],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    (folder / "demo.json").write_text(done.stdout)


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The desk of a folder with its worker, at an address, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    around = {**os.environ, "CREDITDESK_HOME": str(home), "CREDITDESK_DATABASE": str(home / "desk.sqlite3")}
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(  # noqa: S603  ourselves
            [sys.executable, "-m", "creditdesk.cli", "desk", "--port", str(port)],
            env=around, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield answering(f"http://127.0.0.1:{port}", server, home / "server.log")
        finally:
            server.terminate()
            server.wait(60)


def answering(address: str, server: subprocess.Popen[bytes], log: Path) -> str:
    """The address, once the desk answers there. Raises SystemExit when it does not start."""
    for _try in range(600):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/alive", timeout=5):  # noqa: S310  ours
                return address
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"the desk did not start: {log.read_text()}")


# --- looking -----------------------------------------------------------------------------------------------------------


@dataclass
class Looking:
    """People who are signed in, each once.

    Attributes:
        chromium: the browser, of Playwright.
        address: of the desk.
        passwords: per login.
    """

    chromium: Any
    address: str
    passwords: dict[str, str]
    pages: dict[tuple[str, bool], Any] = field(default_factory=dict)

    def page(self, who: str, phone: bool) -> Any:
        """The page of a person, on a desk or in the hand."""
        if (who, phone) not in self.pages:
            width, height = PHONE if phone else WIDE
            context = self.chromium.new_context(
                viewport={"width": width, "height": height}, color_scheme="light", reduced_motion="reduce",
                locale="en-GB", base_url=self.address, bypass_csp=True,  # Playwright hides the caret by a style
            )  # fmt: skip
            page = context.new_page()
            page.goto("/accounts/login/")
            page.fill("[name=login]", who)
            page.fill("[name=password]", self.passwords[who])
            page.click("form.form button")
            page.wait_for_url("**/c/**")
            self.pages[who, phone] = page
        return self.pages[who, phone]

    def taken(self, picture: Picture) -> Image.Image:
        """Do what a picture asks for, and look; with few colours, so that the file is small."""
        page = self.page(picture.who, picture.phone)
        picture.steps(page)
        page.wait_for_load_state("networkidle")
        page.mouse.move(0, 0)
        page.evaluate(SAME_HOUR, [HOURS, HOUR])
        seen = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        return seen.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)

    def close(self) -> None:
        """Sign nobody out, but leave."""
        for page in self.pages.values():
            page.context.close()


SAME_HOUR = """([hours, hour]) => {
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replace(new RegExp(hours, "g"), hour);
}"""


def kept(picture: Image.Image, file: Path) -> str:
    """Write a picture unless the file shows the same already. Gives what was done."""
    if file.is_file():
        before = Image.open(file).convert("RGB")
        after = picture.convert("RGB")
        if before.size == after.size and _apart(before, after) <= SEEN:
            return "as it was"
    picture.save(file, optimize=True)
    return f"{file.stat().st_size // 1024} KB"


def _apart(before: Image.Image, after: Image.Image) -> int:
    """How far the colours of any point are apart, 0 to 255."""
    return max(int(most) for _least, most in ImageChops.difference(before, after).getextrema())


def main() -> None:
    """Take the pictures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--desk", type=Path, help="folder with a filled desk and demo.json")
    asked.add_argument("--out", type=Path, default=IMAGES)
    asked.add_argument("names", nargs="*", choices=[[], *(one.name for one in PICTURES)], metavar="PICTURE")
    told = asked.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("Chromium is needed (Debian: apt-get install chromium).")
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(prefix="creditdesk-pictures-") as temporary:
        folder = told.desk or Path(temporary)
        if not (folder / "demo.json").is_file():
            filled(folder)
        shutil.copytree(folder / "desk", home := Path(temporary) / "served")
        logins = json.loads((folder / "demo.json").read_text())["logins"]
        told.out.mkdir(parents=True, exist_ok=True)
        with served(home) as address, sync_playwright() as started:
            opened = started.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--disable-quic", "--lang=en-GB"]
            )
            looking = Looking(opened, address, {one["name"]: one["password"] for one in logins})
            for picture in PICTURES:
                if told.names and picture.name not in told.names and not picture.acts:
                    continue
                shown = looking.taken(picture)
                if picture.shown and (not told.names or picture.name in told.names):
                    sys.stdout.write(f"{picture.name}: {kept(shown, told.out / f'{picture.name}.png')}\n")
            looking.close()
            opened.close()


if __name__ == "__main__":
    main()
