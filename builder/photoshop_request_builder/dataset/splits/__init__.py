"""Near-duplicates and leaks between splits."""
