"""The answer in words, in the language that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency
from ruamel.yaml import YAML

from creditdesk.facts.money import major

LANGUAGES = ("nl", "fr", "de", "en")
MONEY = frozenset({"limit", "left", "used", "overdue", "open", "amount", "released"})


@cache
def texts(language: str) -> dict[str, dict[str, str]]:
    """Causes and answers of a language."""
    file = resources.files("creditdesk.desk.api.credit").joinpath("texts", f"{language}.yaml")
    found: dict[str, dict[str, str]] = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    return found


def sentence(
    language: str,
    code: str,
    answer: str,
    figures: Mapping[str, Any],
    base: str,
    amount: int | None,
    currency: str,
) -> str:
    """Cause and consequence.

    Args:
        base: currency of the amounts in `figures`.
        amount: what is to be paid, in minor units of `currency`.
    """
    said = texts(language)
    shown = {name: _shown(language, name, value, base) for name, value in figures.items()}
    cause = said["causes"][code].format_map(shown)
    key = answer if amount is not None or answer not in ("prepay", "pay_first") else "review"
    due = "" if amount is None else _money(language, amount, currency)
    return f"{cause} {said['answers'][key].format(amount=due)}"


def preferred(header: str, usual: str) -> str:
    """The first language that we speak of an `Accept-Language` header."""
    wanted = []
    for place, part in enumerate(header.split(",")[:20]):
        name, _, quality = part.partition(";")
        code = name.strip().lower()[:2]
        try:
            weight = float(quality.strip().removeprefix("q=") or 1) if quality else 1.0
        except ValueError:
            weight = 0.0
        if code in LANGUAGES and weight > 0:
            wanted.append((-weight, place, code))
    return min(wanted)[2] if wanted else usual if usual in LANGUAGES else "en"


def _shown(language: str, name: str, value: Any, base: str) -> str:
    if isinstance(value, date):
        return format_date(value, "long", locale=language)
    if name in MONEY and isinstance(value, int):
        return _money(language, value, base)
    return str(value)


def _money(language: str, amount: int, currency: str) -> str:
    text: str = format_currency(major(amount, currency), currency, locale=language)
    return text.replace("\u202f", "\u00a0")
