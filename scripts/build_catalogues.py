"""Compiles the desk's catalogues when the package is built, so that an installed one needs no compiler."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Catalogues(BuildHookInterface):
    """Hatch's hook."""

    def initialize(self, _version: str, _build_data: dict[str, Any]) -> None:
        """Before the files of the package are gathered."""
        desk = Path(self.root) / "src" / "creditdesk" / "desk"
        runpy.run_path(str(desk / "catalogues.py"))["compiled"](desk)
