"""The starter policy is what STARTER.md says, cell for cell, rule for rule, ladder for ladder."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from creditdesk.policy.document import Policy, Segment
from creditdesk.policy.load import load_policy
from policy.starter_document import Ladder, ladders, tables

LADDERS = [
    "reference",
    "partner",
    "attentive",
    "sales_first",
    "trusted",
    "firm",
    "easy",
    "light",
    "strict",
    "new",
    "contested",
    "guarded",
    "in_trouble",
    "occasional",
    "public",
    "consumer_nl",
    "consumer_be",
    "consumer_elsewhere",
]


def table_with(path: Path, corner: str) -> list[list[str]]:
    return next(table for table in tables(path.read_text(encoding="utf-8")) if table[0][0] == corner)


def test_every_cell_of_the_matrix(starter: Policy, starter_document: Path) -> None:
    header, *rows = table_with(starter_document, "")
    assert header[1:] == starter.matrix.draw_columns
    assert [row[0].split()[0] for row in rows] == starter.matrix.draw_rows
    for row in rows:
        told = {column: cell.strip("`") for column, cell in zip(header[1:], row[1:], strict=True)}
        assert starter.matrix.cells[row[0].split()[0]] == told


def test_bands_of_size_and_behaviour(starter: Policy, starter_document: Path) -> None:
    text = starter_document.read_text(encoding="utf-8")
    edges = re.search(r"employees \(<= (\d+) / <= (\d+) / > (\d+)", text)
    revenue = re.search(r"annual_revenue \(<= (\w+) / <= (\w+) / more", text)
    behaviour = re.search(
        r"good <= (\d+), fair <= (\d+), poor > (\d+); margin (\d+); least evidence (\d+)", text
    )
    assert edges
    assert revenue
    assert behaviour
    employees, annual, turnover = starter.criteria["size"].first_known
    assert employees.bands == {
        "small": f"<= {edges[1]}",
        "medium": f"<= {edges[2]}",
        "large": f"> {edges[3]}",
    }
    assert annual.bands == {
        "small": f"<= {revenue[1]}",
        "medium": f"<= {revenue[2]}",
        "large": f"> {revenue[2]}",
    }
    assert turnover.bands == {"small": "C", "medium": "B", "large": "A"}
    late = starter.criteria["behaviour"]
    assert late.bands == {
        "good": f"<= {behaviour[1]}",
        "fair": f"<= {behaviour[2]}",
        "poor": f"> {behaviour[3]}",
    }
    assert (late.margin, late.least_evidence) == (Decimal(behaviour[4]), int(behaviour[5]))


def test_rules_in_order(starter: Policy, starter_document: Path) -> None:
    text = starter_document.read_text(encoding="utf-8")
    paragraph = text[text.index("**Rules before the matrix") :].split("\n", 1)[0]
    told = re.findall(r"(\d+) [^→]*? → `(\w+)`", paragraph)
    assert [number for number, _ in told] == [str(n) for n in range(1, 13)]
    assert [rule.segment for rule in starter.rules] == [segment for _, segment in told]


@pytest.mark.parametrize("name", LADDERS)
def test_every_step_of_every_ladder(name: str, starter: Policy, starter_document: Path) -> None:
    told = ladders(starter_document)[name].steps
    steps = starter.steps_of(name)
    assert len(steps) == len(told)
    for step, said in zip(steps, told, strict=True):
        assert (step.after, step.after_due, step.at_least, step.calendar_days) == (
            said.after, said.after_due, said.at_least, said.calendar_days,
        ), step.id  # fmt: skip
        assert (step.do, step.owner, step.level, step.approval) == (
            said.do,
            said.owner,
            said.level,
            said.approval,
        )
        whole = said.words + said.rest
        assert step.stop_delivery == ("stop" in whole), step.id
        assert step.payment_link >= ("link" in whole or "QR" in whole), step.id
        if "email" in said.words and said.do == "sms":
            assert step.else_ is not None
            assert step.else_[0] == "email"
        if "or call" in said.words:
            assert step.else_ == ["call"]
        above = re.search(r"above EUR ([\d,]+)", said.rest)
        assert step.minimum_amount == (Decimal(above[1].replace(",", "")) if above else None)


def test_no_ladder_of_the_document_is_left_out(starter_document: Path) -> None:
    assert set(ladders(starter_document)) == set(LADDERS)


def days(ladder: Ladder, policy: Policy) -> list[int]:
    """Working days after due of each step from level 1 on, if all is done on time."""
    found: list[int] = []
    for step in policy.steps_of(ladder.name):
        if step.level == 0:
            continue
        before = found[-1] if found else 0
        if step.after_due is not None:
            found.append(max(step.after_due, before + step.at_least))
        else:
            found.append(before + (step.after or 0))
    return found


@pytest.mark.parametrize("name", [name for name in LADDERS if not name.startswith("consumer")])
def test_days_after_due_if_all_is_done_on_time(name: str, starter: Policy, starter_document: Path) -> None:
    ladder = ladders(starter_document)[name]
    assert days(ladder, starter) == list(ladder.days)


def test_rhythm_is_the_ladder_of_its_size_from_the_habitual_day(starter: Policy) -> None:
    choices = [(choice.when, choice.use) for choice in starter.segments["rhythm"].procedure]
    assert choices == [("band_size = 'medium'", "rhythm_trusted"), (None, "rhythm_easy")]
    for name in ("trusted", "easy"):
        assert starter.procedures[f"rhythm_{name}"].start == "habit"
        assert starter.steps_of(f"rhythm_{name}") == starter.steps_of(name)
    assert starter.conduct.habit_bank_days == 2


def numbers(cell: str) -> list[Decimal]:
    return [Decimal(found) for found in re.findall(r"\d+(?:\.\d+)?", cell.replace(",", ""))]


MATRIX_ROWS = ["partner", "trusted, easy", "attentive, standard, light", "sales_first, firm", "strict"]


@pytest.mark.parametrize("label", MATRIX_ROWS)
def test_terms_limit_and_order_stance_of_the_matrix_segments(
    label: str, starter: Policy, starter_document: Path
) -> None:
    row = next(row for row in table_with(starter_document, "segment") if row[0] == label)
    names = label.split(", ")
    limits = numbers(row[2]) if len(numbers(row[2])) == len(names) else numbers(row[2]) * len(names)
    amounts = re.search(r"EUR ([\d,]+) / (\d+)", row[3])
    for index, name in enumerate(names):
        segment = starter.segments[name]
        acceptance, terms = row[1].split(",")
        assert (segment.acceptance, segment.terms_days) == (acceptance, int(numbers(terms)[0])), name
        assert segment.limit.peak_months == limits[index], name
        check_order(segment, row[3], amounts and Decimal(amounts[index + 1].replace(",", "")))


def check_order(segment: Segment, told: str, amount: Decimal | None) -> None:
    order = segment.order
    if told.startswith("review at"):
        assert order.review_use == Decimal(numbers(told)[0]) / 100
        stop = re.search(r"stop (\d+) d", told)
        review = re.search(r"or (\d+) d overdue", told)
        assert order.stop_overdue_days == (int(stop[1]) if stop else None)
        assert order.review_overdue_days == (int(review[1]) if review else None)
    elif told.startswith("stop at 100 %"):
        assert (order.stop_use, order.stop_overdue_days) == (1, int(numbers(told)[1]))
    elif told.startswith("stop at 15 d"):
        assert (order.stop_overdue_days, order.stop_overdue_amount, order.release) == (
            15,
            amount,
            "overdue_paid",
        )
    else:
        assert told == "prepayment until balance_paid"
        assert (order.always, order.release) == ("prepayment", "balance_paid")


def test_terms_limit_and_order_stance_of_the_other_segments(starter: Policy, starter_document: Path) -> None:
    table = {row[0]: row[1:] for row in table_with(starter_document, "segment")}
    new = starter.segments["new"]
    assert table["new"][0] == f"{new.acceptance}, {new.terms_days}"
    assert numbers(table["new"][1]) == [new.limit.floor, new.limit.step_up, new.limit.step_after]
    assert new.limit.first_orders
    assert table["new"][2] == "prepayment above limit"
    assert new.order.prepayment_use == 1

    assert table["contested, guarded"][:3] == [
        "prepayment until balance_paid (guarded: within cover)", "cover only", "stop",
    ]  # fmt: skip
    for name in ("contested", "guarded"):
        segment = starter.segments[name]
        assert segment.acceptance == "prepayment"
        assert segment.limit.cover_only
        assert segment.fees == "interest"
        assert (segment.order.always, segment.order.release) == ("stop", "balance_paid")
    assert starter.segments["guarded"].order.within_cover
    assert not starter.segments["contested"].order.within_cover

    assert table["in_trouble, occasional, rhythm"][:3] == [
        "limited 14 / prepayment or 8 / as matrix cell", "1 / 0.5 / cell", "review / prepayment / cell",
    ]  # fmt: skip
    trouble, seldom, rhythm = (starter.segments[name] for name in ("in_trouble", "occasional", "rhythm"))
    assert (trouble.acceptance, trouble.terms_days, trouble.limit.peak_months) == ("limited", 14, 1)
    assert (seldom.acceptance, seldom.terms_days, seldom.limit.peak_months) == (
        "prepayment",
        8,
        Decimal("0.5"),
    )
    assert (rhythm.acceptance, rhythm.terms_days, rhythm.limit.cell, rhythm.order.cell) == (
        "cell",
        "cell",
        True,
        True,
    )
    assert (trouble.order.always, seldom.order.always) == ("review", "prepayment")
    assert trouble.incentive == "payment_plan"
    assert rhythm.incentive == "fixed_moment_statement"

    assert table["public"][:3] == ["open, 30", "none", "never"]
    public = starter.segments["public"]
    assert (public.acceptance, public.terms_days, public.limit.unlimited) == ("open", 30, True)
    assert (public.order.always, public.interest_stated, public.fees) == ("none", True, "none")

    others = [starter.segments[name] for name in table_key(table, "consumer").split(", ")]
    told = [part.strip() for part in table[table_key(table, "consumer")][0].split("/")]
    assert told == ["by law", "prepayment", "prepayment", "open", "re-screen first"]
    assert [segment.acceptance for segment in others[1:4]] == told[1:4]
    assert others[0].terms_days == "law"
    assert others[0].order.release == "person"
    assert others[0].human_review
    assert (others[4].order.always, others[4].order.release) == ("review", "person")


def table_key(table: dict[str, list[str]], start: str) -> str:
    return next(key for key in table if key.startswith(start))


def test_extras_of_the_segments(starter: Policy) -> None:
    segments = starter.segments
    assert segments["partner"].incentive == "yearly_thanks"
    assert segments["partner"].fees == "none"
    for name in ("trusted", "easy"):
        discount = segments[name].discount
        assert discount is not None
        assert not discount.offered
    for name in ("attentive", "standard", "light"):
        assert (segments[name].interest_stated, segments[name].fees) == (True, "none")
    for name in ("sales_first", "firm"):
        assert (segments[name].fees, segments[name].fees_from_level) == ("interest", 5)
    assert segments["strict"].fees == "interest_and_costs"


def test_no_ladder_where_none_may_run(starter: Policy) -> None:
    assert not starter.segments["internal"].procedure
    assert not starter.segments["internal"].dunning
    assert not starter.segments["insolvent"].dunning
    for name in (
        "public",
        "consumer_nl",
        "consumer_be",
        "consumer_elsewhere",
        "legal",
        "insolvent",
        "in_trouble",
    ):
        assert all(step.do != "hand_over" for step in starter.steps_of(name)), name


def test_small_customers_get_no_calls(starter: Policy) -> None:
    for name in ("easy", "light", "strict"):
        for step in starter.steps_of(name):
            assert step.do != "call"
            if step.do in ("email", "letter", "sms"):
                assert "call" not in (step.else_ or ["call"]), step.id


def test_minimum_amounts_and_brakes(starter: Policy, starter_document: Path) -> None:
    text = starter_document.read_text(encoding="utf-8")
    told = re.search(
        r"Minimum amounts: email (\d+), letter (\d+), registered and call (\d+), sales ([\d,]+), hand-over (\d+)",
        text,
    )
    stay = re.search(r"Stay (\d+) days; downgrade at once on legal_status, write-off, (\d+) d overdue", text)
    assert told
    assert stay
    email, letter, call, sales, over = (Decimal(amount.replace(",", "")) for amount in told.groups())
    least = starter.minimum_amounts
    assert (least["email"], least["letter"], least["registered_letter"], least["call"], least["sales"],
            least["hand_over"]) == (email, letter, call, call, sales, over)  # fmt: skip
    assert (starter.brakes.minimum_stay_days, starter.brakes.downgrade_at_overdue_days) == tuple(
        map(int, stay.groups())
    )
    assert starter.brakes.downgrade_on_legal_status
    assert starter.brakes.downgrade_on_write_off


def test_adjustments(starter: Policy) -> None:
    paper, key, slip = starter.adjustments
    assert (paper.first_offset, paper.channel_first) == (3, "letter")
    assert key.approve_moves
    assert key.tell_sales
    assert slip.first_template == "slip"
    assert starter.conduct.must_be_delivered == ["peppol"]


def test_levels_never_fall_and_hard_steps_respect_the_age_of_invoices(starter: Policy) -> None:
    for name in starter.procedures:
        steps = starter.steps_of(name)
        assert all(before.level <= after.level for before, after in pairwise(steps)), name


@pytest.mark.parametrize("name", ["starter", "two-speed", "consumers-nl"])
def test_a_shipped_policy_loads(name: str) -> None:
    assert load_policy(name).policy == name
