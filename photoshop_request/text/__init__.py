"""Read instructions, task types, acceptance, preferences, conversations and turns from texts."""
