"""The other commands: what they say, in words and as JSON, and how they end."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import creditdesk
from cli.conftest import CUSTOMERS, Run, write_facts
from creditdesk.cli import app

COMMANDS = ["sample", "decide", "explain", "replay", "report", "facts", "policy"]


def test_help_names_every_command(run: Run) -> None:
    told = run("--help").stdout
    assert [name for name in COMMANDS if not re.search(rf"^  {name} ", told, re.MULTILINE)] == []
    assert run("--version").stdout == f"creditdesk {creditdesk.__version__}\n"


def test_an_unknown_option_gives_status_2(run: Run) -> None:
    done = run("decide", "--fact", "x")
    assert done.returncode == 2
    assert "No such option" in done.stderr


def test_a_defect_of_the_program_crashes_loudly_and_with_a_status_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(_name: str) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("creditdesk.policy.load.load_policy", broken)
    done = CliRunner().invoke(app, ["policy", "check", "starter"])
    assert done.exit_code == 70
    assert "Traceback" in done.stderr
    assert "ZeroDivisionError: a defect" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "sample",
        "facts import list.csv --map erp-open-items --out",
        "replay --facts nowhere --policy starter --from 2026-01-01 --to 2026-01-02 --out",
    ],
)
def test_a_folder_that_cannot_be_made_is_told_and_is_no_defect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("list.csv").write_text(
        "Debitor;Kundenname;Land;Belegnr;Belegdatum;Fälligkeit;Währung;Betrag;Offener Betrag\n"
        "1;Huber;AT;RE-1;01.03.2024;31.03.2024;EUR;1,00;1,00\n"
    )
    done = run(*command.split(), "list.csv/out")
    assert done.returncode == 2
    assert re.search(r"list\.csv.*: (is not a folder|Not a directory); the way out: name a", done.stderr)
    assert "Traceback" not in done.stderr


# --- facts ------------------------------------------------------------------------------------------------------------


def test_facts_check_counts_and_leaves_a_stamp(tmp_path: Path, run: Run) -> None:
    facts = write_facts(tmp_path / "facts")
    done = run("facts", "check", facts)
    assert done.returncode == 0, done.stderr
    assert re.search(r"invoice +12 +12 +0 +0", done.stdout)
    assert "rows keep the contract" in done.stdout
    assert (facts / ".creditdesk-check.json").is_file()


def test_facts_check_names_quarantined_rows_and_gives_status_1(tmp_path: Path, run: Run) -> None:
    facts = write_facts(tmp_path / "facts", customer=CUSTOMERS.replace("sole_trader", "baker"))
    told = run("facts", "check", facts, "--json")
    assert told.returncode == 1
    result = json.loads(told.stdout)
    assert result["rows_in"] == result["rows_kept"] + result["rows_quarantined"]
    assert "customer.csv, line 4, column kind: found 'baker'" in told.stderr
    assert "consumer" in told.stderr


def test_facts_check_of_nothing_gives_status_2(tmp_path: Path, run: Run) -> None:
    done = run("facts", "check", tmp_path)
    assert done.returncode == 2
    assert "no table customer" in done.stderr


def test_facts_import_brings_in_the_real_file(shared_data: Path, tmp_path: Path, run: Run) -> None:
    source = shared_data / "ar_ibm_to_2013-06" / "invoices_known_on_2013-06-30.csv"
    told = run("facts", "import", source, "--map", "ibm-receivables", "--out", tmp_path / "facts", "--json")
    assert told.returncode == 0, told.stderr
    result = json.loads(told.stdout)
    assert (result["rows_read"], result["rows_quarantined"]) == (1930, 0)
    assert result["tables"]["customer"] == pq.read_table(tmp_path / "facts" / "customer.parquet").num_rows
    assert result["tables"]["invoice"] == 1930


def test_a_sample_is_written_and_sound(tmp_path: Path, run: Run) -> None:
    told = run("sample", tmp_path / "facts", "--customers", 60, "--seed", 3, "--json")
    assert told.returncode == 0, told.stderr
    made = json.loads(told.stdout)
    assert made["customers"] == 60
    assert run("facts", "check", tmp_path / "facts", "--quiet").returncode == 0
    refused = run("sample", tmp_path / "other", "--customers", 0)
    assert refused.returncode == 2
    assert "customers is 0" in refused.stderr


# --- policy -----------------------------------------------------------------------------------------------------------


def test_policy_check_names_line_and_field_of_every_mistake(tmp_path: Path, run: Run) -> None:
    policy = tmp_path / "mine.yaml"
    run_text = run("policy", "show", "starter").stdout
    assert "Rule 4, consumer" in run_text
    policy.write_text(
        "policy: mine\neffective: 2026-01-01\ncriteria:\n  size: {column: employes, bands: {small: '<= 20'}}\n"
        "matrix: {rows: size, columns: size, cells: {small: {small: gold}}}\nsegments: {silver: {acceptance: maybe}}\n",
        encoding="utf-8",
    )
    done = run("policy", "check", policy)
    assert done.returncode == 2
    assert re.search(r"line 6.*segments\.silver\.acceptance.*open", done.stderr, re.DOTALL)
    told = run("policy", "check", policy, "--json")
    assert told.returncode == 2
    assert {"line", "field", "found", "allowed", "message"} <= set(json.loads(told.stdout)["errors"][0])


@pytest.mark.parametrize("name", ["starter", "two-speed", "consumers-nl"])
def test_the_shipped_policies_have_no_mistakes(name: str, run: Run) -> None:
    done = run("policy", "check", name)
    assert done.returncode == 0, done.stderr
    assert "no mistakes" in done.stdout


def test_policy_diff_tells_what_differs_and_nothing_else(run: Run) -> None:
    assert run("policy", "diff", "starter", "starter").stdout == "No difference.\n"
    told = json.loads(run("policy", "diff", "starter", "two-speed", "--json").stdout)
    assert {"path": ["policy"], "kind": "changed", "before": "starter", "after": "two-speed"} in told


def test_policy_test_runs_cases_and_says_which_fail(tmp_path: Path, run: Run) -> None:
    cases = tmp_path / "cases.yaml"
    cases.write_text(
        """\
