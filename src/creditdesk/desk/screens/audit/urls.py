"""Addresses of the screen *Audit trail*."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.audit import views
from creditdesk.desk.screens.screen import Screen

SCREEN = Screen("audit", _("Audit trail"), "scroll-text", Right.SEE_AUDIT, order=85, key="a")

urlpatterns = [
    path("", views.entries, name="list"),
    path("views", views.keep, name="views"),
    path("<int:pk>/", views.entry, name="entry"),
]
