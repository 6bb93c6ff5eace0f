"""One customer explained in the terminal."""

from __future__ import annotations

import io
import json
import re

import pytest
from rich.console import Console

from creditdesk.policy.load import load_policy
from creditdesk.report.explanation import explanation, shown
from creditdesk.report.language import LANGUAGES, language
from creditdesk.report.lists import by_customer
from creditdesk.report.output import Output, Row
from creditdesk.report.words import Words
from report.portfolio import AS_OF


def rows_of(output: Output, name: str, customer: str) -> list[Row]:
    table = getattr(output, name)
    return output.rows(table.filter(table.customer_id == customer))


def explained(output: Output, customer: str, code: str = "en") -> tuple[dict, str]:
    """The explanation of a customer, as data and as the terminal shows it."""
    words = Words(language(code), load_policy("starter"))
    told = explanation(
        words,
        by_customer(output, [customer])[customer],
        rows_of(output, "profile", customer)[0],
        rows_of(output, "action_due", customer),
        rows_of(output, "held", customer),
        AS_OF,
    )
    screen = Console(file=io.StringIO(), width=140)
    screen.print(shown(words, told, AS_OF))
    return told, screen.file.getvalue()


def first_with(output: Output, name: str) -> str:
    """The first customer that has a row in a table of actions, and was placed by the matrix."""
    table = getattr(output, name)
    placed = output.decision.filter(output.decision.nearest_change.notnull())
    return output.rows(table.semi_join(placed, "customer_id").order_by("customer_id").limit(1))[0][
        "customer_id"
    ]


def test_it_says_why_what_would_move_it_what_is_due_and_the_figures(output: Output) -> None:
    told, text = explained(output, first_with(output, "action_due"))
    assert f"{told['name']} ({told['customer_id']}) on 31 March 2026" in text
    assert told["why"] in text
    assert "Standard at payment behaviour 14 days (3.2 days away); paying invoice" in text
    assert re.search(r"invoices?, €[\d,]+, .*priority \d+ \(amount 30, risk 12\)", text)
    assert "Nothing is held back." in text
    assert "New business" in text
    assert re.search(r"Limit €[\d,]+ \(what it buys\), exposure €[\d,]+, room -?€[\d,]+", text)
    assert re.search(r"Past due +€[\d,]+", text)


def test_what_is_held_comes_with_all_its_reasons_and_the_day_it_can_end(output: Output) -> None:
    held = output.held.filter(output.held.hold == "promised").order_by("customer_id")
    _, text = explained(output, output.rows(held.limit(1))[0]["customer_id"])
    assert "Nothing is due today." in text
    assert "promise runs, until 9 April 2026 at the earliest" in text


def test_a_customer_placed_by_a_rule_hears_that_the_matrix_does_not_move_it(output: Output) -> None:
    ruled = output.decision.filter(output.decision.segment == "new").order_by("customer_id")
    _, text = explained(output, output.rows(ruled.limit(1))[0]["customer_id"])
    assert "rule “too little history”" in text
    assert "payment behaviour" in text, "the criteria are told beside the rule"
    assert "Placed by a rule, so there is no nearest change in the matrix." in text


def test_without_an_experience_the_mean_of_all_customers_is_not_told_as_its_own(output: Output) -> None:
    told, text = explained(output, first_with(output, "action_due"))
    label = language("en")("figure.days_late_shrunken")
    assert label in text
    told["profile"]["observations"] = 0
    screen = Console(file=io.StringIO(), width=140)
    screen.print(shown(Words(language("en"), load_policy("starter")), told, AS_OF))
    assert label not in screen.file.getvalue()


@pytest.mark.parametrize("code", LANGUAGES)
def test_it_can_be_told_in_every_language_and_to_a_program(code: str, output: Output) -> None:
    told, text = explained(output, first_with(output, "action_due"), code)
    assert language(code)("explain.moves") in text
    assert json.loads(json.dumps(told, default=str))["segment"] == told["decision"]["segment"]
