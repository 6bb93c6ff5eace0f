"""The addresses of the desk: signing in, the screens of each company, the API, the admin."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from creditdesk.desk.access import keys, views
from creditdesk.desk.api import interface
from creditdesk.desk.screens import registry

urlpatterns = [
    path("", views.start, name="start"),
    path("language", views.language, name="language"),
    path("alive", views.alive, name="alive"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", interface.urls),
    path("admin/", admin.site.urls),
    path(f"c/<{keys.NAME}:company>/", views.company, name="company"),
    path(f"c/<{keys.NAME}:company>/", include(registry.urls())),
]
handler400 = "creditdesk.desk.access.views.bad_request"
handler403 = "creditdesk.desk.access.views.refused"
handler404 = "creditdesk.desk.access.views.absent"
handler500 = "creditdesk.desk.access.views.broken"
