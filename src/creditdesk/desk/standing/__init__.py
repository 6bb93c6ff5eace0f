"""How things stand now: one row per customer and per open item, kept for lists that must be fast at any size."""
