"""The screen *Sales*: my customers and what they may order, what is asked of me, moves to discuss, room to grow, what to watch."""
