"""Near-duplicate sources, stored splits, and the check for leaks between them."""
