"""The screen *Policy*: read in words, written as drafts, tried, proposed, approved by somebody else."""
