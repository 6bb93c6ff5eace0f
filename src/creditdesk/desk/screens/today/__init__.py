"""The screen *Today*: my work by priority, one customer at a time, each outcome with one keystroke."""
