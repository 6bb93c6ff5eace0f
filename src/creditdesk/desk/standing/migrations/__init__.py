"""Changes of the tables of `standing`, in order."""
