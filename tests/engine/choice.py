"""The engine that these tests decide with: Polars by `make test`, which plans nothing, DuckDB too by `make test-all`.

That both say the same, value for value, is held by test_polars.
"""

from __future__ import annotations

import os

ENGINE = os.environ.get("CREDITDESK_TEST_ENGINE", "polars://")
