"""What each role may do. Knows no Django: one table that a person can read."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is in a company; a person may be several."""

    COLLECTOR = "collector"
    CREDIT_MANAGER = "credit_manager"
    FINANCE_DIRECTOR = "finance_director"
    SALES = "sales"
    DISPUTE_HANDLER = "dispute_handler"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    """What a view asks for. A right that begins with `SEE` changes nothing: views under it answer GET only."""

    MEMBER = "member"
    """Anything of oneself: the start page, what one keeps for oneself."""
    SEE_CUSTOMERS = "see_customers"
    """Customers, lists, matrix, work lists."""
    SEE_DISPUTES = "see_disputes"
    SEE_POLICY = "see_policy"
    SEE_FIGURES = "see_figures"
    """The monitor."""
    SEE_REQUESTS = "see_requests"
    SEE_IMPORTS = "see_imports"
    SEE_SETTINGS = "see_settings"
    SEE_AUDIT = "see_audit"
    """The audit trail: who changed what, when and why."""
    WORK = "work"
    """Outcomes of calls, promises, plans, pauses, notes, contacts: what a collector does all day."""
    HAND_OVER = "hand_over"
    """Give a task to somebody else, reassign customers, pause many at once."""
    HANDLE_DISPUTES = "handle_disputes"
    SELL = "sell"
    """The desk of Sales: interventions, answers to proposed moves."""
    ASK = "ask"
    """Ask for a limit, terms, a release, a plan, a write-off."""
    DECIDE = "decide"
    """Say yes or no to what another person asks, or what the policy lets a person decide."""
    SET_POLICY = "set_policy"
    APPROVE_POLICY = "approve_policy"
    IMPORT = "import"
    MANAGE = "manage"
    """Users, roles, portfolios, calendars, companies."""


_READING = (
    Right.SEE_CUSTOMERS, Right.SEE_DISPUTES, Right.SEE_POLICY, Right.SEE_FIGURES, Right.SEE_REQUESTS,
)  # fmt: skip

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.COLLECTOR: frozenset({*_READING, Right.WORK, Right.HAND_OVER, Right.HANDLE_DISPUTES, Right.ASK}),
    Role.CREDIT_MANAGER: frozenset(
        {
            *_READING, Right.SEE_IMPORTS, Right.SEE_SETTINGS, Right.SEE_AUDIT, Right.WORK, Right.HAND_OVER,
            Right.HANDLE_DISPUTES, Right.ASK, Right.DECIDE, Right.SET_POLICY, Right.APPROVE_POLICY, Right.IMPORT,
        }
    ),
    Role.FINANCE_DIRECTOR: frozenset({*_READING, Right.SEE_AUDIT, Right.DECIDE, Right.APPROVE_POLICY}),
    Role.SALES: frozenset({*_READING, Right.SELL, Right.ASK}),
    Role.DISPUTE_HANDLER: frozenset({Right.SEE_DISPUTES, Right.HANDLE_DISPUTES}),
    Role.AUDITOR: frozenset({*_READING, Right.SEE_IMPORTS, Right.SEE_SETTINGS, Right.SEE_AUDIT}),
    Role.ADMINISTRATOR: frozenset(
        {*_READING, Right.SEE_IMPORTS, Right.SEE_SETTINGS, Right.SEE_AUDIT, Right.IMPORT, Right.MANAGE}
    ),
}  # fmt: skip
"""What each role may do; every member may `MEMBER`."""

TASKS_OF: dict[Role, tuple[str, ...]] = {
    Role.COLLECTOR: ("collector",),
    Role.CREDIT_MANAGER: ("credit_manager",),
    Role.FINANCE_DIRECTOR: ("finance_director",),
    Role.SALES: ("account_manager",),
}
"""Whose tasks a role does, as the engine (`owner`) and the bands of requests name them."""


def rights_of(roles: frozenset[Role]) -> frozenset[Right]:
    """All that somebody with these roles may do."""
    return frozenset({Right.MEMBER}).union(*(RIGHTS[role] for role in roles))
