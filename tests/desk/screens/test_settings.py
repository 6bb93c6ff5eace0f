"""The screen Settings: administrators change, others look, nobody locks everybody out, secrets are shown once."""

from __future__ import annotations

import email
import email.policy
import re
import threading
from datetime import date, datetime, timedelta

import pytest

from creditdesk.desk.access.roles import Role
from creditdesk.desk.day import beating
from creditdesk.desk.ledger.models import FACTS, Company
from creditdesk.desk.ledger.writing import add
from desk.screens.people import EVERYBODY, NOW, PASSWORD, TODAY, account, customer, people, signed_in, task

from django.conf import settings  # isort: skip
from django.contrib.auth import get_user_model  # isort: skip  needs the settings
from django.db import connection  # isort: skip
from django.db.migrations.executor import MigrationExecutor  # isort: skip
from django.test import Client  # isort: skip

from creditdesk.desk.access.members import admit  # isort: skip
from creditdesk.desk.access.models import Membership  # isort: skip
from creditdesk.desk.api import tokens  # isort: skip
from creditdesk.desk.api.models import Delivery, Subscription, Token  # isort: skip
from creditdesk.desk.casework import policies, requests  # isort: skip
from creditdesk.desk.casework.models import (
    Absence,
    Band,
    Entry,
    Member,
    Portfolio,
    Schedule,
    Task,
    WorkerSeen,
)  # isort: skip

from creditdesk.desk.day.reassigning import portfolio_of, reassign  # isort: skip
from creditdesk.desk.screens.settings import words  # isort: skip
from creditdesk.desk.screens.settings.urls import urlpatterns  # isort: skip
from creditdesk.policy.load import policy_text  # isort: skip

PAGES = ("", "people/", "portfolios/", "calendars/", "programs/", "running/")
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def acme(desk, monday) -> Company:  # noqa: ARG001  the database, the moment
    company = Company.objects.create(code="acme", name="Acme BV")
    people(company)
    return company


@pytest.fixture
def otto(acme) -> Client:  # noqa: ARG001
    return signed_in("otto")


def member(company: Company, name: str) -> Membership:
    return Membership.objects.get(company=company, user__username=name)


def says(company: Company, name: str, **changes: object) -> dict[str, object]:
    """The form of a member as it stands, with changes."""
    one = member(company, name)
    return {
        "roles": [grant.role for grant in one.granted.all()], "person": one.person, "capacity": one.capacity, "why": "asked",
        **changes,
    }  # fmt: skip


def secret(page: bytes) -> str:
    found = re.search(r'<code id="once">([^<]+)</code>', page.decode())
    assert found is not None
    return found[1]


def last(what: str) -> Entry:
    return Entry.objects.filter(what=what).order_by("-id")[0]


# --- who may ----------------------------------------------------------------------------------------------------------


def test_administrators_change_the_credit_manager_and_the_auditor_look_and_nobody_else_comes_in(acme) -> None:
    portfolio = portfolio_of(acme, "collector", "carla")
    absence = Absence.objects.create(
        company=acme, person="carla", deputy="mia", from_on=TODAY, until_on=TODAY
    )
    token, _secret = tokens.create(acme, "shop", ["credit_check"], by="otto", now=NOW)
    hook = Subscription.objects.create(company=acme, url="https://example.org/", made_by="otto", made_at=NOW)
    rows = {
        "person": member(acme, "carla").pk, "link": member(acme, "carla").pk, "remove": member(acme, "carla").pk,
        "portfolio": portfolio.pk, "portfolio_close": portfolio.pk, "back": absence.pk, "token_revoke": token.pk,
        "webhook_renew": hook.pk, "webhook_end": hook.pk, "webhook_try": hook.pk, "webhook_retry": hook.pk,
    }  # fmt: skip
    reading = {"list", "people", "portfolios", "calendars", "programs", "running", "running_part"}
    posting = {"run_day", "webhook_try", "webhook_retry"}
    for name, role in EVERYBODY.items():
        client = signed_in(name)
        looks = role in {Role.CREDIT_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR}
        for pattern in urlpatterns:
            address = f"/c/acme/settings/{pattern.pattern}".replace("<int:pk>", str(rows.get(pattern.name)))
            address = address.replace("<slug:kind>", "limit")
            asked = client.get(address).status_code
            if pattern.name in reading:
                assert asked == (200 if looks else 403), (name, address)
                assert client.post(address).status_code == (405 if looks else 403), (name, address)
            elif role != Role.ADMINISTRATOR:
                assert (asked, client.post(address).status_code) == (403, 403), (name, address)
            elif pattern.name == "company_new":
                assert asked == 403, "a company is made by whoever runs the installation"
            elif pattern.name not in posting:
                assert asked == 200, (name, address)
                assert client.post(address).status_code == 422, (name, address, "nothing was filled in")
    assert (
        not Entry.objects.filter(what__in=("member", "portfolio", "absence", "company", "schedule"))
        .filter(by__in=EVERYBODY)
        .exists()
    )


