"""Names of our own codes, in the language of the reader. Codes of a policy are named by the report's catalogues."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.roles import Role

ROLES: dict[Role, Any] = {
    Role.COLLECTOR: _("Collector"),
    Role.CREDIT_MANAGER: _("Credit manager"),
    Role.FINANCE_DIRECTOR: _("Finance director"),
    Role.SALES: _("Sales"),
    Role.DISPUTE_HANDLER: _("Dispute handler"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
}
