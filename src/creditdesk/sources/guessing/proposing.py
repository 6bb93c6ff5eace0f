"""Proposes which column is which, and how days and amounts are written: by the names of the columns in four languages, by
what their values look like, and by what this company chose before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from statistics import median
from typing import Any

from babel import Locale

from creditdesk.facts.codes import countries
from creditdesk.sources import cells
from creditdesk.sources.cells import Cell, Unreadable, Writing
from creditdesk.sources.guessing.headers import LANGUAGES, fields, likeness, plain
from creditdesk.sources.guessing.lists import LISTS, Choices, ListKind
from creditdesk.sources.guessing.sampling import Sample
from creditdesk.sources.guessing.values import SPACES, Noticed, notice

LEAST = 0.35
"""How likely a column has to be a field to be proposed for it."""

LEARNED = 1.5
"""Chosen before under the same name: nothing is likelier."""

USUAL, UNLIKE = 0.84, 0.45
"""A column that bears a usual name of a field is proposed for it although its values look otherwise: they may be the mistake."""

FITS: dict[str, dict[str, float]] = {
    "id": {"date": 0.0, "email": 0.3, "amount": 0.3, "currency": 0.1},
    "text": {"date": 0.1, "amount": 0.1, "number": 0.4, "email": 0.4, "currency": 0.2},
    "code": {"date": 0.1, "amount": 0.2, "email": 0.2},
    "date": {"date": 1.0, "empty": 0.6},
    "amount": {"amount": 1.0, "number": 0.9, "id": 0.6, "empty": 0.6, "flag": 0.2},
    "number": {"number": 1.0, "amount": 0.5, "id": 0.5, "code": 0.6, "empty": 0.6},
    "currency": {"currency": 1.0, "code": 0.4, "empty": 0.5},
    "country": {"country": 1.0, "code": 0.9, "text": 0.7, "id": 0.5, "empty": 0.6},
    "email": {"email": 1.0, "text": 0.4, "empty": 0.6},
    "phone": {"phone": 1.0, "id": 0.9, "number": 0.7, "text": 0.7, "empty": 0.6},
}
"""How well a column that looks like the one fits a field that has to be the other; for ids, texts and codes all else fits."""

BY_VALUES = {"currency": 0.6, "email": 0.6, "country": 0.5}
"""Fields that are told by their values alone."""

CREDIT_TYPES = frozenset(
    {"credit", "credit note", "credit memo", "cn", "cm", "gu", "gs", "gutschrift", "creditnota", "creditfactuur", "avoir",
     "note de credit", "av", "storno"}
)  # fmt: skip
CREDIT_MARKS = frozenset({"h", "c", "cr", "haben", "credit", "k", "crediteren", "af"})
CONSUMERS = frozenset(
    {
        "consumer",
        "private",
        "private person",
        "particulier",
        "consument",
        "privat",
        "privatperson",
        "privatkunde",
        "b2c",
    }
)
SIGNS = {
    "€": "EUR",
    "EUR": "EUR",
    "$": "USD",
    "US$": "USD",
    "USD": "USD",
    "£": "GBP",
    "GBP": "GBP",
    "CHF": "CHF",
}
"""Currencies of signs that stand beside amounts."""

WORDS_WITH_COMMA = ("nl", "fr", "de")


@dataclass(frozen=True)
class Proposal:
    """What is proposed for a file.

    Attributes:
        because: per field why its column is proposed: `learned`, `name` or `values`.
        noticed: per column of the file what it looks like.
        unsure: what a person should look at twice: `dates` where day and month may be the other way round, `numbers` where
            the decimal mark may be.
    """

    choices: Choices
    because: Mapping[str, str]
    noticed: Mapping[str, Noticed]
    unsure: tuple[str, ...] = ()


def propose(
    sample: Sample,
    learned: Mapping[str, Mapping[str, str]] | None = None,
    currency: str = "",
    kind: str = "",
) -> Proposal:
    """Propose how to read a file.

    Args:
        learned: per kind of list, per plain name of a column the field it was chosen for before.
        currency: the company's own, for amounts of which the file does not say it.
        kind: of the list, where a person said it.
    """
    noticed = {name: notice(column) for name, column in zip(sample.header, sample.columns, strict=True)}
    values = dict(zip(sample.header, sample.columns, strict=True))
    tries = [
        _assigned(LISTS[one], noticed, values, (learned or {}).get(one, {}))
        for one in ([kind] if kind else LISTS)
    ]
    columns, because, best = max(tries, key=_goodness)
    signs = tuple(dict.fromkeys(sign for name in columns.values() for sign in noticed[name].signs))
    own = next((SIGNS[sign] for sign in signs if sign in SIGNS), currency)
    choices = Choices(best.name, columns, sample.read, signs=signs, currency=own)
    dates, unsure_days = _dates(choices, noticed)
    decimal, thousands, unsure_marks = _numbers(choices, noticed, values, dates)
    choices = replace(choices, dates=dates, decimal=decimal, thousands=thousands)
    choices = replace(choices, **_meanings(choices, noticed))
    unsure = [name for name, is_so in (("dates", unsure_days), ("numbers", unsure_marks)) if is_so]
    return Proposal(choices, because, noticed, tuple(unsure))


Assigned = tuple[dict[str, str], dict[str, str], ListKind]


def _goodness(assigned: Assigned) -> tuple[float, ...]:
    """Of several kinds of list: the one that explains most columns and misses least of what it needs."""
    columns, because, kind = assigned
    trial = Choices(kind.name, columns, currency="EUR")
    known = sum(one == "learned" for one in because.values())
    return len(columns) + 0.5 * known - 2 * len(kind.missing(trial)), -list(LISTS).index(kind.name)


def _assigned(
    kind: ListKind,
    noticed: Mapping[str, Noticed],
    values: Mapping[str, Sequence[Cell]],
    learned: Mapping[str, str],
) -> Assigned:
    """Columns for the fields of a kind of list, the surest first; a column is one field."""
    found = []
    for place, (name, looks) in enumerate(noticed.items()):
        for field in kind.fields:
            type_ = fields()[field]["type"]
            fit = FITS[type_].get(looks.kind, 1.0 if type_ in {"id", "text", "code"} else 0.0)
            alike = likeness(name, field)
            score, why = alike * max(fit, UNLIKE if alike >= USUAL else 0.0), "name"
            if learned.get(plain(name)) == field:
                score, why = LEARNED, "learned"
            elif score < LEAST and looks.kind == type_ and type_ in BY_VALUES:
                score, why = BY_VALUES[type_], "values"
            if score >= LEAST:
                found.append((-score, place, kind.fields.index(field), field, name, why))
    columns: dict[str, str] = {}
    because: dict[str, str] = {}
    for _score, _place, _order, field, name, why in sorted(found):
        if field not in columns and name not in columns.values():
            columns[field], because[field] = name, why
    _days_by_values(kind, columns, because, noticed, values)
    return columns, because, kind


def _days_by_values(
    kind: ListKind,
    columns: dict[str, str],
    because: dict[str, str],
    noticed: Mapping[str, Noticed],
    values: Mapping[str, Sequence[Cell]],
) -> None:
    """Two columns of days without telling names: the earlier one is the date of issue, the later one the due date."""
    free = [name for name, looks in noticed.items() if looks.kind == "date" and name not in columns.values()]
    wanted = [name for name in ("issued", "due") if name in kind.fields and name not in columns]
    if not wanted or len(free) != len(wanted):
        return
    free.sort(key=lambda name: _usual_day(values[name], noticed[name]))
    for field, name in zip(wanted, free, strict=True):
        columns[field], because[field] = name, "values"


def _usual_day(column: Sequence[Cell], looks: Noticed) -> float:
    writing = Writing(dates=looks.dates[:1] or ("YYYY-MM-DD",))
    days = []
    for cell in column:
        try:
            day = cells.day(cell, writing)
        except Unreadable:
            continue
        if isinstance(day, date):
            days.append(day.toordinal())
    return median(days) if days else 0.0


def _dates(choices: Choices, noticed: Mapping[str, Noticed]) -> tuple[tuple[str, ...], bool]:
    """Patterns of the days of a file; and whether some could be read in two ways.

    A column that can be read in one way alone decides for those that can be read in two.
    """
    used = [
        noticed[name].dates
        for field, name in choices.columns.items()
        if fields()[field]["type"] == "date" and noticed[name].dates
    ]
    sure = [patterns[0] for patterns in used if not _two_ways(patterns)]
    found: list[str] = []
    unsure = False
    for patterns in used:
        chosen = patterns[0]
        if _two_ways(patterns):
            alike = [one for one in patterns if one in sure]
            first = "M" if choices.currency == "USD" else "D"
            chosen, unsure = (alike[0], unsure) if alike else (_first(first, patterns), True)
        found.append(chosen)
    return tuple(dict.fromkeys(found)) or ("YYYY-MM-DD",), unsure


def _two_ways(patterns: Sequence[str]) -> bool:
    """Whether the same days can be read with the month first and with the day first."""
    return len({one.replace("D", "?").replace("M", "?") for one in patterns}) < len(patterns)


def _first(part: str, patterns: Sequence[str]) -> str:
    return next((one for one in patterns if one.startswith(part)), patterns[0])


def _numbers(
    choices: Choices,
    noticed: Mapping[str, Noticed],
    values: Mapping[str, Sequence[Cell]],
    dates: Sequence[str],
) -> tuple[str, str, bool]:
    """Decimal mark and thousands marks of the amounts of a file; and whether the marks could be the other way round."""
    used = [
        name
        for field, name in choices.columns.items()
        if fields()[field]["type"] == "amount" and noticed[name].marks
    ]
    if not used:
        return ".", "", False
    counts = Counter(mark for name in used for mark in noticed[name].marks)
    common = [mark for mark in noticed[used[0]].marks if counts[mark] == len(used)] or [
        counts.most_common(1)[0][0]
    ]
    texts = [str(cell) for name in used for cell in values[name] if isinstance(cell, str)]
    seen = {sign for text in texts for sign in text if sign in f".,'’{SPACES}"}
    unsure = {decimal for decimal, _thousands in common} == {",", "."} and bool(seen & {",", "."})
    decimal = common[0][0]
    if unsure or not seen & {",", "."}:
        decimal = "," if _comma_is_likely(values, dates) else "."
    beside = {sign for mark in common if mark[0] == decimal for sign in mark[1]}
    thousands = "".join(sorted(seen & beside))
    return decimal, thousands or ("." if decimal == "," else ","), unsure


def _comma_is_likely(header: Iterable[str], dates: Sequence[str]) -> bool:
    """Whether whoever wrote the file writes a decimal comma: by the language of its words, and how its days are written."""
    known: Counter[str] = Counter()
    words = {code: {plain(word) for field in fields().values() for word in field[code]} for code in LANGUAGES}
    for name in header:
        for code in LANGUAGES:
            known[code] += plain(name) in words[code]
    if max(known.values(), default=0) and known["en"] < max(known[code] for code in WORDS_WITH_COMMA):
        return True
    return known["en"] == 0 and any(pattern.startswith("D.") for pattern in dates)


def _meanings(choices: Choices, noticed: Mapping[str, Noticed]) -> dict[str, Any]:
    """What some values mean: types and marks of credit notes, kinds of consumers, names of countries, the sign of amounts."""

    def of(field: str, known: frozenset[str]) -> tuple[str, ...]:
        name = choices.columns.get(field)
        return tuple(one for one in noticed[name].values if plain(one) in known) if name else ()

    amounts = [choices.columns.get(name) for name in ("amount", "total", "paid")]
    first = next((name for name in amounts if name), None)
    country = choices.columns.get("country")
    named = {}
    if country and noticed[country].kind != "country":
        named = {one: code for one in noticed[country].values if (code := _country_names().get(plain(one)))}
    return {
        "credit_types": of("document_type", CREDIT_TYPES),
        "credit_marks": of("mark", CREDIT_MARKS),
        "consumer_kinds": of("customer_kind", CONSUMERS),
        "countries": named,
        "reverse": first is not None and noticed[first].negative > 0.7,
    }


@cache
def _country_names() -> Mapping[str, str]:
    """Names of countries in four languages, and their codes in any case, as codes."""
    found = {}
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code in countries():
                found[plain(name)] = code
    return found | {code.lower(): code for code in countries()}
