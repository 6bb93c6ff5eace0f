"""Looks at a foreign file and proposes how to read it: what its columns mean and how its values are written. A person decides."""
