"""Addresses of the screen *Matrix*."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.matrix import views
from creditdesk.desk.screens.screen import Screen

SCREEN = Screen("matrix", _("Matrix"), "grid-3x3", Right.SEE_CUSTOMERS, order=30, key="m")

urlpatterns = [
    path("", views.now, name="list"),
    path("moves", views.moves, name="moves"),
    path("try", views.attempt, name="try"),
    path("try/preview", views.preview, name="preview"),
    path("try/save", views.save, name="save"),
]
