"""Making tokens, finding the one that a request bears, and taking it back."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from creditdesk.desk.api.models import Token
from creditdesk.desk.api.models.token import Scope
from creditdesk.desk.casework.audit import note
from creditdesk.desk.ledger.models import Company

MARK = "cdk"
"""Begins every token, so that one that leaked into a text is found by a search."""

LONGEST = 200
USED_EVERY = timedelta(minutes=1)
"""How precisely the last use is kept."""


class WrongToken(ValueError):
    """A token that cannot be made as asked, or is not there to be revoked."""


def create(
    company: Company,
    name: str,
    scopes: Iterable[str],
    *,
    by: str,
    now: datetime,
    expires_at: datetime | None = None,
    per_minute: int = 600,
    why: str = "",
) -> tuple[Token, str]:
    """Make a token. Gives its row, and the token itself: it is shown this once and never again.

    Raises:
        WrongToken: an unknown scope or none, a name that is taken, an end that has passed, no requests at all.
    """
    wanted = sorted(set(scopes))
    unknown = [one for one in wanted if one not in Scope.values]
    if unknown or not wanted:
        raise WrongToken(
            f"found scope {unknown[0] if unknown else 'none'!r}; allowed: {', '.join(Scope.values)}"
        )
    name = name.strip()
    if not name or len(name) > 100 or not name.isprintable():
        raise WrongToken(f"found name {name!r}; allowed: up to 100 characters that can be printed")
    if expires_at is not None and expires_at <= now:
        raise WrongToken(f"found end {expires_at:%Y-%m-%d %H:%M}; allowed: a moment to come")
    if per_minute < 1:
        raise WrongToken(f"found {per_minute} requests a minute; allowed: 1 or more")
    prefix, secret = secrets.token_hex(5), secrets.token_urlsafe(32)
    token = f"{MARK}_{prefix}_{secret}"
    with transaction.atomic():
        if Token.objects.filter(company=company, name=name, revoked_at=None).exists():
            raise WrongToken(
                f"found name {name!r}, which is taken; the way out: revoke that one, or another name"
            )
        row = Token.objects.create(
            company=company, name=name, prefix=prefix, digest=_digest(token), scopes=wanted, per_minute=per_minute,
            made_by=by, made_at=now, expires_at=expires_at,
        )  # fmt: skip
        note(
            company, by=by, at=now, what="token", ref=prefix,
            became={"name": name, "scopes": wanted, "expires_at": expires_at and expires_at.isoformat()}, why=why,
        )  # fmt: skip
    return row, token


def revoke(company: Company, name: str, *, by: str, now: datetime, why: str = "") -> Token:
    """Take a token back, by its name or prefix: the next request with it is refused.

    Raises:
        WrongToken: no token of that name or prefix is in force.
    """
    with transaction.atomic():
        found = [
            one for one in Token.objects.filter(company=company, revoked_at=None) if name in (one.name, one.prefix)
        ]  # fmt: skip
        if not found:
            raise WrongToken(f"found {name!r}; allowed: the name or prefix of a token that is not revoked")
        row = found[0]
        row.revoked_at, row.revoked_by = now, by
        row.save(update_fields=["revoked_at", "revoked_by"])
        note(
            company, by=by, at=now, what="token", ref=row.prefix, was={"state": "active"},
            became={"state": "revoked"}, why=why,
        )  # fmt: skip
    return row


def find(token: str, now: datetime) -> Token | None:
    """The token in force that this text is; None for anything else, whatever is wrong with it."""
    parts = token.split("_", 2)
    if len(token) > LONGEST or len(parts) != 3 or parts[0] != MARK or not parts[1].isalnum():
        return None
    if not token.isascii():
        return None
    row = Token.objects.select_related("company").filter(prefix=parts[1]).first()
    stored = row.digest if row is not None else ""
    if not hmac.compare_digest(stored, _digest(token)) or row is None or row.state(now) != "active":
        return None
    return row


def used(token: Token, now: datetime) -> None:
    """Remember that it was used, once a minute at most."""
    if token.last_used_at is None or now - token.last_used_at >= USED_EVERY:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)


def _digest(token: str) -> str:
    """A token has 256 bits of chance in it: a fast digest is as good as a slow one."""
    return hashlib.sha256(token.encode()).hexdigest()
