"""Rows that were set apart: repaired and brought in, or left out for good with a reason. Either is an import, and can be undone.

A row may have several mistakes; they are lines of the quarantine with the same file and line. What is repaired is the row:
its values are changed, all of it is checked again in the light of the ledger, and what is good goes in. A row that is still
bad stays where it is.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction

from creditdesk.desk.ledger import quarantine
from creditdesk.desk.ledger.importing import Beside, import_folder, nothing_beside
from creditdesk.desk.ledger.models import Company, Import, Quarantined
from creditdesk.desk.ledger.reading import known_import, known_rows
from creditdesk.desk.ledger.writing import begin, finish, keep
from creditdesk.facts.check import check_folder
from creditdesk.facts.column import LIST
from creditdesk.facts.problem import ERROR
from creditdesk.facts.schema import TABLES, csv_list_separator
from creditdesk.sources.assembly import BadCell
from creditdesk.sources.mapping_file import read_mapping
from creditdesk.sources.reading_again import Again, read_again
from creditdesk.sources.row_text import cells_of, distinct, guessed

AT_ONCE = 10_000
"""Rows that are repaired together."""


@dataclass(frozen=True)
class Apart:
    """One row that stands in quarantine, with all its mistakes.

    Attributes:
        mistakes: its lines in the quarantine, at least one.
    """

    mistakes: tuple[Quarantined, ...]

    @property
    def first(self) -> Quarantined:
        """Its first mistake: file, line and the row itself are the same for all."""
        return self.mistakes[0]

    @property
    def numbers(self) -> list[int]:
        """The numbers of its lines."""
        return [one.pk for one in self.mistakes]

    @property
    def foreign(self) -> bool:
        """Whether its columns are those of a foreign file."""
        return not self.first.table

    @cached_property
    def values(self) -> dict[str, Any] | None:
        """Its values by the names of their columns, in the order in which they stand; None where nobody can tell its columns."""
        if not self.foreign:
            return _of_contract(self.first)
        header = self.first.brought_by.header
        if not header:
            return None
        cells = cells_of(header, self.first.row)
        found = guessed(header, self.first.row) if cells is None else cells
        return dict(zip(distinct(header), found, strict=True))

    @cached_property
    def guessed(self) -> bool:
        """Whether the row could not be cut into values, so that they are a guess: a person looks at them before they count."""
        header = self.first.brought_by.header
        return self.foreign and bool(header) and cells_of(header, self.first.row) is None

    def twice(self, changes: Mapping[str, str]) -> bool:
        """Whether it is the second row of its key still: it would take the place of the one that was kept."""
        if self.foreign or not any(one.code in {"duplicate_id", "duplicate_row"} for one in self.mistakes):
            return False
        key = TABLES[self.first.table].key
        values = self.values or {}
        return all(
            changes.get(name, values.get(name) or "").strip() == (values.get(name) or "") for name in key
        )


@dataclass(frozen=True)
class Wrong:
    """What is still wrong with a row: one mistake. `apart` is the number of its first line in the quarantine."""

    apart: int
    code: str
    column: str
    found: str
    allowed: str


@dataclass
class Repaired:
    """What became of rows that were tried again.

    Attributes:
        imported: the import that brought the good ones; None where none was.
        good: numbers of the first lines of the rows that are in.
        wrong: what is still wrong with the others.
        customers: whose rows went in.
    """

    imported: Import | None = None
    good: list[int] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    customers: set[str] = field(default_factory=set)


def rows_apart(lines: Iterable[Quarantined]) -> list[Apart]:
    """Lines of the quarantine, put together as rows, in the order in which they come."""
    found: dict[tuple[Any, ...], list[Quarantined]] = {}
    for one in lines:
        place = (one.brought_by_id, one.source, one.file, one.line, one.table) if one.line else (one.pk,)
        found.setdefault(place, []).append(one)
    return [Apart(tuple(mistakes)) for mistakes in found.values()]


def whole_rows(company: Company, numbers: Sequence[int]) -> list[Apart]:
    """The rows to which some lines of the quarantine belong, with all their mistakes, as far as they stand."""
    standing = Quarantined.objects.filter(legal_entity=company, replaced_by=None)
    named = list(standing.filter(pk__in=list(numbers)[:AT_ONCE]).select_related("brought_by"))
    places = defaultdict(set)
    for one in named:
        places[one.brought_by_id].add(one.line)
    found = {one.pk: one for one in named}
    for number, lines in places.items():
        wanted = sorted(line for line in lines if line is not None)
        for start in range(0, len(wanted), 500):
            more = standing.filter(brought_by=number, line__in=wanted[start : start + 500])
            found |= {one.pk: one for one in more.select_related("brought_by")}
    meant = {one.pk for one in named}
    rows = rows_apart(found[number] for number in sorted(found))
    return [row for row in rows if meant & set(row.numbers)]


def repair(
    company: Company,
    rows: Sequence[Apart],
    changes: Mapping[int, Mapping[str, str]],
    *,
    by: str,
    why: str,
    at: datetime,
    beside: Beside = nothing_beside,
) -> Repaired:
    """Try rows again with some of their values changed; those that are good now go in, as one import.

    Args:
        changes: per number of a row's first line, what stands in some columns now. A row without any is tried as it is: what
            it names may have come since.

    A row that could not be cut into values, or of a file whose mapping is not known, cannot be tried.
    """
    done = Repaired()
    with tempfile.TemporaryDirectory(prefix="creditdesk-repair-") as name:
        work = Path(name)
        settles = _write(work / "rows", rows, changes, done)
        if not settles:
            return done
        good = _sift(company, work, settles, done)
        if not good:
            return done
        numbers = [number for row in rows if row.first.pk in good for number in row.numbers]
        source = f"repair of import {rows[0].first.brought_by_id}"
        done.imported = import_folder(
            company,
            work / "good",
            by=by,
            why=why,
            at=at,
            kind=Import.Kind.DESK,
            source=source,
            part=True,
            settles=numbers,
            only_new=_left_alone(rows),
            beside=beside,
        ).imported
    done.good = sorted(good)
    done.customers = {row.first.customer_id for row in rows if row.first.pk in good and row.first.customer_id}
    return done


def leave_out(
    company: Company,
    rows: Sequence[Apart],
    *,
    by: str,
    why: str,
    at: datetime,
    beside: Beside = nothing_beside,
) -> Import:
    """Decide that rows stay out for good: they hold nobody any longer. Undone, they stand in quarantine again.

    Raises:
        ValueError: no reason is given, or there are no rows.
    """
    if not why.strip() or not rows:
        raise ValueError("a row is left out with a reason")
    with transaction.atomic():
        imported = begin(
            company, kind=Import.Kind.DESK, by=by, why=why, source=f"left out of import {rows[0].first.brought_by_id}", at=at
        )  # fmt: skip
        keep(imported)
        quarantine.settle_rows(imported, [number for row in rows for number in row.numbers])
        quarantine.release(imported)
        finish(imported, {})
        beside(imported)
    return imported


def _of_contract(line: Quarantined) -> dict[str, Any] | None:
    try:
        told = json.loads(line.row)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    return {column.name: _text(told.get(column.name)) for column in TABLES[line.table].columns}


def _text(value: Any) -> str | None:
    """A value as a CSV file would have it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return csv_list_separator.join(map(str, value)) or None
    return str(value)