def test_ids_of_another_company_are_not_found(otto) -> None:
    other = Company.objects.create(code="other", name="Other")
    stranger = admit(other, "olga", [Role.COLLECTOR], by="test", now=NOW)
    portfolio = portfolio_of(other, "collector", "olga")
    absence = Absence.objects.create(
        company=other, person="carla", deputy="mia", from_on=TODAY, until_on=TODAY
    )
    token, _secret = tokens.create(other, "shop", ["credit_check"], by="olga", now=NOW)
    hook = Subscription.objects.create(company=other, url="https://example.org/", made_by="olga", made_at=NOW)
    for address in (
        f"people/{stranger.pk}/change", f"people/{stranger.pk}/link", f"people/{stranger.pk}/remove",
        f"portfolios/{portfolio.pk}/change", f"portfolios/{portfolio.pk}/close", f"portfolios/away/{absence.pk}/back",
        f"programs/tokens/{token.pk}/revoke", f"programs/webhooks/{hook.pk}/renew", f"programs/webhooks/{hook.pk}/end",
        f"programs/webhooks/{hook.pk}/try", f"programs/webhooks/{hook.pk}/retry", f"people/{2**70}/change",
    ):  # fmt: skip
        assert otto.post(f"/c/acme/settings/{address}", {"why": "mine"}).status_code == 404, address
    for page in PAGES:
        assert otto.get(f"/c/other/settings/{page}").status_code == 404
        shown = otto.get(f"/c/acme/settings/{page}").content.decode()
        assert "olga" not in shown
    assert "mia until" not in otto.get("/c/acme/settings/portfolios/").content.decode(), "away elsewhere"


# --- people -----------------------------------------------------------------------------------------------------------


def test_somebody_is_let_in_by_a_link_that_works_once(acme, otto) -> None:
    asked = {
        "username": "nina",
        "email": "nina@example.org",
        "roles": ["collector"],
        "capacity": 25,
        "why": "new",
    }
    page = otto.post("/c/acme/settings/people/new", asked)
    link = secret(page.content)
    nina = member(acme, "nina")
    assert (nina.capacity, nina.person, nina.user.has_usable_password()) == (25, "nina", False)
    assert (last("member").by, last("member").why, last("member").became["roles"]) == (
        "otto",
        "new",
        ["collector"],
    )
    assert (last("way_in").ref, link in str(last("way_in").became)) == ("nina", False)

    hers = Client()
    path = link.split("8000", 1)[1]
    form = hers.get(path, follow=True)
    where = form.redirect_chain[-1][0]
    hers.post(where, {"password1": PASSWORD, "password2": PASSWORD})
    assert hers.login(username="nina", password=PASSWORD)
    assert hers.get("/c/acme/today/").status_code == 200
    again = Client().get(path, follow=True)
    assert "password1" not in again.content.decode(), "it was used"
    assert otto.get("/c/acme/settings/people/").content.decode().count(link) == 0


