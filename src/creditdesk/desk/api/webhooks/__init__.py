"""Webhooks: what changed, told to whom wants to know, signed."""
