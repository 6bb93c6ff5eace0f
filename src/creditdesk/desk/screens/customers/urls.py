"""Addresses of the screen *Customers*."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.customers import views
from creditdesk.desk.screens.screen import Screen

SCREEN = Screen("customers", _("Customers"), "users", Right.SEE_CUSTOMERS, order=20, key="c")

urlpatterns = [
    path("", views.customers, name="list"),
    path("views", views.keep, name="views"),
    path("do/<slug:act>", views.bulk, name="bulk"),
]
