"""What Dockerfile and compose.yaml say holds for this checkout; no container is run here."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from creditdesk.cli import app


@pytest.fixture(scope="module")
def dockerfile(root: Path) -> str:
    return (root / "Dockerfile").read_text()


def test_what_is_copied_is_there_and_reaches_the_build(root: Path, dockerfile: str) -> None:
    let_in = [line[1:] for line in (root / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = [
        name
        for names in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
        for name in names.split()
    ]
    assert "src" in copied
    for name in copied:
        assert (root / name).exists(), name
        assert any(fnmatch.fnmatch(name, pattern) for pattern in let_in), name


def test_the_image_installs_what_is_locked_and_runs_without_rights(root: Path, dockerfile: str) -> None:
    assert "--require-hashes --requirement requirements-postgresql.txt" in dockerfile
    assert dockerfile.index("\nUSER creditdesk\n") < dockerfile.index("\nENTRYPOINT ")
    lock = (root / "requirements-postgresql.txt").read_text()
    assert all(
        f"\n{name}==" in f"\n{lock}" for name in ("psycopg-binary", "adbc-driver-postgresql", "granian")
    )


def test_every_service_runs_a_command_there_is(root: Path) -> None:
    services = YAML(typ="safe").load((root / "compose.yaml").read_text())["services"]
    ours = {name: one for name, one in services.items() if name != "database"}
    assert set(ours) == {"prepare", "web", "worker"}
    for one in ours.values():
        command, *words = one["command"]
        told = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
        assert told.exit_code == 0, told.output
        for option in (word for word in words if word.startswith("--")):
            assert option in told.output
        assert one["read_only"]
        assert one["cap_drop"] == ["ALL"]


def test_no_secret_stands_in_it(root: Path) -> None:
    text = (root / "compose.yaml").read_text()
    for line in re.findall(r"^ +\w*(?:PASSWORD|SECRET): .*$", text, re.MULTILINE):
        assert re.search(r": \$\{[A-Z_]+(:\?[^}]+|:-)\}$", line), line
