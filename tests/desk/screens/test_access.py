"""Who may see what: members by their roles, strangers nothing, and no view that does not say."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from creditdesk.desk.access.declared import patterns, undeclared
from creditdesk.desk.access.roles import RIGHTS, Right, Role, rights_of
from desk.screens.people import EVERYBODY, PASSWORD, account, people, signed_in, stranger

from django.contrib.auth import get_user_model  # isort: skip  needs the settings
from django.core.cache import cache  # isort: skip
from django.db import connection  # isort: skip
from django.test import Client  # isort: skip

from creditdesk.desk.access.members import admit  # isort: skip
from creditdesk.desk.casework.models import Entry, Portfolio  # isort: skip
from creditdesk.desk.ledger.models import Company  # isort: skip
from desk.screens.people import NOW  # isort: skip


@pytest.fixture(scope="module")
def acme(one_desk) -> Company:  # noqa: ARG001  one database for all cases
    company = Company.objects.create(code="acme", name="Acme BV")
    people(company)
    account(company, "C1", "Janssen Bouw", overdue=100_00, open=250_00)
    account(company, "C2", "Café Ünal", overdue=0, open=10_00)
    return company


def test_every_view_says_who_may_see_it() -> None:
    assert undeclared() == []
    ours = [route for route, _view in patterns() if route.startswith("c/<key:company>/")]
    assert len(ours) > 3


@pytest.mark.usefixtures("settings_of_urls")
def test_a_view_that_does_not_say_is_refused() -> None:
    client = Client(raise_request_exception=False)
    assert client.get("/forgotten").status_code == 500


@pytest.fixture
def settings_of_urls(acme):  # noqa: ARG001  the database
    """The desk with one view that somebody forgot to declare."""
    import types

    from django.http import HttpResponse
    from django.test.utils import override_settings
    from django.urls import path

    from creditdesk.desk import urls

    def forgotten(_request):
        return HttpResponse("secret")

    forgotten.login_required = False
    module = types.ModuleType("forgotten_urls")
    module.urlpatterns = [path("forgotten", forgotten), *urls.urlpatterns]
    module.handler500 = urls.handler500
    import sys

    sys.modules[module.__name__] = module
    with override_settings(ROOT_URLCONF=module.__name__):
        yield
    del sys.modules[module.__name__]


@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.usefixtures("acme")
def test_customers_are_seen_by_those_whose_role_may(name) -> None:
    allowed = Right.SEE_CUSTOMERS in RIGHTS[EVERYBODY[name]]
    answer = signed_in(name).get("/c/acme/customers/")
    assert answer.status_code == (200 if allowed else 403)
    assert ("Janssen Bouw" in answer.content.decode()) == allowed


@pytest.mark.usefixtures("acme")
def test_an_auditor_changes_nothing() -> None:
    assert all(
        right.name.startswith("SEE") or right == Right.MEMBER
        for right in rights_of(frozenset({Role.AUDITOR}))
    )
    assert signed_in("ada").post("/c/acme/customers/").status_code == 405


@pytest.mark.usefixtures("acme")
def test_a_stranger_does_not_learn_that_the_company_exists() -> None:
    stranger()
    client = signed_in("charlie")
    assert client.get("/c/acme/customers/").status_code == 404
    assert client.get("/c/nowhere/customers/").status_code == 404
    told = [client.get(f"/c/{code}/customers/").content for code in ("acme", "nowhere")]
    assert told[0] == told[1]


@pytest.mark.usefixtures("acme")
def test_another_companys_customer_is_not_one_id_away() -> None:
    other = Company.objects.create(code="other", name="Other NV")
    account(other, "C9", "Geheim NV")
    admit(other, "olga", [Role.CREDIT_MANAGER], by="test", now=NOW)
    assert signed_in("olga").get("/c/other/customer/C9/").status_code == 200
    assert signed_in("mia").get("/c/acme/customer/C9/").status_code == 404
    assert signed_in("mia").get("/c/other/customer/C9/").status_code == 404
    assert b"Geheim" not in signed_in("mia").get("/c/acme/find/?q=geheim").content


def test_who_is_restricted_to_a_portfolio_sees_its_customers_alone(acme) -> None:
    portfolio = Portfolio.objects.create(company=acme, name="North", owner="carla")
    account(acme, "C3", "Noord NV", portfolio=portfolio.pk)
    admit(acme, "nora", [Role.COLLECTOR], by="test", now=NOW, portfolios=[portfolio.pk])
    page = signed_in("nora").get("/c/acme/customers/").content.decode()
    assert "Noord NV" in page
    assert "Janssen Bouw" not in page
    assert signed_in("nora").get("/c/acme/customer/C1/").status_code == 404
    assert b"Janssen" not in signed_in("nora").get("/c/acme/find/?q=jan").content


@pytest.mark.usefixtures("acme")
def test_nobody_comes_in_without_signing_in() -> None:
    for address in ("/", "/c/acme/customers/", "/c/acme/customer/C1/", "/c/acme/find/"):
        answer = Client().get(address)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith("/accounts/login/"), address


@pytest.mark.usefixtures("acme")
def test_a_part_of_a_page_asked_for_after_the_session_ended_reloads_the_page() -> None:
    answer = Client(headers={"HX-Request": "true"}).get("/c/acme/customers/")
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")


@pytest.mark.usefixtures("acme")
def test_no_page_stays_in_a_cache_and_none_runs_a_foreign_script() -> None:
    for client, address in ((signed_in("mia"), "/c/acme/customers/"), (Client(), "/accounts/login/")):
        answer = client.get(address)
        assert "no-store" in answer["Cache-Control"]
        policy = answer["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        page = answer.content.decode()
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<style" not in page
        assert page.count("<script>") == 0


GUESS = """
import sys
from creditdesk.desk import starting
starting.start()
from django.test import Client
for index in range(3):
    Client().post("/accounts/login/", {"login": "mia", "password": f"guess {sys.argv[1]} {index}"})