def test_the_link_is_mailed_where_the_desk_has_a_mail_server(acme, otto, peer, monkeypatch) -> None:
    for name, value in (("MAILS_PEOPLE", True), ("EMAIL_HOST", "127.0.0.1"), ("EMAIL_PORT", peer.port)):
        monkeypatch.setattr(settings, name, value)
    asked = {
        "username": "mike",
        "email": "mike@example.org",
        "roles": ["collector"],
        "capacity": 25,
        "why": "new",
        "mail": "on",
    }
    done = otto.post("/c/acme/settings/people/new", asked)
    assert done.status_code == 204
    assert b"/key/" not in done.content, "it stands in the mail alone"
    (raw,) = peer.bytes.values()
    told = email.message_from_bytes(raw, policy=email.policy.default)
    assert (told["To"], "mike" in told.get_content()) == ("mike@example.org", True)
    link = re.search(r"http\S+", told.get_content())[0]
    assert Client().get(link.split("8000", 1)[1], follow=True).status_code == 200
    assert "works once" in told.get_content()

    peer.answers["mike@example.org"] = "550 no such box"
    again = otto.post(
        f"/c/acme/settings/people/{member(acme, 'mike').pk}/link", {"why": "lost", "mail": "on"}
    )
    assert "did not take the mail" in again.content.decode()
    assert secret(again.content).startswith("http"), "then it is shown"
    shown = otto.post(f"/c/acme/settings/people/{member(acme, 'mike').pk}/link", {"why": "lost"})
    assert secret(shown.content).startswith("http")
    assert len(peer.bytes) == 1


def test_what_a_member_is_changes_with_its_reason_on_record(acme, otto) -> None:
    north = portfolio_of(acme, "collector", "carla")
    address = f"/c/acme/settings/people/{member(acme, 'carla').pk}/change"
    wanted = says(
        acme,
        "carla",
        roles=["collector", "dispute_handler"],
        capacity=60,
        portfolios=[north.pk],
        why="promoted",
    )
    assert otto.post(address, wanted).status_code == 204
    entry = last("member")
    assert (entry.by, entry.ref, entry.why) == ("otto", "carla", "promoted")
    assert entry.was == {"roles": ["collector"], "portfolios": [], "capacity": 40}
    assert entry.became == {
        "roles": ["collector", "dispute_handler"],
        "portfolios": ["carla"],
        "capacity": 60,
    }
    assert otto.post(address, wanted | {"why": ""}).status_code == 422, "no change without a reason"
    before = Entry.objects.count()
    assert otto.post(address, wanted).status_code == 204
    assert Entry.objects.count() == before, "nothing changed"
    taken = otto.post(address, wanted | {"person": "mia"})
    assert "Another member bears this name" in taken.content.decode()


def test_the_last_administrator_stays(acme, otto) -> None:
    own = member(acme, "otto").pk
    dropped = otto.post(f"/c/acme/settings/people/{own}/change", says(acme, "otto", roles=["auditor"]))
    removed = otto.post(f"/c/acme/settings/people/{own}/remove", {"why": "leaving"})
    for page in (dropped, removed):
        assert page.status_code == 422
        assert "This is the last administrator" in page.content.decode()
    get_user_model().objects.filter(username="mia").update(is_active=False)
    otto.post(
        f"/c/acme/settings/people/{member(acme, 'mia').pk}/change", says(acme, "mia", roles=["administrator"])
    )
    assert otto.post(f"/c/acme/settings/people/{own}/remove", {"why": "leaving"}).status_code == 422, (
        "mia's login is closed"
    )
    otto.post(
        f"/c/acme/settings/people/{member(acme, 'ada').pk}/change", says(acme, "ada", roles=["administrator"])
    )
    assert otto.post(f"/c/acme/settings/people/{own}/remove", {"why": "leaving"}).status_code == 204
    assert otto.get("/c/acme/settings/people/").status_code == 302, "the login is closed: nobody is signed in"


