"""Addresses of the screen *Imports*."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.imports import apart_file, choosing, quarantine, uploads, views
from creditdesk.desk.screens.screen import Screen

SCREEN = Screen("imports", _("Imports"), "import", (Right.SEE_IMPORTS, Right.IMPORT), order=80, key="i")

urlpatterns = [
    path("", views.imports, name="list"),
    path("views", views.keep, name="views"),
    path("new", uploads.receive, name="new"),
    path("upload/<slug:token>/", uploads.upload, name="upload"),
    path("upload/<slug:token>/progress", uploads.progress, name="progress"),
    path("upload/<slug:token>/columns", choosing.columns, name="columns"),
    path("upload/<slug:token>/read", choosing.read_again, name="read"),
    path("upload/<slug:token>/text", choosing.text, name="text"),
    path("upload/<slug:token>/use", choosing.use, name="use"),
    path("upload/<slug:token>/back", uploads.back, name="back"),
    path("upload/<slug:token>/bring", uploads.bring, name="bring"),
    path("upload/<slug:token>/discard", uploads.discard, name="discard"),
    path("upload/<slug:token>/apart.csv", apart_file.apart, name="apart"),
    path("mappings/", views.mappings, name="mappings"),
    path("mappings/<int:pk>.yaml", views.mapping, name="mapping"),
    path("mappings/shipped/<slug:name>.yaml", views.shipped_mapping, name="shipped"),
    path("mappings/<int:pk>/forget", views.forget, name="forget"),
    path("quarantine/", quarantine.rows, name="quarantine"),
    path("quarantine/views", quarantine.keep, name="quarantine_views"),
    path("quarantine/do/<slug:act>", quarantine.bulk, name="bulk"),
    path("quarantine/<int:pk>/", quarantine.row, name="row"),
    path("<int:number>/", views.page, name="page"),
    path("<int:number>/progress", views.progress, name="work"),
    path("<int:number>/undo", views.undo, name="undo"),
    path("<int:number>/retry", views.retry, name="retry"),
    path("<int:number>/mapping.yaml", views.mapping_of, name="mapping_of"),
]
