"""An output folder is the old complete one or the new complete one, whatever happens to the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from creditdesk.cli import output_folder as folders
from creditdesk.cli.output_folder import AnotherRun, NotOurFolder, output_folder

FILES = ("summary.json", "decision.parquet", "report.html")


def write(folder: Path, content: str) -> None:
    for name in FILES:
        (folder / name).write_text(content)


def fail_half_way(target: Path) -> None:
    with output_folder(target) as fresh:
        (fresh / "summary.json").write_text("half")
        _ = 1 / 0


def contents(folder: Path) -> set[str]:
    return {(folder / name).read_text() for name in FILES}


def beside(target: Path) -> list[str]:
    """What stands beside the target."""
    return sorted(path.name for path in target.parent.iterdir() if path != target)


def test_a_first_run_makes_the_folder_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "days" / "2026-03-31"
    with output_folder(target) as fresh:
        write(fresh, "new")
        assert not target.exists()
    assert contents(target) == {"new"}
    assert beside(target) == []


def test_a_second_run_replaces_all_of_it(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with output_folder(target) as fresh:
        write(fresh, "old")
        (fresh / "only-in-the-old.txt").write_text("old")
    with output_folder(target) as fresh:
        write(fresh, "new")
        assert contents(target) == {"old"}
    assert contents(target) == {"new"}
    assert not (target / "only-in-the-old.txt").exists()
    assert beside(target) == []


def test_a_failing_run_leaves_the_old_folder(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with output_folder(target) as fresh:
        write(fresh, "old")
    with pytest.raises(ZeroDivisionError):
        fail_half_way(target)
    assert contents(target) == {"old"}
    assert beside(target) == []


def test_without_the_exchange_of_names_it_works_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "_exchange", lambda _one, _two: False)
    target = tmp_path / "out"
    for content in ("old", "new"):
        with output_folder(target) as fresh:
            write(fresh, content)
    assert contents(target) == {"new"}
    assert beside(target) == []


def test_a_run_killed_between_two_renames_is_put_right_by_the_next(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with output_folder(target) as fresh:
        write(fresh, "old")
    target.rename(tmp_path / ".out.replaced")
    with pytest.raises(ZeroDivisionError):
        fail_half_way(target)
    assert contents(target) == {"old"}


def test_a_folder_with_other_files_is_never_replaced(tmp_path: Path) -> None:
    target = tmp_path / "holiday-pictures"
    target.mkdir()
    (target / "beach.jpg").write_text("sand")
    with pytest.raises(NotOurFolder, match="no output of an earlier run"), output_folder(target):
        pass
    assert (target / "beach.jpg").exists()


def test_a_file_is_never_replaced(tmp_path: Path) -> None:
    target = tmp_path / "facts.csv"
    target.write_text("customer_id")
    with pytest.raises(NotOurFolder), output_folder(target):
        pass
    assert target.read_text() == "customer_id"


def test_two_runs_into_one_folder_do_not_mix(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with output_folder(target) as fresh:
        write(fresh, "first")
        with pytest.raises(AnotherRun, match="another run"), output_folder(target) as second:
            write(second, "second")
    assert contents(target) == {"first"}
    with output_folder(target) as fresh:
        write(fresh, "third")
    assert contents(target) == {"third"}


def test_runs_into_two_folders_side_by_side_do_not_hinder_each_other(tmp_path: Path) -> None:
    with output_folder(tmp_path / "one") as one, output_folder(tmp_path / "two") as two:
        write(one, "one")
        write(two, "two")
    assert contents(tmp_path / "one") == {"one"}
    assert contents(tmp_path / "two") == {"two"}


def test_what_a_killed_run_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    target = tmp_path / "out[1]"
    script = f"""
        import os, signal
        from pathlib import Path
        from creditdesk.cli.output_folder import output_folder
        with output_folder(Path({str(target)!r})) as fresh:
            (fresh / "summary.json").write_text("half")
            os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert not target.exists()
    assert len([name for name in beside(target) if name.endswith(".writing")]) == 1
    with output_folder(target) as fresh:
        write(fresh, "new")
    assert contents(target) == {"new"}
    assert beside(target) == []


def test_a_run_killed_at_any_moment_leaves_a_complete_folder(tmp_path: Path) -> None:
    """A process replaces the folder as fast as it can and is killed again and again."""
    target = tmp_path / "out"
    script = f"""
        import itertools, os
        from pathlib import Path
        from creditdesk.cli.output_folder import output_folder
        for number in itertools.count():
            with output_folder(Path({str(target)!r})) as fresh:
                for name in {FILES!r}:
                    (fresh / name).write_text(f"{{os.getpid()}}-{{number}}" * 50)
            if number == 0:
                print("started", flush=True)
    """
    for kill in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        time.sleep(0.003 * kill)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert len(contents(target)) == 1, "files of two runs in one folder"
