"""The script of the documents' pictures still finds its way: each picture is declared once and used; one is taken."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("screens")]


@pytest.fixture(scope="module")
def script(root: Path) -> Any:
    """scripts/screenshots.py as a module."""
    spec = importlib.util.spec_from_file_location("screenshots", root / "scripts" / "screenshots.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["screenshots"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_script_takes_every_picture_of_the_documents_and_no_other(script, root) -> None:
    taken = [one.name for one in script.PICTURES if one.shown]
    assert len(taken) == len(set(taken))
    assert set(taken) == {file.stem for file in (root / "docs" / "images").iterdir()}


def test_a_picture_is_taken_once_and_left_as_it_was(script, served, chromium, tmp_path) -> None:
    looking = script.Looking(chromium, served.address, served.passwords)
    (picture,) = (one for one in script.PICTURES if one.name == "collector-today")
    first = looking.taken(picture)
    assert first.size == script.WIDE
    file = tmp_path / "today.png"
    assert script.kept(first, file).endswith("KB")
    assert file.stat().st_size < 100_000
    assert script.kept(looking.taken(picture), file) == "as it was"
    (other,) = (one for one in script.PICTURES if one.name == "collector-held")
    assert script.kept(looking.taken(other), file).endswith("KB"), "another page is another picture"
    looking.close()
