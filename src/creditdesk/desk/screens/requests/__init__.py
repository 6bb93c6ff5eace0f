"""The screen *Requests*: what somebody asks for a customer, and who decides it, until when."""
