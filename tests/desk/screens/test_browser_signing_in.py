"""Signing in with the company's own sign-on and with a passkey: a real provider, and the authenticator of Chromium."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import oidc_provider_mock
import pytest

from creditdesk.desk import place
from desk.screens.conftest import Sample, Served, serving, surroundings

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("screens")]


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The sign-on of a company: it knows Carla, who works at the desk, and Mallory, who does not."""
    people = [
        oidc_provider_mock.User(sub="carla", claims={"email": "carla@brabo.example", "email_verified": True}),
        oidc_provider_mock.User(
            sub="mallory", claims={"email": "mallory@brabo.example", "email_verified": True}
        ),
        oidc_provider_mock.User(
            sub="unproven", claims={"email": "carla@brabo.example", "email_verified": False}
        ),
    ]
    with oidc_provider_mock.run_server_in_thread(user_claims=people) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def signed_on(empty: Sample, provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A desk that is told of the provider, with a collector whose mail address the provider vouches for."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("", provider), ("_CLIENT", "desk"), ("_SECRET", "s"), ("_NAME", "Brabo")):
            patch.setenv(place.OIDC + name, value)
        with serving(empty, tmp_path_factory.mktemp("signed-on") / "desk") as desk:
            script = (
                "from creditdesk.desk import starting; starting.start()\n"
                "from django.contrib.auth import get_user_model\n"
                "get_user_model().objects.filter(username='collector').update(email='carla@brabo.example')\n"
            )
            subprocess.run([sys.executable, "-c", script], env=surroundings(desk.home), check=True)
            yield desk


def sign_on(chromium: Any, desk: Served, name: str) -> Any:
    page = chromium.new_context(base_url=desk.address, locale="en").new_page()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with Brabo").click()
    page.fill("[name=sub]", name)
    page.click("button:not([name])")
    page.wait_for_load_state("networkidle")
    return page


def test_whom_the_companys_own_sign_on_vouches_for_is_at_the_desk(chromium, signed_on: Served) -> None:
    page = sign_on(chromium, signed_on, "carla")
    assert "/c/brabo/today/" in page.url
    page.context.close()


@pytest.mark.parametrize("name", ["mallory", "unproven"])
def test_nobody_else_comes_in(chromium, signed_on: Served, name: str) -> None:
    page = sign_on(chromium, signed_on, name)
    assert "/c/" not in page.url, page.inner_text("main")
    page.goto("/c/brabo/today/")
    assert "/accounts/login/" in page.url
    page.context.close()


def test_a_passkey_is_added_and_signs_in_without_a_password(chromium, served_empty: Served) -> None:
    # a passkey belongs to a name, not to a number
    desk = Served(
        served_empty.address.replace("127.0.0.1", "localhost"), served_empty.home, served_empty.passwords
    )
    context = chromium.new_context(base_url=desk.address, locale="en")
    page = context.new_page()
    held = context.new_cdp_session(page)
    held.send("WebAuthn.enable")
    held.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip
    page.goto("/accounts/login/")
    page.fill("[name=login]", "manager")
    page.fill("[name=password]", desk.passwords["manager"])
    page.click("form.form button")
    page.wait_for_url("**/c/**")
    page.goto("/accounts/2fa/webauthn/add/")
    # whoever is signed in proves once more that it is him
    page.fill("[name=password]", desk.passwords["manager"])
    page.click("form.form button.main")
    page.fill("[name=name]", "My laptop")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    context.clear_cookies()
    page.goto("/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url("**/c/brabo/**")
    context.close()
