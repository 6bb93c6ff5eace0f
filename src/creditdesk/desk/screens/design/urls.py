"""Address of the page that shows every component."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.design import views
from creditdesk.desk.screens.screen import Screen

SCREEN = Screen("design", _("Design"), "swatch-book", Right.MANAGE, order=990)

urlpatterns = [path("", views.design, name="list")]
