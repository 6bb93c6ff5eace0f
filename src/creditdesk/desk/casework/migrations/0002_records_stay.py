"""The database itself refuses to change an approved policy or an entry of the audit trail."""

from __future__ import annotations

from typing import Any

from django.db import migrations

POLICY = "casework_policyversion"
ENTRY = "casework_entry"

SQLITE = [
    (
        f"CREATE TRIGGER policy_stays BEFORE UPDATE ON {POLICY} WHEN OLD.approved_at IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'an approved policy stays as it is'); END"
    ),
    (
        f"CREATE TRIGGER policy_kept BEFORE DELETE ON {POLICY} WHEN OLD.approved_at IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'an approved policy stays on record'); END"
    ),
    # an erasure empties values and nothing else
    (
        f"CREATE TRIGGER entry_stays BEFORE UPDATE OF at, by, company_id, customer, what, ref, why ON {ENTRY} "
        "BEGIN SELECT RAISE(ABORT, 'an entry of the audit trail stays as it is'); END"
    ),
    (
        f"CREATE TRIGGER entry_kept BEFORE DELETE ON {ENTRY} "
        "BEGIN SELECT RAISE(ABORT, 'an entry of the audit trail stays on record'); END"
    ),
]
POSTGRESQL = [
    (
        "CREATE FUNCTION creditdesk_stays() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is a record and stays as it is', TG_TABLE_NAME; END $$"
    ),
    (
        f"CREATE TRIGGER policy_stays BEFORE UPDATE OR DELETE ON {POLICY} FOR EACH ROW "
        "WHEN (OLD.approved_at IS NOT NULL) EXECUTE FUNCTION creditdesk_stays()"
    ),
    (
        f"CREATE TRIGGER entry_stays BEFORE UPDATE OF at, by, company_id, customer, what, ref, why ON {ENTRY} "
        "FOR EACH ROW EXECUTE FUNCTION creditdesk_stays()"
    ),
    f"CREATE TRIGGER entry_kept BEFORE DELETE ON {ENTRY} FOR EACH ROW EXECUTE FUNCTION creditdesk_stays()",
]
BACK = [
    f"DROP TRIGGER policy_stays ON {POLICY}",
    f"DROP TRIGGER entry_stays ON {ENTRY}",
    f"DROP TRIGGER entry_kept ON {ENTRY}",
    "DROP FUNCTION creditdesk_stays()",
]


def guard(_apps: Any, editor: Any) -> None:
    """Set the triggers."""
    for statement in SQLITE if editor.connection.vendor == "sqlite" else POSTGRESQL:
        editor.execute(statement, params=None)  # a % in them is theirs


def unguard(_apps: Any, editor: Any) -> None:
    """Take the triggers away."""
    if editor.connection.vendor == "sqlite":
        for name in ("policy_stays", "policy_kept", "entry_stays", "entry_kept"):
            editor.execute(f"DROP TRIGGER {name}")
    else:
        for statement in BACK:
            editor.execute(statement, params=None)  # a % in them is theirs


class Migration(migrations.Migration):
    """Guards of what is on record."""

    dependencies = [("casework", "0001_casework")]
    operations = [migrations.RunPython(guard, unguard)]
