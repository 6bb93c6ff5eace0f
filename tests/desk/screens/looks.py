"""How pages are looked at in a browser: `make test` looks by day and in the language with the longest words, `make test-all` in every way."""

from __future__ import annotations

import pytest

NIGHT = pytest.param(True, True, marks=pytest.mark.long)
"""Dark, on a phone."""

LANGUAGES = ["de", *(pytest.param(name, marks=pytest.mark.long) for name in ("nl", "fr"))]
