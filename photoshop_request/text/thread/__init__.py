"""Read acceptance, preferences, conversations and turns from threads."""
