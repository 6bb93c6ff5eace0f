"""The screen *Customer*: everything about one customer, and every action in place."""