def test_access_is_taken_away_and_a_login_of_two_companies_stays(acme, otto) -> None:
    other = Company.objects.create(code="other", name="Other")
    admit(other, "sam", [Role.SALES], by="test", now=NOW)
    sam, carla = signed_in("sam"), signed_in("carla")
    for name in ("sam", "carla"):
        assert (
            otto.post(f"/c/acme/settings/people/{member(acme, name).pk}/remove", {"why": "left"}).status_code
            == 204
        )
    assert (sam.get("/c/acme/customers/").status_code, sam.get("/c/other/customers/").status_code) == (
        404,
        200,
    )
    assert carla.get("/c/acme/today/").status_code == 302
    closed = {entry.ref: entry.became["login"] for entry in Entry.objects.filter(what="member", why="left")}
    assert closed == {"sam": "stays", "carla": "closed"}
    back = otto.post(
        "/c/acme/settings/people/new",
        {"username": "carla", "roles": ["collector"], "capacity": 40, "why": "back"},
    )
    assert secret(back.content)
    assert member(acme, "carla").user.is_active


def test_an_administrator_of_one_company_cannot_take_over_a_login_of_another(acme, otto) -> None:
    other = Company.objects.create(code="other", name="Other")
    admit(other, "olga", [Role.ADMINISTRATOR], by="test", now=NOW, password=PASSWORD)
    admit(other, "sam", [Role.SALES], by="test", now=NOW)
    get_user_model().objects.create_superuser("root", password=PASSWORD)
    for name in ("olga", "root", "sam"):
        page = otto.post(
            "/c/acme/settings/people/new", {"username": name, "roles": ["auditor"], "capacity": 1, "why": "x"}
        )
        assert "Somebody signs in by this name already" in page.content.decode()
    link = otto.post(f"/c/acme/settings/people/{member(acme, 'sam').pk}/link", {"why": "forgot"})
    assert "belongs to other companies too" in link.content.decode()
    assert 'id="once"' not in link.content.decode()
    root = signed_in("root")
    assert secret(
        root.post(f"/c/acme/settings/people/{member(acme, 'sam').pk}/link", {"why": "forgot"}).content
    )


# --- the company ------------------------------------------------------------------------------------------------------


def test_the_company_and_its_day_change_with_who_from_to_and_why(acme, otto) -> None:
    assert (
        otto.post(
            "/c/acme/settings/company/change",
            {"name": "Acme NV", "sender": "credit@acme.example", "why": "renamed"},
        ).status_code
        == 204
    )
    entry = last("company")
    assert (entry.by, entry.was, entry.became, entry.why) == (
        "otto", {"name": "Acme BV", "sender": ""}, {"name": "Acme NV", "sender": "credit@acme.example"}, "renamed",
    )  # fmt: skip
    assert (
        otto.post(
            "/c/acme/settings/company/day",
            {"hour": 5, "time_zone": "Europe/London", "on": "on", "why": "early"},
        ).status_code
        == 204
    )
    assert (
        otto.post(
            "/c/acme/settings/company/day", {"hour": 5, "time_zone": "Europe/London", "why": "holiday"}
        ).status_code
        == 204
    )
    schedule = Schedule.objects.get(company=acme)
    assert (schedule.hour, schedule.time_zone, schedule.on) == (5, "Europe/London", False)
    assert (last("schedule").was, last("schedule").became) == ({"on": True}, {"on": False})
    wrong = otto.post("/c/acme/settings/company/day", {"hour": 24, "time_zone": "Mars/Olympus", "why": "?"})
    assert wrong.status_code == 422
    assert wrong.content.decode().count("wrong-list") == 2


def test_a_company_goes_live_once_a_policy_is_in_force(acme, otto) -> None:
    assert (
        "Everything is decided and shown, and nothing is sent"
        in otto.get("/c/acme/settings/").content.decode()
    )
    version = policies.propose(
        acme, policy_text("starter"), by="mia", why="first", now=NOW, effective_on=date(2026, 1, 1)
    )
    policies.approve(version, by="fien", why="fine", now=NOW)
    unsure = otto.post("/c/acme/settings/company/release", {"why": "ready"})
    assert unsure.status_code == 422
    assert otto.post("/c/acme/settings/company/release", {"why": "ready", "sure": "on"}).status_code == 204
    assert FACTS["approval"].objects.get(legal_entity=acme, subject="go_live", replaced_by=None).by == "otto"
    assert "otto released the company on" in otto.get("/c/acme/settings/").content.decode()


