"""The screen *Settings*: the company and its day, people and roles, portfolios and absences, calendars, programs, the worker."""
