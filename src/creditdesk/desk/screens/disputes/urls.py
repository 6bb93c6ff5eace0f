"""Addresses of the screen *Disputes*."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.disputes import views
from creditdesk.desk.screens.screen import Screen

SCREEN = Screen("disputes", _("Disputes"), "scale", Right.SEE_DISPUTES, order=60, key="d")

urlpatterns = [
    path("", views.disputes, name="list"),
    path("views", views.keep, name="views"),
    path("<key:dispute>/", views.dispute, name="page"),
    path("<key:dispute>/say", views.say, name="say"),
    path("<key:dispute>/do/<slug:act>", views.act, name="act"),
]
