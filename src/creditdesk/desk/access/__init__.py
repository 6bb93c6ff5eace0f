"""Who may do what: people, their roles per company, and how they sign in."""
