"""Who would stand elsewhere under another policy, ready to be shown: here and beside a draft."""

from __future__ import annotations

from typing import Any

from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.policies import NoPolicy
from creditdesk.desk.day.whatif import NeedsRun, NoDay, WhatIf, what_if
from creditdesk.desk.screens.formats import speaking
from creditdesk.engine.segment import severity
from creditdesk.policy.document import Policy


def difference(scope: Scope, policy: Policy) -> dict[str, Any]:
    """What a template needs: `told`, or `why_not` (`day`, `policy`, `run` with `parts`)."""
    try:
        told = what_if(scope.company, policy, scope.today, only_of(scope))
    except NoDay:
        return {"why_not": "day"}
    except NoPolicy:
        return {"why_not": "policy"}
    except NeedsRun as needs:
        return {"why_not": "run", "parts": needs.parts}
    return {
        "told": told,
        "names": _names(scope, told),
        "harder": _harder(policy, told),
        "brakes": _brakes(told),
    }


def only_of(scope: Scope) -> frozenset[str] | None:
    """The customers that this person sees; None = all."""
    if scope.portfolios is None:
        return None
    return frozenset(scope.accounts().values_list("customer", flat=True))


def _names(scope: Scope, told: WhatIf) -> dict[str, str]:
    wanted = {one.customer for one in (*told.movers, *told.held_movers)}
    return dict(scope.accounts().filter(customer__in=wanted).values_list("customer", "name"))


def _harder(policy: Policy, told: WhatIf) -> dict[str, int]:
    """How many would go to a harder segment, to a softer one."""
    rank = severity(policy)
    found = {"harder": 0, "softer": 0}
    for flow in told.flows:
        start, end = rank.get(flow.start), rank.get(flow.end)
        if start is not None and end is not None and start != end:
            found["harder" if end > start else "softer"] += flow.count
    return found


def _brakes(told: WhatIf) -> list[tuple[str, int]]:
    t = speaking()
    return [
        (t.named("brake", brake), sum(flow.count for flow in flows)) for brake, flows in told.held.items()
    ]
