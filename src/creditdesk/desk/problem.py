"""What can go wrong at the desk for reasons outside of the program. Knows no Django: the command line asks for it."""

from __future__ import annotations


class AnotherRun(RuntimeError):
    """Another process is at work on this company's day."""


class LockLost(RuntimeError):
    """The connection that held the day is gone: somebody else may have it now."""
