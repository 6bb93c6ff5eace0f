"""Who may sign in: people whom an administrator made known, and nobody else."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter

log = logging.getLogger("creditdesk.access")


class NobodySignsUp(DefaultAccountAdapter):
    """Users are made by an administrator."""

    def is_open_for_signup(self, _request: Any) -> bool:
        """Never."""
        return False

    def send_notification_mail(self, *args: Any, **more: Any) -> None:
        """Tell somebody that a password or a factor was changed. It is changed already: a mail server that is away undoes nothing."""
        try:
            super().send_notification_mail(*args, **more)
        except OSError:
            log.exception("a notification about a sign-in could not be mailed")


class OnlyWhoIsKnown(DefaultSocialAccountAdapter):
    """The company's own sign-on lets in users that are known by their mail address; it makes no new ones."""

    def is_open_for_signup(self, _request: Any, _sociallogin: Any) -> bool:
        """Never."""
        return False
