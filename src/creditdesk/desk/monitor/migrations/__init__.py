"""Changes of the tables of `monitor`, in order."""
