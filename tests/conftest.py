"""What every test may ask for: the checkout, the real-world example data beside it, and repeatable random cases."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# No deadline: a slow machine is not a wrong answer. In continuous integration the cases are the same every time, so
# that a red build can be repeated; on a developer's machine they are new every time, so that they keep searching.
settings.register_profile(
    "house",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("ci", settings.get_profile("house"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "house")


def pytest_configure(config: pytest.Config) -> None:
    """Files of one folder are collected one after the other, however they are given: pytest loses what a folder's conftest offers otherwise."""
    config.args = sorted(config.args)


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Commands keep what they keep for the next run beside the tests' files, for all of their processes."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if os.environ.get("PYTEST_XDIST_WORKER") else folder) / "cache"
    os.environ["XDG_CACHE_HOME"] = str(folder)
    return folder


@pytest.fixture(scope="session")
def root() -> Path:
    """The top folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real example files beside the checkout; without it the test is skipped, and says so."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the example files of ../shared/data beside the checkout")
    return folder


LONGEST = (
    "spark",
    "screens",
    "stories in the engine",
    "tests/desk/test_crashes.py",
    "tests/cli/test_decide.py",
)
"""Groups that take minutes: begun first, so that no worker has one left when the others are done."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one file share a worker, and with it what the file prepares once; so does everything that needs Spark.

    A cluster takes long to start and half of the memory. A file with two long preparations names its own groups.
    """
    for item in items:
        if ROOT / "tests" / "spark" in item.path.parents:
            item.add_marker("spark")
        if item.get_closest_marker("spark"):
            item.add_marker(pytest.mark.xdist_group("spark"))
        elif not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(str(item.path.relative_to(ROOT))))
    groups = {item: next(item.iter_markers("xdist_group")).args[0] for item in items}
    items.sort(key=lambda item: LONGEST.index(groups[item]) if groups[item] in LONGEST else len(LONGEST))
