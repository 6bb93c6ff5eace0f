"""The sample company served by the real server with its worker, for tests in a browser: filled once, copied per use.

Tests that need it belong to the group `screens`, so that they share one worker of the test run and with it the filling:
`pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("screens")]`.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from creditdesk.desk import place

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CUSTOMERS, DAYS = 150, 9


@dataclass(frozen=True)
class Sample:
    """A filled desk, and the password per login: the logins of `creditdesk demo`."""

    home: Path
    passwords: dict[str, str]


@dataclass(frozen=True)
class Served:
    """A desk that answers at `address`."""

    address: str
    home: Path
    passwords: dict[str, str]

    def environment(self) -> dict[str, str]:
        return surroundings(self.home)


def surroundings(home: Path) -> dict[str, str]:
    return {**os.environ, place.HOME: str(home), place.DATABASE: str(home / place.SQLITE_FILE)}


def creditdesk(home: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "creditdesk.cli", *words],
        env=surroundings(home), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


@pytest.fixture
def monday(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The desk believes that it is Monday 23 March 2026."""
    from creditdesk.desk.access import scope
    from desk.screens.people import NOW

    monkeypatch.setattr(scope, "moment", lambda: NOW)
    return NOW


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The demo's company after a few days, as `creditdesk demo` leaves it.

    `CREDITDESK_SAMPLE` names a folder in which it is kept for the next run: for whoever works on a screen.
    """
    kept = os.environ.get("CREDITDESK_SAMPLE")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("sample")
    home, logins = folder / "desk", folder / "logins.json"
    if not logins.is_file():
        told = creditdesk(
            home,
            "--json",
            "demo",
            str(home),
            "--customers",
            str(CUSTOMERS),
            "--days",
            str(DAYS),
            "--no-serve",
        )
        logins.write_text(json.dumps(json.loads(told)["logins"]))
    return Sample(home, {one["name"]: one["password"] for one in json.loads(logins.read_text())})


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A desk with a company and people, and nothing else."""
    home = tmp_path_factory.mktemp("empty") / "desk"
    home.mkdir()
    creditdesk(home, "init", "--admin", "boss")
    script = (
        "from creditdesk.desk import starting; starting.start()\n"
        "import json\n"
        "from django.utils import timezone\n"
        "from creditdesk.desk.ledger.models import Company\n"
        "from creditdesk.desk.day.demo_people import logins\n"
        "company = Company.objects.create(code='brabo', name='Brabo')\n"
        "print(json.dumps(logins(company, timezone.now())))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=surroundings(home), capture_output=True, text=True, check=True
    )
    return Sample(home, {one["name"]: one["password"] for one in json.loads(done.stdout)})


@contextmanager
def serving(sample: Sample, home: Path) -> Iterator[Served]:
    """A copy of a filled desk, served by `creditdesk desk` until the block ends."""
    shutil.copytree(sample.home, home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "creditdesk.cli", "desk", "--port", str(port)],
        env=surroundings(home), stdout=(home / "server.log").open("w"), stderr=subprocess.STDOUT,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, server, home / "server.log")
        yield Served(address, home, sample.passwords)
    finally:
        # what the worker has under way is nobody's any more; it would finish it first
        for child in psutil.Process(server.pid).children(recursive=True):
            if "worker" in child.cmdline():
                child.kill()
        server.terminate()
        server.wait(60)


def _wait(address: str, server: subprocess.Popen[Any], log: Path) -> None:
    for _try in range(600):
        if server.poll() is not None:
            pytest.fail(f"the desk did not start: {log.read_text()}")
        try:
            with urllib.request.urlopen(f"{address}/alive", timeout=5) as answer:  # noqa: S310  ours
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the desk does not answer: {log.read_text()}")


@pytest.fixture(scope="session")
def served(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One desk for all tests that only look, or act on customers of their own."""
    with serving(sample, tmp_path_factory.mktemp("served") / "desk") as desk:
        yield desk


@pytest.fixture(scope="session")
def served_empty(empty: Sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(empty, tmp_path_factory.mktemp("served-empty") / "desk") as desk:
        yield desk


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser per file: while one is open its event loop runs in this thread, where Django then refuses the database."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-quic"])
        yield opened
        opened.close()


SignIn = Callable[..., Any]


@pytest.fixture(scope="session")
def sessions() -> dict[tuple[str, str], Any]:
    """Who has signed in already, by desk and name: once is enough, as for a person."""
    return {}


@pytest.fixture
def browser(chromium: Any, sessions: dict[tuple[str, str], Any]) -> Iterator[SignIn]:
    """Opens a page in which somebody is signed in: `browser(served, "collector")`; whatever goes wrong in it fails the test."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def open_page(
        desk: Served, name: str, *, dark: bool = False, phone: bool = False, language: str = "en"
    ) -> Any:
        context = chromium.new_context(
            viewport={"width": 390, "height": 844} if phone else {"width": 1440, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            locale=language,
            base_url=desk.address,
            storage_state=sessions.get((desk.address, name)),
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda line: (
                wrong.append(line.text) if line.type == "error" and "status of 4" not in line.text else None
            ),
        )
        page.goto("/")
        if "/accounts/login/" in page.url:
            page.fill("[name=login]", name)
            page.fill("[name=password]", desk.passwords[name])
            page.click("form.form button")
            page.wait_for_url("**/c/**")
            sessions[desk.address, name] = context.storage_state()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
