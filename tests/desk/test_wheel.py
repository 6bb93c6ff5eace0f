"""The demo from a wheel, in an environment that holds nothing but what the wheel asks for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from creditdesk.desk import place

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("wheel")]
ROOT = Path(__file__).parents[2]
PIP = ("-m", "pip", "--quiet", "--disable-pip-version-check")


def done(*words: object, **environment: str) -> str:
    """What a command said. Fails with what it complained of."""
    bare = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CREDITDESK", "DJANGO", "PYTHON"))
    }
    ran = subprocess.run(
        [str(word) for word in words], env=bare | environment, cwd="/", capture_output=True, text=True, check=False
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-4000:]
    return ran.stdout


@pytest.fixture(scope="module")
def creditdesk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program in an environment of its own, installed from a wheel with what the lock pins."""
    folder = tmp_path_factory.mktemp("wheel")
    done(sys.executable, *PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    lock = (ROOT / "requirements-test.txt").read_text(encoding="utf-8")
    pinned = re.findall(
        r"^([\w.\-]+==[^\\\n]+?) ?\\?$", lock, re.MULTILINE
    )  # and where it holds, without hashes
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(pinned) + "\n", encoding="utf-8")
    done(sys.executable, "-m", "venv", folder / "environment")
    python = folder / "environment" / "bin" / "python"
    done(python, *PIP, "install", "--constraint", constraints, f"{wheel}[postgresql]")
    return python.with_name("creditdesk")


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_the_demo_runs_from_a_wheel(
    vendor: str, creditdesk: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    environment = {}
    if vendor == "postgresql":
        server = request.getfixturevalue("postgres")
        name = f"demo_{uuid.uuid4().hex[:12]}"
        server.sql(f"CREATE DATABASE {name}")
        environment[place.DATABASE] = server.address(name)
    home = tmp_path / "desk"
    told = json.loads(done(creditdesk, "demo", home, "--customers", 20, "--days", 3, "--json", **environment))
    assert (told["customers"], told["days"]) == (20, 3)
    assert sum(week["tasks_opened"] for week in told["weeks"]) > 0
    assert (home / place.SQLITE_FILE).exists() == (vendor == "sqlite")
    listed = json.loads(
        done(creditdesk, "imports", "list", "--json", **environment, **{place.HOME: str(home)})
    )
    assert (listed[0]["source"], listed[0]["undone"]) == ("facts", False)