def _write(
    folder: Path, rows: Sequence[Apart], changes: Mapping[int, Mapping[str, str]], done: Repaired
) -> dict[str, list[int]]:
    """Write rows as a part of a facts folder. Gives per table, for each of its rows in order, which row it comes from.

    What several rows tell together, such as the customer of their invoices, comes from no one row: 0.
    """
    folder.mkdir()
    made: dict[str, list[tuple[int, Mapping[str, Any]]]] = defaultdict(list)
    foreign: dict[int, list[tuple[Apart, dict[str, Any]]]] = defaultdict(list)
    for row in rows:
        own = changes.get(row.first.pk, {})
        if row.values is None or (row.guessed and not own) or row.twice(own):
            one = row.first
            done.wrong.append(Wrong(one.pk, one.code, one.column, one.found, one.allowed))
            continue
        values = row.values | {
            name: value.strip() or None for name, value in own.items() if name in row.values
        }
        if row.foreign:
            foreign[row.first.brought_by_id].append((row, values))
        else:
            made[row.first.table].append((row.first.pk, values))
    for given in foreign.values():
        _read_foreign(given, made, done)
    for table, found in made.items():
        _store(folder, table, [values for _place, values in found])
    return {table: [place for place, _values in found] for table, found in made.items()}


def _read_foreign(
    given: Sequence[tuple[Apart, dict[str, Any]]],
    made: dict[str, list[tuple[int, Mapping[str, Any]]]],
    done: Repaired,
) -> None:
    """Rows of one foreign file, read by its mapping."""
    imported = given[0][0].first.brought_by
    mapping = read_mapping(imported.mapping.encode(), f"import {imported.pk}")
    again = [Again(row.first.line or 0, list(values.values())) for row, values in given]
    for (row, _values), found in zip(
        given, read_again(mapping, imported.header, again, given[0][0].first.file), strict=True
    ):
        one = row.first
        if isinstance(found, BadCell):
            done.wrong.append(Wrong(one.pk, "unreadable_cell", found.column, found.found, found.allowed))
            continue
        for table, values in found:
            place = 0 if table in mapping.one_per_key else one.pk
            made[table].append((place, {name: _text(_iso(value)) for name, value in values.items()}))