@pytest.mark.usefixtures("acme")
def test_whoever_runs_the_installation_makes_companies() -> None:
    get_user_model().objects.create_superuser("root", password=PASSWORD)
    root = signed_in("root")
    wanted = {"code": "brabo", "name": "Brabo", "why": "bought"}
    assert root.post("/c/acme/settings/company/new", wanted | {"code": "a/b"}).status_code == 422
    assert root.post("/c/acme/settings/company/new", wanted).status_code == 204
    assert (last("company").company.code, last("company").why) == ("brabo", "bought")
    assert (
        "There is a company of this code."
        in root.post("/c/acme/settings/company/new", wanted).content.decode()
    )
    assert "Brabo" in root.get("/c/acme/settings/").content.decode()
    assert root.get("/c/brabo/settings/").status_code == 200


# --- portfolios, absences ---------------------------------------------------------------------------------------------


def test_a_portfolio_goes_to_somebody_else_with_its_customers_and_their_tasks(acme, otto) -> None:
    admit(acme, "bert", [Role.COLLECTOR], by="test", now=NOW)
    account(acme, "deb", "Debeuckelaer")
    task(acme, "deb")
    made = otto.post(
        "/c/acme/settings/portfolios/new", {"name": "north", "owner": "collector:carla", "why": "split"}
    )
    assert made.status_code == 204
    north = Portfolio.objects.get(company=acme, name="north")
    reassign(acme, ["deb"], north, by="mia", why="split", on=TODAY, now=NOW)
    address = f"/c/acme/settings/portfolios/{north.pk}"
    assert (
        otto.post(
            f"{address}/change", {"name": "north", "owner": "bert", "why": "carla has too many"}
        ).status_code
        == 204
    )
    assert Task.objects.get(customer="deb").assigned == "bert"
    changed = Entry.objects.get(what="portfolio", customer="", was={"name": "north", "owner": "carla"})
    assert (changed.became, changed.why) == ({"name": "north", "owner": "bert"}, "carla has too many")
    assert "Move these first" in otto.post(f"{address}/close", {"why": "empty?"}).content.decode()
    Member.objects.all().delete()
    member(acme, "bert").portfolios.add(north)
    assert (
        "Move these first"
        in otto.post(f"{address}/close", {"why": "bert would see everybody"}).content.decode()
    )
    member(acme, "bert").portfolios.clear()
    assert otto.post(f"{address}/close", {"why": "empty"}).status_code == 204
    assert not Portfolio.objects.exists()
    assert (
        otto.post(
            "/c/acme/settings/portfolios/new", {"name": "x", "owner": "collector:olga", "why": "y"}
        ).status_code
        == 422
    )


def test_somebody_is_away_and_back(acme, otto) -> None:
    until = TODAY + timedelta(days=4)
    account(acme, "deb", "Debeuckelaer")
    task(acme, "deb", assigned="carla", person="carla")
    wanted = {"person": "carla", "deputy": "mia", "first": TODAY, "last": until, "why": "skiing"}
    for wrong in (
        {"deputy": "carla"},
        {"last": TODAY - timedelta(days=1)},
        {"deputy": "olga"},
        {"deputy": "sam"},
    ):
        assert otto.post("/c/acme/settings/portfolios/away", wanted | wrong).status_code == 422, wrong
    assert otto.post("/c/acme/settings/portfolios/away", wanted).status_code == 204
    assert "mia until 27 Mar 2026" in otto.get("/c/acme/settings/portfolios/").content.decode()
    assert last("absence").became == {"deputy": "mia", "from": "2026-03-23", "until": "2026-03-27"}
    assert "Debeuckelaer" in signed_in("mia").get("/c/acme/today/").content.decode()
    assert Task.objects.get(customer="deb").assigned == "mia"
    absence = Absence.objects.get(company=acme)
    assert (
        otto.post(f"/c/acme/settings/portfolios/away/{absence.pk}/back", {"why": "snow gone"}).status_code
        == 204
    )
    assert (last("absence").was["deputy"], last("absence").why) == ("mia", "snow gone")
    assert Task.objects.get(customer="deb").assigned == "carla"
    assert "Nobody is away." in otto.get("/c/acme/settings/portfolios/").content.decode()


