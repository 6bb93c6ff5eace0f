"""Every kind of mistake in a policy names its line, its field, what was found and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from creditdesk.policy.error import PolicyErrors
from creditdesk.policy.load import load_policy, read_policy

HERE = Path(__file__).parent

# file in wrong/ | line | field | what is said
MISTAKES = """
    adjustment_twice | 12 | adjustments.1.name | the name stands twice
    after_missing | 22 | procedures.short.steps.0 | when is step 'mail' due?
    after_twice | 22 | procedures.short.steps.0 | when is step 'mail' due?
    alias_bomb | 11 |  | more than 50000 values, aliases written out
    band_never_reached | 7 | criteria.behaviour.bands.fine | the band can never hold: earlier ones take all of it
    brake_out_of_range | 10 | brakes.minimum_stay_days | a value that may not stand here
    broken_yaml | 11 |  | no YAML: while parsing a flow mapping expected ',' or '}', but got '<scalar>'
    call_by_system | 22 | procedures.short.steps.0.owner | call is a person's work
    cell_of_cell | 14 | matrix.cells.large.good | a segment of the matrix cannot take from its cell what the cell is to give
    choice_never_read | 17 | segments.easy.procedure.0 | this choice takes everybody: the next ones are never read
    choice_without_last | 17 | segments.easy.procedure | customers for whom no choice holds have no procedure
    duplicate_key | 3 | policy | the key stands twice
    duplicate_step | 26 | procedures.long.steps.1.id | the id stands twice
    extends_cycle | 20 | procedures.short.extends | the procedures extend each other
    extends_unknown | 20 | procedures.short.extends | no such procedure
    foreign_cell | 14 | matrix.cells.large.bad | no such band
    foreign_tag | 10 | in_words | a value of a kind that is not read
    gap_in_bands | 7 | criteria.behaviour.bands | the bands leave numbers without a band
    hand_over_level | 27 | procedures.long.steps.2.level | hand-over is level 6, and nothing else is
    hand_over_without_notice | 27 | procedures.long.steps.2.do | nothing can be handed over: no earlier notice of level 4 or 5 names it
    language_not_listed | 11 | default_language | not among the languages
    level_falls | 26 | procedures.long.steps.1.level | the level falls
    level_out_of_range | 22 | procedures.short.steps.0.level | a value that may not stand here
    margin_below_zero | 7 | criteria.behaviour.margin | a value that may not stand here
    missing_cell | 14 | matrix.cells.large | bands without a cell
    missing_field | 1 | policy | the field is missing
    missing_row | 13 | matrix.cells | bands without a cell
    negative_after | 22 | procedures.short.steps.0.after | only a service step (level 0) may come before the due date
    negative_amount | 17 | segments.easy.minimum_amounts.email | a value that may not stand here
    nested_in_itself | 10 |  | nested too deeply, or in itself
    no_band | 7 | criteria.behaviour.bands.good | no condition on a number
    no_procedure | 17 | segments.easy | no procedure
    not_a_name | 17 | segments.Very easy | not a name
    overlapping_bands | 7 | criteria.behaviour.bands.poor | the band overlaps 'good'
    points_leave_a_gap | 13 | scorecards.card.characteristics.size.points | the bands leave numbers without a band
    points_not_monotone | 13 | scorecards.card.characteristics.size.points.> 20 | the points are said to be rising, and here they are not
    predicate_function | 9 | rules.0.when | not allowed in a condition
    predicate_impossible_value | 9 | rules.0.when | a value that kind never has
    predicate_in_block | 12 | rules.0.when | an unknown column
    predicate_syntax | 9 | rules.0.when | no condition: something is missing beside it
    predicate_unknown_column | 10 | rules.0.when | an unknown column
    procedure_without_steps | 20 | procedures.short | a procedure without steps
    risk_order | 10 | risk.low_below | low must end below medium
    stop_below_review | 17 | segments.easy.order | stopped before it is reviewed
    tests_absent | 10 | tests | the file of cases is not there
    two_limits | 17 | segments.easy.limit | more than one kind of limit
    two_ways_of_a_criterion | 4 | criteria.size | a criterion is read from one thing
    unknown_action_of_amount | 17 | segments.easy.minimum_amounts.emial | a value that may not stand here
    unknown_column | 6 | criteria.behaviour.column | no such column of the profile
    unknown_criterion | 12 | matrix.columns | no such criterion
    unknown_currency | 10 | currency | no such currency
    unknown_field | 12 | matrix.collumns | no such field
    unknown_holiday | 10 | calendars.NL.works_on_named.0 | no such public holiday of NL
    unknown_missing_band | 7 | criteria.behaviour.missing | no such band
    unknown_owner | 22 | procedures.short.steps.0.owner | a value that may not stand here
    unknown_place | 10 | calendars.XX | no such place
    unknown_procedure | 18 | segments.firm.procedure.0.use | no such procedure
    unknown_segment_in_cell | 15 | matrix.cells.small.poor | no such segment
    unknown_segment_in_rule | 9 | rules.0.segment | no such segment
    wrong_acceptance | 17 | segments.easy.acceptance | a value that may not stand here
    wrong_amount | 17 | segments.easy.minimum_amounts.email | a value that may not stand here
    wrong_date | 2 | effective | a value that may not stand here
    wrong_terms | 17 | segments.easy.terms_days | a value that may not stand here
