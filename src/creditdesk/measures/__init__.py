"""Measures: the figures of a whole company over time, from its facts and the rows of a run: days outstanding, ageing, lateness, cost."""
