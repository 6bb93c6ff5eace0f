"""The screen *Audit trail*: who changed what, when, from what to what, and why."""
