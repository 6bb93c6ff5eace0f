"""The screen *Monitor*: the figures of the company over time, each with its table and its formula, and the alerts."""
