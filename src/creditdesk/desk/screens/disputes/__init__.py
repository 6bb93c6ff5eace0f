"""The screen *Disputes*: what customers dispute, whose turn it is, until when, and how it ended."""
