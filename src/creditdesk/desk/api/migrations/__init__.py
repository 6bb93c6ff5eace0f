"""Migrations of the API."""
