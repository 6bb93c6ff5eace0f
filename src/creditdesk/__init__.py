"""Creditdesk: open-source credit management for businesses that sell on account."""

from __future__ import annotations

__version__ = "0.1.0"
