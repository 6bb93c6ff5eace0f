"""The rules of the house that a machine can check."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import creditdesk

MOST_LINES = 400
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "tools"}

# Spelled in pieces, so that this file does not find itself.
REGISTRY_ADDRESSES = re.compile(
    "|".join(
        ["index" + "-url", "find" + "-links", "pypi" + r"\.org", "pythonhosted" + r"\.org", "/sim" + "ple/"]
    )
)
MACHINE_PATHS = re.compile(
    r"(?<![\w.~)}>/-])/(?:" + "|".join(["wo" + "rk", "ho" + "me", "ro" + "ot", "Us" + "ers"]) + r")/\w"
)


def tracked(root: Path, *patterns: str) -> list[Path]:
    """The files under version control, as far as they are still there."""
    found = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=root,
        capture_output=True,
        check=False,
    )
    if found.returncode != 0:
        pytest.skip("not a git checkout")
    return [root / name for name in found.stdout.decode().split("\0") if name and (root / name).is_file()]


def texts(root: Path) -> dict[str, str]:
    """Each text file under version control with what it says; binary files are left out."""
    read = {}
    for path in tracked(root):
        try:
            read[str(path.relative_to(root))] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return read


def declared(root: Path) -> dict[str, list[str]]:
    """The direct dependencies by where they are declared, names in one spelling."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    lists = {"run": project["dependencies"], **project["optional-dependencies"]}
    return {where: [plain_name(requirement) for requirement in listed] for where, listed in lists.items()}


def plain_name(requirement: str) -> str:
    """`ruamel.yaml>=0.18` and `ruamel-yaml==0.19` are the same package."""
    return re.sub(r"[._]", "-", re.match(r"[\w.-]+", requirement)[0]).lower()


def pinned(lock: Path) -> dict[str, list[str]]:
    """The packages of a lock file with their hashes."""
    packages: dict[str, list[str]] = {}
    name = ""
    for line in lock.read_text().splitlines():
        if start := re.match(r"([\w.-]+)==", line):
            name = plain_name(start[1])
            packages.setdefault(name, [])
        packages.get(name, []).extend(re.findall(r"--hash=sha256:([0-9a-f]{64})", line))
    return packages


def test_a_file_is_one_idea_and_not_more_than_400_lines(root: Path) -> None:
    lengths = {
        str(path.relative_to(root)): path.read_text().count("\n")
        for path in tracked(root, "src/*.py")
        if path.parent.name != "migrations"  # written by a program, once
    }
    assert lengths
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_a_module_is_named_after_what_it_is_about(root: Path) -> None:
    modules = tracked(root, "src/*.py", "tests/*.py", "benchmarks/*.py")
    assert modules
    assert [str(path) for path in modules if {path.stem, path.parent.name} & NAMES_THAT_SAY_NOTHING] == []


def test_no_registry_address_and_no_path_of_one_machine(root: Path) -> None:
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts(root).items()
        for number, line in enumerate(text.splitlines(), 1)
        if REGISTRY_ADDRESSES.search(line) or MACHINE_PATHS.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "--extra-" + "index" + "-url https://example.org",
        "see /ho" + "me/anna/facts",
        'open("/wo' + 'rk/x.csv")',
    ],
)
def test_the_search_for_such_lines_finds_them(line: str) -> None:
    assert REGISTRY_ADDRESSES.search(line) or MACHINE_PATHS.search(line)


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.txt", ["run", "build"]), ("requirements-test.txt", ["run", "build", "test"])],
)
def test_the_locks_pin_every_dependency_with_hashes(root: Path, lock: str, extras: list[str]) -> None:
    packages = pinned(root / lock)
    wanted = {name for extra in extras for name in declared(root)[extra]}
    assert wanted - packages.keys() == set()
    assert [name for name, hashes in packages.items() if not hashes] == []


def test_both_locks_agree(root: Path) -> None:
    run, test = pinned(root / "requirements.txt"), pinned(root / "requirements-test.txt")
    assert {name: hashes for name, hashes in run.items() if test.get(name) != hashes} == {}


def test_each_dependency_has_its_line_of_reason(root: Path) -> None:
    rows = re.findall(
        r"^\| ([\w.-]+) \| (.+) \| (.+) \|$", (root / "docs/dependencies.md").read_text(), re.MULTILINE
    )
    explained = {
        plain_name(name)
        for name, reason, licence in rows
        if name not in {"package", "---"} and reason and licence
    }
    wanted = {name for listed in declared(root).values() for name in listed}
    assert wanted - explained == set()
    assert explained - wanted == set()


def test_the_changelog_knows_this_version_or_is_about_to(root: Path) -> None:
    headings = re.findall(r"^## \[(.+?)\]", (root / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "Unreleased" or headings[0] == creditdesk.__version__


def test_the_links_of_the_documents_lead_somewhere(root: Path) -> None:
    broken = [
        f"{page.relative_to(root)} -> {target}"
        for page in tracked(root, "*.md")
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_the_wheel_carries_the_data_files_too(root: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=root,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    shipped = set(zipfile.ZipFile(wheel).namelist())
    wanted = {str(path.relative_to(root / "src")) for path in tracked(root, "src")}
    assert wanted - shipped == set()
    assert any(name.endswith("licenses/LICENSE") for name in shipped)


def test_everything_that_needs_spark_shares_one_worker(root: Path, tmp_path: Path) -> None:
    """pytest 9.2 drops the groups in silence; then two clusters start side by side and the machine runs out of memory."""
    shutil.copy(root / "tests" / "conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = spark\n")
    (tmp_path / "test_many.py").write_text(
        "import os, pytest\n"
        "pytestmark = pytest.mark.spark\n"
        "@pytest.mark.parametrize('n', range(6))\n"
        "def test_where(n):\n"
        "    with open('workers', 'a') as file:\n"
        "        print(os.environ['PYTEST_XDIST_WORKER'], file=file)\n"
    )
    parallel = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup"]
    subprocess.run(parallel, cwd=tmp_path, check=True, capture_output=True)
    workers = (tmp_path / "workers").read_text().split()
    assert len(workers) == 6
    assert len(set(workers)) == 1
