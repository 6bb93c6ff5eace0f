"""docs/policy-reference.md says what the code says, and the examples of the docs do what they say."""

from __future__ import annotations

import re
from pathlib import Path

from creditdesk.policy.case_lines import LINES
from creditdesk.policy.cases import parse_cases
from creditdesk.policy.columns import predicate_columns
from creditdesk.policy.document import Policy
from creditdesk.policy.predicate import compile_predicate
from creditdesk.policy.reference import field_meanings, reference


def test_the_reference_is_current(root: Path) -> None:
    written = (root / "docs" / "policy-reference.md").read_text(encoding="utf-8")
    assert written == reference(), "run `make docs`"


def test_every_field_has_a_meaning() -> None:
    for name, meaning in field_meanings(Policy).items():
        assert meaning.endswith("."), name


def test_the_conditions_of_the_docs_are_conditions(root: Path, starter: Policy) -> None:
    text = (root / "docs" / "policy-conditions.md").read_text(encoding="utf-8")
    columns = predicate_columns(starter.criteria)
    found = re.findall(r'when: "(.+?)"', text) + re.findall(
        r"`((?:cash|not key|code_|open_amount)[^`]+)`", text
    )
    assert len(found) >= 5
    for condition in found:
        compile_predicate(condition, columns)


def test_the_case_of_the_docs_is_a_case_and_every_sort_of_line_is_described(root: Path) -> None:
    text = (root / "docs" / "policy-cases.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.+?)```", text, re.DOTALL)
    (case,) = parse_cases(example, "docs").cases
    assert case.expect == {"segment": "standard", "action": "reminder"}
    for sort in LINES:
        assert f"| `{sort}` |" in text
