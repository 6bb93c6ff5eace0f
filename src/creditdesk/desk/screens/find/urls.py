"""Address of the palette."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.find import views
from creditdesk.desk.screens.screen import Screen

SCREEN = Screen("find", _("Find"), "search", Right.MEMBER, order=0, shown=False)

urlpatterns = [path("", views.find, name="list")]
