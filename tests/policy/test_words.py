"""A policy in words says what the policy does, and says it again when the policy changes."""

from __future__ import annotations

import pytest

from creditdesk.policy.document import Policy
from creditdesk.policy.load import SHIPPED, load_policy, read_policy
from creditdesk.policy.words import as_text, describe, ladder_grid, matrix_grid, segment_in_words


def test_the_matrix_has_the_model_customers_at_the_top_left(starter: Policy) -> None:
    grid = matrix_grid(starter)
    assert grid.header == ("size", "good", "fair", "poor")
    assert grid.rows[0] == ("large", "partner", "attentive", "sales_first")


def test_a_segment_in_sentences(starter: Policy) -> None:
    assert segment_in_words(starter, "firm") == (
        "Medium-sized and pays late. Fast and clear.",
        "New business: limited, 14 days, less where the law says so.",
        "Credit limit: 1 times the best month, within its capacity and cover.",
        "Orders: stop 15 days past due for more than EUR 250, until nothing undisputed is past due.",
        "Interest is claimed from level 5 (registered letter) on.",
        "Procedure: firm.",
    )


def test_the_discount_tells_its_yearly_cost(starter: Policy) -> None:
    told = " ".join(segment_in_words(starter, "trusted"))
    assert (
        "A discount of 1% within 10 days stands ready but is not offered, which costs 18.4% a year." in told
    )


def test_a_ladder_with_the_day_of_each_step(starter: Policy) -> None:
    grid = ladder_grid(starter, "strict")
    assert [(row[0], row[1], row[-1]) for row in grid.rows] == [
        ("reminder", "+1 working days", "1"),
        ("final_notice", "5 working days after due", "5"),
        ("hand_over", "14 working days after due, 5 after the step before", "14"),
    ]
    assert ladder_grid(starter, "new").rows[0][1] == "5 working days before due"


@pytest.mark.parametrize("name", SHIPPED)
def test_everything_that_has_a_name_is_told(name: str) -> None:
    policy = load_policy(name)
    text = as_text(describe(policy))
    for part in ("criteria", "segments", "procedures"):
        for one in getattr(policy, part):
            assert one.casefold() in text.casefold(), one
    for rule in policy.rules:
        assert rule.name in text
    for procedure in policy.procedures:
        for step in policy.steps_of(procedure):
            assert step.id in text


def test_the_words_follow_the_policy(starter: Policy, starter_text: str) -> None:
    changed = read_policy(
        starter_text.replace("stop_overdue_amount: 250", "stop_overdue_amount: 400"), "changed"
    )
    before, after = segment_in_words(starter, "firm"), segment_in_words(changed, "firm")
    assert [line for line in after if line not in before] == [
        "Orders: stop 15 days past due for more than EUR 400, until nothing undisputed is past due."
    ]
