"""Which errors are the user's to mend, and the exit status of each. Any other error is ours, and crashes loudly."""

from __future__ import annotations

import errno
import sys
import traceback
from typing import Any

import typer
from typer.core import TyperGroup

DONE = 0
QUARANTINED = 1
"""Done, with quarantined rows (or with failed cases of a policy)."""
UNUSABLE = 2
"""Unusable input, nothing written."""
BUSY = 3
"""Another run is under way."""
BROKEN = 70
"""The program itself failed (EX_SOFTWARE); nothing written."""
MACHINE = frozenset(
    (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG)
)  # fmt: skip
"""What a folder, a right or a disk forbids is no defect of the program."""
CAUSE = 1000
"""Characters of what an engine says about a statement that failed."""


def explained(error: Exception) -> tuple[int, str] | None:
    """Exit status and message of an error that has an explanation; None for a defect of the program.

    The rooms are imported here, not above: whoever asks for help waits for nothing.
    """
    from creditdesk.cli.output_folder import AnotherRun, NotOurFolder
    from creditdesk.desk.problem import AnotherRun as AnotherDay
    from creditdesk.engine.backend import StageError, UnknownEngine
    from creditdesk.facts.money import MissingRate, UnknownCurrency
    from creditdesk.facts.problem import UnusableInput
    from creditdesk.policy.error import PolicyErrors
    from creditdesk.report.explanation import NoCustomer
    from creditdesk.report.language import UnknownLanguage
    from creditdesk.report.output import NoOutput
    from creditdesk.sample import OutputFolderError

    if isinstance(error, AnotherRun | AnotherDay):
        return BUSY, str(error)
    unusable = (
        UnusableInput, PolicyErrors, MissingRate, UnknownCurrency, UnknownEngine, UnknownLanguage, NotOurFolder,
        NoCustomer, NoOutput, OutputFolderError, Refused,
    )  # fmt: skip
    if isinstance(error, unusable):
        return UNUSABLE, str(error)
    if isinstance(error, OSError) and error.errno in MACHINE:
        where = f"{error.filename}: " if error.filename else ""
        return (
            UNUSABLE,
            f"{where}{error.strerror}; the way out: name a folder that can be written, with room on its disk",
        )
    if _of_database(error):
        return UNUSABLE, f"the database: {str(error).strip()}\nNothing of this step was written."
    if isinstance(error, StageError):
        cause = str(error.cause)[:CAUSE]  # Spark tells its whole plan
        return BROKEN, f"stage {error.stage!r} failed: {cause}\n--- SQL of the stage ---\n{error.sql}"
    return None


def _of_database(error: Exception) -> bool:
    """Whether the database could not do it: it is away, locked, or its disk is full. Asked without loading Django."""
    if "django.db.utils" not in sys.modules:
        return False
    from django.db.utils import InterfaceError, InternalError, OperationalError

    return isinstance(error, OperationalError | InterfaceError | InternalError)


class Refused(ValueError):
    """An option or argument that cannot be taken, found only once the command runs."""


class Door(TyperGroup):
    """The commands, with every error turned into a message and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; an error with an explanation is told without a traceback."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            known = explained(error)
            if known is None:
                raise
            status, message = known
            sys.stderr.write(message.rstrip("\n") + "\n")
            raise typer.Exit(status) from error

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program; a defect prints its traceback and ends with a status that no script takes for done."""
        try:
            return super().main(*args, **kwargs)
        except Exception:  # noqa: BLE001  shown in full; only the exit status is ours
            traceback.print_exc()
            sys.exit(BROKEN)
