"""Changes of the tables of `screens`, in order."""
