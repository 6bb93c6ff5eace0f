"""The screen Audit trail: whoever may see it finds every change, and nobody can change one."""

from __future__ import annotations

import pytest

from creditdesk.desk.access.members import admit
from creditdesk.desk.access.roles import RIGHTS, Right, Role
from creditdesk.desk.casework.audit import note
from creditdesk.desk.casework.models import Entry
from creditdesk.desk.ledger.models import Company
from desk.screens.people import EVERYBODY, NOW, account, people, signed_in

from creditdesk.desk.day.reassigning import portfolio_of  # isort: skip  needs the settings

SCRIPT = "<script>alert(1)</script>"

pytestmark = pytest.mark.usefixtures("monday")


@pytest.fixture(scope="module")
def acme(one_desk) -> Company:  # noqa: ARG001  one database for all cases
    company = Company.objects.create(code="acme", name="Acme BV")
    people(company)
    north = portfolio_of(company, "collector", "carla")
    account(company, "mine", "Mine", portfolio=north.pk)
    account(company, "theirs", "Theirs")
    admit(company, "rita", [Role.AUDITOR], by="test", now=NOW, portfolios=[north.pk])
    note(
        company,
        by="otto",
        at=NOW,
        what="schedule",
        ref="acme",
        was={"hour": 6},
        became={"hour": 5},
        why="early birds",
    )
    for name in ("mine", "theirs"):
        note(
            company,
            by="carla",
            at=NOW,
            what="pause",
            ref=f"p-{name}",
            customer=name,
            became={"reason": SCRIPT},
            why="=1+1",
        )
    return company


def entry(what: str, **more: str) -> Entry:
    return Entry.objects.get(company__code="acme", what=what, **more)


def test_only_who_may_see_it_does_and_nobody_changes_it(acme) -> None:  # noqa: ARG001
    for name, role in EVERYBODY.items():
        client, sees = signed_in(name), Right.SEE_AUDIT in RIGHTS[role]
        for address in ("/c/acme/audit/", f"/c/acme/audit/{entry('schedule').pk}/"):
            assert client.get(address).status_code == (200 if sees else 403), (name, address)
            assert client.post(address).status_code == (405 if sees else 403), (name, address)


def test_a_change_is_found_with_who_from_to_and_why(acme) -> None:  # noqa: ARG001
    ada = signed_in("ada")
    page = ada.get("/c/acme/audit/?q=early").content.decode()
    for said in ("otto", "Hour of the day", "Hour: 6", "Hour: 5", "early birds"):
        assert said in page, said
    assert "carla" not in page.split("<tbody>")[1].split("</tbody>")[0]
    assert "Pauses" in ada.get("/c/acme/audit/?what=pause").content.decode()
    assert "Nothing passes these filters" in ada.get("/c/acme/audit/?first=2026-03-24").content.decode()
    assert "early birds" in ada.get("/c/acme/audit/?first=2026-03-23&last=2026-03-23").content.decode()
    sheet = ada.get(f"/c/acme/audit/{entry('schedule').pk}/").content.decode()
    assert "early birds" in sheet


def test_who_sees_some_customers_sees_what_was_changed_about_these(acme) -> None:  # noqa: ARG001
    rita = signed_in("rita")
    page = rita.get("/c/acme/audit/").content.decode()
    assert ("p-mine" in page, "p-theirs" in page, "early birds" in page) == (True, False, True)
    assert rita.get(f"/c/acme/audit/{entry('pause', customer='mine').pk}/").status_code == 200
    assert rita.get(f"/c/acme/audit/{entry('pause', customer='theirs').pk}/").status_code == 404


def test_the_trail_of_another_company_is_not_found(acme) -> None:  # noqa: ARG001
    other = Company.objects.create(code="other", name="Other")
    theirs = note(other, by="olga", at=NOW, what="schedule", ref="other", why="secret plans")
    ada = signed_in("ada")
    assert ada.get(f"/c/acme/audit/{theirs.pk}/").status_code == 404
    assert ada.get("/c/other/audit/").status_code == 404
    assert "secret plans" not in ada.get("/c/acme/audit/").content.decode()


def test_what_people_typed_is_text_on_the_page_and_in_files(acme) -> None:  # noqa: ARG001
    ada = signed_in("ada")
    for address in ("/c/acme/audit/", f"/c/acme/audit/{entry('pause', customer='mine').pk}/"):
        page = ada.get(address).content.decode()
        assert SCRIPT not in page
        assert "&lt;script&gt;" in page
    told = b"".join(ada.get("/c/acme/audit/?format=csv")).decode()
    assert "Reason: <script>" in told
    assert "=1+1" in told
    assert ",=1+1" not in told
