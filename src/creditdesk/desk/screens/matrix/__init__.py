"""The screen *Matrix*: the portfolio in the policy's matrix, who moved, and who would move if a cut point were elsewhere."""
