"""Output folders that appear whole: written beside the target, then put in its place in one step.

A run that is killed leaves either the old complete folder or the new complete one. Two runs into one folder at the
same time do not mix: the second is refused. What a killed run left beside the target is cleared by the next one.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

MARKS = ("summary.json", "check.json")
"""One of these files says that a folder is an output of ours, which may be replaced."""

_EXCHANGE = 2  # RENAME_EXCHANGE of Linux: two names change places, atomically
_HERE = -100  # AT_FDCWD


class AnotherRun(RuntimeError):
    """Another run is writing into the same folder (exit status 3)."""


class NotOurFolder(ValueError):
    """The target holds files that no run of ours wrote; it is left alone (exit status 2)."""


@contextlib.contextmanager
def output_folder(target: Path) -> Iterator[Path]:
    """A new folder to write into; when the block ends without an error it takes the place of `target`.

    An error in the block leaves `target` as it was.

    Raises:
        AnotherRun: while another run holds the same target.
        NotOurFolder: when `target` is a file, or a folder with other things in it.
    """
    target = target.absolute()
    if target.parent.exists() and not target.parent.is_dir():
        raise NotOurFolder(f"{target.parent}: is not a folder; the way out: name a new folder in --out")
    target.parent.mkdir(parents=True, exist_ok=True)
    with _locked(target):
        _restore(target)
        _refuse_foreign(target)
        for leftover in target.parent.glob(f".{_plain(target.name)}.*.writing"):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".writing", dir=target.parent))
        fresh.chmod(0o777 & ~_umask())
        try:
            yield fresh
            _to_disk(fresh)
            _swap(fresh, target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _refuse_foreign(target: Path) -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise NotOurFolder(f"{target}: is not a folder; the way out: name a new folder in --out")
    if target.is_dir() and any(target.iterdir()) and not any((target / mark).exists() for mark in MARKS):
        raise NotOurFolder(
            f"{target}: holds files that are no output of an earlier run, and would be replaced; "
            f"the way out: name a new or an empty folder in --out"
        )


@contextlib.contextmanager
def _locked(target: Path) -> Iterator[None]:
    """Hold `.NAME.lock` beside the target. The file is removed by who holds it, so a lock is checked after it is had."""
    path = target.parent / f".{target.name}.lock"
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise AnotherRun(
                f"{target}: another run is writing there; the way out: wait until it is done, or name another --out"
            ) from None
        try:
            same = os.path.samestat(os.fstat(handle), path.stat())
        except FileNotFoundError:
            same = False
        if same:
            break
        os.close(handle)  # its holder removed it between our open and our lock
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _swap(fresh: Path, target: Path) -> None:
    """Put `fresh` in the place of `target`; afterwards `fresh` is the old content, or gone."""
    if not target.exists():
        fresh.rename(target)
    elif not _exchange(fresh, target):
        # no exchange on this file system: two renames; a run killed between them is put right by the next one
        aside = target.parent / f".{target.name}.replaced"
        shutil.rmtree(aside, ignore_errors=True)
        target.rename(aside)
        fresh.rename(target)
        shutil.rmtree(aside, ignore_errors=True)
    _to_disk_folder(target.parent)


def _restore(target: Path) -> None:
    aside = target.parent / f".{target.name}.replaced"
    if aside.is_dir():
        if target.exists():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.rename(target)


def _exchange(one: Path, two: Path) -> bool:
    """Let two folders change places in one step; False where system or file system cannot."""
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if function is None:
        return False
    if function(_HERE, os.fsencode(one), _HERE, os.fsencode(two), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number), str(two))


def _to_disk(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            _to_disk_folder(path)
    _to_disk_folder(folder)


def _to_disk_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _plain(name: str) -> str:
    """A name in which nothing is a pattern."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
