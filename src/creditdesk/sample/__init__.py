"""A made-up company whose true behaviour is known: to try Creditdesk on, to test it with, to measure it by."""

from __future__ import annotations

from creditdesk.sample.write import HORIZON, SampleSummary, write_sample
from creditdesk.sample.writing import OutputFolderError

__all__ = ["HORIZON", "OutputFolderError", "SampleSummary", "write_sample"]
