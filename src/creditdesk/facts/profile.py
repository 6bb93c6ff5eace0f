"""The profile: every column that is known of a customer on a day, with meaning, unit, formula and source.

Conditions and criteria of a policy name these columns; `docs/profile.md` is written from this list.
"""

from __future__ import annotations

from dataclasses import replace

from creditdesk.facts.column import Table
from creditdesk.facts.profile_behaviour import BEHAVIOUR, BEHAVIOUR_INTRO, HABIT
from creditdesk.facts.profile_column import ProfileColumn
from creditdesk.facts.profile_conduct import CONDUCT, WORTH
from creditdesk.facts.profile_exposure import CREDIT, EXPOSURE, GROUP
from creditdesk.facts.profile_identity import IDENTITY, ORDERS, SIZE, TENURE

__all__ = ["CODE_PREFIX", "PROFILE", "SECTIONS", "SECTION_INTRO", "ProfileColumn", "profile_columns"]

CODE_PREFIX = "code_"
"""A condition names a customer code as `code_<code>`; those columns stand beside the ones listed here."""

SECTIONS: dict[str, tuple[ProfileColumn, ...]] = {
    "Who it is": IDENTITY,
    "Size": SIZE,
    "Length of the relation": TENURE,
    "Orders": ORDERS,
    "Payment behaviour": BEHAVIOUR,
    "Pay-day habit": HABIT,
    "Exposure": EXPOSURE,
    "Creditworthiness": CREDIT,
    "Disputes, promises and contacts": CONDUCT,
    "Worth": WORTH,
    "Group": GROUP,
}

SECTION_INTRO: dict[str, str] = {"Payment behaviour": BEHAVIOUR_INTRO}


def profile_columns() -> tuple[ProfileColumn, ...]:
    """Every column of the profile, in order, each knowing its section."""
    return tuple(
        replace(column, section=section) for section, columns in SECTIONS.items() for column in columns
    )


PROFILE = Table(
    "profile",
    "What is known of one customer on one day.",
    ("customer_id",),
    profile_columns(),
)