def test_calendars_say_whose_holidays_hold_and_what_the_policy_changes(acme, otto) -> None:
    assert "No place is known yet" in otto.get("/c/acme/settings/calendars/").content.decode()
    row = {"company_id": "acme", "name": "Acme", "country": "BE", "currency": "EUR", "language": "nl"}
    add(acme, "company", [row], by="import", at=NOW)
    customer(acme, "dutch", country="NL")
    changed = "calendars:\n  BE:\n    closed_on: [2026-05-15]\n    works_on_named: [Ascension Day]"
    text = policy_text("starter").replace("calendars: {}", changed)
    version = policies.propose(acme, text, by="mia", why="bridge", now=NOW, effective_on=date(2026, 1, 1))
    policies.approve(version, by="fien", why="fine", now=NOW)
    page = otto.get("/c/acme/settings/calendars/").content.decode()
    for said in (
        "Belgium",
        "Netherlands",
        "6 Apr 2026",
        "15 May 2026",
        'lang="en">Ascension Day',
        "Easter Monday",
    ):
        assert said in page, said
    assert (
        "Paasmaandag"
        in otto.get("/c/acme/settings/calendars/", headers={"accept-language": "nl"}).content.decode()
    )


# --- who decides ------------------------------------------------------------------------------------------------------


def test_a_company_sets_who_decides_up_to_which_amount(acme, otto) -> None:
    page = otto.get("/c/acme/settings/").content.decode()
    assert "up to €25,000:" in page
    assert "only 1 there" in page, "two finance directors are needed, and there is one"
    address = "/c/acme/settings/company/deciders/limit"
    form = otto.get(address).content.decode()
    assert 'value="25000.00"' in form
    wanted = {
        "up_1": "10,000", "role_1": "credit_manager", "persons_1": "1", "up_2": "100000", "role_2": "finance_director",
        "persons_2": "1", "role_rest": "finance_director", "persons_rest": "3", "why": "the board wants it",
    }  # fmt: skip
    wrong = otto.post(address, wanted | {"up_2": "9,000"})
    assert (wrong.status_code, "must be above the first" in wrong.content.decode()) == (422, True)
    for bad in ({"role_rest": "collector"}, {"persons_rest": "0"}, {"up_1": "-5"}, {"why": ""}):
        assert otto.post(address, wanted | bad).status_code == 422, bad
    assert not Band.objects.exists()
    assert otto.post(address, wanted).status_code == 204
    assert (last("bands").ref, last("bands").why, last("bands").became["bands"][0]) == (
        "limit", "the board wants it", {"up_to": 1_000_000, "role": "credit_manager", "persons": 1},
    )  # fmt: skip
    count = Entry.objects.count()
    assert otto.post(address, wanted).status_code == 204
    assert Entry.objects.count() == count, "nothing was changed"
    customer(acme, "deb")
    row = {
        "override_id": "o",
        "customer_id": "deb",
        "field": "credit_limit",
        "value": "1",
        "from_on": TODAY.isoformat(),
        "by": "x",
        "reason": "x",
    }
    asked = [
        requests.ask(
            acme,
            "limit",
            "deb",
            amount,
            "EUR",
            row | {"override_id": f"o{amount}"},
            by="carla",
            why="x",
            now=NOW,
            on=TODAY,
        )
        for amount in (1_000_000, 1_000_001, 20_000_000)
    ]
    assert [(one.role, one.persons) for one in asked] == [
        ("credit_manager", 1),
        ("finance_director", 1),
        ("finance_director", 3),
    ]
    assert (
        otto.post(
            "/c/acme/settings/company/deciders/terms", wanted | {"up_1": "30", "up_2": "60"}
        ).status_code
        == 204
    )
    assert "up to 30 days:" in otto.get("/c/acme/settings/").content.decode()
    assert otto.get("/c/acme/settings/company/deciders/nothing").status_code == 404
    assert signed_in("mia").post(address, wanted).status_code == 403


