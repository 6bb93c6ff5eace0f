"""The day: read, decide, record, open and close tasks, write messages, deliver."""