"""


@pytest.mark.usefixtures("acme")
def test_guessing_passwords_is_slowed_down_for_all_processes(tmp_path) -> None:
    cache.clear()
    user = get_user_model().objects.get(username="mia")
    user.set_password(PASSWORD)
    user.save()
    assert Client().post("/accounts/login/", {"login": "mia", "password": PASSWORD}).status_code == 302
    # each process guesses three times; no process alone has guessed too often
    named = connection.settings_dict
    address = str(named["NAME"])
    if connection.vendor == "postgresql":
        address = f"postgresql://{named['USER']}@/{named['NAME']}?host={named['HOST'] or named['OPTIONS'].get('host', '')}"
    for process in range(2):
        subprocess.run(
            [sys.executable, "-c", GUESS, str(process)],
            env={**os.environ, "CREDITDESK_HOME": str(tmp_path), "CREDITDESK_DATABASE": address}, check=True,
        )  # fmt: skip
    late = Client().post("/accounts/login/", {"login": "mia", "password": PASSWORD})
    assert late.status_code != 302, "the right password is refused too, for a while"
    cache.clear()
    assert Client().post("/accounts/login/", {"login": "mia", "password": PASSWORD}).status_code == 302


@pytest.mark.usefixtures("acme")
def test_a_second_factor_is_asked_for_once_it_is_set_up() -> None:
    from allauth.mfa.totp.internal import auth

    user = get_user_model().objects.get(username="fien")
    user.set_password(PASSWORD)
    user.save()
    client = Client(headers={"accept-language": "en"})
    client.post("/accounts/login/", {"login": "fien", "password": PASSWORD})
    # whoever walks by an open browser cannot set one up: the password is asked for again
    asked = client.get("/accounts/2fa/totp/activate/")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200
    secret = client.session["mfa.totp.secret"]

    def code() -> str:
        return auth.format_hotp_value(auth.hotp_value(secret, next(auth.yield_hotp_counters_from_time())))

    assert client.post("/accounts/2fa/totp/activate/", {"code": code()}).status_code == 302
    fresh = Client(headers={"accept-language": "en"})
    first = fresh.post("/accounts/login/", {"login": "fien", "password": PASSWORD})
    assert first["Location"].startswith("/accounts/2fa/authenticate/")
    assert fresh.get("/c/acme/customers/").status_code == 302, "a password alone does not let in"
    wrong = fresh.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    assert fresh.get("/c/acme/customers/").status_code == 302


SAYS = """
import json
from creditdesk.desk import settings
names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "CSRF_TRUSTED_ORIGINS", "ALLOWED_HOSTS",
         "CONTENT_SECURITY_POLICY", "SOCIALACCOUNT_PROVIDERS", "SECURE_PROXY_SSL_HEADER", "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN")
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


def settings_with(home, **environment: str) -> tuple[dict, str]:
    """The settings that an environment gives, or what is told when it makes no sense."""
    done = subprocess.run(
        [sys.executable, "-c", SAYS],
        env={**os.environ, "CREDITDESK_HOME": str(home), **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return (json.loads(done.stdout) if done.stdout else {}), done.stderr


def test_an_encrypted_address_turns_on_what_hangs_on_it(tmp_path) -> None:
    plain, _told = settings_with(tmp_path)
    assert (plain["SESSION_COOKIE_SECURE"], plain["SECURE_HSTS_SECONDS"]) == (False, 0)
    said, _told = settings_with(tmp_path, CREDITDESK_URL="https://desk.acme.example", CREDITDESK_PROXIES="1")
    assert (said["SESSION_COOKIE_SECURE"], said["CSRF_COOKIE_SECURE"]) == (True, True)
    assert said["SECURE_HSTS_SECONDS"] > 30 * 24 * 3600
    assert "desk.acme.example" in said["ALLOWED_HOSTS"]
    assert said["CSRF_TRUSTED_ORIGINS"] == ["https://desk.acme.example"]
    assert said["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert said["MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"] is False


def test_the_companys_own_sign_on_comes_from_the_environment(tmp_path) -> None:
    given = {
        "CREDITDESK_OIDC": "https://login.acme.example",
        "CREDITDESK_OIDC_CLIENT": "desk",
        "CREDITDESK_OIDC_SECRET": "s",
    }
    said, _told = settings_with(tmp_path, **given)
    (app,) = said["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]["APPS"]
    assert (app["client_id"], app["settings"]["server_url"]) == ("desk", "https://login.acme.example")
    assert "https://login.acme.example" in said["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["form-action"]
    _none, told = settings_with(tmp_path, CREDITDESK_OIDC="https://login.acme.example")
    assert "the way out: set both" in told


@pytest.mark.usefixtures("acme")
def test_nobody_signs_up() -> None:
    page = Client().get("/accounts/signup/")
    assert "password1" not in page.content.decode()


def test_roles_are_given_and_taken_on_record(acme) -> None:
    admit(acme, "carla", [Role.COLLECTOR, Role.DISPUTE_HANDLER], by="otto", now=NOW)
    entry = Entry.objects.filter(what="member", ref="carla").first()
    assert entry is not None
    assert (entry.was, entry.became["roles"]) == ({"roles": ["collector"]}, ["collector", "dispute_handler"])
