"""The ledger: every fact, by whom and when it became known, and what took its place. Nothing is ever overwritten."""
