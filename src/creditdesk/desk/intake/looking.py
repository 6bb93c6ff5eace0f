"""Looks at files that were received: tables of the contract are checked at once, a list waits for its columns to be chosen."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from creditdesk.desk.intake import limits, mappings
from creditdesk.desk.intake.models import SavedMapping, Upload, Work
from creditdesk.desk.intake.receiving import FILES, begin, folder, folder_of
from creditdesk.desk.intake.unpacking import check_spreadsheet, unpack
from creditdesk.desk.intake.wrong import NotTaken
from creditdesk.desk.ledger.models import FACTS, Company
from creditdesk.facts.problem import UnusableInput
from creditdesk.facts.schema import TABLES
from creditdesk.sources.assembly import Assembly
from creditdesk.sources.guessing.lists import LISTS, Choices, document
from creditdesk.sources.guessing.proposing import propose
from creditdesk.sources.guessing.sampling import take_sample
from creditdesk.sources.mapping_file import as_yaml, load_mapping, read_mapping, shipped
from creditdesk.sources.tabular import Source, kind_of, open_source

HALF = """\
mapping: mine
formats: {date: [D.M.YYYY], decimal: ",", thousands: "."}
currency: EUR
tables:
  - table: customer
    one_row_per: customer_id
    only_new: true
    columns:
      customer_id: "the column with its number"
      name: "the column with its name"
      kind: {constant: company}
  - table: invoice
    columns:
      invoice_id: "the column with its number"
      customer_id: "the column with the number of the customer"
      number: "the column with its number"
      kind: {constant: invoice}
      issued: "the column with its date"
      due: "the column with its due date"
      amount: "the column with its amount"
