"""Decides: facts x policy x date -> profile, score, segment, due actions, held or released."""
