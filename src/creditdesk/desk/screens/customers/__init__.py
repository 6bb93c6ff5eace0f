"""The screen *Customers*: every customer, searched, filtered, ordered, exported, and acted upon in bulk."""
