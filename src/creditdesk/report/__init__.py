"""Shows one run to a person."""
