"""The pictures of the documents: each is there, each is used, and none is heavy."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

NAMED = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)|<img[^>]*src=\"([^\"]+)\"")
MOST_BYTES = 100_000


def named(root: Path) -> set[Path]:
    """Every picture that a document shows."""
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    return {
        (page.parent / (one or other)).resolve()
        for page in pages
        for one, other in NAMED.findall(page.read_text(encoding="utf-8"))
    }


def test_every_picture_that_a_document_shows_is_there_and_every_one_there_is_shown(root: Path) -> None:
    shown, there = named(root), {one.resolve() for one in (root / "docs" / "images").iterdir()}
    assert len(shown) > 10
    assert shown - there == set()
    assert there - shown == set()


def test_every_picture_says_in_words_what_is_on_it(root: Path) -> None:
    bare = [
        page.name
        for page in (root / "docs").rglob("*.md")
        if re.search(r"!\[\s*\]|<img(?![^>]*alt=\"[^\"]{10,}\")", page.read_text(encoding="utf-8"))
    ]
    assert bare == []


def test_a_picture_is_light_and_of_a_screen_or_a_phone(root: Path) -> None:
    for file in (root / "docs" / "images").iterdir():
        assert file.stat().st_size < MOST_BYTES, file.name
        assert Image.open(file).size in {(1440, 900), (390, 844)}, file.name