"""
"""What a mapping looks like, for whoever writes one by hand."""

SAMPLE = "sample.json"
OWN_NAME = "import"
"""What a mapping is called that nobody has given a name."""


def look(upload: Upload, said: dict[str, Any], *, now: datetime) -> None:
    """Tell what was brought, and how a list seems to be written.

    Args:
        said: what a person says of how it is read (`encoding`, `delimiter`, `header_line`, `sheet`), and `kind` of the list.

    Raises:
        NotTaken, UnusableInput: it cannot be used.
    """
    place = folder_of(upload) / FILES
    _unpack(upload, place)
    tables, lists = _apart(place)
    if tables and lists:
        names = ", ".join(sorted(path.name for path in lists)[:5])
        raise NotTaken("mixed", f"tables of the contract and other files: {names}", name=names)
    if tables:
        _guard_parquet(place)
        upload.kind = Upload.Kind.FOLDER
        upload.step = Upload.Step.CHECKING
        Work.objects.create(
            company=upload.company, kind=Work.Kind.CHECK, upload=upload, by=upload.by, asked_at=now
        )
        return
    if not lists:
        raise NotTaken("no_file", "there is no file in it that could be read")
    upload.kind = Upload.Kind.FILE
    for more in lists[1:]:
        _split_off(upload, more, now)
    _look_at_list(upload, lists[0], said)


def file_of(upload: Upload) -> Path:
    """The one file of a list."""
    place = folder_of(upload) / FILES
    return next(path for path in sorted(place.iterdir()) if path.is_file())


def _unpack(upload: Upload, place: Path) -> None:
    """Put what is in a zip in its place."""
    for path in sorted(place.glob("*")):
        if path.suffix.lower() == ".zip":
            unpack(path, place)
            path.unlink()
            upload.name = path.stem[:200]


def _apart(place: Path) -> tuple[list[Path], list[Path]]:
    """Tables of the contract, and lists that need a mapping."""
    tables: list[Path] = []
    lists: list[Path] = []
    for path in sorted(place.iterdir()):
        if path.is_dir() or _is_table(path):
            tables.append(path)
        else:
            kind_of(path)  # refuses what is no list
            lists.append(path)
    return tables, lists


def _is_table(path: Path) -> bool:
    """Whether a file is a table of the contract: it is called like one, and has the columns that one needs."""
    if path.stem not in TABLES or path.suffix not in {".csv", ".parquet"}:
        return False
    try:
        if path.suffix == ".parquet":
            names = set(pq.read_schema(path).names)
        else:
            with path.open(encoding="utf-8-sig", newline="") as file:
                names = set(next(csv.reader(islice(file, 5)), ()))
    except (pa.ArrowException, OSError, UnicodeDecodeError, csv.Error):
        return False
    return set(TABLES[path.stem].required) <= names


def _guard_parquet(place: Path) -> None:
    """A Parquet file says in a kilobyte that it has billions of equal rows."""
    for path in place.rglob("*.parquet"):
        try:
            rows = pq.read_metadata(path).num_rows
        except pa.ArrowException as broken:
            raise UnusableInput(f"{path.name}: cannot be read as Parquet ({broken})") from broken
        if rows > limits.MOST_ROWS:
            raise NotTaken(
                "too_many_rows", f"{path.name} has {rows} rows", name=path.name, most=limits.MOST_ROWS
            )


def _split_off(upload: Upload, path: Path, now: datetime) -> None:
    """Several lists at once are several uploads: each has columns of its own."""
    token = uuid4().hex
    into = folder() / token / FILES
    into.mkdir(parents=True, mode=0o700)
    size = path.stat().st_size
    shutil.move(path, into / path.name)
    begin(upload.company, token, [(path.name, size)], by=upload.by, now=now)
    upload.files = [one for one in upload.files if one["name"] != path.name]


def _look_at_list(upload: Upload, path: Path, said: dict[str, Any]) -> None:
    kind = kind_of(path)
    if kind == "xlsx":
        check_spreadsheet(path)
    elif kind == "parquet":
        _guard_parquet(path.parent)
    upload.name = path.name[:200]
    asked = ("kind", "anew")
    read = {name: value for name, value in said.items() if name not in asked and value not in ("", None)}
    sample = take_sample(path, read)
    company = upload.company
    found = propose(sample, mappings.learned(company), currency_of(company), str(said.get("kind") or ""))
    seen = {
        **{name: value for name, value in sample.as_dict().items() if name != "rows"},
        "noticed": {name: asdict(looks) for name, looks in found.noticed.items()},
        "because": dict(found.because),
        "unsure": list(found.unsure),
        "shipped": _fitting(path),
    }
    (folder_of(upload) / SAMPLE).write_text(json.dumps(sample.as_dict()), encoding="utf-8")
    upload.seen, upload.step = seen, Upload.Step.MAPPING
    saved = mappings.for_header(company, sample.header) if not said else None
    if saved is not None and _still_fits(saved, path, sample.header):
        upload.saved_as, upload.document, upload.choices = saved.name, saved.document, saved.choices
        return
    choose(upload, found.choices)


def choose(upload: Upload, choices: Choices) -> None:
    """Take over what was chosen in the form, and the mapping it makes; none while something is missing."""
    upload.choices = choices.as_dict()
    upload.saved_as = ""
    upload.document = document_of(choices)


def document_of(choices: Choices, *, whole: bool = True) -> str:
    """The mapping that choices make; empty while something is missing, unless half a one is asked for."""
    if not LISTS[choices.kind].missing(choices):
        return as_yaml(document(choices, OWN_NAME))
    return "" if whole else HALF


def currency_of(company: Company) -> str:
    """The currency of a company's own books; EUR while nothing says it."""
    own = (
        FACTS["company"]
        .objects.filter(legal_entity=company, replaced_by=None)
        .values_list("currency", flat=True)
    )
    return own.first() or "EUR"


def _fitting(path: Path) -> list[str]:
    """The shipped mappings whose columns the file has."""
    found = []
    for name in shipped():
        mapping = load_mapping(name)
        try:
            opened = open_source(path, mapping.read)
            Assembly(mapping, opened)
        except UnusableInput:
            continue
        found.append(name)
    return found


def _still_fits(saved: SavedMapping, path: Path, header: Sequence[str]) -> bool:
    try:
        mapping = read_mapping(saved.document.encode(), saved.name)
        opened: Source = open_source(path, mapping.read)
        Assembly(mapping, opened)
    except UnusableInput:
        return False
    return tuple(opened.header) == tuple(header)