# --- programs ---------------------------------------------------------------------------------------------------------


def test_a_token_is_shown_once_and_revoked_with_a_reason(acme, otto) -> None:
    wanted = {
        "name": "web shop",
        "scopes": ["credit_check"],
        "until": "2026-03-31",
        "per_minute": 60,
        "why": "go live",
    }
    token = secret(otto.post("/c/acme/settings/programs/tokens/new", wanted).content)
    row = Token.objects.get(company=acme)
    assert tokens.find(token, NOW) == row
    assert (row.scopes, row.per_minute, row.expires_at.isoformat()[:16]) == (
        ["credit_check"],
        60,
        "2026-03-31T21:59",
    )
    assert (last("token").why, token in str(last("token").became)) == ("go live", False)
    page = otto.get("/c/acme/settings/programs/").content.decode()
    assert (token in page, row.prefix in page, row.digest in page) == (False, True, False)
    assert (
        "A token of this name is in force"
        in otto.post("/c/acme/settings/programs/tokens/new", wanted).content.decode()
    )
    for wrong in ({"scopes": ["everything"]}, {"scopes": []}, {"until": "2026-03-22"}, {"per_minute": 0}):
        assert (
            otto.post("/c/acme/settings/programs/tokens/new", {**wanted, "name": "b", **wrong}).status_code
            == 422
        ), wrong
    assert (
        otto.post(f"/c/acme/settings/programs/tokens/{row.pk}/revoke", {"why": "leaked"}).status_code == 204
    )
    assert tokens.find(token, NOW) is None
    assert (last("token").by, last("token").became, last("token").why) == (
        "otto",
        {"state": "revoked"},
        "leaked",
    )


def test_a_webhook_is_made_tried_renewed_and_ended(acme, otto, monkeypatch) -> None:
    monkeypatch.setenv("CREDITDESK_WEBHOOK_ALLOW", "http://127.0.0.1:9")
    inside = otto.post(
        "/c/acme/settings/programs/webhooks/new", {"url": "http://169.254.169.254/", "why": "x"}
    )
    assert "Nothing is sent there" in inside.content.decode()
    wanted = {"url": "http://127.0.0.1:9/in", "kinds": ["risk.changed"], "why": "erp"}
    first = secret(otto.post("/c/acme/settings/programs/webhooks/new", wanted).content)
    row = Subscription.objects.get(company=acme)
    assert (
        "This address is subscribed."
        in otto.post("/c/acme/settings/programs/webhooks/new", wanted).content.decode()
    )
    address = f"/c/acme/settings/programs/webhooks/{row.pk}"
    assert secret(otto.post(f"{address}/renew", {"why": "yearly"}).content) != first
    otto.post(f"{address}/try")
    Delivery.objects.update(state="dead")
    assert "Send again" in otto.get("/c/acme/settings/programs/").content.decode()
    otto.post(f"{address}/retry")
    assert Delivery.objects.get().state == "queued"
    assert otto.post(f"{address}/end", {"why": "no longer"}).status_code == 204
    assert (last("webhook").became, last("webhook").why) == ({"on": False}, "no longer")
    assert otto.post(f"{address}/try").status_code == 404


def test_every_scope_and_event_has_a_name() -> None:
    from creditdesk.desk.api.models.token import Scope
    from creditdesk.desk.api.models.webhook import Event

    assert set(words.SCOPES) == set(Scope.values)
    assert set(words.EVENTS) == set(Event.Kind.values) - {Event.Kind.TEST}


# --- the worker -------------------------------------------------------------------------------------------------------


