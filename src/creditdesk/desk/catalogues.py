"""The words of the desk in four languages: gettext catalogues, extracted, brought up to date and compiled by Babel alone.

Every screen has catalogues of its own (`screens/<screen>/locale/<language>/LC_MESSAGES/django.po`); what several screens say stands
in those of `screens` itself. `make messages` brings them up to date with the code; the compiled files are made when the
package is built, and in a checkout whenever a catalogue is newer than its compiled file.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

DESK = Path(__file__).parent
LANGUAGES = ("nl", "fr", "de")
"""English is what the code says."""

KEYWORDS: dict[str, Any] = {
    "gettext": None, "gettext_lazy": None, "_": None, "_t": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip


def compiled(desk: Path = DESK) -> list[Path]:
    """Compile every catalogue that is newer than its compiled file. Gives those that were."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    done = []
    for source in stale(desk):
        with source.open("rb") as file:
            catalog = read_po(file)
        target = source.with_suffix(".mo")
        work = target.with_suffix(".mo.new")
        with work.open("wb") as file:
            write_mo(file, catalog)
        work.replace(target)
        done.append(target)
    return done


def stale(desk: Path = DESK) -> list[Path]:
    """Catalogues without a compiled file, or newer than it."""
    return [
        source
        for source in sorted(desk.glob("**/locale/*/LC_MESSAGES/django.po"))
        if not source.with_suffix(".mo").is_file()
        or source.with_suffix(".mo").stat().st_mtime < source.stat().st_mtime
    ]


# --- for whoever changes what the desk says ---------------------------------------------------------------------------


def parts(desk: Path = DESK) -> list[Path]:
    """The folders that have catalogues of their own: each screen, what the screens share, signing in."""
    screens = desk / "screens"
    own = [one for one in sorted(screens.iterdir()) if (one / "urls.py").is_file()]
    return [screens, desk / "access", *own]


def extracted(part: Path) -> Catalog:
    """Everything a part says, in English, with where it says it."""
    from babel.messages.catalog import Catalog

    found = Catalog(project="creditdesk", charset="utf-8")
    for file in _files(part):
        where = file.relative_to(DESK).as_posix()
        for _line, message, comments, context in _said(file):
            found.add(message, locations=[(where, 0)], auto_comments=comments, context=context)
    return found


def _files(part: Path) -> Iterator[Path]:
    others = [one for one in parts() if one != part and part in one.parents]
    for file in sorted(part.rglob("*")):
        if file.suffix not in {".py", ".html", ".txt"} or any(one in file.parents for one in others):
            continue
        yield file


def _said(file: Path) -> Iterator[tuple[int, Any, list[str], Any]]:
    from babel.messages.extract import extract
    from django.utils.translation.template import templatize

    text = file.read_text(encoding="utf-8")
    method = "python"
    if file.suffix != ".py":
        text, method = templatize(text, origin=str(file)), "javascript"
    yield from extract(method, io.BytesIO(text.encode()), keywords=KEYWORDS, comment_tags=["Translators:"])


def updated(part: Path, language: str) -> tuple[Path, Catalog]:
    """The catalogue of a part in a language, brought up to date: new words are empty, words said no more are gone."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    path = part / "locale" / language / "LC_MESSAGES" / "django.po"
    template = extracted(part)
    if path.is_file():
        with path.open("rb") as file:
            catalog = read_po(file, locale=language)
        catalog.update(template, no_fuzzy_matching=True)
    else:
        catalog = Catalog(locale=language, project="creditdesk", charset="utf-8")
        catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return path, catalog


def missing(part: Path, language: str) -> list[str]:
    """What a part says and its catalogue of a language does not know."""
    _path, catalog = updated(part, language)
    return [
        str(message.id)
        for message in catalog
        if message.id
        and (not all(message.string) if isinstance(message.string, tuple) else not message.string)
    ]


def _head(language: str) -> str:
    """What a catalogue must say of itself; no dates and names, which would change with every run."""
    plural = "n > 1" if language == "fr" else "n != 1"
    return (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: nplurals=2; plural=({plural});\\n"\n\n'
    )


def main() -> None:
    """`make messages`: bring the catalogues up to date, compile them, and say what is not translated yet."""
    from babel.messages.pofile import write_po

    from creditdesk.desk import starting

    starting.start()
    for part in parts():
        if not extracted(part)._messages:  # noqa: SLF001  a catalogue does not tell its length without its head
            continue
        for language in LANGUAGES:
            path, catalog = updated(part, language)
            path.parent.mkdir(parents=True, exist_ok=True)
            written = io.BytesIO()
            write_po(written, catalog, width=120, sort_output=True, include_lineno=False)
            path.write_text(
                _head(language) + written.getvalue().decode().split("\n\n", 1)[1], encoding="utf-8"
            )
            empty = missing(part, language)
            if empty:
                sys.stdout.write(f"{path.relative_to(DESK)}: {len(empty)} to translate\n")
    compiled()


if __name__ == "__main__":
    main()
