"""What the tests of the engine ask for."""

from __future__ import annotations

import pytest

from creditdesk.policy.document import Policy
from creditdesk.policy.load import load_policy


@pytest.fixture(scope="session")
def starter() -> Policy:
    """The shipped starter policy."""
    return load_policy("starter")
