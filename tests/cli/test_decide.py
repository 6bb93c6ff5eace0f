"""`decide` as a process: what it writes, how it ends, and what a kill leaves."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cli.conftest import INVOICES, Run, command, write_facts
from creditdesk.cli.decide import empty_trace
from creditdesk.facts.column import MOST_MONEY

FILES = {
    "profile.parquet", "decision.parquet", "action_due.parquet", "held.parquet", "skipped.parquet", "summary.json",
    "report.html", "policy.yaml",
}  # fmt: skip


def words(facts: Path, out: Path, *more: object) -> list[object]:
    return ["decide", "--facts", facts, "--policy", "starter", "--as-of", "2026-03-31", "--out", out, *more]


def summary(out: Path) -> dict:
    return json.loads((out / "summary.json").read_text(encoding="utf-8"))


def test_a_run_writes_the_tables_of_the_contract_a_summary_and_a_report(decided: Path) -> None:
    assert {path.name for path in decided.iterdir()} == FILES
    ids = pq.read_table(decided / "decision.parquet").column("customer_id").to_pylist()
    assert ids == ["C1", "C2", "C3"]
    assert "Groot &amp; Goed NV" in (decided / "report.html").read_text(encoding="utf-8")


@pytest.mark.long
def test_what_a_run_was_decided_by_serves_the_next_on_equal_terms_and_no_other(
    tmp_path: Path, facts: Path, run: Run
) -> None:
    def decide(facts: Path, name: str, home: str) -> dict[str, list]:
        environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / home)}
        assert run(*words(facts, tmp_path / name), env=environment).returncode == 0
        return {table: pq.read_table(tmp_path / name / f"{table}.parquet").to_pylist()
                for table in ("profile", "decision", "action_due", "held")}  # fmt: skip

    def plans() -> int:
        return len(list((tmp_path / "kept").rglob("*.json")))

    disputed = write_facts(
        tmp_path / "disputed",
        dispute="dispute_id,customer_id,invoice_id,opened_on,amount,reason\nD1,C2,B4,2026-03-01,20000,price\n",
    )
    first, again = (decide(facts, name, "kept") for name in ("first", "again"))
    assert plans() == 1
    assert first == again
    other = decide(disputed, "other", "kept")
    assert plans() == 2
    assert other == decide(disputed, "afresh", "empty")
    assert other != first


def test_the_engine_in_memory_writes_the_same_rows(
    facts: Path, decided: Path, tmp_path: Path, run: Run
) -> None:
    assert run(*words(facts, tmp_path / "out", "--engine", "polars://")).returncode == 0
    for name in ("profile", "decision", "action_due", "held"):
        found, wanted = (pq.read_table(folder / f"{name}.parquet") for folder in (tmp_path / "out", decided))
        assert found.to_pylist() == wanted.to_pylist(), name


def test_the_summary_adds_up_with_the_tables(decided: Path) -> None:
    told = summary(decided)
    decisions = pq.read_table(decided / "decision.parquet").to_pylist()
    profiles = pq.read_table(decided / "profile.parquet").to_pylist()
    assert told["as_of"] == "2026-03-31"
    assert told["customers"] == 3
    assert told["totals"] == [
        {
            "currency": "EUR",
            "open_amount": 260000,
            "overdue_amount": 110000,
            "exposure": sum(row["exposure"] for row in decisions),
            "uninsured_maximum_loss": sum(row["uninsured_maximum_loss"] for row in decisions),
        }
    ]
    assert sum(row["open_amount"] for row in profiles) == 260000
    assert sum(group["customers"] for group in told["segments"].values()) == 3
    assert told["action_due"]["actions"] == pq.read_table(decided / "action_due.parquet").num_rows
    assert told["held"]["actions"] == pq.read_table(decided / "held.parquet").num_rows
    assert told["policy"] == {"name": "starter", "version": "1", "effective": "2026-01-01"}
    assert told["engine"] == "duckdb"
    assert set(told["seconds"]) >= {"check", "decide", "write", "report"}
    assert told["versions"]["duckdb"]


def test_the_summary_says_what_the_facts_leave_unknown(decided: Path) -> None:
    codes = {note["code"] for note in summary(decided)["notes"]}
    assert {"no_bank_statements", "no_contacts", "no_orders", "no_previous", "approximate_replay"} <= codes
    assert all(note["text"] for note in summary(decided)["notes"])


def test_quarantined_rows_give_status_1_and_are_named_and_the_rest_goes_on(tmp_path: Path, run: Run) -> None:
    broken = INVOICES.replace(
        "K4,C3,12,invoice,2026-01-12,2026-02-11,30000", "K4,C3,12,invoice,2026-01-12,soon,30000"
    )
    facts = write_facts(tmp_path / "facts", invoice=broken)
    done = run(*words(facts, tmp_path / "out"))
    assert done.returncode == 1
    assert "invoice.csv, line 13, column due: found 'soon'" in done.stderr
    assert "1 row quarantined" in done.stderr
    told = summary(tmp_path / "out")["quarantine"]
    assert (told["rows"], told["held_customers"]) == (1, 1)
    assert (
        told["list"][0] | {"found": "soon", "line": 13, "column": "due", "customer_id": "C3"}
        == told["list"][0]
    )
    assert pq.read_table(tmp_path / "out" / "decision.parquet").num_rows == 3
    assert pq.read_table(tmp_path / "out" / "quarantine.parquet").num_rows >= 1


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--facts", "nowhere"], "nowhere: there is no such folder; the way out"),
        (
            ["--policy", "nowhere.yaml"],
            "nowhere.yaml: 1 mistake\n  No such file or directory; found nowhere.yaml",
        ),
        (["--engine", "sqlite://"], "found engine 'sqlite://'; allowed: duckdb://"),
        (["--previous", "nowhere"], "no output of a run"),
        (["--as-of", "31/03/2026"], "does not match"),
        (["--as-of", "0001-01-01"], "found 0001-01-01; allowed: 1902-01-01 to 2197-12-31"),
        (["--as-of", "9999-12-31"], "found 9999-12-31; allowed: 1902-01-01 to 2197-12-31"),
        (["--trace", __file__], "test_decide.py: is not a folder; the way out: name a new folder in --trace"),
        (
            ["--out", f"{__file__}/out"],
            "test_decide.py: is not a folder; the way out: name a new folder in --out",
        ),
        (["--language", "es"], "found language 'es'; allowed: nl, fr, de, en"),
    ],
)
def test_unusable_input_gives_status_2_and_writes_nothing(
    facts: Path, tmp_path: Path, run: Run, more: list[str], told: str
) -> None:
    done = run(*words(facts, tmp_path / "out", *more))
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_run_of_a_later_day_is_no_previous_one(
    facts: Path, decided: Path, tmp_path: Path, run: Run
) -> None:
    done = run(*words(facts, tmp_path / "out", "--previous", decided, "--as-of", "2026-03-30"))
    assert done.returncode == 2
    assert "a run of 2026-03-31; allowed: one of 2026-03-30 or before" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_files_is_refused(facts: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "letter.txt").write_text("dear customer")
    done = run(*words(facts, tmp_path))
    assert done.returncode == 2
    assert "the way out: name a new or an empty folder" in done.stderr
    assert (tmp_path / "letter.txt").read_text() == "dear customer"


def test_json_says_only_the_summary_and_the_same_run_writes_the_same_bytes(
    facts: Path, decided: Path, tmp_path: Path, run: Run
) -> None:
    told = run("--json", *words(facts, tmp_path / "again"))
    assert told.returncode == 0
    assert json.loads(told.stdout)["customers"] == 3
    assert told.stderr == ""
    for name in FILES - {"summary.json"}:
        assert (tmp_path / "again" / name).read_bytes() == (decided / name).read_bytes(), name


def test_a_run_may_follow_on_its_own_folder_and_leave_a_trace_of_every_stage(
    facts: Path, decided: Path, tmp_path: Path, run: Run
) -> None:
    out, trace = tmp_path / "out", tmp_path / "trace"
    shutil.copytree(decided, out)
    done = run(*words(facts, out, "--previous", out, "--trace", trace, "--quiet"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert summary(out)["previous"]["as_of"] == "2026-03-31"
    assert summary(out)["moves"]["moved"] == 0
    stages = json.loads((trace / "stages.json").read_text())
    assert "item" in stages
    assert len(list(trace.glob("*.parquet"))) == len(stages)
    assert len(list(trace.glob("*.sql"))) == len(stages)


def test_a_trace_replaces_an_earlier_one_and_nothing_else(facts: Path, tmp_path: Path, run: Run) -> None:
    (old := tmp_path / "old").mkdir()
    for name in ("stages.json", "001-item.sql"):
        (old / name).write_text("[]")
    empty_trace(old)
    assert list(old.iterdir()) == []
    (letters := tmp_path / "letters").mkdir()
    (letters / "letter.txt").write_text("dear customer")
    refused = run(*words(facts, tmp_path / "out", "--trace", letters))
    assert refused.returncode == 2
    assert "holds files that are no trace" in refused.stderr
    assert (letters / "letter.txt").exists()


def test_a_statement_that_fails_is_told_with_its_stage_and_sql(tmp_path: Path, run: Run) -> None:
    """Twenty covers of the largest amount for one customer: each has an insured part in 64 bits, their sum has not."""
    covers = "".join(f"V{no},C1,us,named,{MOST_MONEY},EUR,1.0,2025-01-01\n" for no in range(20))
    head = "cover_id,customer_id,insurer,kind,amount,currency,insured_share,valid_from\n"
    facts = write_facts(tmp_path / "facts", cover=head + covers)
    done = run(*words(facts, tmp_path / "out"))
    assert done.returncode == 70
    assert "stage '" in done.stderr
    assert "--- SQL of the stage ---" in done.stderr
    assert "SELECT" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["facts"]


# --- killed, and two at once ------------------------------------------------------------------------------------------


def start(facts: Path, out: Path) -> subprocess.Popen:
    """A run that is under way: its new folder stands beside the target."""
    process = subprocess.Popen(command(*words(facts, out, "--quiet")), stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(out.parent.glob(f".{out.name}.*.writing")):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process


def test_a_killed_run_leaves_the_old_folder_and_the_next_one_clears_up(
    facts: Path, decided: Path, tmp_path: Path, run: Run
) -> None:
    out = tmp_path / "out"
    shutil.copytree(decided, out)
    (out / "note.txt").write_text("of the old run")
    process = start(facts, out)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert (out / "note.txt").exists()
    assert {path.name for path in out.iterdir()} == {*FILES, "note.txt"}
    assert run(*words(facts, out, "--quiet")).returncode == 0
    assert {path.name for path in out.iterdir()} == FILES
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (out / "report.html").read_bytes() == (decided / "report.html").read_bytes()


def test_a_second_run_into_the_same_folder_gives_status_3(facts: Path, tmp_path: Path, run: Run) -> None:
    process = start(facts, tmp_path / "out")
    second = run(*words(facts, tmp_path / "out"))
    assert second.returncode == 3
    assert "another run is writing there" in second.stderr
    process.kill()
    process.communicate()
    assert not (tmp_path / "out").exists()
