"""Where people work the day: one folder per screen, each with its urls, views, queries and templates.

How to add one is in docs/screens.md.
"""