"""
ROWS = [[cell.strip() for cell in line.split(" | ")] for line in MISTAKES.strip().splitlines()]


@pytest.mark.parametrize(("name", "line", "field", "said"), ROWS, ids=[row[0] for row in ROWS])
def test_a_mistake_names_its_place_and_the_way_out(name: str, line: str, field: str, said: str) -> None:
    path = HERE / "wrong" / f"{name}.yaml"
    with pytest.raises(PolicyErrors) as raised:
        load_policy(path)
    wrong = [error for error in raised.value.errors if (error.line, error.field) == (int(line), field)]
    assert [error.message for error in wrong] == [said]
    assert wrong[0].allowed, "the way out is named"
    written = path.read_text(encoding="utf-8").splitlines()
    marked = [number for number, text in enumerate(written, 1) if text.endswith("# here")]
    assert not marked or int(line) - marked[0] in (0, 1)
    assert str(wrong[0]) in str(raised.value)


def test_every_wrong_file_is_in_the_table() -> None:
    assert {path.stem for path in (HERE / "wrong").glob("*.yaml")} == {row[0] for row in ROWS}


def test_the_base_of_the_wrong_files_is_right() -> None:
    assert load_policy(HERE / "small.yaml").policy == "small"


def test_all_mistakes_are_said_at_once(starter_text: str) -> None:
    """Those of the shape, and those that show only when parts are held against each other."""
    wrong = (
        starter_text.replace("segment: insolvent,", "segment: insolvable,")
        .replace("column: days_late_shrunken\n", "column: days_late_shrunk\n")
        .replace("after: 5, do: sales", "after: 5, do: sails")
        .replace("terms_days: 45 ", "terms_days: 450 ")
        .replace("legal_status is not null", "legal_status in (select 1)")
        .replace("kind = 'public_body'", "kind = 'ministry'")
    )
    with pytest.raises(PolicyErrors) as raised:
        read_policy(wrong, "wrong")
    told = {error.field: error.message for error in raised.value.errors}
    sails = [field for field in told if field.endswith(".do")]
    assert len(sails) == wrong.count("do: sails") > 1
    assert {field: told[field] for field in sorted(told) if field not in sails} == {
        "criteria.behaviour.column": "no such column of the profile",
        "rules.1.segment": "no such segment",
        "rules.1.when": "not allowed in a condition",
        "rules.4.when": "a value that kind never has",
        "segments.partner.terms_days": "a value that may not stand here",
    }


def test_what_a_misshapen_part_drags_along_is_no_mistake_of_its_own(starter_text: str) -> None:
    """A segment without its stance is set aside; the rule and the cell that name it are right."""
    wrong = starter_text.replace(
        "acceptance: open\n    terms_days: 45 ", "acceptance: opne\n    terms_days: 45 "
    )
    wrong = wrong.replace(
        "  - {name: group company, segment: internal", "  - {name: group company, segmnt: internal"
    )
    wrong = wrong.replace("segment: dormant,", "segment: dormint,")
    with pytest.raises(PolicyErrors) as raised:
        read_policy(wrong, "wrong")
    assert sorted(error.field for error in raised.value.errors) == [
        "rules.0.segment", "rules.0.segmnt", "rules.5.segment", "segments.partner.acceptance",
    ]  # fmt: skip
    (moved,) = [error for error in raised.value.errors if error.field == "rules.5.segment"]
    assert "dormint" in wrong.splitlines()[moved.line - 1], (
        "the line is that of the document as it was written"
    )


def test_a_column_within_a_condition(starter_text: str) -> None:
    wrong = starter_text.replace("and open_items = 0", "and open_itmes = 0")
    with pytest.raises(PolicyErrors) as raised:
        read_policy(wrong, "wrong")
    (error,) = raised.value.errors
    line = wrong.splitlines()[error.line - 1]
    assert line[error.column - 1 :].startswith("open_itmes")
    assert error.allowed.split(", ")[0] == "open_items"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "the document is empty"),
        (b"policy: caf\xe9\n", "the text is not UTF-8"),
        (b"x" * 1_000_001, "the file is too long"),
        (b"[" * 5_000, "nested too deeply"),
        (
            b"a: 1\n---\nb: 2\n",
            "no YAML: expected a single document in the stream but found another document",
        ),
        (b"- just\n- a list\n", "a value that may not stand here"),
        (b"policy: \x00\n", "no YAML: special characters are not allowed"),
    ],
)
def test_a_file_that_is_no_policy(raw: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_bytes(raw)
    with pytest.raises(PolicyErrors) as raised:
        load_policy(path)
    assert said in raised.value.errors[0].message


def test_a_policy_that_is_not_there() -> None:
    with pytest.raises(PolicyErrors) as raised:
        load_policy("stater")
    assert raised.value.errors[0].allowed == "a policy file, or one of starter, two-speed, consumers-nl"
