"""Finds the screens: a folder with a module `urls` is one, so that a new screen edits no file of another."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from django.urls import include, path

from creditdesk.desk import screens
from creditdesk.desk.screens.screen import Screen


@cache
def modules() -> list[ModuleType]:
    """The `urls` of every screen: each names its `SCREEN` and its `urlpatterns`."""
    folders = [one.name for one in pkgutil.iter_modules(screens.__path__) if one.ispkg]
    found = [import_module(f"{screens.__name__}.{name}.urls") for name in folders if _has_urls(name)]
    return sorted(found, key=lambda module: (module.SCREEN.order, module.SCREEN.name))


def _has_urls(name: str) -> bool:
    package = import_module(f"{screens.__name__}.{name}")
    return any(one.name == "urls" for one in pkgutil.iter_modules(package.__path__))


def all_screens() -> list[Screen]:
    """Every screen, in the order of the menu."""
    return [module.SCREEN for module in modules()]


def urls() -> list[Any]:
    """The addresses below `/c/<company>/`: each screen under its own name, in a namespace of that name."""
    return [
        path(f"{module.SCREEN.name}/", include((module.urlpatterns, module.SCREEN.name)))
        for module in modules()
    ]
