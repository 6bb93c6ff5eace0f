"""The legal data of a country: read from `law/data/*.yaml`, dated, each with its reference and whether it was verified.

A member state of the European Union without a file of its own has the directive; elsewhere nothing is known, and
nothing is asserted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from ruamel.yaml import YAML

Kind = Literal["company", "sole_trader", "consumer", "public_body"]
"""What a debtor is in law."""


@dataclass(frozen=True)
class Article:
    """What a rule rests on.

    Attributes:
        reference: the law and article.
        verified: whether the value was held against the text of the law; if not, check before relying on it.
        note: what limits or explains it.
        first, last: the days on which it holds; None = without end.
    """

    reference: str
    verified: bool
    note: str = ""
    first: date | None = None
    last: date | None = None

    def holds(self, on: date) -> bool:
        """Whether it is in force on a day."""
        return (self.first is None or self.first <= on) and (self.last is None or on <= self.last)


@dataclass(frozen=True)
class TermRule:
    """The longest payment term. `creditor` and `debtor`: for whom, by size; None = whatever the size."""

    kinds: frozenset[str]
    days: int
    article: Article
    creditor: str | None = None
    debtor: str | None = None


@dataclass(frozen=True)
class InterestRule:
    """Statutory interest: a reference rate plus a margin in percentage points.

    Attributes:
        round_up_to: the sum is rounded up to a multiple of it; 0 = not rounded.
        fixed_at_start: the rate of the day on which interest starts holds throughout.
    """

    kinds: frozenset[str]
    base: str
    margin: Decimal
    article: Article
    round_up_to: Decimal = Decimal(0)
    fixed_at_start: bool = False


@dataclass(frozen=True)
class SumRule:
    """A fixed sum per late invoice whose principal is at least `above`, in major units of the country's currency."""

    kinds: frozenset[str]
    above: Decimal
    amount: Decimal
    article: Article


@dataclass(frozen=True)
class Slice:
    """One slice of a scale: from `above` on, `fixed` plus `percent` of what lies above it."""

    above: Decimal
    fixed: Decimal
    percent: Decimal


@dataclass(frozen=True)
class Scale:
    """The most that may be asked for the costs of collecting, by principal. `binding`: kinds it cannot be departed from."""

    slices: tuple[Slice, ...]
    article: Article
    binding: frozenset[str]
    least: Decimal = Decimal(0)
    most: Decimal | None = None


@dataclass(frozen=True)
class NoticeRule:
    """A letter that must come first, with the days it leaves to pay."""

    kinds: frozenset[str]
    days: int
    article: Article


@dataclass(frozen=True)
class LargeRule:
    """What makes a company large: at least two of the three, amounts in major units."""

    total_assets: Decimal
    turnover: Decimal
    staff: int
    article: Article


@dataclass(frozen=True)
class Statute:
    """Everything known of the law of one country."""

    country: str
    currency: str
    terms: tuple[TermRule, ...] = ()
    default_terms: tuple[TermRule, ...] = ()
    interest: tuple[InterestRule, ...] = ()
    fixed_sums: tuple[SumRule, ...] = ()
    collection_cost: Scale | None = None
    notice: NoticeRule | None = None
    large: LargeRule | None = None


@dataclass(frozen=True)
class ReferenceRate:
    """One value of a reference rate, from a day on, in percent."""

    first: date
    percent: Decimal
    verified: bool


@cache
def statute(country: str) -> Statute | None:
    """The law of a country (ISO 3166-1 alpha-2), or of the European Union for a member state without its own file.

    Returns:
        None where nothing is known.
    """
    own = files("creditdesk.law").joinpath("data", f"{country.lower()}.yaml")
    if country.isalpha() and len(country) == 2 and own.is_file():
        return _statute(country, _read(own.read_text(encoding="utf-8")))
    return _statute(country, _union()) if country in members() else None


def members() -> tuple[str, ...]:
    """The member states of the European Union."""
    return tuple(_union()["members"])


def countries() -> tuple[str, ...]:
    """Every country of which something is known."""
    here = files("creditdesk.law").joinpath("data")
    own = {
        one.name.removesuffix(".yaml").upper() for one in here.iterdir() if len(one.name) == len("nl.yaml")
    }
    return tuple(sorted((own - {"EU"}) | set(members())))


@cache
def reference_rates(base: str) -> tuple[ReferenceRate, ...]:
    """The values of a reference rate, oldest first; KeyError for an unknown one."""
    text = files("creditdesk.law").joinpath("data", "rates.yaml").read_text(encoding="utf-8")
    series = _read(text)[base]["from"]
    return tuple(
        ReferenceRate(_day(first), _number(one["percent"]), bool(one["verified"]))
        for first, one in sorted(series.items(), key=lambda pair: str(pair[0]))
    )


@cache
def _union() -> Mapping[str, Any]:
    return _read(files("creditdesk.law").joinpath("data", "eu.yaml").read_text(encoding="utf-8"))


def _read(text: str) -> Mapping[str, Any]:
    return dict(YAML(typ="safe").load(text))


def _statute(country: str, found: Mapping[str, Any]) -> Statute:
    scale, notice, large = found.get("collection_cost"), found.get("legal_notice"), found.get("large")
    return Statute(
        country=country,
        currency=found["currency"],
        terms=tuple(_term(one) for one in found.get("terms", ())),
        default_terms=tuple(_term(one) for one in found.get("default_term", ())),
        interest=tuple(
            InterestRule(
                _kinds(one), one["base"], _number(one["margin"]), _article(one), _number(one.get("round_up_to", 0)),
                bool(one.get("fixed_at_start", False)),
            )
            for one in found.get("interest", ())
        ),
        fixed_sums=tuple(
            SumRule(_kinds(one), _number(one["above"]), _number(one["amount"]), _article(one))
            for one in found.get("fixed_sum", ())
        ),
        collection_cost=None if scale is None else _scale(scale),
        notice=None if notice is None else NoticeRule(_kinds(notice), int(notice["days"]), _article(notice)),
        large=None if large is None else LargeRule(
            _number(large["total_assets"]), _number(large["turnover"]), int(large["staff"]), _article(large)
        ),
    )  # fmt: skip


def _term(one: Mapping[str, Any]) -> TermRule:
    return TermRule(_kinds(one), int(one["days"]), _article(one), one.get("creditor"), one.get("debtor"))


def _scale(one: Mapping[str, Any]) -> Scale:
    slices = tuple(
        Slice(_number(part["above"]), _number(part["fixed"]), _number(part["percent"]))
        for part in one["slices"]
    )
    return Scale(
        slices,
        _article(one),
        frozenset(one.get("binding", ())),
        _number(one.get("least", 0)),
        None if one.get("most") is None else _number(one["most"]),
    )


def _article(one: Mapping[str, Any]) -> Article:
    return Article(
        str(one["reference"]),
        bool(one["verified"]),
        str(one.get("note", "")),
        _day(one["from"]) if "from" in one else None,
        _day(one["until"]) if "until" in one else None,
    )


def _kinds(one: Mapping[str, Sequence[str]]) -> frozenset[str]:
    return frozenset(one["kinds"])


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _number(value: object) -> Decimal:
    text = str(value)
    return Decimal(text.removesuffix("m")) * (1_000_000 if text.endswith("m") else 1)
