"""Floor 1: the operator, accounts and their keys (Art. 8, 9)."""
