"""Lists of the desk: columns, filters, order, pages by key, saved views and exports, declared once per list."""

from __future__ import annotations

from creditdesk.desk.screens.listing.column import Column, Kind
from creditdesk.desk.screens.listing.listing import Listing, Tab

__all__ = ["Column", "Kind", "Listing", "Tab"]
