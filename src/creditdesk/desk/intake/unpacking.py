"""Unpacks a zip that somebody brought: what it says of itself is not believed, and nothing leaves the folder it is unpacked into."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from creditdesk.desk.intake import limits
from creditdesk.desk.intake.receiving import safe_name
from creditdesk.desk.intake.wrong import NotTaken
from creditdesk.facts.schema import TABLES

CHUNK = 1 << 20
PASSED_OVER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


def unpack(path: Path, into: Path) -> list[Path]:
    """Unpack a zip: files, and folders of Parquet parts that are called like a table; other folders are left out of the names.

    Gives what was written.

    Raises:
        NotTaken: it is broken, encrypted, too large once unpacked, or names a place outside.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return [_write(archive, one, target, path) for one, target in _targets(archive, into)]
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError) as broken:
        if isinstance(broken, NotTaken):
            raise
        raise NotTaken("zip_broken", f"{path.name}: {broken}", name=path.name) from broken


def _targets(archive: zipfile.ZipFile, into: Path) -> Iterator[tuple[zipfile.ZipInfo, Path]]:
    """Each file of a zip that is taken, and where it goes."""
    members = archive.infolist()
    if len(members) > limits.MOST_MEMBERS:
        raise NotTaken("zip_too_many", f"{len(members)} files in a zip", most=limits.MOST_MEMBERS)
    most = limits.largest() * limits.UNPACKED
    taken: set[Path] = set()
    for one in members:
        parts = _parts(one)
        if (
            one.is_dir()
            or not parts
            or parts[-1].startswith(".")
            or any(part in PASSED_OVER for part in parts)
        ):
            continue
        most -= one.file_size
        dense = one.file_size > limits.MEGABYTE and one.file_size > limits.DENSEST * max(one.compress_size, 1)
        if most < 0 or dense:
            raise NotTaken("zip_too_large", f"{one.filename} is too large once unpacked", name=parts[-1])
        inner = len(parts) > 1 and parts[-2] in TABLES and parts[-1].endswith(".parquet")
        target = into / parts[-2] / safe_name(parts[-1]) if inner else into / safe_name(parts[-1])
        if target in taken:
            raise NotTaken("twice", f"two files are called {target.name}", name=target.name)
        taken.add(target)
        yield one, target


def _parts(one: zipfile.ZipInfo) -> tuple[str, ...]:
    """The folders and the name of a file in a zip."""
    if one.flag_bits & 0x1:
        raise NotTaken("zip_encrypted", f"{one.filename} is encrypted", name=safe_name(one.filename))
    if stat.S_ISLNK(one.external_attr >> 16):
        raise NotTaken("zip_link", f"{one.filename} is a link", name=safe_name(one.filename))
    path = PurePosixPath(one.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or any(":" in part for part in path.parts):
        raise NotTaken("zip_path", f"{one.filename} names a place outside", name=safe_name(one.filename))
    return path.parts


def _write(archive: zipfile.ZipFile, one: zipfile.ZipInfo, target: Path, path: Path) -> Path:
    """Unpack one file, no further than it says it goes."""
    target.parent.mkdir(exist_ok=True, mode=0o700)
    left = one.file_size
    try:
        with archive.open(one) as source, target.open("xb") as out:
            while chunk := source.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise NotTaken(
                        "zip_too_large", f"{one.filename} is larger than it says", name=target.name
                    )
                out.write(chunk)
    except RuntimeError as encrypted:  # as zipfile tells a password that is needed
        raise NotTaken("zip_encrypted", f"{one.filename}: {encrypted}", name=path.name) from encrypted
    return target


def check_spreadsheet(path: Path) -> None:
    """A spreadsheet is a zip whose content is held in memory: unpack it into nothing first, and see how large it is.

    Raises:
        NotTaken: it is too large once unpacked. One that is no zip is left to whoever reads it.
    """
    if not zipfile.is_zipfile(path):
        return
    most = limits.SPREADSHEET
    try:
        with zipfile.ZipFile(path) as archive:
            for one in archive.infolist()[: limits.MOST_MEMBERS]:
                with archive.open(one) as source:
                    while chunk := source.read(CHUNK):
                        most -= len(chunk)
                        if most < 0:
                            size = limits.SPREADSHEET // limits.MEGABYTE
                            raise NotTaken("unpacked_too_large", f"{path.name} unpacks to more than {size} MB", most=size, name=path.name)  # fmt: skip
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as broken:
        raise NotTaken("zip_broken", f"{path.name}: {broken}", name=path.name) from broken
