"""Dated legal data per country and the sums over it."""
