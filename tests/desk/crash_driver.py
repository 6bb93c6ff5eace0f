"""Runs the day in processes of its own, and kills them: started by test_crashes, told what to do on standard input.

Every line is one trial as JSON; the answer is one line. Each trial is a fresh child that knows nothing but the database, and
takes the engine's statements from where an earlier one kept them. The parent only imports: threads do not survive a fork.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from contextlib import ExitStack
from datetime import date, datetime
from datetime import time as clock
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))


class Killer:
    """Counts what the day does with the world outside of its process, and ends the process at one of these events."""

    def __init__(self, at: int | None) -> None:
        self.at = at
        self.count = 0

    def event(self) -> None:
        self.count += 1
        if self.at is not None and self.count >= self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.event()
        result = execute(sql, params, many, context)
        self.event()
        return result


def main() -> None:
    from creditdesk.desk.starting import start

    start()
    import desk.office  # noqa: F401  what every trial imports

    plans = Path(sys.argv[1])
    for line in sys.stdin:
        trial = json.loads(line)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                done = {"built": build(plans, trial)} if "warm" in trial else {"events": run(plans, trial)}
                Path(trial["log"]).write_text(json.dumps(done))
                status = 0
            except Exception:  # noqa: BLE001  the test shows it
                Path(trial["log"]).write_text(json.dumps({"error": traceback.format_exc()}))
            finally:
                os._exit(status)
        if trial.get("after") is not None:
            time.sleep(trial["after"])
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        _say(killed=os.WIFSIGNALED(status), status=status)


def _say(**answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def build(plans: Path, trial: dict[str, Any]) -> int:
    """Build the statements and keep them. Gives how often that was needed."""
    from creditdesk.desk.casework.policies import in_force
    from creditdesk.desk.day.decider import Decider
    from creditdesk.desk.day.outcome import previous
    from creditdesk.desk.ledger.models import Company
    from creditdesk.desk.ledger.reading import facts

    _point_to(trial["warm"])
    company = Company.objects.get()
    on = date.fromisoformat(trial["on"])
    decider = Decider({"threads": "1"}, plans)
    decider.decide(in_force(company, on).text, facts(company), on, previous(company, on), held=[])
    return decider.builds


def run(plans: Path, trial: dict[str, Any]) -> int:
    """The day of one trial. Gives the number of events it had."""
    from django.conf import settings
    from django.db import connection

    from creditdesk.desk.day import transport
    from creditdesk.desk.day.decider import Decider
    from creditdesk.desk.day.run import Worker, run_day
    from creditdesk.desk.ledger.models import Company
    from desk.office import HERE

    _point_to(trial["database"])
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", trial["port"]
    settings.DEFAULT_FROM_EMAIL = "credit@acme.example"
    on = date.fromisoformat(trial["on"])
    killer = Killer(trial.get("at"))
    stage = trial.get("stage")

    class Watched(transport.Smtp):
        def send(self, sender: str, to: str, raw: bytes) -> str:
            killer.event()
            answer = super().send(sender, to, raw)
            killer.event()
            return answer

    def tell(name: str, *_progress: int) -> None:
        if name == stage:
            os.kill(os.getpid(), signal.SIGKILL)

    worker = Worker(
        decider=Decider({"threads": "1"}, plans),
        transport=Watched,
        clock=lambda: datetime.combine(on, clock(7), HERE),
        by="crash test",
    )
    with ExitStack() as stack:
        stack.enter_context(connection.execute_wrapper(killer.statement))
        run_day(Company.objects.get(), on, on, worker, tell)
    return killer.count


def _point_to(address: str) -> None:
    from django.db import connections

    from creditdesk.desk import place

    connections["default"].close()
    del connections["default"]
    connections.settings = connections.configure_settings(
        {"default": place.database({place.DATABASE: address})}
    )


if __name__ == "__main__":
    main()
