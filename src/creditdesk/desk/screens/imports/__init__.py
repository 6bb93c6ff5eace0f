"""The screen *Imports*: bring a list in, see what would become of it, repair what was set apart, take an import back."""
