"""Find near-duplicate sources, read stored splits, and check for leaks between splits."""
