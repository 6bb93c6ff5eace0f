"""Monitor: the figures of each company by period, made anew each day from its ledger and kept as rows."""
