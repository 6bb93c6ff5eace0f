"""What is wrong with a row, a file, or an undoing, in the reader's language: rooms below tell it as codes, with what goes with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from creditdesk.desk.screens.formats import number
from creditdesk.desk.screens.imports.words import column_name, table_name

REASONS: dict[str, Any] = {
    "missing": gettext_lazy("is missing"),
    "not_a_whole_number": gettext_lazy("is no whole number"),
    "not_a_number": gettext_lazy("is no number"),
    "not_a_date": gettext_lazy("is no date"),
    "not_a_boolean": gettext_lazy("is neither yes nor no"),
    "impossible_date": gettext_lazy("cannot be a date of business"),
    "not_allowed": gettext_lazy("is not a value of this column"),
    "unknown_currency": gettext_lazy("is no currency"),
    "unknown_country": gettext_lazy("is no country"),
    "negative": gettext_lazy("is negative"),
    "too_small": gettext_lazy("is too small"),
    "too_large": gettext_lazy("is too large"),
    "ends_before_it_begins": gettext_lazy("lies before the day it began"),
    "duplicate_row": gettext_lazy("stands there more than once"),
    "duplicate_id": gettext_lazy("another row has the same number"),
    "dangling": gettext_lazy("names something that is not there"),
    "circle": gettext_lazy("leads in a circle"),
    "chain": gettext_lazy("was merged into one that was merged itself"),
    "not_a_credit_note": gettext_lazy("is no credit note"),
    "above_amount": gettext_lazy("takes more than there is"),
    "no_rate": gettext_lazy("has no exchange rate for its day"),
    "ragged": gettext_lazy("has too many or too few values"),
    "open_quote": gettext_lazy("opens a quote that never closes"),
    "bad_quote": gettext_lazy("has text after a closing quote"),
    "encoding": gettext_lazy("holds characters that cannot be read"),
    "zero_byte": gettext_lazy("holds a zero byte"),
    "too_long": gettext_lazy("is too long to be one row"),
    "unreadable_cell": gettext_lazy("cannot be read"),
    "unreadable_row": gettext_lazy("could not be cut into columns"),
    "more": gettext_lazy("further rows that could not be read"),
    "due_before_issued": gettext_lazy("lies before the date of issue"),
    "zero_amount": gettext_lazy("is nothing"),
    "differs": gettext_lazy("rows say different things about the same one; the first counts"),
    "unknown_column": gettext_lazy("is no known column and is not read"),
    "unknown_file": gettext_lazy("is no known table and is not read"),
    "empty_file": gettext_lazy("is empty"),
    "quarantined_before": gettext_lazy("rows that could not be read"),
}
"""What is wrong, per code, as the rest of a sentence that begins with the value found."""

WAYS: dict[str, Any] = {
    "missing": gettext_lazy("Fill it in."),
    "not_a_whole_number": gettext_lazy("Amounts are whole numbers of cents here: 100.50 is 10050."),
    "not_a_date": gettext_lazy("Days are written YYYY-MM-DD here."),
    "impossible_date": gettext_lazy("From 1900 to 2200; leave it empty where there is no date."),
    "unknown_currency": gettext_lazy("Three capitals, such as EUR."),
    "unknown_country": gettext_lazy("Two capitals, such as NL."),
    "negative": gettext_lazy("Zero or more; money that goes back is a row of its own kind."),
    "duplicate_id": gettext_lazy("The first one was kept: give this one its own number, or leave it out."),
    "duplicate_row": gettext_lazy("One was kept: leave this one out."),
    "dangling": gettext_lazy("Bring in what it names and try again, or correct the number."),
    "above_amount": gettext_lazy("Correct the amount, or leave the row out."),
    "no_rate": gettext_lazy("Bring in the exchange rate and try again."),
    "unreadable_row": gettext_lazy("Check every value."),
    "ragged": gettext_lazy("Correct the row in the file and bring it in again, or leave it out."),
    "open_quote": gettext_lazy("Correct the row in the file and bring it in again, or leave it out."),
    "bad_quote": gettext_lazy("Correct the row in the file and bring it in again, or leave it out."),
    "encoding": gettext_lazy("Save the file as UTF-8 and bring it in again, or leave the row out."),
}
"""The way out, per code."""


def reason(code: str) -> str:
    """What is wrong, in words."""
    return str(REASONS.get(code, code.replace("_", " ")))


def way(code: str, allowed: str) -> str:
    """What may stand there, or what to do about it."""
    said = str(WAYS.get(code, ""))
    wanted = _allowed(code, allowed)
    return " ".join(part for part in (wanted, said) if part)


def _allowed(code: str, allowed: str) -> str:
    """What may stand in a cell, where that is data or one of the few sentences about cells."""
    if code == "not_allowed":
        return _("Allowed: %(values)s.") % {"values": allowed}
    for pattern, words in _SENTENCES:
        found = pattern.fullmatch(allowed)
        if found is not None:
            return str(words) % found.groupdict()
    return _("Allowed: %(values)s.") % {"values": allowed} if code == "unreadable_cell" and allowed else ""


_SENTENCES: list[tuple[re.Pattern[str], Any]] = [
    (re.compile(said, re.DOTALL), words)
    for said, words in (
        (r"a date written (?P<how>.+)", gettext_lazy("Written as %(how)s.")),
        (r"a number such as (?P<how>.+)", gettext_lazy("A number such as %(how)s.")),
        (r"a number", gettext_lazy("A number.")),
        (r"a number, not a date", gettext_lazy("A number, not a date.")),
        (r"a whole number", gettext_lazy("A whole number.")),
        (r"a currency in every row", gettext_lazy("A currency in every row.")),
        (r"an amount in an ISO 4217 currency", gettext_lazy("An amount in a currency such as EUR.")),
        (r"yes or no .*", gettext_lazy("Yes or no.")),
        (r"one value per column", gettext_lazy("One value per column.")),
        (r"(?P<least>-?[\d.]+) or more", gettext_lazy("%(least)s or more.")),
        (r"at most (?P<most>-?[\d.]+)", gettext_lazy("At most %(most)s.")),
        (r"more than (?P<least>-?[\d.]+)", gettext_lazy("More than %(least)s.")),
    )
]

NOT_TAKEN: dict[str, Any] = {
    "too_large": gettext_lazy("That is more than %(most)s MB at once. Bring the files one by one, or split them."),
    "too_many_files": gettext_lazy("More than %(most)s files at once. Put them into a zip."),
    "too_many_uploads": gettext_lazy("%(most)s uploads wait already. Go on with them or discard some first."),
    "disk_full": gettext_lazy("The desk has no room left on its disk. Nothing was kept; tell whoever runs it."),
    "no_file": gettext_lazy("Choose a file first."),
    "empty_file": gettext_lazy("“%(name)s” is empty."),
    "twice": gettext_lazy("Two files are called “%(name)s”."),
    "mixed": gettext_lazy("Tables of the contract and other files came together (%(name)s). Bring them separately."),
    "zip_broken": gettext_lazy("“%(name)s” is damaged and cannot be unpacked."),
    "zip_encrypted": gettext_lazy("“%(name)s” is encrypted. Bring it without a password."),
    "zip_path": gettext_lazy("The zip names a place outside of itself (“%(name)s”). It was not unpacked."),
    "zip_link": gettext_lazy("The zip holds a link (“%(name)s”). It was not unpacked."),
    "zip_too_many": gettext_lazy("The zip holds more than %(most)s files."),
    "zip_too_large": gettext_lazy("“%(name)s” becomes far larger than it should when it is unpacked. It was not."),
    "unpacked_too_large": gettext_lazy("“%(name)s” is larger than %(most)s MB when it is unpacked. Save it as CSV, which may be larger."),
    "too_many_rows": gettext_lazy("“%(name)s” has more than %(most)s rows."),
    "crashed": gettext_lazy("The worker stopped at it several times. Bring it in from the command line, or in parts."),
    "broken": gettext_lazy("Something went wrong in the desk. It is a mistake of the program, not yours, and is in its log."),
}  # fmt: skip


def not_taken(wrong: Mapping[str, Any]) -> str:
    """Why files, or what a person asked about them, could not be taken."""
    code = str(wrong.get("code", ""))
    if code in NOT_TAKEN:
        more = {name: number(value) if isinstance(value, int) else value for name, value in wrong.items()}
        return str(NOT_TAKEN[code]) % more
    if code in NOT_UNDONE:
        return not_undone(wrong)
    return unusable(str(wrong.get("said", "")))


_UNUSABLE: list[tuple[re.Pattern[str], Any]] = [
    (re.compile(said, re.DOTALL), words)
    for said, words in (
        (r"(?P<name>[^:]+): found suffix (?P<suffix>'[^']*'); allowed.*", gettext_lazy("“%(name)s” is no kind of file that can be read. Bring CSV, XLSX, ODS or Parquet, or a zip of them.")),
        (r"(?P<name>[^:]+): is empty; .*", gettext_lazy("“%(name)s” is empty.")),
        (r"(?P<name>[^:]+): found (?P<found>\d+) columns; allowed: at most (?P<most>\d+)", gettext_lazy("“%(name)s” has %(found)s columns; at most %(most)s can be read.")),
        (r"(?P<name>[^:]+): cannot be read as a spreadsheet.*", gettext_lazy("“%(name)s” cannot be read as a spreadsheet. Open it and save it again as XLSX or CSV.")),
        (r"(?P<name>[^:]+): cannot be read as Parquet.*", gettext_lazy("“%(name)s” cannot be read as Parquet.")),
        (r"(?P<name>[^:]+): has no sheet.*", gettext_lazy("“%(name)s” has no such sheet.")),
        (r"(?P<name>[^:]+): no header .*", gettext_lazy("“%(name)s” has no line of names where it was looked for. Say on which line the names stand.")),
        (r"(?P<name>[^:]+), line (?P<line>\d+): the header cannot be read.*", gettext_lazy("The names on line %(line)s of “%(name)s” cannot be read.")),
        (r"(?P<name>[^:]+): mapping (?P<mapping>.+) needs column (?P<column>.+) \((?P<where>[^)]+)\); found: .*", gettext_lazy("The mapping needs the column %(column)s, which “%(name)s” does not have.")),
        (r"mapping (?P<mapping>[^:]+): gives no rows of .*", gettext_lazy("The first import has to bring customers and their invoices: begin with a list of open items.")),
        (r".*: no table .*; found tables: (?P<found>[^;]*); .*", gettext_lazy("The first import has to bring customers and their invoices; found: %(found)s.")),
        (r".*table '(?P<table>[^']+)' stands there more than once.*", gettext_lazy("The table “%(table)s” stands there more than once.")),
    )
]  # fmt: skip


def unusable(said: str) -> str:
    """A refusal of the rooms below in words; one that is not known here as it stands."""
    for pattern, words in _UNUSABLE:
        found = pattern.fullmatch(said.strip())
        if found is not None:
            return str(words) % found.groupdict()
    return said


NOT_UNDONE: dict[str, Any] = {
    "no_reason": gettext_lazy("An undoing needs a reason."),
    "undone_already": gettext_lazy("It was taken back already, by import %(later)s."),
    "repeated": gettext_lazy("Import %(later)s brought some of its rows again (%(rows)s of %(table)s), so it rests on them. Take import %(later)s back first."),
    "replaced": gettext_lazy("Import %(later)s replaced rows that it brought (%(rows)s of %(table)s). Take import %(later)s back first."),
    "named": gettext_lazy("Import %(later)s brought rows that name what it brought (%(rows)s of %(table)s). Take import %(later)s back first."),
    "lost": gettext_lazy("Rows that would come back (%(rows)s of %(table)s) name “%(ref)s”, which is no longer there. Bring that in again first."),
    "rests_on_undone": gettext_lazy("It cannot stand again: it rests on rows of import %(later)s, which was taken back since. Bring its file in again."),
    "changed": gettext_lazy("It cannot stand again: rows that it brought (%(rows)s of %(table)s) were changed since. Bring its file in again."),
    "repeated_since": gettext_lazy("It cannot stand again: import %(later)s has said again what it had replaced (%(table)s). Bring its file in again."),
}  # fmt: skip


def not_undone(wrong: Mapping[str, Any]) -> str:
    """Why an import cannot be taken back, or put in force again."""
    more = {
        "later": wrong.get("later"),
        "rows": number(wrong.get("rows") or 0),
        "table": table_name(str(wrong.get("table") or "")),
        "ref": wrong.get("ref"),
    }
    return str(NOT_UNDONE[str(wrong["code"])]) % more


def place(file: str, line: int | None, column: str, *, foreign: bool) -> str:
    """Where something stands: `invoice.csv, line 3, due date`."""
    parts = [file] if file else []
    if line is not None:
        parts.append(_("line %(line)s") % {"line": line})
    if column:
        parts.append(column if foreign else column_name(column))
    return ", ".join(parts)


def rows_told(count: int) -> str:
    """`3 rows`."""
    return ngettext("%(n)s row", "%(n)s rows", count) % {"n": number(count)}
