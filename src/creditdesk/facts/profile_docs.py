"""Writes docs/profile.md from the list of profile columns: `python -m creditdesk.facts.profile_docs > docs/profile.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from creditdesk.facts.profile import CODE_PREFIX, PROFILE, SECTION_INTRO, SECTIONS, ProfileColumn

_INTRO = f"""\
# The profile

One row per customer: what is known of it on a day. The conditions and criteria of a policy name these columns; scores,
segments, limits and the work list are made from them. This page is written from the code (`make docs`).

How to read it:

- Every figure is as known on the day: documents issued, money booked, disputes opened and reports received up to and
  including it. A later fact never changes an earlier day.
- Windows are days back from the day: 12 months are 365 days, 24 months 730. Months of sales are blocks of 30 days.
- Money is in minor units (cents) of the reporting currency of the company the customer belongs to. What is open counts at
  the rate of the day, what was sold at the rate of the day of issue.
- Shares and days with decimals are rounded half up on the last decimal shown; medians and quantiles are observed values, the
  lower one. Days late count from the effective due date: the due date, or the next bank day.
- `?` = may be empty. The others are 0 or false where there is nothing.
- Customers merged into another have no row: all their facts count for the one that goes on.
- Codes of ERP and CRM are columns too: a condition names the code `type` as `{CODE_PREFIX}type` (small letters, `_` for
  blanks, hyphens and dots).
- *R0* to *R16* are the rules of the procedure; other sources are the published works behind a formula.

{len(PROFILE.columns)} columns in {len(SECTIONS)} sections.
"""


def profile_page() -> str:
    """The whole page, as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRO
    for section, columns in SECTIONS.items():
        yield f"## {section}\n"
        if section in SECTION_INTRO:
            yield f"{SECTION_INTRO[section]}\n"
        yield "| column | what it says | unit | how it is made | source |"
        yield "|---|---|---|---|---|"
        for column in columns:
            yield _row(column)
        yield ""


def _row(column: ProfileColumn) -> str:
    name = f"`{column.name}`" if column.required else f"`{column.name}` ?"
    cells = (name, column.meaning, _unit(column), column.formula, column.source)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _unit(column: ProfileColumn) -> str:
    if column.unit:
        return column.unit
    if column.allowed:
        return "one of: " + ", ".join(f"`{value}`" for value in column.allowed)
    names = {"string": "text", "date": "date", "boolean": "true or false"}
    return names.get(
        column.type, column.type.replace("array<", "list of ").rstrip(">").replace("string", "text")
    )


if __name__ == "__main__":
    sys.stdout.write(profile_page())
