"""Addresses of the screen *Requests*."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.requests import views
from creditdesk.desk.screens.screen import Screen

SCREEN = Screen("requests", _("Requests"), "stamp", Right.SEE_REQUESTS, order=55, key="r")

urlpatterns = [
    path("", views.requests, name="list"),
    path("views", views.keep, name="views"),
    path("new", views.new, name="new"),
    path("<int:pk>/", views.request_page, name="page"),
    path("<int:pk>/vote", views.vote, name="vote"),
    path("<int:pk>/withdraw", views.withdraw, name="withdraw"),
    path("<int:pk>/say", views.say, name="say"),
]
