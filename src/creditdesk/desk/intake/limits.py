"""How much is taken in at once. A file is hostile until it is checked: nothing here trusts what it says of itself."""

from __future__ import annotations

import os

LARGEST = "CREDITDESK_UPLOAD_MB"
"""The variable that says how many megabytes may be brought at once."""

MEGABYTE = 1024 * 1024


def largest() -> int:
    """Bytes that may be brought at once, over all files: 512 MB where nothing else is said."""
    said = os.environ.get(LARGEST, "")
    return (int(said) if said.isdecimal() and int(said) else 512) * MEGABYTE


MOST_FILES = 100
"""Files that may be brought at once."""

MOST_MEMBERS = 1_000
"""Files in a zip."""

MOST_OPEN = 20
"""Uploads of one company that are not brought in yet."""

LEFT_FREE = 256 * MEGABYTE
"""Room that stays free on the disk."""

UNPACKED = 8
"""A zip may unpack to so many times the largest upload."""

DENSEST = 200
"""How many times its size a file in a zip may become; text with many zeros reaches some dozens."""

SPREADSHEET = 256 * MEGABYTE
"""Bytes that a spreadsheet, which is a zip, may unpack to: all of it is held in memory."""

MOST_ROWS = 50_000_000
"""Rows of a Parquet file, which can hold billions of equal ones in a kilobyte."""

LONGEST_NAME = 120
"""Characters of a file's name."""
