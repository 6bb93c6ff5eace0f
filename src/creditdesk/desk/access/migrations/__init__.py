"""Changes of the tables of `access`, in order."""
