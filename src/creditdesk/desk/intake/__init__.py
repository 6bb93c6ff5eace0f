"""Files that people bring: received into the data folder, looked at, tried, and brought into the ledger when a person says so."""
