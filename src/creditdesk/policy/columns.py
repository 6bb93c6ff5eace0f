"""The columns that a policy may name: those of the profile, and what scoring adds before the rules are read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from creditdesk.facts.column import Column, share, text
from creditdesk.facts.profile import CODE_PREFIX, PROFILE
from creditdesk.policy.document import Criterion

SCORED: tuple[Column, ...] = (
    text("risk_class", "class of risk", allowed="low medium high"),
    share("risk_pd", "probability within 12 months of the event that risk is about"),
    share("score", "score of the policy's scorecard", "0-100", least=None, most=None),
)
"""Columns that scoring adds to the profile before rules are read."""

BAND = "band_"

_CODE = re.compile(re.escape(CODE_PREFIX) + "[a-z0-9_]+")


def profile_columns() -> dict[str, Column]:
    """Columns of the profile and of scoring, by name: what criteria and scorecards may be read from."""
    return {column.name: column for column in (*PROFILE.columns, *SCORED)}


def predicate_columns(
    criteria: Mapping[str, Criterion], profile: Mapping[str, Column] | None = None
) -> dict[str, Column]:
    """Columns that conditions may name: those of the profile and, per criterion, `band_<criterion>`.

    Args:
        criteria: of the policy; the bands of each are the values that its column may have.
        profile: instead of the profile's own columns.
    """
    columns = dict(profile_columns() if profile is None else profile)
    for name, criterion in criteria.items():
        bands = " ".join(criterion.band_names())
        columns[f"{BAND}{name}"] = text(f"{BAND}{name}", f"band of the criterion {name}", allowed=bands)
    return columns


def find_column(columns: Mapping[str, Column], name: str) -> Column | None:
    """The column of that name; `code_<code>` is always one, for customers bear codes that only the company knows."""
    found = columns.get(name)
    if found is None and _CODE.fullmatch(name):
        return text(name, "code of the customer")
    return found
