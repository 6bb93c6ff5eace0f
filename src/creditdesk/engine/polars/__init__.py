"""Polars behind the same few verbs: the same expressions, executed without planning, for a few customers or a few thousand."""
