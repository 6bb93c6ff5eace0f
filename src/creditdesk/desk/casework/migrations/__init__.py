"""Changes of the tables of casework, in order."""
