"""Who may sign in: people whom an administrator made known, and nobody else."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class NobodySignsUp(DefaultAccountAdapter):
    """Users are made by an administrator."""

    def is_open_for_signup(self, _request: Any) -> bool:
        """Never."""
        return False


class OnlyWhoIsKnown(DefaultSocialAccountAdapter):
    """The company's own sign-on lets in users that are known by their mail address; it makes no new ones."""

    def is_open_for_signup(self, _request: Any, _sociallogin: Any) -> bool:
        """Never."""
        return False