cases:
  - case: small and pays well gets a mail after three days
    on: 2026-03-27
    customer: {employees: 6}
    history: 12 x 500 monthly from 2025-01-15 due after 30 paid on time
    invoices: 500 due 2026-03-20
    expect: {segment: easy, do: email}
  - case: and certainly no call
    on: 2026-03-27
    customer: {employees: 6}
    history: 12 x 500 monthly from 2025-01-15 due after 30 paid on time
    invoices: 500 due 2026-03-20
    expect: {do: call}
""",
        encoding="utf-8",
    )
    done = run("policy", "test", "starter", cases)
    assert done.returncode == 1
    assert f"{cases}, line 8: and certainly no call" in done.stderr
    assert "do: expected call, found email" in done.stderr
    assert "line 2" not in done.stderr
    assert "1 of 2 cases did not come out as expected" in done.stdout
    nothing = run("policy", "test", "starter", tmp_path / "none.yaml")
    assert nothing.returncode == 2
    assert "cannot be read" in nothing.stderr


# --- explain, report, replay ------------------------------------------------------------------------------------------


def test_explain_tells_a_program_why_what_would_move_it_and_what_is_due(
    facts: Path, decided: Path, run: Run
) -> None:
    words = ["explain", "--facts", facts, "--policy", "starter", "--as-of", "2026-03-31", "--language", "en"]
    done = run(*words, "C2", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["name"] == "Traag BV"
    assert told["why"].startswith("size large (200 persons), payment behaviour poor")
    assert told["profile"]["employees"] == 200
    row = next(
        row for row in pq.read_table(decided / "decision.parquet").to_pylist() if row["customer_id"] == "C2"
    )
    assert told["segment"] == told["decision"]["segment"] == row["segment"]
    due = [
        row for row in pq.read_table(decided / "action_due.parquet").to_pylist() if row["customer_id"] == "C2"
    ]
    assert [action["step"] for action in told["due"]] == [action["step"] for action in due]
    assert len(told["due"]) + len(told["held"]) >= 1
    near = told["decision"]["nearest_change"]
    assert near["invoice_id"] == "B4"
    assert "paying invoice 8 (" in told["would_move"], "by the number printed on it"


def test_explain_of_an_unknown_customer_names_the_nearest(facts: Path, run: Run) -> None:
    done = run("explain", "--facts", facts, "--policy", "starter", "--as-of", "2026-03-31", "C22")
    assert done.returncode == 2
    assert "Klant C22 komt niet voor in deze gegevens. De dichtstbijzijnde zijn: C2" in done.stderr


def test_report_renders_again_in_another_language_and_without_persons(
    decided: Path, tmp_path: Path, run: Run
) -> None:
    before = (decided / "report.html").read_text(encoding="utf-8")
    assert '<html lang="nl">' in before
    assert "Jan Klein" in before
    page = tmp_path / "anonymous.html"
    done = run("report", decided, "--language", "fr", "--anonymous", "--out", page)
    assert done.returncode == 0, done.stderr
    text = page.read_text(encoding="utf-8")
    assert "factuur 8 (" in before
    assert "factuur B4" not in before
    assert "payer la facture 8 (" in text, "known without the facts"
    assert '<html lang="fr">' in text
    assert "Jan Klein" not in text
    assert "Groot &amp; Goed NV" in text
    assert (decided / "report.html").read_text(encoding="utf-8") == before
    refused = run("report", tmp_path)
    assert refused.returncode == 2
    assert "no output of a run" in refused.stderr


@pytest.mark.long
def test_replay_compares_two_policies_on_the_same_days(facts: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "replay"
    words = ["replay", "--facts", facts, "--policy", "starter", "--from", "2026-03-02", "--to", "2026-03-06"]
    done = run(*words, "--against", "two-speed", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "Klanten reageren niet op het nagespeelde beleid" in done.stdout
    told = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert [policy["name"] for policy in told["policies"]] == ["starter", "two-speed"]
    assert {row["measure"] for row in told["comparison"]} >= {"moves", "cost", "actions"}
    for folder in (out, out / "against"):
        actions = pq.read_table(folder / "action.parquet")
        assert all("2026-03-02" <= str(day) <= "2026-03-06" for day in actions.column("done_on").to_pylist())
    backwards = run("replay", *words[1:5], "--from", "2026-03-06", "--to", "2026-03-02", "--out", out)
    assert backwards.returncode == 2
    assert "allowed: --from on or before --to" in backwards.stderr
