"""Addresses of the screen *Monitor*."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.monitor import views
from creditdesk.desk.screens.screen import Screen

SCREEN = Screen("monitor", _("Monitor"), "chart-line", Right.SEE_FIGURES, order=40, key="o")

urlpatterns = [
    path("", views.receivables_page, name="list"),
    path("behaviour", views.behaviour_page, name="behaviour"),
    path("disputes", views.disputes_page, name="disputes"),
    path("work", views.work_page, name="work"),
    path("effect", views.effect_page, name="effect"),
    path("alerts", views.alerts_page, name="alerts"),
    path("alerts/views", views.keep, name="views"),
    path("alerts/seen", views.seen, name="seen"),
]
