"""Addresses of the screen *Today*."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.screen import Screen
from creditdesk.desk.screens.today import handing, letters, views

SCREEN = Screen("today", _("Today"), "list-checks", (Right.WORK, Right.DECIDE, Right.SELL), order=10, key="t")

urlpatterns = [
    path("", views.today, name="list"),
    path("held/", views.held, name="held"),
    path("letters/", letters.letters, name="letters"),
    path("letters/posted", letters.posted, name="posted"),
    path("next", views.next_task, name="next"),
    path("<int:pk>/", views.task, name="task"),
    path("<int:pk>/outcome", views.outcome, name="outcome"),
    path("<int:pk>/with/<slug:name>", views.sheet, name="sheet"),
    path("<int:pk>/approve", views.approve, name="approve"),
    path("<int:pk>/resolve", views.resolve, name="resolve"),
    path("<int:pk>/seen", views.seen, name="seen"),
    path("<int:pk>/hand", handing.hand, name="hand"),
    path("back", views.back, name="back"),
]
