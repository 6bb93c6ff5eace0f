"""What the tests of the policy room share."""

from __future__ import annotations

from pathlib import Path

import pytest

from creditdesk.policy.document import Policy
from creditdesk.policy.load import load_policy, policy_text


@pytest.fixture(scope="session")
def starter() -> Policy:
    return load_policy("starter")


@pytest.fixture(scope="session")
def starter_text() -> str:
    return policy_text("starter")


@pytest.fixture(scope="session")
def starter_document(root: Path) -> Path:
    """The description of the starter policy beside the checkout; without it the test is skipped, and says so."""
    path = root.parent / "shared" / "STARTER.md"
    if not path.is_file():
        pytest.skip("needs ../shared/STARTER.md beside the checkout")
    return path
