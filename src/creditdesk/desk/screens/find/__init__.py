"""The palette: finds a customer, an invoice or a screen."""
