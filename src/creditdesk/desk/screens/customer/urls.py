"""Addresses of the screen *Customer*."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.customer import attaching, views
from creditdesk.desk.screens.screen import Screen

SCREEN = Screen("customer", _("Customer"), "user", Right.SEE_CUSTOMERS, order=21, home="page", shown=False)

urlpatterns = [
    path("<key:customer>/", views.customer, name="page"),
    path("<key:customer>/timeline", views.happened, name="timeline"),
    path("<key:customer>/stale", views.stale, name="stale"),
    path("<key:customer>/on", views.then, name="then"),
    path("<key:customer>/message/<int:pk>", views.message, name="message"),
    path("<key:customer>/letter/<int:pk>", views.letter, name="letter"),
    path("<key:customer>/documents/attach", attaching.attach, name="attach"),
    path("<key:customer>/documents/<int:pk>", attaching.download, name="document"),
    path("<key:customer>/documents/<int:pk>/remove", attaching.remove, name="remove"),
    path("<key:customer>/do/<slug:act>", views.act, name="act"),
    path("<key:customer>/end", views.end_running, name="end"),
]
