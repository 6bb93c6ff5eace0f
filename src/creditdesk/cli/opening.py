"""What every run needs: facts checked and bound, a policy loaded, an engine connected."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from creditdesk.cli.failure import Refused
from creditdesk.cli.terminal import Tell

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from creditdesk.engine.backend import Backend
    from creditdesk.engine.binding import Facts as BoundFacts
    from creditdesk.facts.result import Checked
    from creditdesk.policy.document import Policy


@dataclass
class Clock:
    """How long each part took, in seconds."""

    laps: dict[str, float] = field(default_factory=dict)
    _since: float = field(default_factory=time.perf_counter)

    def lap(self, name: str) -> None:
        """The part that ends now."""
        now = time.perf_counter()
        self.laps[name] = round(now - self._since, 3)
        self._since = now


@dataclass(frozen=True)
class Earlier:
    """The previous run, as far as there is one."""

    tables: Mapping[str, list[Path]] | None = None
    summary: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Opened:
    """Facts checked and bound, policy loaded, engine connected: ready to decide."""

    checked: Checked
    facts: BoundFacts
    policy: Policy
    text: str
    backend: Backend
    trace: Path | None
    tell: Tell

    def decide(self, as_of: date, earlier: Earlier) -> dict[str, ir.Table]:
        """The tables of the run."""
        from creditdesk.engine.planning import decide_by_plan
        from creditdesk.engine.stages import Stages

        stages = Stages(self.backend, trace=self.trace, progress=self.tell)
        # a trace shows how statements are made, so it makes them
        plans = None if self.trace else kept_plans()
        return decide_by_plan(
            stages,
            self.facts,
            self.policy,
            self.text,
            as_of,
            earlier.tables,
            self.checked.held_customers,
            plans,
        )


def kept_plans() -> Path:
    """Where this person's statements are kept from run to run: `creditdesk` in the cache folder of the system's rules."""
    cache = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(cache) if Path(cache).is_absolute() else Path.home() / ".cache") / "creditdesk" / "plans"


@contextmanager
def opened(
    facts: Path,
    policy: str,
    work: Path,
    engine: str,
    tell: Tell,
    clock: Clock,
    trace: Path | None = None,
) -> Iterator[Opened]:
    """Open facts, policy and engine; give them back when the block ends."""
    from creditdesk.engine.backend import connect
    from creditdesk.engine.binding import bind
    from creditdesk.facts.stamp import open_checked
    from creditdesk.policy.load import load_policy, policy_text

    loaded = load_policy(policy)
    text = policy_text(policy)
    tell("checking the facts")
    checked = open_checked(facts, work, tell, currency=loaded.currency)
    clock.lap("check")
    tell("opening the engine")
    backend = connect(engine)
    try:
        bound = bind(backend, checked.sources())
        clock.lap("open")
        yield Opened(checked, bound, loaded, text, backend, trace, tell)
    finally:
        backend.close()


def read_previous(folder: Path | None, as_of: date) -> Earlier:
    """The tables and the summary of the previous run.

    Raises:
        NoOutput: when the folder is no output of a run.
        Refused: when that run is of a later day: what was decided then is not known yet.
    """
    if folder is None:
        return Earlier()
    from creditdesk.report.output import open_output

    summary = open_output(folder).summary
    then = date.fromisoformat(summary["as_of"])
    if then > as_of:
        raise Refused(
            f"--previous: found {folder}, a run of {then}; allowed: one of {as_of} or before; "
            f"the way out: name the run before, or leave --previous out"
        )
    names = ("decision", "action_due", "held")
    return Earlier({name: [folder / f"{name}.parquet"] for name in names}, summary)
