"""Addresses of the screen *Settings*."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.screen import Screen
from creditdesk.desk.screens.settings import (
    calendars,
    company,
    deciders,
    people,
    portfolios,
    running,
    tokens,
    webhooks,
)

SCREEN = Screen("settings", _("Settings"), "settings", Right.SEE_SETTINGS, order=90, key="e")

urlpatterns = [
    path("", company.page, name="list"),
    path("company/change", company.change, name="company_change"),
    path("company/day", company.day, name="company_day"),
    path("company/release", company.release, name="release"),
    path("company/deciders/<slug:kind>", deciders.change, name="deciders"),
    path("company/new", company.new, name="company_new"),
    path("people/", people.page, name="people"),
    path("people/new", people.invite, name="invite"),
    path("people/<int:pk>/change", people.change, name="person"),
    path("people/<int:pk>/link", people.link, name="link"),
    path("people/<int:pk>/remove", people.remove, name="remove"),
    path("portfolios/", portfolios.page, name="portfolios"),
    path("portfolios/new", portfolios.new, name="portfolio_new"),
    path("portfolios/<int:pk>/change", portfolios.change, name="portfolio"),
    path("portfolios/<int:pk>/close", portfolios.close, name="portfolio_close"),
    path("portfolios/away", portfolios.away, name="away"),
    path("portfolios/away/<int:pk>/back", portfolios.back, name="back"),
    path("calendars/", calendars.page, name="calendars"),
    path("programs/", tokens.page, name="programs"),
    path("programs/tokens/new", tokens.new, name="token_new"),
    path("programs/tokens/<int:pk>/revoke", tokens.revoke, name="token_revoke"),
    path("programs/webhooks/new", webhooks.new, name="webhook_new"),
    path("programs/webhooks/<int:pk>/renew", webhooks.renew, name="webhook_renew"),
    path("programs/webhooks/<int:pk>/end", webhooks.end, name="webhook_end"),
    path("programs/webhooks/<int:pk>/try", webhooks.try_it, name="webhook_try"),
    path("programs/webhooks/<int:pk>/retry", webhooks.retry, name="webhook_retry"),
    path("running/", running.page, name="running"),
    path("running/part", running.part, name="running_part"),
    path("running/day", running.run_day, name="run_day"),
]
