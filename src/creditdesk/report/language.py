"""Words, amounts and dates in the reader's language.

Each language is one catalogue of data (`languages/nl.yaml`), with the terms of the field as people use them there. A
text may have plural forms under the CLDR names (`one`, `other`); `{n}` chooses. Codes of a policy that no catalogue
knows (somebody's own segment or step) are shown as they are written, with spaces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib import resources
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent
from ruamel.yaml import YAML

from creditdesk.facts.money import major

LANGUAGES = ("nl", "fr", "de", "en")
DEFAULT = "en"
_REGIONS = {
    "nl": {"NL", "BE"},
    "fr": {"FR", "BE", "CH", "LU", "CA"},
    "de": {"DE", "AT", "CH", "BE", "LU", "LI"},
    "en": {"GB", "IE", "US", "CA", "AU", "NZ"},
}
_USUAL = {"en": "GB"}
_CODE_BEFORE_DIGIT = re.compile(r"(?<=[A-Z])(?=\d)")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PLURAL_FORMS = {"zero", "one", "two", "few", "many", "other"}

Amounts = Mapping[str, int]
"""Minor units per currency."""


class UnknownLanguage(ValueError):
    """There is no catalogue for this language."""


@dataclass(frozen=True)
class Language:
    """One language, as written in one country.

    Attributes:
        code: `nl`, `fr`, `de` or `en`.
        locale: how amounts and dates are written.
        texts: every text of the catalogue by its dotted key.
    """

    code: str
    locale: Locale
    texts: Mapping[str, str | Mapping[str, str]]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key. Raises KeyError when the catalogue has none: a test keeps all four complete."""
        text = self.texts[key]
        if not isinstance(text, str):
            form = self.locale.plural_form(abs(values["n"]))  # type: ignore[arg-type]
            text = text.get(form) or text["other"]
            values["n"] = self.number(values["n"], 1)  # type: ignore[arg-type]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Whether the catalogue knows the key."""
        return key in self.texts

    def named(self, group: str, code: object) -> str:
        """The name of a code: `named('segment', 'partner')`; an unknown one as it is written, with spaces."""
        if code is None or code == "":
            return ""
        key = f"{group}.{code}"
        if key in self.texts:
            return self(key)
        words = str(code).replace("_", " ").strip()
        return words[:1].upper() + words[1:]

    def said(self, text: str) -> str:
        """What a policy says in its own words: a text of a shipped policy in this language, any other as it is written."""
        return shipped_texts().get(text, {}).get(self.code, text)

    def column(self, name: str) -> str:
        """What a column of the profile is called; one that has no name as it is written."""
        return _columns()["columns"].get(name, {}).get(self.code, name)

    def value(self, code: str) -> str:
        """A value that some columns have by the contract: `paper`, `peppol`."""
        return _columns()["values"].get(code, {}).get(self.code, code.replace("_", " "))

    def weekday_name(self, name: str) -> str:
        """The name of a weekday: `friday` as this language calls it."""
        names: Mapping[int, str] = self.locale.days["format"]["wide"]
        return names[_WEEKDAYS.index(name)]

    def money(self, amount: int, currency: str) -> str:
        """An amount in whole units: what a list needs."""
        whole = major(amount, currency).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        written = format_currency(
            whole, currency, locale=self.locale, currency_digits=False, format=self._whole()
        )
        return _CODE_BEFORE_DIGIT.sub("\u00a0", written)

    def exact(self, amount: int, currency: str) -> str:
        """An amount to the last minor unit."""
        return format_currency(major(amount, currency), currency, locale=self.locale)

    def short(self, amount: int, currency: str) -> str:
        """An amount that takes little room: from a million on in millions, as a key figure needs it."""
        value = major(amount, currency)
        if abs(value) < 1_000_000:
            return self.money(amount, currency)
        digits = 2 if abs(value) < 10_000_000 else 1
        return format_compact_currency(value, currency, locale=self.locale, fraction_digits=digits)

    def amounts(self, amounts: Amounts, short: bool = False) -> str:
        """Sums per currency, largest first; one currency never hides in another."""
        shown = sorted(
            ((code, amount) for code, amount in amounts.items() if amount), key=lambda pair: -pair[1]
        )
        write = self.short if short else self.money
        if not shown:
            return write(0, next(iter(amounts))) if amounts else "0"
        return " + ".join(write(amount, code) for code, amount in shown)

    @staticmethod
    def rounded(value: float | Decimal, digits: int) -> Decimal:
        """A number rounded half up."""
        return Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)

    def number(self, value: float | Decimal, digits: int = 0) -> str:
        """A number with at most `digits` decimals."""
        rounded = self.rounded(value, digits)
        return format_decimal(rounded.normalize() if rounded else 0, locale=self.locale)

    def percent(self, share: float, digits: int = 0) -> str:
        """A share of one in percent."""
        return format_percent(share, format=f"#,##0.{'#' * digits}%" if digits else None, locale=self.locale)

    def day(self, day: date) -> str:
        """31 March 2026."""
        return format_date(day, "long", locale=self.locale)

    def weekday(self, day: date) -> str:
        """Tuesday 31 March 2026."""
        return format_date(day, "full", locale=self.locale)

    def short_day(self, day: date) -> str:
        """31 Mar 2026."""
        return format_date(day, "medium", locale=self.locale)

    def _whole(self) -> str:
        """The language's pattern for an amount, without decimals."""
        pattern = self.locale.currency_formats["standard"].pattern
        return pattern.replace("0.00", "0")


def language(code: str | None, country: str | None = None) -> Language:
    """The language of a reader; empty = English.

    Raises:
        UnknownLanguage: for a code without a catalogue.
    """
    code = code or DEFAULT
    if code not in LANGUAGES:
        raise UnknownLanguage(f"found language {code!r}; allowed: {', '.join(LANGUAGES)}")
    region = country if country in _REGIONS[code] else _USUAL.get(code)
    locale = Locale.parse(f"{code}_{region}") if region else Locale.parse(code)
    return Language(code, locale, catalogue(code))


@cache
def shipped_texts() -> Mapping[str, Mapping[str, str]]:
    """What the shipped policies say, per text: language -> translation."""
    path = resources.files("creditdesk.report") / "languages" / "shipped.yaml"
    texts = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return {each["en"]: each for each in texts}


@cache
def _columns() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Names of columns and of their values, in every language."""
    path = resources.files("creditdesk.report") / "languages" / "columns.yaml"
    found: dict[str, dict[str, dict[str, str]]] = YAML(typ="safe", pure=True).load(
        path.read_text(encoding="utf-8")
    )
    return found


@cache
def catalogue(code: str) -> Mapping[str, str | Mapping[str, str]]:
    """Every text of a language by its dotted key; plural forms stay together."""
    path = resources.files("creditdesk.report") / "languages" / f"{code}.yaml"
    texts: dict[str, str | Mapping[str, str]] = {}
    _flatten(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")), "", texts)
    return texts


def _flatten(node: Mapping[str, Any], prefix: str, into: dict[str, str | Mapping[str, str]]) -> None:
    for key, value in node.items():
        name = f"{prefix}{key}"
        if not isinstance(value, Mapping):
            into[name] = str(value).strip()
        elif set(value) <= _PLURAL_FORMS:
            into[name] = {str(form): str(text).strip() for form, text in value.items()}
        else:
            _flatten(value, f"{name}.", into)
