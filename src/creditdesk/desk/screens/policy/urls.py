"""Addresses of the screen *Policy*."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.policy import drafting, trying, views
from creditdesk.desk.screens.screen import Screen

SCREEN = Screen("policy", _("Policy"), "book-open", Right.SEE_POLICY, order=70, key="p")

urlpatterns = [
    path("", views.policies, name="list"),
    path("new", views.begin, name="begin"),
    path("compare", views.compare, name="compare"),
    path("version/<int:pk>/", views.version, name="version"),
    path("draft/<int:pk>/", drafting.draft, name="draft"),
    path("draft/<int:pk>/moves", trying.moves, name="moves"),
    path("draft/<int:pk>/words", drafting.words, name="words"),
    path("draft/<int:pk>/matrix", drafting.matrix, name="matrix"),
    path("draft/<int:pk>/matrix/save", drafting.save_matrix, name="save-matrix"),
    path("draft/<int:pk>/procedures", drafting.ladders, name="ladders"),
    path("draft/<int:pk>/procedures/<str:procedure>", drafting.ladder, name="ladder"),
    path("draft/<int:pk>/procedures/<str:procedure>/save", drafting.save_ladder, name="save-ladder"),
    path("draft/<int:pk>/text", drafting.text, name="text"),
    path("draft/<int:pk>/text/save", drafting.save_text, name="save-text"),
    path("draft/<int:pk>/cases", trying.cases, name="cases"),
    path("draft/<int:pk>/cases/save", trying.save_cases, name="save-cases"),
    path("draft/<int:pk>/cases/run", trying.run_cases, name="run-cases"),
    path("draft/<int:pk>/replay", trying.replay, name="replay"),
    path("draft/<int:pk>/replay/run", trying.run_replay, name="run-replay"),
    path("draft/<int:pk>/remarks", drafting.remarks, name="remarks"),
    path("draft/<int:pk>/remarks/add", drafting.remark, name="remark"),
    path("draft/<int:pk>/do/<slug:act>", drafting.act, name="act"),
    path("trial/<int:pk>", trying.trial, name="trial"),
    path("trial/<int:pk>/stop", trying.stop, name="stop"),
]
