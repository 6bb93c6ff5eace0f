"""Checks across the whole document: what no single field can say about itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import holidays

from creditdesk.facts.calendar import known_places
from creditdesk.facts.column import Column
from creditdesk.facts.money import UnknownCurrency, digits
from creditdesk.policy.check_criteria import check_criteria, check_matrix, check_scorecards
from creditdesk.policy.check_procedures import check_procedures
from creditdesk.policy.check_segments import check_adjustments, check_rules, check_segments, check_templates
from creditdesk.policy.columns import predicate_columns
from creditdesk.policy.document import Policy
from creditdesk.policy.error import listed
from creditdesk.policy.mistake import Mistake, unknown

NAME = re.compile(r"[a-z][a-z0-9_]*")


def check(policy: Policy, profile: Mapping[str, Column]) -> Iterator[Mistake]:
    """Every mistake that shows only when parts of the document are held against each other.

    Args:
        profile: the columns that criteria and scorecards may be read from.
    """
    columns = predicate_columns(policy.criteria, profile)
    yield from _names(policy)
    yield from _general(policy)
    yield from check_criteria(policy, profile)
    yield from check_scorecards(policy, profile)
    yield from check_rules(policy, columns)
    yield from check_matrix(policy)
    yield from check_segments(policy, columns)
    yield from check_procedures(policy)
    yield from check_adjustments(policy, columns)
    yield from check_templates(policy, columns)
    yield from _calendars(policy)


def _names(policy: Policy) -> Iterator[Mistake]:
    """Names become columns, keys and file names: small letters, digits and underscores."""
    named: list[tuple[tuple[str, ...], str]] = []
    for part in ("criteria", "scorecards", "segments", "procedures"):
        named += [((part, name), name) for name in getattr(policy, part)]
    for name, criterion in policy.criteria.items():
        named += [(("criteria", name, "bands", band), band) for band in criterion.band_names()]
    for name, procedure in policy.procedures.items():
        for index, step in enumerate(procedure.steps):
            own = ("procedures", name, "steps", str(index))
            named += [((*own, "id"), step.id), ((*own, "template"), step.template)]
    named += [(("templates", str(index), "use"), one.use) for index, one in enumerate(policy.templates)]
    for path, name in named:
        if not NAME.fullmatch(name):
            yield Mistake(
                path, "not a name", name or "nothing", "small letters, digits and _, beginning with a letter"
            )


def _general(policy: Policy) -> Iterator[Mistake]:
    try:
        digits(policy.currency)
    except UnknownCurrency:
        yield Mistake(("currency",), "no such currency", policy.currency, "an ISO 4217 code such as EUR")
    if policy.default_language not in policy.languages:
        yield Mistake(
            ("default_language",),
            "not among the languages",
            policy.default_language,
            listed(policy.languages),
        )
    if policy.risk.low_below >= policy.risk.medium_below:
        yield Mistake(
            ("risk", "low_below"),
            "low must end below medium",
            str(policy.risk.low_below),
            f"less than {policy.risk.medium_below}",
        )
    for level in policy.conduct.invoice_age:
        if level not in (4, 5, 6):
            yield Mistake(("conduct", "invoice_age", str(level)), "no hard level", str(level), "4, 5, 6")


def _calendars(policy: Policy) -> Iterator[Mistake]:
    for place, change in policy.calendars.items():
        path = ("calendars", place)
        if not _is_place(place):
            yield Mistake(
                path, "no such place", place, "a country (NL), a part of one (DE-BY), or bank days (@EUR)"
            )
            continue
        if place.startswith("@") or not change.works_on_named:
            continue
        country, _, part = place.partition("-")
        found = holidays.country_holidays(
            country, subdiv=part or None, years=range(2020, 2031), language="en_US"
        )
        names = sorted({name for several in found.values() for name in several.split("; ")})
        for index, name in enumerate(change.works_on_named):
            if not any(name.casefold() in known.casefold() for known in names):
                yield from unknown(
                    (*path, "works_on_named", str(index)), f"public holiday of {place}", name, names, many=40
                )


def _is_place(place: str) -> bool:
    if place.startswith("@"):
        try:
            digits(place[1:])
        except UnknownCurrency:
            return False
        return True
    country, _, part = place.partition("-")
    return country in known_places() and (not part or part in known_places()[country])
