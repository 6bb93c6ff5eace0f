"""Everything a person reads at the desk exists in four languages."""

from __future__ import annotations

import ast
import re

import pytest

from creditdesk.desk import catalogues, starting

starting.start()

HOLES = re.compile(r"%\((\w+)\)")
PARTS = {part.name: part for part in catalogues.parts()}


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
def test_nothing_is_left_in_english(part, language) -> None:
    """What is missing is written into the catalogue by `make messages`, to be translated there."""
    assert catalogues.missing(PARTS[part], language) == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
def test_a_translation_keeps_the_holes_of_its_text(part, language) -> None:
    _path, catalog = catalogues.updated(PARTS[part], language)
    for message in catalog:
        said = message.id if isinstance(message.id, tuple) else (message.id,)
        for text in message.string if isinstance(message.string, tuple) else (message.string,):
            assert set(HOLES.findall(text)) <= set(HOLES.findall(said[-1])), message.id
            assert set(HOLES.findall(said[-1])) - set(HOLES.findall(text)) <= {"n"}, message.id


def test_the_compiled_catalogues_are_what_django_reads() -> None:
    from django.utils import translation

    catalogues.compiled()
    told = {}
    for language in ("nl", "fr", "de", "en"):
        with translation.override(language):
            told[language] = translation.gettext("Promise to pay")
    assert told == {
        "nl": "Betalingsbelofte", "fr": "Promesse de paiement", "de": "Zahlungszusage", "en": "Promise to pay"
    }  # fmt: skip


def test_every_icon_that_a_template_names_is_in_the_package() -> None:
    import lucide

    desk = catalogues.DESK
    named = {
        (name, file.relative_to(desk).as_posix())
        for file in desk.rglob("*.html")
        for name in re.findall(r"""{% icon "([a-z0-9-]+)\"""", file.read_text(encoding="utf-8"))
        + re.findall(r"""\bicon="([a-z0-9-]+)\"""", file.read_text(encoding="utf-8"))
    }
    absent = []
    for name, file in sorted(named):
        try:
            lucide._load_icon(name)
        except lucide.IconDoesNotExist:
            absent.append((name, file))
    assert len(named) > 30
    assert absent == []


def test_words_are_marked_by_names_that_the_catalogues_look_for() -> None:
    """Under another name a word would be shown in English, and nobody would hear of it."""
    aliases = {
        (file.relative_to(catalogues.DESK).as_posix(), name)
        for file in catalogues.DESK.rglob("*.py")
        for name in re.findall(r"import .*\bn?p?gettext(?:_lazy)? as (\w+)", file.read_text(encoding="utf-8"))
        if name not in catalogues.KEYWORDS
    }
    assert aliases == set()


def test_no_word_is_marked_inside_a_formatted_string() -> None:
    """The catalogues do not look in there: it would stay in English, and nobody would hear of it."""
    unseen = [
        (file.relative_to(catalogues.DESK).as_posix(), call.lineno)
        for file in catalogues.DESK.rglob("*.py")
        for string in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in catalogues.KEYWORDS
        if call.args and isinstance(call.args[0], ast.Constant)
    ]
    assert unseen == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_no_two_catalogues_say_one_text_in_two_ways(language) -> None:
    """Django reads all of them as one: which way won would depend on the order of the folders."""
    said: dict[object, dict[object, str]] = {}
    for part, folder in PARTS.items():
        _path, catalog = catalogues.updated(folder, language)
        for message in catalog:
            if message.id and message.string:
                said.setdefault((message.id, message.context), {})[message.string] = part
    assert {text: ways for text, ways in said.items() if len(ways) > 1} == {}
