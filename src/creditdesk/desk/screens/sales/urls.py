"""Addresses of the screen *Sales*."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.sales import answering, views
from creditdesk.desk.screens.screen import Screen

SCREEN = Screen(
    "sales", _("Sales"), "briefcase", (Right.SELL, Right.DECIDE, Right.SEE_AUDIT), order=50, key="s"
)

urlpatterns = [
    path("", views.customers, name="list"),
    path("interventions/", views.interventions, name="interventions"),
    path("moves/", views.moves, name="moves"),
    path("moves/<key:customer>/agree", answering.agree, name="agree"),
    path("moves/<key:customer>/do/<slug:act>", answering.act, name="move"),
    path("room/", views.room, name="room"),
    path("watch/", views.watch, name="watch"),
]
