"""Imports that are killed: started by test_import_crashes.py as a process of its own, on the desk of its environment.

Every import runs in a forked child; this process itself never touches the database, DuckDB or Arrow, so that a child begins
with nothing but loaded modules. Two folders take turns; after each kill the ledger must be as before or as after, and
the next run must bring it to as after.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from creditdesk.desk import starting

starting.start()

from creditdesk.desk.ledger import importing, reading  # noqa: E402
from creditdesk.desk.ledger.models import FACTS, Company, HeldCustomer, Import, Quarantined  # noqa: E402


def state() -> dict[str, Any]:
    """What the ledger says, and how many rows it keeps in all."""
    company = Company.objects.get()
    facts = {name: sorted(map(repr, table.to_pylist())) for name, table in reading.facts(company).items()}
    return {
        "facts": hash(json.dumps(facts)),
        "rows": {name: FACTS[name].objects.count() for name in facts},
        "held": reading.held_customers(company),
        "apart": Quarantined.objects.filter(replaced_by=None).count(),
        "holds": HeldCustomer.objects.filter(replaced_by=None).count(),
        "imports": Import.objects.count(),
    }


def bring(folder: Path) -> bool:
    """One import."""
    return importing.import_folder(Company.objects.get(), folder, by="driver").imported.changed


def forked(work: Callable[[], Any]) -> tuple[int, int]:
    """Start something in a child; its process and the end of the pipe on which it answers."""
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(write)
        return child, read
    status = 70
    try:
        os.close(read)
        answer = json.dumps(work()).encode()
        with os.fdopen(write, "wb") as pipe:
            pipe.write(answer)
        status = 0
    finally:
        os._exit(status)


def answer(work: Callable[[], Any]) -> Any:
    """What a child answers that nobody disturbs."""
    child, read = forked(work)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"an undisturbed child failed with {status}"
    return json.loads(said)


def main() -> None:
    """Argument: JSON with `folders` (two), `kills` and `seed`. Prints what was seen as JSON."""
    trial = json.loads(sys.argv[1])
    folders = [Path(name) for name in trial["folders"]]
    chance = random.Random(trial["seed"])
    answer(lambda: bring(folders[0]))
    began = time.monotonic()
    answer(lambda: bring(folders[1]))
    takes = time.monotonic() - began
    seen = {"killed": 0, "before": 0, "after": 0, "whole": 0}
    expected = answer(state)
    usual = {1: expected["facts"]}
    for turn in range(trial["kills"]):
        before = expected
        child, read = forked(lambda: bring(folders[turn % 2]))  # noqa: B023  called at once
        time.sleep(chance.uniform(0, takes))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        os.close(read)
        seen["killed" if os.WIFSIGNALED(status) else "whole"] += 1
        began = time.monotonic()
        changed = answer(lambda: bring(folders[turn % 2]))  # noqa: B023
        if changed:
            takes = time.monotonic() - began  # a machine under load is slow today and fast tomorrow
        seen["before" if changed else "after"] += 1
        expected = answer(state)
        assert expected["imports"] == before["imports"] + 1, "an import was lost or done twice"
        grown = {name: expected["rows"][name] - before["rows"][name] for name in expected["rows"]}
        assert grown == {"customer": 0, "invoice": trial["news"]}, f"rows are missing or doubled: {grown}"
        assert expected["held"] == (["c1"] if turn % 2 else []), expected["held"]
        assert expected["apart"] == turn % 2
        assert expected["facts"] == usual.setdefault(turn % 2, expected["facts"]), (
            "not what an import at rest gives"
        )
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