def test_administrators_are_told_when_no_worker_is_there(otto) -> None:
    warning = "No worker was seen for some minutes"
    assert warning in otto.get("/c/acme/customers/").content.decode()
    assert warning not in signed_in("mia").get("/c/acme/customers/").content.decode()
    beating.beat(NOW - timedelta(minutes=4), "desk-1:7")
    assert warning not in otto.get("/c/acme/customers/").content.decode()
    assert "desk-1:7" in otto.get("/c/acme/settings/running/").content.decode()
    beating.beat(NOW - timedelta(minutes=6), "desk-1:7")
    page = otto.get("/c/acme/settings/running/").content.decode()
    assert warning in page
    assert "Last seen 23 Mar 2026, 08:54." in page
    beating.beat(NOW + timedelta(days=2), "desk-1:8")
    assert [one.name for one in WorkerSeen.objects.all()] == ["desk-1:8"], (
        "one that was silent for days is forgotten"
    )


def test_the_day_is_asked_for_and_who_asked_is_on_record(otto) -> None:
    otto.post("/c/acme/settings/running/day")
    assert (last("day").by, last("day").ref) == ("otto", "2026-03-23")
    assert "The day is on the worker" in otto.get("/c/acme/settings/running/").content.decode()


def test_a_worker_says_that_it_is_there_until_it_ends(acme) -> None:  # noqa: ARG001  the database
    stop = threading.Event()
    seen: list[list[str]] = []

    def clock() -> datetime:
        if WorkerSeen.objects.exists():
            seen.append([one.name for one in beating.workers(NOW)])
            stop.set()
        return NOW

    beating.keep_beating(stop, clock, every=0.01)
    assert seen == [[beating.name_of_this()]]
    assert not WorkerSeen.objects.exists(), "it ended as it was told to"


def test_an_absence_that_stood_before_holds_in_every_company(desk) -> None:  # noqa: ARG001  the database
    before, now = [("casework", "0007_vote_seen")], [("casework", "0009_absence_of_a_company")]
    executor = MigrationExecutor(connection)
    executor.migrate(before)
    old = executor.loader.project_state(before).apps
    for code in ("acme", "brabo"):
        Company.objects.create(code=code, name=code)
    old.get_model("casework", "Absence").objects.create(
        person="carla", deputy="mia", from_on=TODAY, until_on=TODAY
    )
    executor.loader.build_graph()
    executor.migrate(now)
    assert list(Absence.objects.order_by("company__code").values_list("company__code", "person", "deputy")) == [
        ("acme", "carla", "mia"), ("brabo", "carla", "mia")
    ]  # fmt: skip


# --- what others typed ------------------------------------------------------------------------------------------------


def test_a_script_in_a_name_is_shown_as_text(acme, otto) -> None:
    otto.post("/c/acme/settings/company/change", {"name": SCRIPT, "sender": "", "why": SCRIPT})
    otto.post(
        f"/c/acme/settings/people/{member(acme, 'carla').pk}/change", says(acme, "carla", person=SCRIPT)
    )
    otto.post("/c/acme/settings/portfolios/new", {"name": SCRIPT, "owner": f"collector:{SCRIPT}", "why": "x"})
    otto.post(
        "/c/acme/settings/portfolios/away",
        {"person": SCRIPT, "deputy": "mia", "first": TODAY, "last": TODAY, "why": "x"},
    )
    otto.post(
        "/c/acme/settings/programs/tokens/new",
        {"name": SCRIPT, "scopes": ["credit_check"], "per_minute": 60, "why": "x"},
    )
    assert (Portfolio.objects.count(), Absence.objects.count(), Token.objects.count()) == (1, 1, 1)
    for page in PAGES:
        shown = otto.get(f"/c/acme/settings/{page}").content.decode()
        assert SCRIPT not in shown
    assert "&lt;script&gt;" in otto.get("/c/acme/settings/portfolios/").content.decode()
    token = Token.objects.get()
    assert SCRIPT not in otto.get(f"/c/acme/settings/programs/tokens/{token.pk}/revoke").content.decode()


@pytest.mark.usefixtures("acme")
def test_the_palette_finds_imports_and_settings() -> None:
    for typed, name, found in (("imp", "mia", "/c/acme/imports/"), ("sett", "otto", "/c/acme/settings/")):
        assert found in signed_in(name).get(f"/c/acme/find/?q={typed}").content.decode()
    assert "/c/acme/settings/" not in signed_in("sam").get("/c/acme/find/?q=sett").content.decode()