def _iso(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _store(folder: Path, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows as text: what each value is worth is judged by the check."""
    arrays = {}
    for column in TABLES[table].columns:
        texts = [row.get(column.name) for row in rows]
        if column.type == LIST:
            parts = [None if text is None else str(text).split(csv_list_separator) for text in texts]
            arrays[column.name] = pa.array(parts, pa.list_(pa.string()))
        else:
            arrays[column.name] = pa.array(texts, pa.string())
    pq.write_table(pa.table(arrays), folder / f"{table}.parquet")


def _sift(company: Company, work: Path, written: Mapping[str, list[int]], done: Repaired) -> set[int]:
    """Check the rows in the light of the ledger; puts the good ones into the folder `good` and gives where they come from.

    A row of a foreign file is good when all that it gives is.
    """
    known = partial(known_rows, company, known_import(company, None))
    (work / "check").mkdir()
    checked = check_folder(work / "rows", work / "check", known=known)
    bad: set[int] = set()
    first = next((place for places in written.values() for place in places if place), 0)
    if checked.quarantine is not None:
        for one in pq.read_table(checked.quarantine).to_pylist():
            if one["severity"] == ERROR and one["line"]:
                place = written[one["table"]][one["line"] - 1]
                bad.add(place)
                place = place or first
                done.wrong.append(Wrong(place, one["code"], one["column"], one["found"], one["allowed"]))
    good = {place for places in written.values() for place in places} - bad - {0}
    (work / "good").mkdir()
    for table, places in written.items():
        rows = pq.read_table(work / "rows" / f"{table}.parquet")
        kept = rows.filter(pa.array([not place or place in good for place in places]))
        if kept.num_rows:
            pq.write_table(kept, work / "good" / f"{table}.parquet")
    return good


def _left_alone(rows: Sequence[Apart]) -> frozenset[str]:
    """Tables that a foreign file tells along with each row, such as the customer of an invoice: the ledger's own rows stand."""
    found: frozenset[str] = frozenset()
    for document in {row.first.brought_by.mapping for row in rows if row.foreign}:
        mapping = read_mapping(document.encode(), "mapping")
        found |= mapping.only_new | mapping.one_per_key
    return found - {row.first.table for row in rows}
