"""What a person sees when something cannot be: no such page, a page from yesterday, the database away, a mistake of ours."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from creditdesk.desk.access import views
from creditdesk.desk.ledger.models import Company
from desk.screens.people import account, people, signed_in, task

from django.contrib.auth import get_user_model  # isort: skip  needs the settings
from django.db import OperationalError  # isort: skip
from django.test import Client, RequestFactory  # isort: skip


@pytest.fixture(scope="module")
def acme(one_desk) -> Company:  # noqa: ARG001  one database for all cases
    company = Company.objects.create(code="acme", name="Acme BV")
    people(company)
    account(company, "C1", "Janssen")
    return company


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "There is no such page"),
        ("nl", "Deze pagina bestaat niet"),
        ("fr", "Cette page n’existe pas"),
        ("de", "Diese Seite gibt es nicht"),
    ],
)
def test_no_such_page_in_the_readers_language(language, told) -> None:
    page = signed_in("mia", **{"accept-language": language}).get("/c/acme/nowhere/")
    assert page.status_code == 404
    assert told in page.content.decode()


@pytest.mark.usefixtures("acme")
def test_a_role_that_may_not_is_told_so() -> None:
    page = signed_in("dirk").get("/c/acme/customers/")
    assert page.status_code == 403
    assert "Your role may not do this" in page.content.decode()


def test_a_page_left_open_over_night_saves_nothing_and_says_so(acme) -> None:
    waiting = task(acme, "C1")
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    client.force_login(
        get_user_model().objects.get(username="carla"), backend="django.contrib.auth.backends.ModelBackend"
    )
    sent = client.post(
        f"/c/acme/today/{waiting.pk}/outcome", {"outcome": "reached", "csrfmiddlewaretoken": "yesterday"}
    )
    assert sent.status_code == 403
    assert "This page was no longer fresh" in sent.content.decode()
    part = client.post(f"/c/acme/today/{waiting.pk}/hand", {"to": "x"}, headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Refresh"]) == (204, "true")
    waiting.refresh_from_db()
    assert waiting.state == "open"
    client.logout()
    gone = client.get(f"/c/acme/today/{waiting.pk}/")
    assert gone["Location"].startswith("/accounts/login/?next=/c/acme/today/")


def test_a_mistake_of_ours_and_a_database_that_is_away_are_told_apart() -> None:
    request = RequestFactory().get("/")
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        page = views.broken(request)
    assert page.status_code == 500
    assert "mistake of the program" in page.content.decode()
    try:
        raise OperationalError("the server is gone")
    except OperationalError:
        page = views.broken(request)
    assert page.status_code == 503
    assert "cannot reach its database" in page.content.decode()


def test_serving_where_there_is_no_desk_names_the_way_out(tmp_path) -> None:
    for home in (tmp_path / "nowhere", tmp_path):
        done = subprocess.run(
            [sys.executable, "-m", "creditdesk.cli", "desk"],
            env={**os.environ, "CREDITDESK_HOME": str(home), "CREDITDESK_DATABASE": str(home / "desk.sqlite3")},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert "creditdesk init" in done.stderr
