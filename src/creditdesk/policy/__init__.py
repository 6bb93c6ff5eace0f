"""The policy document: schema, loading, predicates, comparison, shipped policies."""
