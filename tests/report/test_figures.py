"""The figures of the report are those of the tables, whatever way they are cut."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from creditdesk.report import figures as kinds
from creditdesk.report import lists
from creditdesk.report.figures import figures_of, total
from creditdesk.report.language import language
from creditdesk.report.output import NoOutput, Output, open_output
from creditdesk.report.page import outstanding
from report.portfolio import write_output


@pytest.fixture(scope="module")
def rows(folder: Path) -> dict[str, list[dict]]:
    return {
        name: pq.read_table(folder / f"{name}.parquet").to_pylist()
        for name in ("decision", "profile", "action_due", "held")
    }


def test_every_customer_stands_in_one_cell_or_outside(output: Output, rows: dict) -> None:
    matrix = figures_of(output).matrix
    inside = sum(cell.group.count for cell in matrix.cells.values())
    outside = sum(group.count for group in matrix.outside.values())
    assert inside + outside == len(rows["decision"])
    exposure = total([*(cell.group for cell in matrix.cells.values()), *matrix.outside.values()])
    assert exposure["exposure"] == {"EUR": sum(row["exposure"] for row in rows["decision"])}


def test_the_model_customers_stand_at_the_top_left(output: Output) -> None:
    matrix = figures_of(output).matrix
    assert matrix.cells[matrix.rows[0], matrix.columns[0]].segment == "partner"
    assert matrix.cells[matrix.rows[-1], matrix.columns[-1]].segment == "strict"


def test_a_customer_that_a_brake_keeps_is_counted_in_the_cell_of_its_segment(tmp_path: Path) -> None:
    folder = write_output(tmp_path / "out", count=20)
    table = pq.read_table(folder / "decision.parquet")
    rows = table.to_pylist()
    for row in rows:
        row |= {"segment": "partner", "cell_row": "small", "cell_column": "poor"}
    pq.write_table(type(table).from_pylist(rows, schema=table.schema), folder / "decision.parquet")
    matrix = figures_of(open_output(folder)).matrix
    assert matrix.cells["large", "good"].group.count == 20
    assert matrix.cells["small", "poor"].group.count == 0


def test_ageing_adds_up_to_what_is_open(output: Output, rows: dict) -> None:
    aged = figures_of(output).ageing
    assert total(aged[name] for name in kinds.AGEING)["amount"] == {
        "EUR": sum(row["open_amount"] for row in rows["profile"])
    }


def test_sales_outstanding_are_those_of_all_customers_together(output: Output, rows: dict) -> None:
    figures = figures_of(output)
    opened, early, sold = (
        sum(row[name] for row in rows["profile"])
        for name in ("open_amount", "not_due_amount", "turnover_12m")
    )
    assert figures.outstanding == {"EUR": (opened * 365 / sold, early * 365 / sold)}
    whole, best = figures.outstanding["EUR"]
    (line,) = outstanding(language("en"), figures)
    assert (
        line
        == f"DSO: {whole:.0f} days. Best possible {best:.0f}, lateness adds {round(whole) - round(best)}."
    )


def test_actions_and_holds_add_up(output: Output, rows: dict) -> None:
    figures = figures_of(output)
    for due in (figures.due, figures.due_by(2, 3), figures.due_by(0, 1, 2, 4)):
        assert total(due.values()).count == len(rows["action_due"])
        assert total(due.values())["amount"] == {"EUR": sum(row["amount"] for row in rows["action_due"])}
    assert total(figures.held.values()).count == len(rows["held"])


def test_the_most_urgent_are_due_or_wait_for_a_person(output: Output) -> None:
    urgent = lists.urgent(output)
    assert len(urgent) == lists.URGENT
    assert [row["priority"] for row in urgent] == sorted((row["priority"] for row in urgent), reverse=True)
    assert {row["hold"] for row in urgent} <= {None, *lists.FOR_A_PERSON}
    assert any(row["hold"] for row in urgent)
    assert all(row["who"]["customer_id"] == row["customer_id"] for row in urgent)


def test_what_ends_by_itself_is_not_urgent(output: Output, rows: dict) -> None:
    promised = {row["customer_id"] for row in rows["held"] if row["hold"] == "promised"}
    assert promised
    assert not promised & {row["customer_id"] for row in lists.urgent(output, limit=1000)}


def test_room_to_grow_is_for_customers_without_risk_who_have_room(output: Output) -> None:
    found = lists.room_to_grow(output)
    assert found
    assert all(row["risk_class"] == "low" and row["headroom"] > 0 for row in found)
    wishes = [
        max(row["pipeline_amount"], int(row["turnover_12m"] * max(row["growth_12m"], 0))) for row in found
    ]
    rooms = [min(row["headroom"], wish) for row, wish in zip(found, wishes, strict=True)]
    assert rooms == sorted(rooms, reverse=True)


def test_watched_are_the_risky_and_those_beyond_their_limit_by_expected_loss(output: Output) -> None:
    found = lists.to_watch(output)
    assert found
    assert all(row["risk_class"] != "low" or row["headroom"] < 0 for row in found)
    losses = [row["uninsured_maximum_loss"] * row["risk_pd"] for row in found]
    assert losses == sorted(losses, reverse=True)


def test_two_reporting_currencies_are_never_added_up(tmp_path: Path) -> None:
    folder = write_output(tmp_path / "out", count=40)
    for name in ("decision", "profile", "action_due", "held"):
        table = pq.read_table(folder / f"{name}.parquet")
        rows = table.to_pylist()
        for row in rows:
            if row["customer_id"] < "C-0010":
                row["currency"] = "USD"
        pq.write_table(type(table).from_pylist(rows, schema=table.schema), folder / f"{name}.parquet")
    everyone = figures_of(open_output(folder)).everyone
    assert everyone.count == 40
    assert set(everyone["exposure"]) == {"EUR", "USD"}


def test_without_a_previous_run_nothing_is_said_of_movements(
    tmp_path: Path, output: Output, rows: dict
) -> None:
    moved = sum(row["moved"] for row in rows["decision"])
    assert total(figures_of(output).moves.values()).count == moved > 0
    first = figures_of(open_output(write_output(tmp_path / "out", count=160, previous=None)))
    assert first.moves == {}
    assert first.arrived == 0


def test_a_folder_that_no_run_wrote_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(NoOutput, match=r"summary\.json, policy\.yaml missing; the way out"):
        open_output(tmp_path)
