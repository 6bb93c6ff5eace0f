"""Brings in files of other systems as facts."""
